"""A run's state: a fold over its events. Live equals replay, because both are this fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from maker_engine.core.record.events import Event
from maker_engine.core.record.registry import FOLDS
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.record.snapshot import Snapshot


@dataclass(slots=True)
class RunState(RunFold):
    """The fold. Feed it events with `record`; read it through `snapshot`."""

    @classmethod
    def fold(cls, events: Iterable[Event]) -> Self:
        """Fold a whole stream of events."""
        run = cls()
        run.record_all(events)
        return run

    def record_all(self, events: Iterable[Event]) -> None:
        """Take events in, in order."""
        for event in events:
            FOLDS[type(event)](self, event)

    def record(self, event: Event) -> None:
        """Take one event in."""
        FOLDS[type(event)](self, event)

    def snapshot(self) -> Snapshot:
        """Freeze what a screen needs."""
        return Snapshot(
            started=self.started,
            state=self.state,
            open=self.counts.tally() if self.is_open else None,
            decided=self.last_decided(),
            totals=replace(self.totals),
            flags=tuple(self.flags),
            paused=self.paused,
            outcome=self.outcome,
            reason=self.reason,
            failure=self.failure,
            resting=self.resting,
            undecided=self.undecided,
            question=self.question,
            refused=self.refused,
            hopeless=self.hopeless,
            check=self.check,
        )

    @property
    def answered_by(self) -> dict[str, int]:
        """How many responses came from a simulated model, by its name; nothing of a real one."""
        if self.started is None or not self.started.simulated or not self.totals.samples:
            return {}
        return {self.started.model: self.totals.samples}
