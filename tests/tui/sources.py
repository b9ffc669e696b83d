"""A run for the screen, out of real events: the real solver on the real Hanoi, folded as far as a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask, Vote
from maker_engine.core.record.commands import Answer, Command
from maker_engine.core.record.events import (
    Event,
    Outcome,
    RunEnded,
    RunStarted,
    SampleAsked,
    StepDecided,
    StepUndecided,
    WrongDecisionFound,
)
from maker_engine.core.record.state import RunState
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from maker_engine.models.opening import open_model
from maker_engine.runtime.view import RunView
from maker_engine.task_contract.acting import Afloat
from maker_engine.task_contract.deciding import say
from maker_engine.task_contract.guarded import Guarded

MODEL = "sim:p=0.8,v=0.8"
"""Wrong and flagged often enough that every pane has something to show."""
SESSION = Path("/home/user/.local/share/maker/sessions/hanoi-20261123-090000-ab12.maker")


def hanoi(disks: int = 7) -> AnyTask:
    """A tower of Hanoi."""
    return catalogue.find("hanoi").load({"disks": disks})


def opening(
    task: AnyTask, *, model: str = MODEL, k: int = 3, rule: str = "ahead", simulated: bool = True
) -> RunStarted:
    """The first event of a run."""
    return RunStarted(
        task.name, task.title, task.label, model, simulated, k, rule, 0, task.expected_steps, task.has_oracle
    )


def run_events(
    task: AnyTask, settings: Settings | None = None, *, model: str = MODEL, most: int = 100_000
) -> list[Event]:
    """Everything that happens when the simulated model solves `task`; at most about `most` events, then no end."""
    settings = settings or Settings(k=3)
    simulated = open_model(model, task)
    solver = Solver(task, settings)
    events: list[Event] = [opening(task, model=model, k=settings.k, rule=settings.rule), *solver.begin()]
    before, answers, afloat = solver.state, [], Afloat()
    while not (solver.finished or solver.undecided) and len(events) < most:
        requests = solver.requests(8)
        assert requests or solver.asking or solver.effect, "the solver waits for nothing and asks for nothing"
        events += [SampleAsked(request.step, request.sample) for request in requests]
        told = chain.from_iterable(solver.take(request, simulated.answer(request)) for request in requests)
        for event in told if requests else _acted(task, solver, afloat) if solver.effect else _spoken(task, solver):
            events.append(event)
            if isinstance(event, StepDecided):
                right = task.oracle(before) if task.has_oracle and isinstance(task.step(before), Vote) else None
                if right not in (None, event.answer):
                    events.append(WrongDecisionFound(event.step, event.answer, right))
                answers.append(event.answer)
                before = event.state
    if solver.finished:
        findings = task.verify(answers)
        outcome = Outcome.UNSOLVED if findings else Outcome.SOLVED
        events.append(RunEnded(outcome, findings[0] if findings else "solved and verified"))
    elif solver.undecided:
        last = next(event for event in reversed(events) if isinstance(event, StepUndecided))
        events.append(RunEnded(Outcome.UNDECIDED, f"step {last.step + 1} is undecided after {last.samples} samples"))
    return events


def _acted(task: AnyTask, solver: Solver, afloat: Afloat) -> list[Event]:
    """What comes of an effect that goes well, as the task rehearses it."""
    assert solver.effect is not None
    solver.settle(afloat.decide(Guarded(task), solver.state, solver.effect, None))
    events: list[Event] = []
    while solver.decided:
        events += solver.commit()
    return events


def _spoken(task: AnyTask, solver: Solver) -> list[Event]:
    """What comes of a person who says the first thing offered."""
    assert solver.asking is not None
    said = say(Guarded(task), solver.state, solver.asking)
    assert said is not None, "the task refuses everything"
    events = solver.obey(Answer(said.text, said.voter))
    while solver.decided:
        events += solver.commit()
    return events


@dataclass
class Scripted:
    """A `RunSource` that plays events when it is told to, and remembers what it is sent."""

    task: AnyTask
    events: Sequence[Event]
    live: bool = True
    writer: int | None = None
    error: str | None = None
    branch: int = 0
    sent: list[Command] = field(default_factory=list)
    closed: bool = False
    speed: float = 12.3
    more: dict[str, object] = field(default_factory=dict)
    elapsed_s: float = 83.0
    _state: RunState = field(default_factory=RunState)
    _played: int = 0
    _view: RunView | None = None

    @property
    def ended(self) -> bool:
        """True when every event is played."""
        return self._played == len(self.events)

    def view(self) -> RunView | None:
        """The same object until more is played."""
        if self._view is None and self._played:
            speed = 0.0 if self._state.outcome else self.speed
            self._view = RunView(self._state.snapshot(), self.elapsed_s, speed, SESSION, 750, **self.more)
        return self._view

    def send(self, command: Command) -> None:
        """Remember a command."""
        self.sent.append(command)

    def close(self) -> None:
        """Remember being closed."""
        self.closed = True

    def play(self, count: int | None = None) -> Scripted:
        """Play `count` more events, or all."""
        end = len(self.events) if count is None else min(len(self.events), self._played + count)
        for event in self.events[self._played : end]:
            self._state.record(event)
        self._played, self._view = end, None
        return self

    def play_until(self, enough: Callable[[RunState], bool]) -> Scripted:
        """Play until the state of the run is `enough`."""
        while not enough(self._state):
            assert not self.ended, "the events are over"
            self.play(1)
        return self

    def add(self, *events: Event) -> Scripted:
        """Play events that are not in the list."""
        self.events = [*self.events[: self._played], *events]
        return self.play()


def contested(state: RunState, step: int = 40) -> bool:
    """From `step` on: at least two candidates, one leading, something flagged, samples in flight."""
    tally = state.snapshot().open
    return (
        tally is not None
        and tally.step >= step
        and len(tally.rows) > 1
        and tally.margin > 0
        and tally.flagged > 0
        and tally.in_flight > 0
    )
