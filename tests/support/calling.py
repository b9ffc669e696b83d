"""Drawing one sample through a real caller, on a manual clock, from a model that says what a test wants."""

from __future__ import annotations

from collections.abc import Iterable

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.events import CircuitOpened, Event, SampleFailed
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.scripted import ScriptedModel
from maker_engine.runtime.calls import Caller, CallPolicy
from maker_engine.runtime.clock import ManualClock

REQUEST = SampleRequest(4, 2, Prompt("system", "user"), 0.1, 100)
FINE = Response("fine", tokens_in=3, tokens_out=1)


class Line:
    """A caller on a manual clock, whose model says these lines and is then fine.

    Args:
        lines: What it says, in order; an exception is raised.
        answered: It has answered before.
        near: It is on this machine.
        timeout_s: As for `Manner`.

    Attributes:
        clock: The clock.
        told: The events.
        asked: Every call.
        times: When each call came, on the clock.
    """

    def __init__(
        self,
        lines: Iterable[Response | Exception],
        *,
        answered: bool = True,
        near: bool = False,
        timeout_s: float = 120,
    ) -> None:
        self.clock = ManualClock()
        self.told: list[Event] = []
        self.asked: list[SampleRequest] = []
        self.times: list[float] = []
        self._lines = iter(lines)
        manner = CallPolicy(near=near, timeout_s=timeout_s)
        self.caller = Caller(ScriptedModel(self._say), self.clock, self.told.append, manner)
        if answered:
            self.caller._patience.answered(REQUEST)

    def _say(self, request: SampleRequest) -> Response | ProviderError:
        self.asked.append(request)
        self.times.append(self.clock.now())
        line = next(self._lines, FINE)
        if isinstance(line, Exception) and not isinstance(line, ProviderError):
            raise line
        return line

    async def draw(self, request: SampleRequest = REQUEST) -> Response:
        """Draw a sample."""
        return await self.caller.draw(request)

    @property
    def waits(self) -> list[float]:
        """The waits that were told of."""
        return [event.wait_s for event in self.told if isinstance(event, SampleFailed)]

    @property
    def rests(self) -> list[float]:
        """Seconds of each rest of the circuit so far."""
        return [event.wait_s for event in self.told if isinstance(event, CircuitOpened)]

    @property
    def messages(self) -> list[str]:
        """What was told of each failed call."""
        return [event.message for event in self.told if isinstance(event, SampleFailed)]


def failing(times: int, kind: Fault = Fault.OVERLOAD, retry_after_s: float | None = None) -> list[ProviderError]:
    """So many failures."""
    return [ProviderError(kind, "not now", retry_after_s) for _ in range(times)]
