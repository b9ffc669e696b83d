"""The scripted model: says exactly what its script says, for tests and for trying a task out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from maker_engine.core.errors import ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.prices import Price, Quote

Script: TypeAlias = Callable[[SampleRequest], Response | ProviderError]


class ScriptedModel:
    """Answers each request from a function; a returned `ProviderError` is raised.

    Args:
        script: Called once an attempt, in the order of the calls.
        figures: What it says is known of it.
    """

    name = "scripted"
    simulated = True
    immediate = False
    adjustments = ()

    def __init__(self, script: Script, figures: Figures | None = None) -> None:
        self._script = script
        self.figures = figures or Figures()
        self.closed = False

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use, priced by its figures."""
        prompt, output = self.figures.usd_per_token_in, self.figures.usd_per_token_out
        return Quote.of(request, None if prompt is None or output is None else Price(prompt, prompt, output))

    async def check(self) -> None:
        """Do nothing: a script is always there."""

    async def sample(self, request: SampleRequest) -> Response:
        """Say the next line."""
        line = self._script(request)
        if isinstance(line, ProviderError):
            raise line
        return line

    def answer(self, request: SampleRequest) -> Response:
        """Say the next line at once; only for scripts that never fail."""
        line = self._script(request)
        if isinstance(line, ProviderError):
            raise line
        return line

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True
