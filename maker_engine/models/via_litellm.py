"""Real models, through LiteLLM: every provider it knows, and any server that speaks OpenAI's format.

LiteLLM translates between providers and does nothing else here: retries, rate limits, prices and streaming are ours,
because LiteLLM's would repeat, reject, misprice or cut samples in silence.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models import litellm_calls, litellm_faults, litellm_prices, litellm_route, litellm_setup
from maker_engine.models.port import Figures
from maker_engine.models.sampling import Parameters, Sampling
from maker_engine.models.served_name import served_name

LONGEST_TEXT = 1_000_000  # characters; `max_tokens` is a wish, which a broken server need not grant
LONGEST_WORD = 100  # characters of a model's name or a finish reason

# LiteLLM says "stop" for every reason it does not know, and for "error" too; these natives do mean a complete answer.
_COMPLETE = frozenset({"stop", "STOP", "end_turn", "stop_sequence", "eos", "eos_token", "COMPLETE"})
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

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered, and why; one line each."""
        return self._parameters.adjustments

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
        reply = await self._ask(route, request)
        return self._read(reply, time.monotonic() - asked)

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

    def _read(self, reply: Any, latency_s: float) -> Response:
        """Accept exactly what a vote can stand on."""
        choices = getattr(reply, "choices", None)
        if not isinstance(choices, list) or len(choices) != 1:
            found = len(choices) if isinstance(choices, list) else "no"
            raise self._fault(Fault.MALFORMED, f"{found} choices in the answer instead of one")
        finish_reason = _finish_reason(choices[0])
        text = getattr(getattr(choices[0], "message", None), "content", None)
        if text is None and finish_reason != "stop":
            text = ""  # cut off while still reasoning, or filtered: an answer to flag, not a fault to try again
        if not isinstance(text, str):
            raise self._fault(Fault.MALFORMED, "no text in the answer")
        if len(text) > LONGEST_TEXT:
            raise self._fault(Fault.MALFORMED, f"{len(text)} characters in the answer, at most {LONGEST_TEXT}")
        if _SURROGATE.search(text):
            raise self._fault(Fault.MALFORMED, "half a character in the answer: it is not Unicode")
        tokens_in, cached, tokens_out = _usage(getattr(reply, "usage", None))
        return Response(
            text=text,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            finish_reason=finish_reason,
            cost_usd=self._cost(tokens_in, cached, tokens_out),
            latency_s=latency_s,
            model=served_name(str(getattr(reply, "model", None) or self.name))[:LONGEST_WORD],
            id=str(getattr(reply, "id", None) or "")[:LONGEST_WORD],
            tokens_reasoning=_reasoning(getattr(reply, "usage", None), tokens_out),
        )

    def _cost(self, tokens_in: int | None, cached: int, tokens_out: int | None) -> float | None:
        """Price the call by the model the user named; LiteLLM would go by whatever name the server answers with."""
        price = litellm_prices.find(self.name)
        if price is None or tokens_in is None or tokens_out is None:
            return None
        return price.cost(tokens_in, cached, tokens_out)

    def _fault(self, kind: Fault, detail: str) -> ProviderError:
        return litellm_faults.fault(kind, self.name, detail)


def _messages(request: SampleRequest) -> list[dict[str, str]]:
    system = [{"role": "system", "content": request.prompt.system}] if request.prompt.system else []
    return [*system, {"role": "user", "content": request.prompt.user}]


def _finish_reason(choice: Any) -> str:
    said = str(getattr(choice, "finish_reason", None))
    native = (getattr(choice, "provider_specific_fields", None) or {}).get("native_finish_reason")
    return said if said != "stop" or native is None or native in _COMPLETE else str(native)[:LONGEST_WORD]


def _usage(usage: Any) -> tuple[int | None, int, int | None]:
    """Return prompt tokens, how many of them came from a cache, and output tokens.

    LiteLLM reports 0 and 0 where the provider reported nothing.
    """
    prompt, output = _count(getattr(usage, "prompt_tokens", None)), _count(getattr(usage, "completion_tokens", None))
    if not prompt and not output:
        return None, 0, None
    cached = _count(getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None)) or 0
    return prompt, min(cached, prompt or 0), output


def _reasoning(usage: Any, tokens_out: int | None) -> int | None:
    """Return how many output tokens were reasoning, None where the provider does not say."""
    said = _count(getattr(getattr(usage, "completion_tokens_details", None), "reasoning_tokens", None))
    return None if said is None or tokens_out is None else min(said, tokens_out)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
