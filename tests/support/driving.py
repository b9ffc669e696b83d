"""Driving a solver by hand: which response arrives next, and how many may be in flight, is the test's to say."""

from __future__ import annotations

from random import Random

from hypothesis import settings

from maker_engine.core.algorithm import Votes
from maker_engine.core.record.events import Event, ResponseFlagged, SampleAsked, StepDecided, VoteCast
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from tests.support.toy import Count, Draw, answer

modest = settings(max_examples=100, deadline=None)
"""For properties that cost next to nothing."""

thorough = settings(max_examples=800, deadline=None)
"""For the properties on which everything else rests."""


MOST_EVENTS = 5_000
"""More than any run of a test has."""


class Drive:
    """A solver with its requests in flight and every event so far, folded as it happened."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.in_flight: list[SampleRequest] = []
        self.events: list[Event] = []
        self.live = RunState()
        self._keep(solver.begin())

    @property
    def over(self) -> bool:
        """True when the solver asks for nothing more."""
        return self.solver.finished or self.solver.undecided or bool(self.solver.effect or self.solver.asking)

    def ask(self, room: int) -> list[SampleRequest]:
        """Send what the solver wants sent, at most `room` samples."""
        requests = self.solver.requests(room)
        self.in_flight += requests
        now = [request for request in requests if request.step == self.solver.step]
        self._keep([SampleAsked(request.step, request.sample) for request in now])
        return requests

    def arrive(self, index: int, draw: Draw) -> list[Event]:
        """Let the response to one of the requests in flight arrive."""
        assert self.in_flight, "the solver waits for nothing and asks for nothing"
        request = self.in_flight.pop(index)
        events = self.solver.take(request, draw(request.step, request.sample))
        self._keep(events)
        return events

    def to_the_end(self, draw: Draw, dice: Random) -> Drive:
        """Ask and let arrive as the dice fall, until the solver asks for nothing more."""
        while not self.over:
            if not self.in_flight or dice.random() < 0.5:
                self.ask(dice.randint(1, 8))
            self.arrive(int(dice.random() * len(self.in_flight)), draw)
        return self

    def record(self) -> list[Votes]:
        """What happened in each step, in the words of the sequential algorithm."""
        steps: dict[int, Votes] = {}
        for event in self.events:
            match event:
                case SampleAsked():
                    steps.setdefault(event.step, Votes()).samples += 1
                case VoteCast():
                    counts = steps[event.step].counts
                    counts[event.answer] = counts.get(event.answer, 0) + 1
                case ResponseFlagged():
                    steps[event.step].flagged += 1
                case StepDecided():
                    steps[event.step].winner = event.answer
        return list(steps.values())

    def _keep(self, events: list[Event]) -> None:
        self.events += events
        assert len(self.events) < MOST_EVENTS, "the run does not end"
        for event in events:
            self.live.record(event)


def drive(task: Count | None = None, **chosen: object) -> Drive:
    """A solver at its first step; `chosen` are its settings."""
    return Drive(Solver(task or Count(), Settings(**chosen)))


def saying(*hours: int) -> Draw:
    """Draw the same responses at every step: sample n says `hours[n]`, and from the last on all say the same."""
    return lambda _, sample: answer(hours[min(sample, len(hours) - 1)])


def in_turn(driven: Drive, draw: Draw) -> Drive:
    """Answer one sample at a time, to the end."""
    while not driven.over:
        driven.ask(1)
        driven.arrive(0, draw)
    return driven
