"""A model that answers several samples by one call, on a test's command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from maker_engine.core.errors import ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures, Together
from maker_engine.models.prices import Quote

Song = Callable[[Sequence[SampleRequest]], list[Response] | ProviderError]


class Choir:
    """Says what a call is to bring.

    Args:
        song: What a call for these requests brings; an error is raised.
        most: Answers that a call may bring.
        held: Calls wait until `go` is set.

    Attributes:
        calls: The requests of every call, in order.
        cut: How many calls were cut short.
        in_flight: Samples in flight.
        most_in_flight: Most samples that were.
    """

    name, simulated, immediate, adjustments = "choir", False, False, ()

    def __init__(self, song: Song, most: int = 100, *, held: bool = False) -> None:
        self._song = song
        self.most = most
        self.figures = Figures()
        self.calls: list[list[SampleRequest]] = []
        self.cut = self.in_flight = self.most_in_flight = 0
        self.go = asyncio.Event()
        if not held:
            self.go.set()

    @property
    def sizes(self) -> list[int]:
        """Samples of each call."""
        return [len(call) for call in self.calls]

    def quote(self, request: SampleRequest) -> Quote:
        """It is free."""
        return Quote.of(request, None)

    async def check(self) -> None:
        """It is there."""

    def together(self, request: SampleRequest) -> Together:
        """Go by the temperature alone; at 0 each has a call of its own."""
        return Together(1 if request.temperature == 0 else self.most, request.temperature)

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one."""
        return (await self.sample_many((request,)))[0]

    async def sample_many(self, requests: Sequence[SampleRequest]) -> list[Response]:
        """Draw as many as the song brings."""
        self.calls.append(list(requests))
        self.in_flight += len(requests)
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.go.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cut += 1
            raise
        finally:
            self.in_flight -= len(requests)
        sung = self._song(requests)
        if isinstance(sung, ProviderError):
            raise sung
        return sung

    async def aclose(self) -> None:
        """Nothing is open."""
