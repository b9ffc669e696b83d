"""Recorded runs: the toy task solved by noise, every event journaled as a run does, with what the run was then."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.events import (
    Event,
    Outcome,
    ResponseFlagged,
    RunEnded,
    SampleAsked,
    StepDecided,
    StepOpened,
    VoteCast,
    WrongDecisionFound,
)
from maker_engine.core.record.snapshot import Snapshot
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Response
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.models.profile import Profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.sessions.store.journal import Journal
from tests.support.running import TOY, started
from tests.support.toy import Count

NOISY = Profile(p=0.75, v=0.8)


@dataclass
class Recorded:
    """A run that was journaled.

    Attributes:
        path: Its session.
        task: What it solved.
        settings: How it voted.
        live: The live snapshot at each moment, by (step, counted entries).
    """

    path: Path
    task: AnyTask
    settings: Settings
    live: dict[tuple[int, int], Snapshot] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Decided steps."""
        return max(step for step, _ in self.live)


def order_of(task: AnyTask, **chosen: object) -> dict[str, object]:
    """An order as sessions keep it."""
    return {
        "task": TOY, "source": task.source(), "model": "sim:p=0.75,v=0.8", "voters": [], "k": 3, "rule": "ahead",
        "max_tokens": 750, "seed": 1, **chosen,
    }  # fmt: skip


def record(
    path: Path, length: int = 12, seed: int = 0, k: int = 3, stop_after: int | None = None, keep: str = "all",
    text: str | None = None,
) -> Recorded:  # fmt: skip
    """Run and journal; with `stop_after` samples, stop in the middle of a step.

    Args:
        path: The session to write.
        length: Steps.
        seed: Of the noise.
        k: Margin.
        stop_after: Samples to draw, None for all that are needed.
        keep: Which texts are kept.
        text: What stands before each answer; None for what the model writes.
    """
    task, settings = Count(length), Settings(k=k)
    model = SimulatedModel("sim", NOISY, task, seed)
    solver = Solver(task, settings)
    journal = Journal(path, task, order_of(task, k=k, seed=seed, keep=keep), keep=keep)
    made = _Book(Recorded(path, task, settings), journal)
    made.take([started(task, k), *solver.begin()])
    drawn = 0
    while not solver.finished and (stop_after is None or drawn < stop_after):
        request = solver.requests(1)[0]
        made.take([SampleAsked(request.step, request.sample)])
        response = model.answer(request)
        if text is not None:
            response = Response(
                f"{text}\n\n{response.text.rpartition('answer')[1]}{response.text.rpartition('answer')[2]}"
            )
        made.take(solver.take(request, response))
        drawn += 1
    if solver.finished:
        made.take([RunEnded(Outcome.SOLVED, "solved")])
    journal.close()
    return made.recorded


class _Book:
    def __init__(self, recorded: Recorded, journal: Journal) -> None:
        self.recorded = recorded
        self._journal = journal
        self._run = RunState()
        self._state: object = None
        self._counted = 0
        journal.follow(self._run.totals, float)

    def take(self, events: list[Event]) -> None:
        for event in events:
            self._run.record(event)
            self._journal.record(event)
            match event:
                case StepOpened():
                    self._state, self._counted = event.state, 0
                case VoteCast() | ResponseFlagged():
                    self._counted += 1
                case StepDecided():
                    right = self.recorded.task.oracle(self._state)
                    if right != event.answer:
                        self.take([WrongDecisionFound(event.step, event.answer, right)])
                    continue
                case _:
                    continue
            self.recorded.live[event.step, self._counted] = self._run.snapshot()


def random_positions(recorded: Recorded, dice: Random, count: int) -> list[tuple[int, int]]:
    """Moments of a run, drawn with replacement."""
    return dice.choices(sorted(recorded.live), k=count)
