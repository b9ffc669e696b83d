"""Where a run is written: what the runner asks of a journal, whether it is a file or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import Event
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Prompt


class RunJournal(Protocol):
    """Takes a run's events in; they are durable once `flush` has returned, where it is a file."""

    @property
    def path(self) -> Path:
        """Its file; the empty path where it is none."""

    @property
    def notice(self) -> str:
        """What a user should know of the place it is in; empty for nothing."""

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What was sent to the model otherwise than ordered."""

    @property
    def position(self) -> tuple[int, int]:
        """Number of the open step, 0-based, and how many entries it has so far."""

    @property
    def open_entries(self) -> tuple[Entry, ...]:
        """What has been recorded of the open step so far."""

    def follow(
        self,
        totals: Totals,
        elapsed: Callable[[], float],
        more: Callable[[], Mapping[str, object]] = ...,
        adjustments: Callable[[], tuple[str, ...]] = ...,
    ) -> None:
        """Keep these with the run, as they are at every flush."""

    def note_prompt(self, step: int, prompt: Prompt) -> None:
        """Note the first prompt that the task writes, at a step (0-based); as `Journal.note_prompt`."""

    def record(self, event: Event) -> None:
        """Take one event in."""

    def flush(self) -> None:
        """Make everything recorded so far durable; as `Journal.flush`."""

    def verify(self, task: AnyTask) -> list[str]:
        """Let the task check the solution as it is recorded; return its findings."""

    def close(self) -> None:
        """Write what is left and close."""
