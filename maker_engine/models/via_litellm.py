"""Real models, through LiteLLM: every provider it knows, and any server that speaks OpenAI's format.

LiteLLM translates between providers and does nothing else here: retries, rate limits, prices and streaming are ours,
because LiteLLM's would repeat, reject, misprice or cut samples in silence.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Prompt, Response, SampleRequest, UnusableError
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
from maker_engine.models.port import Figures, Together
from maker_engine.models.prices import Price, Quote
from maker_engine.models.sampling import Parameters, Sampling
from maker_engine.models.several import Several, Sharing, split

LONGEST_TEXT = 1_000_000  # characters; `max_tokens` is a request, which a broken server need not grant

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
        price: What it costs, None for its list price.
    """

    simulated = False

    def __init__(
        self,
        name: str,
        api_base: str | None = None,
        timeout_s: float = 120.0,
        sampling: Sampling | None = None,
        price: Price | None = None,
    ) -> None:
        self.name = name
        self._api_base = api_base
        self._timeout_s = timeout_s
        self._sampling = sampling or Sampling()
        self._parameters = Parameters(name, self._sampling, near=api_base is not None)
        self._several = Several(self._sampling.answers)
        self._price = price
        self._route: litellm_route.Route | None = None
        self._takes_system = True
        self._only_streams = False
        self._noted = litellm_wire.Noted()

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered and what answers are read in spite of, and why; one line each."""
        system = () if self._takes_system else (_NO_SYSTEM,)
        stream = (_STREAM,) if self._only_streams else ()
        return (*self._parameters.adjustments, *system, *stream, *self._several.adjustments, *self._noted.lines)

    @property
    def sharing(self) -> Sharing:
        """What is known by now of which samples may share a call."""
        return Sharing(self._several.most, self._parameters.drops_temperature, self._sampling.fixed)

    def together(self, request: SampleRequest) -> Together:
        """Return what decides which samples may share a call with this one, as far as is known by now."""
        return self.sharing.of(request)

    @property
    def figures(self) -> Figures:
        """The price, where one is known."""
        price = self.price
        return Figures() if price is None else Figures(usd_per_token_in=price.prompt, usd_per_token_out=price.output)

    @property
    def price(self) -> Price | None:
        """The price that was given, or the list price of the model the user named; None where there is none."""
        return self._price or litellm_prices.find(self.name)

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use."""
        return Quote.of(request, self.price)

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
        (response,) = await self.sample_many((request,))
        return response

    async def sample_many(self, requests: Sequence[SampleRequest]) -> list[Response]:
        """Draw samples that are alike by one call, as `SeveralModel.sample_many`.

        Raises:
            InputError: As for `check`.
            ProviderError: No usable response came back.
        """
        route = await self._prepared()
        litellm_setup.enter(self)
        litellm_setup.spare_logging()
        begun = time.monotonic()
        with litellm_wire.watched() as wire:
            reply, asked = await self._ask_adjusted(route, requests, wire)
            latency_s = time.monotonic() - begun
            try:
                responses = self._read(reply, asked, wire, latency_s)
            except ProviderError as error:
                self._several.failed(error, asked)
                raise self._paid(error, reply, wire, latency_s) from None
        self._noted.add(wire)
        temperature = self.together(requests[0]).temperature
        self._several.brought(len(requests), asked, len(reply.choices), responses, temperature)
        return responses

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
        if self._several.most > 1 and (objection := litellm_route.objection(route, {"n": 2})):
            self._several.alone(f"this model takes no other ({objection})")
        return route

    async def _ask(self, route: litellm_route.Route, request: SampleRequest, wanted: int) -> tuple[Any, int]:
        """Ask, and ask again where something was refused that need not be sent; return also for how many was asked."""
        answers, refusal = self._several.ask_for(wanted), None
        while True:
            sent = self._parameters.of(request)
            several = {"n": answers} if answers > 1 else {}
            try:
                reply = await self._call(route, request, {**sent, **several})
            except (litellm_faults.SystemRoleError, litellm_faults.StreamOnlyError):
                raise
            except ProviderError as error:
                if self._parameters.learn(error, sent):
                    continue
                fewer = self._several.failed(error, answers)
                if not fewer:
                    raise
                answers, refusal = fewer, error
            else:
                if refusal is not None:
                    self._several.refused(refusal, answers)
                return reply, answers

    async def _call(self, route: litellm_route.Route, request: SampleRequest, sent: Mapping[str, Any]) -> Any:
        fault: ProviderError | None = None
        try:
            async with asyncio.timeout(self._timeout_s):  # LiteLLM's own timeout starts again with every byte
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
            fault.maybe_billed = True
        except Exception as error:
            fault = litellm_faults.translate(error, self.name)
            if fault is None:
                raise
        # Raised out here, the error drags no chain along: LiteLLM's holds the request, and the request the key.
        raise fault

    async def _ask_adjusted(
        self, route: litellm_route.Route, requests: Sequence[SampleRequest], wire: litellm_wire.Wire
    ) -> tuple[Any, int]:
        """Ask, and ask again where the model takes no system prompt or the server only streams: once for each."""
        while True:
            sent = requests[0]
            if not self._takes_system:
                sent = replace(sent, prompt=_without_system(sent.prompt))
            wire.as_stream = self._only_streams
            try:
                return await self._ask(route, sent, len(requests))
            except litellm_faults.SystemRoleError:
                if not sent.prompt.system:
                    raise
                self._takes_system = False
            except litellm_faults.StreamOnlyError:
                if wire.as_stream:
                    raise
                self._only_streams = True
                self._several.alone("they come as streams")

    def _read(self, reply: Any, asked: int, wire: litellm_wire.Wire, latency_s: float) -> list[Response]:
        """Accept exactly what can be voted on, and share what the call used among it."""
        choices = getattr(reply, "choices", None)
        if not isinstance(choices, list) or not choices or (asked == 1 and len(choices) > 1):
            found = len(choices) if isinstance(choices, list) and choices else "no"
            raise self._fault(Fault.MALFORMED, f"{found} choices in the answer instead of one")
        usage = litellm_reading.usage(reply, wire)
        name, response_id = litellm_reading.origin(reply, wire)
        call = Response(
            text="",
            tokens_in=usage.prompt,
            tokens_out=usage.output,
            cost_usd=self._cost(usage),
            latency_s=latency_s,
            model=name or self.name,
            id=response_id,
            tokens_reasoning=usage.reasoning,
        )
        return split(call, self._answers(reply, wire, usage.output))

    def _answers(self, reply: Any, wire: litellm_wire.Wire, output: int | None) -> list[tuple[str, str]]:
        """Read the choices of one call; those that cannot be used are left out, as long as there is another."""
        answers: list[tuple[str, str]] = []
        fault: ProviderError | None = None
        for index in range(len(reply.choices)):
            try:
                answers.append(self._read_choice(reply, index, wire, output))
            except ProviderError as error:
                fault = fault or error
        if not answers and fault is not None:
            raise fault
        return answers

    def _read_choice(self, reply: Any, index: int, wire: litellm_wire.Wire, output: int | None) -> tuple[str, str]:
        """Return the text of an answer and how it ended."""
        text = litellm_reading.text(reply, index)
        finish_reason = litellm_reading.ending(reply, wire, output, index)
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
        return text, finish_reason

    def _paid(self, error: ProviderError, reply: Any, wire: litellm_wire.Wire, latency_s: float) -> ProviderError:
        """Return the fault of an answer that cannot be used, with what it cost where the server says so."""
        try:
            usage = litellm_reading.usage(reply, wire)
        except (AttributeError, LookupError, TypeError):
            return error  # nothing like an answer
        if usage.prompt is None and usage.output is None:
            return error
        name, _ = litellm_reading.origin(reply, wire)
        response = Response("", usage.prompt, usage.output, "", self._cost(usage), latency_s, name or self.name)
        return UnusableError(error.kind, str(error), response, error.retry_after_s)

    def _cost(self, usage: Usage) -> float | None:
        """Price the call by the model the user named; LiteLLM would go by whatever name the server answers with."""
        price = self.price
        if price is None or usage.prompt is None or usage.output is None:
            return None
        return price.cost(usage.prompt, usage.cached, usage.output, usage.written, usage.reasoning or 0)

    def _fault(self, kind: Fault, detail: str) -> ProviderError:
        return litellm_faults.fault(kind, self.name, detail, mend=litellm_faults.around_the_proxy(kind))


def _messages(request: SampleRequest) -> list[dict[str, str]]:
    system = [{"role": "system", "content": request.prompt.system}] if request.prompt.system else []
    return [*system, {"role": "user", "content": request.prompt.user}]


def _without_system(prompt: Prompt) -> Prompt:
    return Prompt("", "\n\n".join(filter(None, (prompt.system, prompt.user))))
