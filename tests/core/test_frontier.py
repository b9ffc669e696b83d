"""Steps that do not depend on each other: opened together, decided in any order, committed in order."""

from __future__ import annotations

from random import Random

import pytest

from maker_engine.core.decomposition import Ask, Step, Undecided
from maker_engine.core.record.events import (
    Event,
    SampleArrived,
    SampleWasted,
    SettingsChanged,
    StepDecided,
    VoteCast,
)
from maker_engine.core.responses import Response, Sample, SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.core.solving.settings import Settings
from tests.support.rows import COLUMNS, Sorted, Table, column


def says(request: SampleRequest) -> Response:
    """Mostly the right column, by the row and the number of the sample alone."""
    return Response(column((request.step + (Random(request.step << 9 | request.sample).random() < 0.25)) % COLUMNS))


def solved(solver: Solver, room: int, seed: int) -> list[Event]:
    """Answer what is in flight in an order of chance, to the end."""
    dice, flying, events = Random(seed), list[SampleRequest](), solver.begin()
    while not solver.finished:
        flying += solver.requests(room - len(flying), ahead=True)
        request = flying.pop(dice.randrange(len(flying)))
        events += solver.take(request, says(request))
    return events


def decisions(events: list[Event]) -> list[tuple[int, object, object]]:
    return [(one.step, one.answer, one.state) for one in events if isinstance(one, StepDecided)]


@pytest.mark.parametrize("room", [1, 8, 64])
def test_they_are_decided_as_one_after_another_and_committed_in_order(room: int) -> None:
    """Whoever answers first, answers and states are those of one sample at a time, and no sample more is drawn."""
    alone, together = (Solver(Table(60), Settings(k=3)) for _ in range(2))
    expected, found = solved(alone, 1, 0), solved(together, room, room)
    assert decisions(found) == decisions(expected)
    assert [step for step, *_ in decisions(found)] == list(range(60))
    assert (together.drawn, together.wasted) == (alone.drawn, 0)


def test_a_row_that_takes_long_holds_up_no_other() -> None:
    """While the answers to the first row stay out, the others are decided, and squashed by nothing when they come."""
    solver = Solver(Table(40), Settings(k=2))
    held: list[SampleRequest] = []
    while requests := solver.requests(4, ahead=True):
        for request in requests:
            if request.step == 0:
                held.append(request)
            else:
                assert solver.take(request, says(request))
    assert (solver.step, solver.steps_ahead) == (0, 39)
    for request in held:
        solver.take(request, says(request))
    while not solver.finished:  # what else the first one needs
        for request in solver.requests(4, ahead=True):
            solver.take(request, says(request))
    assert solver.wasted == 0


def test_what_was_received_before_is_not_asked_for_again() -> None:
    """Restored with what had come back before its turn, a run asks for the rest alone, and decides the same."""
    whole = Solver(Table(30), Settings(k=3))
    expected = decisions(solved(whole, 16, 1))
    cut, flying = Solver(Table(30), Settings(k=3)), list[SampleRequest]()
    kept: dict[int, dict[int, Sample]] = {}
    received: set[tuple[int, int]] = set()
    dice = Random(7)
    cut.begin()
    for _ in range(40):
        flying += cut.requests(16 - len(flying), ahead=True)
        late = [one for one in flying if one.step]  # the first row's stay out
        request = late[dice.randrange(len(late))]
        flying.remove(request)
        for event in cut.receive(request, says(request)):
            assert isinstance(event, SampleArrived)
            kept.setdefault(event.step, {})[event.sample] = Sample(event.sample, event.verdict, event.response)
        received.add((request.step, request.sample))
    assert {(step, sample) for step, samples in kept.items() for sample in samples} == received
    again, asked = Solver(Table(30), Settings(k=3)), list[SampleRequest]()
    again.begin()
    for step in sorted(kept):
        again.restore(step, kept[step])
    found: list[Event] = []
    while not again.finished:
        requests = again.requests(16, ahead=True)
        asked += requests
        for request in requests:
            found += again.take(request, says(request))
    assert decisions(found) == expected
    assert not received & {(one.step, one.sample) for one in asked}
    assert again.drawn == whole.drawn


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_k_counts_for_the_open_rows_on_what_they_have(seed: int) -> None:
    """Rows behind the open one are decided by the last k as if it had always held, and no answer is asked for again."""
    dice, flying, changes = Random(seed), list[SampleRequest](), dict[int, int]()
    solver, asked, answered = Solver(Table(60), Settings(k=3)), list[tuple[int, int]](), set[tuple[int, int]]()
    events, again = solver.begin(), 0
    while not solver.finished:
        requests = solver.requests(24 - len(flying), ahead=True)
        again += sum((one.step, one.sample) in answered for one in requests)
        asked += [(one.step, one.sample) for one in requests]
        flying = [one for one in flying if solver.wants(one)] + requests
        request = flying.pop(dice.randrange(len(flying)))
        answered.add((request.step, request.sample))
        events += solver.take(request, says(request))
        if dice.random() < 0.08 and not solver.finished:
            changes[solver.step] = k = dice.randint(1, 5)
            events += solver.change(SettingsChanged(solver.step, "ann", k))
            while solver.decided:
                events += solver.commit()
    assert changes
    by_k = {k: decisions(solved(Solver(Table(60), Settings(k=k)), 1, 0)) for k in {3, *changes.values()}}
    k = 3
    for row, (step, answer, _) in enumerate(decisions(events)):
        assert step == row
        assert row in changes or answer == by_k[k][row][1]
        k = changes.get(row, k)
    wasted = sum(isinstance(one, SampleWasted) for one in events)
    assert len(asked) - len(set(asked)) <= wasted
    assert again <= wasted
    assert solver.drawn == len(asked) == wasted + sum(isinstance(one, VoteCast) for one in events)


def test_a_row_that_is_given_up_leaves_the_others_as_they_are() -> None:
    """It is committed as undecided, with the reason, and its state counts it so."""
    solver = Solver(Table(3), Settings(k=2, max_samples=4))
    events = list[Event]()
    while not solver.finished:
        for request in solver.requests(9, ahead=True):
            split = Response(column(request.sample % 2))
            events += solver.take(request, split if request.step == 1 else Response(column(5)))
        if solver.undecided:
            solver.give_up(Undecided("no two agree"))
        while solver.decided:
            events += solver.commit()
    assert [answer for _, answer, _ in decisions(events)] == [5, Undecided("no two agree"), 5]
    assert solver.state == Sorted(3, 10, 1)


class Asking(Table):
    """Its second row is a question to a person."""

    name = "asking"

    def step(self, state: Sorted) -> Step | None:
        return Ask("Which?", ("0", "1")) if state.row == 1 else super().step(state)


def test_a_question_to_a_person_waits_for_its_turn() -> None:
    """Nothing behind a step that agents do not answer is opened before that is the first."""
    solver = Solver(Asking(4), Settings(k=1))
    assert {one.step for one in solver.requests(9, ahead=True)} == {0}
    solver.take(SampleRequest(0, 0, solver.open_step.step.prompt, 0.0, 750, 1), Response(column(3)))  # type: ignore[union-attr]
    assert solver.asking is not None
    assert {one.step for one in solver.requests(9, ahead=True)} == {2, 3}
