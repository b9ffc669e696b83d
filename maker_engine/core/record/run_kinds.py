"""The kinds of event of a run as a whole."""

from __future__ import annotations

from dataclasses import asdict

from maker_engine.core.record.events import (
    CircuitClosed,
    CircuitOpened,
    ModelChecked,
    RunContinued,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from maker_engine.core.record.kind import Kind
from maker_engine.core.record.run_fold import RunFold

MODEL_CHECK = "model_check"
"""Key under which a run notes what the check of its model found."""


def _started(run: RunFold, event: RunStarted) -> None:
    run.started = event


def _resumed(run: RunFold, _: RunResumed) -> None:
    run.outcome, run.reason, run.paused = None, "", False


def _checked(run: RunFold, event: ModelChecked) -> None:
    run.check, run.failure = event.check, None  # what failed before has been answered, or ends the run
    run.totals.add_check(event.check)


def _ended(run: RunFold, event: RunEnded) -> None:
    run.outcome, run.reason = event.outcome, event.reason


def _paused(run: RunFold, _: RunPaused) -> None:
    run.paused = True


def _continued(run: RunFold, _: RunContinued) -> None:
    run.paused = False


def _rests(run: RunFold, event: CircuitOpened) -> None:
    run.resting = event


def _answers_again(run: RunFold, _: CircuitClosed) -> None:
    run.resting = None


KINDS = (
    Kind(RunStarted, _started, note=lambda event: ("started", asdict(event))),
    Kind(RunResumed, _resumed),
    Kind(ModelChecked, _checked, note=lambda event: (MODEL_CHECK, event.check.to_json())),
    Kind(CircuitOpened, _rests),
    Kind(CircuitClosed, _answers_again),
    Kind(RunPaused, _paused),
    Kind(RunContinued, _continued),
    Kind(RunEnded, _ended, note=lambda event: ("ended", {"outcome": event.outcome.value, "reason": event.reason})),
)
