"""An event loop that never waits: where nobody has anything to do, its time leaps to the next timer.

    leaping(coroutine)        runs it on such a loop
    LoopClock()               the engine's clock on it

Deadlines and waits are then exact and take no time, since nothing but the loop's own timers moves its hands. Sockets
and threads are not for it: what they do takes real time.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias, TypeVar

from maker_engine.core.errors import ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.prices import Quote
from maker_engine.models.scripted import Script

T = TypeVar("T")


class LeapingLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._hands = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        """Seconds since it was made."""
        return self._hands

    def leap(self, seconds: float) -> None:
        """Move the hands, as if the process had been stopped for so long."""
        self._hands += seconds


class _Selector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self._of = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Look at what is there; wait in real time only where no timer would ever end the wait."""
        ready: list[Any] = super().select(None if timeout is None else 0)
        if not ready and timeout:
            self._of.leap(timeout)
        return ready


def leaping(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a leaping loop."""
    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        return runner.run(coroutine)


class LoopClock:
    """The engine's clock on the running loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    wall = now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


Takes: TypeAlias = Callable[[SampleRequest, int], float]
"""Seconds that an answer takes: of the request, and of how many calls are there when it is begun."""


class Slots:
    """A server with so many slots, which answers in the order of the calls and notices when a caller leaves.

    Args:
        slots: Calls that are answered at the same time.
        takes: How long an answer takes.
        answer: What is said then.

    Attributes:
        asked: Every call, in the order in which they came.
        busy: Seconds that the slots have worked, in vain included.
        most: Most calls that were there at the same time.
    """

    name, simulated, immediate, adjustments = "openai/slow", False, False, ()

    def __init__(self, slots: int, takes: Takes, answer: Script) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._takes, self._answer = takes, answer
        self._here = 0
        self.figures = Figures()
        self.asked: list[SampleRequest] = []
        self.busy = 0.0
        self.most = 0

    def quote(self, request: SampleRequest) -> Quote:
        """Nobody knows its price."""
        return Quote.of(request, None)

    async def check(self) -> None:
        """It is there."""

    async def sample(self, request: SampleRequest) -> Response:
        """Answer when a slot is free."""
        self.asked.append(request)
        self._here += 1
        self.most = max(self.most, self._here)
        try:
            async with self._slots:
                await self._work(request)
            line = self._answer(request)
            if isinstance(line, ProviderError):
                raise line
            return line
        finally:
            self._here -= 1

    async def _work(self, request: SampleRequest) -> None:
        await asyncio.sleep(0)  # for those that are sent together
        now = asyncio.get_running_loop().time
        begun = now()
        try:
            await asyncio.sleep(self._takes(request, self._here))
        finally:
            self.busy += now() - begun

    async def aclose(self) -> None:
        """Nothing is open."""
