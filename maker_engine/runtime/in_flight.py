"""The calls in flight: started by the runner, cut short when their response cannot count any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from maker_engine.core.responses import Response, SampleRequest
from maker_engine.runtime.calls import Caller


class InFlight:
    """Calls that wait for their response, and responses that wait to be counted.

    Args:
        caller: Draws the samples.
        wake: Set when a call has ended.
        wants: Tells whether a response to a request can still count.
        fail: Told of a fault that befell a call whose response could.

    Attributes:
        arrived: Responses that wait to be counted.
    """

    def __init__(
        self,
        caller: Caller,
        wake: asyncio.Event,
        wants: Callable[[SampleRequest], bool],
        fail: Callable[[SampleRequest, Exception], None],
    ) -> None:
        self._caller = caller
        self._wake = wake
        self._wants = wants
        self._fail = fail
        # By id of the request, which the entry keeps alive.
        self._calls: dict[int, tuple[SampleRequest, asyncio.Task[None]]] = {}
        self._aside: list[SampleRequest] = []
        self.arrived: list[tuple[SampleRequest, Response]] = []

    def __len__(self) -> int:
        return len(self._calls)

    def start(self, request: SampleRequest) -> None:
        """Send a request."""
        self._calls[id(request)] = (request, asyncio.create_task(self._call(request)))

    def set_aside(self, request: SampleRequest) -> None:
        """Keep a request whose call failed for good, until somebody says that it may be sent again."""
        self._aside.append(request)

    @property
    def aside(self) -> int:
        """Requests that are set aside."""
        return len(self._aside)

    def send_again(self) -> int:
        """Send what was set aside, where its response can still count; return how many calls that are."""
        again, self._aside = list(filter(self._wants, self._aside)), []
        for request in again:
            self.start(request)
        return len(again)

    def cut_short(self) -> None:
        """Cancel the calls whose response cannot count any more."""
        for request, call in self._calls.values():
            if not self._wants(request):
                call.cancel()

    def drain(self) -> list[tuple[SampleRequest, Response]]:
        """Take what has arrived."""
        arrived, self.arrived = self.arrived, []
        return arrived

    async def hang_up(self) -> None:
        """Cancel the calls in flight; a cancelled call closes its connection."""
        for _, call in (calls := list(self._calls.values())):
            call.cancel()
        await asyncio.gather(*(call for _, call in calls), return_exceptions=True)

    async def _call(self, request: SampleRequest) -> None:
        try:
            response = await self._caller.draw(request)  # first: the list is another one after the wait
            self.arrived.append((request, response))
        except Exception as error:  # noqa: BLE001 - raised again, or named, by the loop that awaits
            if self._wants(request):  # what befalls a squashed guess is nobody's concern
                self._fail(request, error)
        finally:
            del self._calls[id(request)]
            self._wake.set()
