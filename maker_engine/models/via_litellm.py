"""Real models, through LiteLLM: every provider it knows, and any server that speaks OpenAI's format.

LiteLLM translates between providers and does nothing else here: retries, rate limits, prices and streaming are ours,
because LiteLLM's would repeat, reject, misprice or cut samples in silence.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models import (
    litellm_calls,
    litellm_faults,
    litellm_prices,
    litellm_reading,
    litellm_route,
    litellm_setup,
    litellm_wire,
)
from maker_engine.models.litellm_reading import Usage
from maker_engine.models.port import Figures
from maker_engine.models.sampling import Parameters, Sampling

LONGEST_TEXT = 1_000_000  # characters; `max_tokens` is a wish, which a broken server need not grant

_NO_SYSTEM = "no system prompt is sent: this model takes none, so its text is put in front of the user's"
_STREAM = "answers are asked for as streams: this server gives no others"
_UNFINISHED = (
    "the answer does not say that it is complete: it has no finish reason, and no count of tokens below the limit"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class LiteLLMModel:
    """A model reached through LiteLLM, which is imported on the first check or sample.

    Args:
        name: The model as the user named it, such as "openai/gpt-6-luna".
        api_base: Endpoint of a local or private server.
        timeout_s: Total deadline of a call.
        sampling: How it is to sample.
    """

    simulated = False

    def __init__(
        self, name: str, api_base: str | None = None, timeout_s: float = 120.0, sampling: Sampling | None = None
    ) -> None:
        self.name = name
        self._api_base = api_base
        self._timeout_s = timeout_s
        self._parameters = Parameters(name, sampling or Sampling(), near=api_base is not None)
        self._route: litellm_route.Route | None = None
        self._takes_system = True
        self._only_streams = False
        self._noted = litellm_wire.Noted()

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered and what answers are read in spite of, and why; one line each."""
        system = () if self._takes_system else (_NO_SYSTEM,)
        stream = (_STREAM,) if self._only_streams else ()
        return (*self._parameters.adjustments, *system, *stream, *self._noted.lines)

    @property
    def figures(self) -> Figures:
        """The list price, where there is one."""
        price = litellm_prices.find(self.name)
        return Figures() if price is None else Figures(usd_per_token_in=price.prompt, usd_per_token_out=price.output)

    async def check(self) -> None:
        """Check name, address, key and parameters without a call.

        Raises:
            InputError: One of them cannot be used.
        """
        await self._prepared()

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one sample.

        Raises:
            InputError: As for `check`.
            ProviderError: No usable response came back.
        """
        route = await self._prepared()
        litellm_setup.enter(self)
        litellm_setup.spare_logging()
        asked = time.monotonic()
        with litellm_wire.watched() as wire:
            reply = await self._ask_adjusted(route, request, wire)
            response = self._read(reply, wire, time.monotonic() - asked)
        self._noted.add(wire)
        return response

    async def aclose(self) -> None:
        """Close connections, unless another model still uses them. No call may follow."""
        await litellm_setup.leave(self)

    async def _prepared(self) -> litellm_route.Route:
        if self._route is None:
            self._route = await asyncio.to_thread(self._find_route)
        return self._route

    def _find_route(self) -> litellm_route.Route:
        route = litellm_route.find(self.name, self._api_base)
        self._parameters.fit(lambda parameters: litellm_route.objection(route, parameters))
        return route

    async def _ask(self, route: litellm_route.Route, request: SampleRequest) -> Any:
        """Ask, and ask again where the model refused a parameter that need not be sent."""
        while True:
            sent = self._parameters.of(request)
            try:
                return await self._call(route, request, sent)
            except ProviderError as error:
                if not self._parameters.learn(error, sent):
                    raise

    async def _call(self, route: litellm_route.Route, request: SampleRequest, sent: Mapping[str, Any]) -> Any:
        fault: ProviderError | None = None
        try:
            async with asyncio.timeout(self._timeout_s):  # LiteLLM's own timeout starts anew with every byte
                return await litellm_calls.cancellable(
                    litellm_setup.load().acompletion(
                        model=route.model,
                        api_base=route.api_base,
                        api_key=route.api_key,
                        messages=_messages(request),
                        timeout=self._timeout_s,
                        max_retries=0,
                        num_retries=0,
                        **sent,
                    )
                )
        except TimeoutError:
            fault = self._fault(Fault.TIMEOUT, f"no complete answer within {self._timeout_s:g} s")
        except Exception as error:
            fault = litellm_faults.translate(error, self.name)
            if fault is None:
                raise
        # Raised out here, the error drags no chain along: LiteLLM's holds the request, and the request the key.
        raise fault

    async def _ask_adjusted(self, route: litellm_route.Route, request: SampleRequest, wire: litellm_wire.Wire) -> Any:
        """Ask, and ask again where the model takes no system prompt or the server only streams: once for each."""
        while True:
            sent = request if self._takes_system else replace(request, prompt=_without_system(request.prompt))
            wire.as_stream = self._only_streams
            try:
                return await self._ask(route, sent)
            except litellm_faults.SystemRoleError:
                if not sent.prompt.system:
                    raise
                self._takes_system = False
            except litellm_faults.StreamOnlyError:
                if wire.as_stream:
                    raise
                self._only_streams = True

    def _read(self, reply: Any, wire: litellm_wire.Wire, latency_s: float) -> Response:
        """Accept exactly what a vote can stand on."""
        choices = getattr(reply, "choices", None)
        if not isinstance(choices, list) or len(choices) != 1:
            found = len(choices) if isinstance(choices, list) else "no"
            raise self._fault(Fault.MALFORMED, f"{found} choices in the answer instead of one")
        usage = litellm_reading.usage(reply, wire)
        text = litellm_reading.text(reply)
        finish_reason = litellm_reading.ending(reply, wire, usage.output)
        if not finish_reason:
            raise self._fault(Fault.MALFORMED, _UNFINISHED)
        if text is None and finish_reason != "stop":
            text = ""  # cut off while still reasoning, or filtered: an answer to flag, not a fault to try again
        if text is None:
            raise self._fault(Fault.MALFORMED, "no text in the answer")
        if len(text) > LONGEST_TEXT:
            raise self._fault(Fault.MALFORMED, f"{len(text)} characters in the answer, at most {LONGEST_TEXT}")
        if _SURROGATE.search(text):
            raise self._fault(Fault.MALFORMED, "half a character in the answer: it is not Unicode")
        name, response_id = litellm_reading.origin(reply, wire)
        return Response(
            text=text,
            tokens_in=usage.prompt,
            tokens_out=usage.output,
            finish_reason=finish_reason,
            cost_usd=self._cost(usage),
            latency_s=latency_s,
            model=name or self.name,
            id=response_id,
            tokens_reasoning=usage.reasoning,
        )

    def _cost(self, usage: Usage) -> float | None:
        """Price the call by the model the user named; LiteLLM would go by whatever name the server answers with."""
        price = litellm_prices.find(self.name)
        if price is None or usage.prompt is None or usage.output is None:
            return None
        return price.cost(usage.prompt, usage.cached, usage.output)

    def _fault(self, kind: Fault, detail: str) -> ProviderError:
        return litellm_faults.fault(kind, self.name, detail, mend=litellm_faults.around_the_proxy(kind))


def _messages(request: SampleRequest) -> list[dict[str, str]]:
    system = [{"role": "system", "content": request.prompt.system}] if request.prompt.system else []
    return [*system, {"role": "user", "content": request.prompt.user}]


def _without_system(prompt: Prompt) -> Prompt:
    return Prompt("", "\n\n".join(filter(None, (prompt.system, prompt.user))))
