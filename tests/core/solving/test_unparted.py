"""Samples that one call can bring are asked for together, however little room there is."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, strategies as st

from maker_engine.core.responses import SampleRequest
from maker_engine.core.solver import Solver
from maker_engine.core.solving.open_step import OpenStep
from maker_engine.core.solving.settings import Settings
from tests.support.driving import modest
from tests.support.toy import Count, answer


def by_temperature(request: SampleRequest) -> tuple[object, int]:
    """The paper's temperatures: the first sample of a step alone, the others together."""
    return (request.ballot, request.temperature), 1 if request.temperature == 0 else 100


@modest
@given(
    k=st.integers(1, 9),
    room=st.integers(0, 12),
    kinds=st.lists(st.integers(0, 2), min_size=9, max_size=9),
    most=st.integers(1, 4),
)
def test_a_call_is_asked_for_whole_or_not_at_all(k, room, kinds, most):
    """No kind is left with a part of a call unless all that is left of it is asked for; with room for all, all is."""
    one = OpenStep(Count(), Settings(k=k), 0, 0, None, 1)
    asked = one.votes(room, alike=lambda request: (kinds[request.sample], most))
    assert [request.sample for request in asked] == list(range(len(asked)))
    assert len(asked) <= room
    assert len(asked) == k or room < k
    before, after = Counter(kinds[: len(asked)]), Counter(kinds[len(asked) : k])
    assert all(before[kind] % most == 0 for kind in after)
    assert most > 1 or len(asked) == min(room, k)


def test_a_step_without_room_keeps_the_room_that_there_is():
    """Where the votes of a step wait for room, no step further ahead takes what is left of it."""
    solver = Solver(Count(8), Settings(k=4, window=8, max_waste=1))
    solver.begin()
    first = solver.requests(5, ahead=True, alike=by_temperature)
    assert [(request.step, request.sample) for request in first] == [(0, 0), (0, 1), (0, 2), (0, 3)]
    solver.receive(first[0], answer(1))
    assert [(one.step, one.sample) for one in solver.requests(3, ahead=True, alike=by_temperature)] == [(1, 0)]
    assert solver.requests(2, ahead=True, alike=by_temperature) == []
    assert [(one.step, one.sample) for one in solver.requests(3, ahead=True, alike=by_temperature)] == [
        (1, 1), (1, 2), (1, 3),
    ]  # fmt: skip
