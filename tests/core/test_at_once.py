"""The second path, of models that answer at once, decides what Algorithms 1-3 decide."""

from __future__ import annotations

from hypothesis import given

from maker_engine.core.algorithm import Votes
from maker_engine.core.at_once import draw, draw_steps
from maker_engine.core.errors import TaskError
from maker_engine.core.record.events import SamplesDrawn, StepDecided
from maker_engine.core.responses import Flag
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from tests.core.test_solver import TASK, polls, seeds, sequentially
from tests.support.driving import thorough
from tests.support.toy import Count, answer


def votes_of(events):
    """What happened in each step, in the words of the sequential algorithm."""
    steps = {}
    for event in events:
        if isinstance(event, SamplesDrawn):
            votes = steps.setdefault(event.step, Votes())
            votes.samples += len(event.samples)
            for _, verdict, _ in event.samples:
                if isinstance(verdict, Flag):
                    votes.flagged += 1
                else:
                    votes.counts[verdict] = votes.counts.get(verdict, 0) + 1
        elif isinstance(event, StepDecided):
            steps[event.step].winner = event.answer
    return list(steps.values())


@thorough
@given(polls(), seeds)
def test_it_gives_the_sequential_result_however_it_is_cut_up(poll, dice):
    """Decisions, votes, flags, samples and the last state are the algorithm's, by steps or by samples."""
    settings, responses = poll
    solver = Solver(TASK, settings)
    say = lambda request: responses(request.step, request.sample)  # noqa: E731 - one argument for two
    events = solver.begin()
    while not (solver.finished or solver.undecided):
        if dice.random() < 0.5:
            told, _ = draw_steps(solver, say, dice.randint(1, 3))
        else:
            told, _ = draw(solver, say, dice.randint(1, 5))
            told += solver.commit() if solver.decided else []
        events += told
    record = votes_of(events)
    assert (record, solver.state) == sequentially(*poll)
    assert solver.drawn == sum(votes.samples for votes in record)


def test_what_was_drawn_before_a_fault_is_told():
    """A task that fails in the third step ends the stretch, and the two decisions before it are not lost."""

    class Broken(Count):
        def parse(self, state, text):
            if state == self.apply(self.apply(0, 1), 1):
                raise ValueError("no idea")
            return super().parse(state, text)

    solver = Solver(Broken(), Settings(k=1))
    told, fault = draw_steps(solver, lambda _: answer(1), 8)
    assert isinstance(fault, TaskError)
    assert [event.step for event in told if isinstance(event, StepDecided)] == [0, 1]
