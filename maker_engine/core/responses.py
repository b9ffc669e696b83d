"""The plain values that pass between the three ideas: a request for a sample, its response, and a red flag on it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from maker_engine.core.answers.form import AnswerForm, Constraint
from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.flags import Flag as Flag, excerpt as excerpt  # noqa: PLC0414 - with what they are about


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an agent reads. It knows nothing else: no history, no step number."""

    system: str
    user: str


class Question(NamedTuple):
    """What a request asks for, where the answer has a form. Nothing of it is sent but the constraint.

    Attributes:
        state: The state it is asked at; simulated models find in the oracle what is right there.
        form: The form of the answer, None where only the constraint is known.
        constraint: What the provider is to hold the answer to, None for nothing.
    """

    state: Hashable
    form: AnswerForm[Any] | None
    constraint: Constraint | None = None


@dataclass(frozen=True, slots=True, init=False)
class SampleRequest:
    """One independent sample to draw for a step.

    Attributes:
        step: Step of the run, 0-based.
        sample: Number of this sample within its step, 0-based, in launch order.
        prompt: What to send.
        temperature: Sampling temperature, None to send none.
        max_tokens: Most output tokens the answer may have; also the call's own limit, so rambling costs no more.
        ballot: Serial number of the ballot it belongs to; a step that is opened again has another one.
        copy: 0, or 1 for a second call sent because the first is slow: the first of the two to answer is the sample.
        voter: Which voter of the pool answers, 0-based; `DRAFT` or `ESCALATED` for those who are not in the pool.
        max_reasoning_tokens: Room for reasoning before the answer, in output tokens; the call's limit is both
            together. 0 for a model that does not reason.
        question: The state and the form of the answer, None where the task words and reads its answers itself.
    """

    step: int
    sample: int
    prompt: Prompt
    temperature: float | None
    max_tokens: int
    ballot: int = 0
    copy: int = 0
    voter: int = 0
    max_reasoning_tokens: int = 0
    question: Question | None = None

    def __init__(  # noqa: PLR0913, PLR0917 - one a field
        self,
        step: int,
        sample: int,
        prompt: Prompt,
        temperature: float | None,
        max_tokens: int,
        ballot: int = 0,
        copy: int = 0,
        voter: int = 0,
        max_reasoning_tokens: int = 0,
        question: Question | None = None,
    ) -> None:
        _request_step(self, step)
        _request_sample(self, sample)
        _request_prompt(self, prompt)
        _request_temperature(self, temperature)
        _request_max_tokens(self, max_tokens)
        _request_ballot(self, ballot)
        _request_copy(self, copy)
        _request_voter(self, voter)
        _request_max_reasoning_tokens(self, max_reasoning_tokens)
        _request_question(self, question)

    @property
    def max_output(self) -> int:
        """Most output tokens of the call, reasoning included."""
        return self.max_tokens + self.max_reasoning_tokens


# Several are made for every step. A slot set by its descriptor takes half the time of a frozen class's own `__init__`.
(
    _request_step,
    _request_sample,
    _request_prompt,
    _request_temperature,
    _request_max_tokens,
    _request_ballot,
    _request_copy,
    _request_voter,
    _request_max_reasoning_tokens,
    _request_question,
) = (field.__set__ for field in map(SampleRequest.__dict__.__getitem__, SampleRequest.__slots__))


def is_extra(request: SampleRequest) -> bool:
    """Return whether a request is waste from the start: a draft, or the second of two calls for one sample."""
    return request.voter == DRAFT or request.copy > 0


def is_draft(request: SampleRequest) -> bool:
    """Return whether the response only predicts, and never votes."""
    return request.voter == DRAFT


def is_probe(request: SampleRequest) -> bool:
    """Return whether the response is only shown, and never counted."""
    return request.sample >= PROBES


PROBES = 2**30
"""Probes are numbered from here: no step draws so many samples that count."""
DRAFT = -1
"""The voter whose answer predicts a step and never votes."""
ESCALATED = -2
"""The stronger model that gets a fresh ballot when a step cannot be decided."""


@dataclass(frozen=True, slots=True, init=False)
class Response:
    """One response as it came back.

    Attributes:
        text: The answer's raw text. Hostile until shown through `maker_engine.printable`.
        tokens_in: Prompt tokens billed, None when the provider did not say.
        tokens_out: Output tokens billed, reasoning included, None when the provider did not say.
        finish_reason: Why it ended, in the OpenAI words: "stop" is the only good one, "length" means cut off.
        cost_usd: Price of the call in dollars, None when no price is known.
        latency_s: Seconds from asking to having it whole.
        model: Name of the model that served it.
        id: The provider's own id of the response, empty when it gives none.
        tokens_reasoning: How many of the output tokens were reasoning, None when the provider did not say.
        shared: Answers that the call brought, of which this is one: tokens and cost are its share of them.
        began_s: When the call was begun, in s since 1970; None for a model that answers at once. Not compared.
    """

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish_reason: str = "stop"
    cost_usd: float | None = None
    latency_s: float = 0.0
    model: str = ""
    id: str = ""
    tokens_reasoning: int | None = None
    shared: int = 1
    began_s: float | None = field(default=None, compare=False)

    def __init__(  # noqa: PLR0913, PLR0917 - one a field
        self,
        text: str,
        tokens_in: int | None = None,
        tokens_out: int | None = None,
        finish_reason: str = "stop",
        cost_usd: float | None = None,
        latency_s: float = 0.0,
        model: str = "",
        id: str = "",  # noqa: A002 - as the field
        tokens_reasoning: int | None = None,
        shared: int = 1,
        began_s: float | None = None,
    ) -> None:
        _response_text(self, text)
        _response_tokens_in(self, tokens_in)
        _response_tokens_out(self, tokens_out)
        _response_finish_reason(self, finish_reason)
        _response_cost_usd(self, cost_usd)
        _response_latency_s(self, latency_s)
        _response_model(self, model)
        _response_id(self, id)
        _response_tokens_reasoning(self, tokens_reasoning)
        _response_shared(self, shared)
        _response_began_s(self, began_s)

    def begun(self, at_s: float) -> Response:
        """Return the same, of a call that was begun then, in s since 1970."""
        return Response(
            self.text, self.tokens_in, self.tokens_out, self.finish_reason, self.cost_usd, self.latency_s, self.model,
            self.id, self.tokens_reasoning, self.shared, at_s,
        )  # fmt: skip

    @property
    def tokens_answer(self) -> int | None:
        """Output tokens without the reasoning, None when the provider did not say how many there were."""
        return None if self.tokens_out is None else max(0, self.tokens_out - (self.tokens_reasoning or 0))


(
    _response_text,
    _response_tokens_in,
    _response_tokens_out,
    _response_finish_reason,
    _response_cost_usd,
    _response_latency_s,
    _response_model,
    _response_id,
    _response_tokens_reasoning,
    _response_shared,
    _response_began_s,
) = (field.__set__ for field in map(Response.__dict__.__getitem__, Response.__slots__))


class UnusableError(ProviderError):
    """A response came back that cannot be used; it was paid for.

    Attributes:
        response: What it cost, and who sent it.
    """

    def __init__(self, kind: Fault, message: str, response: Response, retry_after_s: float | None = None) -> None:
        super().__init__(kind, message, retry_after_s)
        self.response = response


AtOnce: TypeAlias = Callable[[SampleRequest], Response]
"""Asks a model that answers at once."""
Afford: TypeAlias = Callable[[SampleRequest], bool]
"""Returns whether a request may go out, and sets aside what it can cost at most."""
Alike: TypeAlias = Callable[[SampleRequest], tuple[Hashable, int]]
"""Returns what requests that one call can bring have in common, and how many of them it can bring at most."""


def alone(request: SampleRequest) -> tuple[Hashable, int]:  # noqa: ARG001 - an `Alike`
    """Say of every sample that it has a call of its own."""
    return None, 1


class Sample(NamedTuple):
    """A sample whose turn has come and that is counted.

    Attributes:
        sample: Its number within its step, 0-based.
        verdict: The candidate it voted for, or the flag that discarded it.
        response: What came back.
    """

    sample: int
    verdict: Hashable
    response: Response
