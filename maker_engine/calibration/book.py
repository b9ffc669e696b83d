"""The session of a calibrated model: written as a run's is, a step a row, and found again by what was ordered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from maker_engine.calibration.drawing import Done
from maker_engine.calibration.sampled import Place, Sampled
from maker_engine.calibration.tally import Reading, StepReadings
from maker_engine.core.decomposition import Gathered
from maker_engine.core.errors import MakerError
from maker_engine.core.record.events import (
    Event,
    PersonDecided,
    RunEnded,
    RunStarted,
    SamplesDrawn,
    StepDecided,
    StepOpened,
    WrongDecisionFound,
)
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.runtime.order import PreparedRun
from maker_engine.sessions.library.library import Library, summarise
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.kinds import CALIBRATION
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader

KEY = "calibration"
"""Where a session's order says which calibration it is of."""
WHO = "maker calibrate"
"""Under whose name a step is closed that has flagged samples: it takes no others in their place."""


def find_book(key: str) -> Path | None:
    """Return the newest session of a calibration with this key that no one is writing, None where there is none."""
    found = []
    for path in Library().files():
        if not path.name.startswith(f"{CALIBRATION}-") or writer_of(path) is not None:
            continue
        summary = summarise(path)
        if summary.damaged is None and summary.task == CALIBRATION:
            try:
                with Reader(path, steady=True) as reader:
                    if reader.meta()["order"].get(KEY) == key:
                        found.append((summary.created, path))
            except (MakerError, KeyError):
                continue
    return max(found)[1] if found else None


def _family_of(sampled: Sampled) -> type[Sampled]:
    """Return a family whose only problem these steps are: a session loads no task from a path, and none is needed."""

    class Known(Sampled):
        @classmethod
        def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Any:  # noqa: ARG003 - it is known
            """Return the steps."""
            return sampled

    return Known


class Book:
    """Writes what is drawn from one model, and reads what was.

    Args:
        sampled: The steps.
        prepared: How the model is asked.
        key: Says which calibration it is of.
        path: The session of an earlier command, None for a new one.

    Attributes:
        steps: What was drawn, in order.
        path: The session's file.
        usd: What it had cost when it was opened.
    """

    def __init__(self, sampled: Sampled, prepared: PreparedRun, key: str, path: Path | None) -> None:
        self._sampled = sampled
        self._prepared = prepared
        self.steps: list[StepReadings] = []
        self._run = RunState()
        self._began, self._before_s, branch = time.monotonic(), 0.0, None
        if path is not None:
            saved = open_saved(path, _family_of(sampled))
            self._run, self._before_s, branch = saved.run, saved.elapsed_s, saved.branch
            with Reader(path) as reader:
                for stored in reader.steps(sampled):
                    self._read(sampled.places[stored.step], stored.samples)
        self.usd = self._run.totals.cost_usd
        self.path = path or Library().new_path(CALIBRATION)
        order = {**prepared.record(), "task": CALIBRATION, "source": sampled.source(), "k": 1, KEY: key}
        self._journal = Journal(self.path, sampled, order, branch)
        self._journal.follow(self._run.totals, self._elapsed, dict, lambda: self._adjustments)
        self._adjustments: tuple[str, ...] = ()
        if path is None:
            self._record(self._started())

    def _elapsed(self) -> float:
        return self._before_s + time.monotonic() - self._began

    def _started(self) -> RunStarted:
        sampled, model = self._sampled, self._prepared.plan.model
        return RunStarted(
            CALIBRATION, sampled.title, sampled.label, model.name, model.simulated, 1, "ahead",
            self._prepared.order.seed, len(sampled.places), has_oracle=True,
        )  # fmt: skip

    def take(self, done: Done) -> None:
        """Read what was drawn at the next steps, and write it."""
        self._adjustments = done.adjustments
        for responses in done.steps:
            number = len(self.steps)
            place = self._sampled.places[number]
            step = OpenStep(self._prepared.task, self._prepared.settings, place.step, place.state, None, 0)
            samples = tuple(Sample(at, step.read(one), one) for at, one in enumerate(responses))
            self._read(place, samples)
            self._record(StepOpened(number, number, self._sampled.calls), SamplesDrawn(number, samples))
            votes = Counter(one.verdict for one in samples if not isinstance(one.verdict, Flag))
            gathered = Gathered(tuple(votes.items()))
            if votes.total() < self._sampled.calls:
                self._record(PersonDecided(number, WHO, gathered))
            self._record(StepDecided(number, gathered, number + 1))
            right, wrong = self.steps[-1].counts
            if wrong >= right:  # a key leads from one of these steps to the next
                self._record(WrongDecisionFound(number, gathered, place.truth))
        self._journal.flush()

    def _read(self, place: Place, samples: Sequence[Sample]) -> None:
        readings = tuple(
            Reading(one.verdict, self._is_right(place, one.verdict, one.response), one.response) for one in samples
        )
        self.steps.append(StepReadings(place.step, readings))

    def _is_right(self, place: Place, verdict: Hashable, response: Response) -> bool:
        """Return whether an answer is right; of a flagged response, the one that is in it if any does."""
        if not isinstance(verdict, Flag):
            return verdict == place.truth
        try:
            return bool(self._prepared.task.parse(place.state, response.text) == place.truth)
        except Exception:  # noqa: BLE001 - a task may raise anything at a response that a flag has spared it
            return False

    def end(self, outcome: Outcome, reason: str) -> None:
        """Note why no further step is drawn."""
        self._record(RunEnded(outcome, reason))
        self._journal.flush()

    def close(self) -> None:
        """Write what is left and close."""
        self._journal.close()

    def _record(self, *events: Event) -> None:
        for event in events:
            self._run.record(event)
            self._journal.record(event)
