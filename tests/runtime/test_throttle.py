"""How many calls are in flight: halved when calls time out together, one more for each round of answers."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from maker_engine.runtime.throttle import FEWEST_ROUNDS, Throttle


async def entered(throttle: Throttle, calls: int) -> list[asyncio.Task[int]]:
    """Calls that want a place, after everybody has gone as far as they can."""
    tasks = [asyncio.ensure_future(throttle.enter()) for _ in range(calls)]
    await turns()
    return tasks


async def turns() -> None:
    """Let everybody go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_no_more_calls_go_out_than_ordered() -> None:
    """The others wait, and go in the order in which they came when places are given back."""
    throttle = Throttle(3)
    calls = await entered(throttle, 6)
    assert [call.done() for call in calls] == [True] * 3 + [False] * 3
    for _ in range(3):
        throttle.leave()
        await turns()
    assert [call.result() for call in calls] == [0, 1, 2, 3, 4, 5]


async def test_calls_that_time_out_together_halve_the_limit_once() -> None:
    """Eight calls that were sent together are one sign that eight are too many, not eight signs."""
    throttle = Throttle(8)
    for call in await entered(throttle, 8):
        throttle.timed_out(call.result())
        throttle.leave()
    assert throttle.limit == 4
    for call in await entered(throttle, 4):
        throttle.timed_out(call.result())
        throttle.leave()
    assert throttle.limit == 2


async def test_half_of_what_was_in_flight_is_left_and_never_less_than_one() -> None:
    """Where fewer calls were out than are allowed, their number was too large, not the limit."""
    throttle = Throttle(64)
    for number, left in ((5, 2), (2, 1)):
        for call in await entered(throttle, number):
            throttle.timed_out(call.result())
            throttle.leave()
        assert throttle.limit == left


async def test_a_call_that_timed_out_alone_says_nothing_of_the_number() -> None:
    """It hung, or its answer is long: nobody was in its way."""
    throttle = Throttle(8)
    throttle.timed_out(await throttle.enter())
    assert throttle.limit == 8


async def test_every_round_of_answers_adds_one_up_to_the_order() -> None:
    """From one call at a time on, as many answers as are allowed in flight add one; never more than ordered."""
    throttle = Throttle(8)
    for _ in range(3):
        await time_out(throttle)
    limits = [throttle.limit]
    for _ in range(80):
        throttle.answered()
        limits.append(throttle.limit)
    assert (limits == sorted(limits), limits[-1]) == (True, 8)
    assert FEWEST_ROUNDS == 8
    assert limits[:8] == [1] * 8  # two timed out: it takes eight rounds to try two again
    assert limits[8:13] == [2, 2, 3, 3, 3]


async def test_what_timed_out_before_is_tried_again_more_and_more_seldom() -> None:
    """A server that always fails with eight calls loses eight answers' work less and less often."""
    throttle = Throttle(8)
    taken = []
    for _ in range(4):
        await time_out(throttle)
        answers = 0
        while throttle.limit < 8:
            throttle.answered()
            answers += 1
        taken.append(answers)
    assert all(later > 1.5 * earlier for earlier, later in pairwise(taken))


async def time_out(throttle: Throttle) -> None:
    """Let as many calls time out as are allowed."""
    for call in await entered(throttle, throttle.limit):
        throttle.timed_out(call.result())
        throttle.leave()


async def test_a_call_that_is_cut_short_while_it_waits_takes_nobodys_place() -> None:
    """Cut before its turn it is forgotten; cut just as it got its turn, the turn is the next one's."""
    throttle = Throttle(1)
    calls = await entered(throttle, 4)
    calls[1].cancel()
    await turns()
    throttle.leave()  # hands the place to the third, which is cut in the same turn of the loop
    calls[2].cancel()
    await turns()
    assert [call.done() and not call.cancelled() for call in calls] == [True, False, False, True]
    throttle.leave()
    assert (await throttle.enter()) == 2
