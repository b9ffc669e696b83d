"""A model that is a Python function, from prompt to text: a gateway of one's own, or a double for tests."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from maker_engine.blame import describe_error
from maker_engine.core.errors import Fault, InputError, ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.opening import CALLABLE
from maker_engine.models.port import Figures
from maker_engine.models.prices import Quote

Answers: TypeAlias = Callable[[Any], str | Awaitable[str]]
"""Takes a `PromptText` and returns the text of a response, or an awaitable of it."""


class PromptText(str):
    """A whole prompt as one text.

    Attributes:
        system: The system prompt, empty for none.
        user: The user's prompt.
        temperature: The sampling temperature asked for, None for none.
        max_tokens: Most output tokens asked for.
    """

    __slots__ = ("max_tokens", "system", "temperature", "user")

    system: str
    user: str
    temperature: float | None
    max_tokens: int

    @classmethod
    def of(cls, request: SampleRequest) -> PromptText:
        """Return the prompt of a request."""
        prompt = request.prompt
        text = cls("\n\n".join(filter(None, (prompt.system, prompt.user))))
        text.system, text.user = prompt.system, prompt.user
        text.temperature, text.max_tokens = request.temperature, request.max_output
        return text


class CallableModel:
    """Asks a function. A plain one is called in threads, as many at once as the run's concurrency allows.

    A `ProviderError` that it raises is treated as a provider's fault, a timeout or connection error likewise, so that
    the same sample is asked for again; anything else it raises ends the run and is raised from it.

    Args:
        call: The function.

    Attributes:
        fault: What it raised that ended the run, None for nothing.
    """

    simulated = False
    immediate = False
    adjustments = ()
    figures = Figures()

    def __init__(self, call: Answers) -> None:
        self._call = call
        self.fault: BaseException | None = None
        named = getattr(call, "__qualname__", type(call).__name__).replace("<", "").replace(">", "")
        self.name = f"{CALLABLE}{named}"
        inner = getattr(call, "__call__", call)  # noqa: B004 - the method of an object that is called like a function
        self._waits = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(inner)

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use; it has no price."""
        return Quote.of(request, None)

    async def check(self) -> None:
        """Do nothing: a function is always there."""

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one sample.

        Raises:
            ProviderError: It could not be reached.
            InputError: It returns something else than text.
        """
        begun = time.monotonic()
        said = await self._said(PromptText.of(request))
        if not isinstance(said, str):
            self.fault = InputError(f"model {self.name} returns a {type(said).__name__}: it has to return text")
            raise self.fault
        return Response(str(said), latency_s=time.monotonic() - begun, model=self.name)

    async def _said(self, prompt: PromptText) -> object:
        try:
            said: object = self._call(prompt) if self._waits else await asyncio.to_thread(self._call, prompt)
            return await said if inspect.isawaitable(said) else said
        except TimeoutError as error:
            raise ProviderError(Fault.TIMEOUT, f"{self.name}: {str(error) or 'timed out'}") from error
        except ConnectionError as error:
            raise ProviderError(Fault.CONNECTION, f"{self.name}: {str(error) or 'not connected'}") from error
        except ProviderError:
            raise
        except asyncio.CancelledError as error:
            caller = asyncio.current_task()
            if caller is None or caller.cancelling():
                raise  # the run cuts the call short
            raise ProviderError(Fault.CONNECTION, f"{self.name}: its call was cancelled") from error
        except BaseException as error:
            self.fault = error  # an interrupt or a SystemExit as well, which no loop should have to pass on
            raise InputError(f"model {self.name} fails with {describe_error(error)}") from error

    async def aclose(self) -> None:
        """Nothing is open."""
