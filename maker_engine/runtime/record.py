"""A run's record as it grows: every event is folded, journaled and, where it is a decision, held against the oracle."""

from __future__ import annotations

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.events import Event, RunContinued, RunPaused, StepDecided, StepOpened, WrongDecisionFound
from maker_engine.core.state import RunState
from maker_engine.runtime.clock import Clock
from maker_engine.runtime.meter import Meter
from maker_engine.sessions.journal import Journal
from maker_engine.sessions.saved import SavedRun

_MINDED = frozenset({StepDecided, StepOpened, RunPaused, RunContinued})
"""The events that the record itself does something about; most others are asked samples and votes."""


class Record:
    """Takes events in, once and in order.

    Args:
        task: Whose oracle, where it has one, judges decisions. It is counted and shown, never used.
        journal: Where they are written.
        clock: Tells time.
        saved: The run to go on from, None for a new one.
    """

    def __init__(self, task: AnyTask, journal: Journal, clock: Clock, saved: SavedRun | None = None) -> None:
        self.run = RunState() if saved is None else saved.run
        self.meter = Meter(clock, 0.0 if saved is None else saved.elapsed_s, self.run.totals.steps)
        self.journal = journal
        self.unseen = True
        self._task = task
        self._before: object = None if saved is None else saved.state
        journal.follow(self.run.totals, lambda: self.meter.elapsed_s)

    def take(self, event: Event) -> None:
        """Take one event in."""
        self.unseen = True
        self.run.record(event)
        self.journal.record(event)
        if type(event) in _MINDED:
            self._mind(event)

    def _mind(self, event: Event) -> None:
        match event:
            case StepDecided():
                if self._task.has_oracle:
                    self._judge(event)
            case StepOpened():
                self._before = event.state
            case RunPaused():
                self.meter.pause()
            case RunContinued():
                self.meter.go_on()

    def _judge(self, decided: StepDecided) -> None:
        right = self._task.oracle(self._before)
        if right != decided.answer:
            self.take(WrongDecisionFound(decided.step, decided.answer, right))
