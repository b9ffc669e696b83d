"""A call's deadline: from when it has probably left the server's queue, whatever the server is like."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from maker_engine.core.errors import Fault
from maker_engine.runtime.timeouts import LONGEST, TOTAL, Deadlines, OverdueError
from tests.support.leaping import LeapingLoop, leaping

DEADLINE_S = 100.0


class Server:
    """Calls under deadlines, on a server with so many slots; when each ended, and how."""

    def __init__(self, slots: int = 1_000) -> None:
        self.deadlines = Deadlines(DEADLINE_S)
        self.ended: dict[str, float | str] = {}
        self.errors: list[OverdueError] = []
        self.slots = asyncio.Semaphore(slots)

    def call(self, name: str, takes: float | None, allowed_s: float = DEADLINE_S) -> asyncio.Task[None]:
        """Send a call that takes so long, None for one that hangs."""
        return asyncio.ensure_future(self._call(name, takes, allowed_s))

    async def _call(self, name: str, takes: float | None, allowed_s: float) -> None:
        loop = asyncio.get_running_loop()
        try:
            await self.deadlines.within(allowed_s, self._answer(takes))
            self.ended[name] = loop.time()
        except OverdueError as error:
            self.ended[name] = f"cut at {loop.time():g}"
            self.errors.append(error)

    async def _answer(self, takes: float | None) -> None:
        async with self.slots:
            await (asyncio.Event().wait() if takes is None else asyncio.sleep(takes))


def ended(story: Callable[[], Coroutine[Any, Any, Server]]) -> dict[str, float | str]:
    """Tell a story on a leaping loop; return how its calls ended."""
    return leaping(story()).ended


async def all_of(*calls: asyncio.Task[None]) -> None:
    """Wait until all have ended."""
    await asyncio.gather(*calls)


def test_calls_that_queue_for_one_slot_are_all_answered() -> None:
    """Each has its deadline from when the one before it was answered, though the last takes four of them in all."""

    async def story() -> Server:
        server = Server(slots=1)
        await all_of(*(server.call(name, 95) for name in "abcd"))
        return server

    assert ended(story) == {"a": 95, "b": 190, "c": 285, "d": 380}


def test_a_call_that_hangs_on_many_slots_is_found_out_one_deadline_later() -> None:
    """What is sent and answered behind it gives it no time: only calls that were sent before it do."""

    async def story() -> Server:
        server = Server()
        calls = [server.call("before", 30), server.call("hangs", None)]
        for number in range(20):
            await asyncio.sleep(10)
            calls.append(server.call(f"later {number}", 15))
        await all_of(*calls)
        return server

    found = ended(story)
    assert found.pop("hangs") == "cut at 130"
    assert "cut" not in str(found)


def test_where_nothing_comes_back_all_are_cut_together() -> None:
    """A server that hangs is found out after one deadline, not after one for each call."""

    async def story() -> Server:
        server = Server()
        await all_of(*(server.call(name, None) for name in "abcd"))
        return server

    server = leaping(story())
    assert server.ended == dict.fromkeys("abcd", "cut at 100")
    told = {(error.kind, str(error)) for error in server.errors}
    assert told == {(Fault.TIMEOUT, "no complete answer within 100 s")}


def test_a_call_that_is_cut_short_makes_room_for_those_behind_it() -> None:
    """A step was decided without it: the slot is free, and the next call's time begins."""

    async def story() -> Server:
        server = Server(slots=1)
        first, second = server.call("a", None), server.call("b", 80)
        await asyncio.sleep(90)
        first.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        return server

    assert ended(story) == {"b": 170}


def test_no_call_is_waited_for_without_end() -> None:
    """However much comes back before it, a call is cut after sixteen deadlines."""

    async def story() -> Server:
        server = Server(slots=1)
        await all_of(*(server.call(str(number), 95) for number in range(25)))
        return server

    found = ended(story)
    assert {name for name, end in found.items() if isinstance(end, str)} == {str(n) for n in range(16, 25)}
    assert found["16"] == f"cut at {TOTAL * DEADLINE_S:g}"


@pytest.mark.parametrize(("takes", "base"), [(100, 100), (150, 200), (390, 400), (790, 800), (1500, 800)])
def test_what_one_answer_took_all_calls_are_allowed(takes: float, base: float) -> None:
    """The deadline of later calls doubles until it covers the slowest answer so far, up to eight times the order."""

    async def story() -> Server:
        server = Server()
        await all_of(server.call("slow", takes, allowed_s=2000))
        return server

    assert leaping(story()).deadlines.base_s == base
    assert LONGEST == 8


def test_an_answer_that_came_while_the_process_was_stopped_is_read() -> None:
    """After Ctrl-Z and fg, or a night in a bag, the deadline is over and the answer is there: it counts."""

    async def story() -> Server:
        server, loop = Server(), asyncio.get_running_loop()
        assert isinstance(loop, LeapingLoop)
        lies_there = asyncio.Event()
        answer = asyncio.ensure_future(server.deadlines.within(DEADLINE_S, lies_there.wait()))
        await asyncio.sleep(50)
        loop.leap(3600)  # both are due now, the deadline first
        loop.call_later(0.1, lies_there.set)
        await answer
        server.ended["answered at"] = loop.time()
        return server

    assert ended(story) == {"answered at": 3650.1}


def test_the_age_of_the_oldest_call_is_known() -> None:
    """It is that of the call that was sent first among those in flight; none when nothing is."""

    async def story() -> list[float | None]:
        server = Server()
        ages = [server.deadlines.oldest_s]
        first = server.call("a", 20)
        await asyncio.sleep(5)
        second = server.call("b", 40)
        await asyncio.sleep(10)
        ages.append(server.deadlines.oldest_s)
        await first
        ages.append(server.deadlines.oldest_s)
        assert len(server.deadlines) == 1
        await second
        return [*ages, server.deadlines.oldest_s]

    assert leaping(story()) == [None, 15, 15, None]


def test_a_models_own_timeout_is_not_taken_for_ours() -> None:
    """What the call itself raises comes through as it is."""

    async def broken() -> None:
        raise TimeoutError("the model's")

    with pytest.raises(TimeoutError, match="the model's"):
        leaping(Deadlines(DEADLINE_S).within(DEADLINE_S, broken()))
