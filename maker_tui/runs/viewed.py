"""The run that is examined, as all the views of it share it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from textual.message import Message

from maker_engine.core.record import decisions
from maker_engine.printable import printable
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.mistakes import WrongStep, wrong_step
from maker_tui.text.map_cells import Live

if TYPE_CHECKING:
    from maker_engine.core.record.events import RunStarted
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.records import Records


class Went(Message):
    """Someone went to a step, 0-based, in one of the views."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class Opened(Went):
    """A step is to be inspected."""


class ViewedRun:
    """One run.

    Args:
        source: Where it comes from.
        records: Its record.

    Attributes:
        source: Likewise.
        records: Likewise.
        marks: What is remarkable about each of its steps, as far as someone has caught up with the record.
        task: What it solves.
        wrong_steps: What is known of the wrong steps that were examined, by step, 0-based.
    """

    def __init__(self, source: RunSource, records: Records) -> None:
        self.source = source
        self.records = records
        self.marks = Marks(independent=source.task.independent)
        self.task = source.task
        self.wrong_steps: dict[int, WrongStep] = {}

    def look_into(self, reader: Reader, step: int) -> None:
        """Find out about a step that is wrong, once; in the reader's thread."""
        if step not in self.wrong_steps and (wrong := wrong_step(reader, self.task, step)) is not None:
            self.wrong_steps[step] = wrong

    def describe(self, answer: Hashable) -> str:
        """Describe an answer in words; never raises."""
        return printable(decisions.describe(self.task, answer))

    @property
    def started(self) -> RunStarted | None:
        """The run's first event, None before it."""
        return None if (snapshot := self._snapshot) is None else snapshot.started

    @property
    def _snapshot(self) -> Snapshot | None:
        view = self.source.view()
        return None if view is None else view.snapshot

    @property
    def last(self) -> int:
        """The last step there is anything to see of, 0-based: the open one, or the last decided one."""
        snapshot = self._snapshot
        tally = None if snapshot is None else snapshot.open or snapshot.decided
        return max(0, self.records.steps - 1, 0 if tally is None else tally.step)

    @property
    def live(self) -> Live:
        """What is not on record."""
        view, snapshot = self.source.view(), self._snapshot
        forks = tuple(one.fork_step for one in self.records.branches if one.parent == self.records.branch)
        if view is None or snapshot is None or snapshot.open is None:
            return Live(forks=forks)
        undecided = snapshot.open.step if snapshot.undecided else None
        return Live(1 + view.steps_ahead if snapshot.outcome is None and self.source.live else 0, undecided, forks)

    @property
    def total(self) -> int:
        """Steps of the whole run, as far as anyone knows."""
        started = self.started
        return max(self.records.steps + self.live.flying, (started.steps or 0) if started is not None else 0, 1)
