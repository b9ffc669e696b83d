"""A pool of voters: models, temperatures or wordings that take turns, since voting feeds on independent errors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.step_classes import StepClass, of_pool
from maker_engine.core.record.prompts import prompt_in_effect
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures, ImmediateModel, Model, SeveralModel, Together
from maker_engine.models.prices import Quote
from maker_engine.models.sampling import AUTO, DEFAULT, EFFORTS, Sampling, Temperature, read_temperature, reasons

VARIANTS: dict[str, str] = {
    "plain": "",
    "careful": "Work slowly: check your answer against the rules once more before you give it.",
    "brief": "Keep your reasoning short; nothing but the answer counts.",
    "restate": "Begin by restating the given state in your own words, then answer.",
    "doubt": "Assume that a first idea may be wrong: look for what speaks against it, then answer.",
}
"""Wordings that ask for the same answer in another way; each is added to the system prompt."""
VOTER_FORM = "MODEL [temperature=T] [reasoning=EFFORT] [variant=NAME]"
"""How a user writes a voter."""


@dataclass(frozen=True, slots=True)
class VoterSpec:
    """One voter as the user wrote it: `MODEL [temperature=T] [reasoning=EFFORT] [variant=NAME]`.

    Attributes:
        model: Name of the model.
        temperature: Of all its samples, None for the run's.
        variant: A key of `VARIANTS`.
        reasoning: One of `sampling.EFFORTS`, None for the run's.
    """

    model: str
    temperature: Temperature | None = None
    variant: str = "plain"
    reasoning: str | None = None

    @property
    def name(self) -> str:
        """The voter as a user writes it, without its wording."""
        temperature = [] if self.temperature is None else [f"temperature={self.temperature}"]
        reasoning = [] if self.reasoning is None else [f"reasoning={self.reasoning}"]
        return " ".join([self.model, *temperature, *reasoning])

    def sampling(self, shared: Sampling) -> Sampling:
        """Return how it is to sample, where the run says `shared`."""
        own = self.temperature
        fixed = shared.fixed if own is None else (float(own),) if not isinstance(own, str) else ()
        return Sampling(self.reasoning or shared.reasoning, fixed, shared.answers)

    def fitted(self, request: SampleRequest, shared: str) -> SampleRequest:
        """Return a request as this voter is asked, in a run whose effort of reasoning is `shared`."""
        if self.temperature is not None and self.temperature != AUTO:
            request = replace(request, temperature=None if isinstance(self.temperature, str) else self.temperature)
        if request.max_reasoning_tokens and not reasons(self.model, self.reasoning or shared):
            request = replace(request, max_reasoning_tokens=0)
        if wording := VARIANTS[self.variant]:
            request = replace(request, prompt=prompt_in_effect(request.prompt, wording=wording))
        return request


def parse_voter(text: str) -> VoterSpec:
    """Read a voter.

    Raises:
        InputError: It names no model, or something that a voter does not have.
    """
    words = text.split()
    if not words:
        raise InputError(f"a voter is written {VOTER_FORM}; the model is missing")
    spec = VoterSpec(words[0])
    for word in words[1:]:
        name, _, value = word.partition("=")
        if name == "temperature":
            spec = replace(spec, temperature=_temperature(value))
        elif name == "reasoning" and value in EFFORTS:
            spec = replace(spec, reasoning=value)
        elif name == "reasoning":
            raise InputError(f"voter {words[0]!r}: reasoning is one of {', '.join(EFFORTS)}, got {value!r}")
        elif name == "variant" and value in VARIANTS:
            spec = replace(spec, variant=value)
        elif name == "variant":
            raise InputError(f"voter {words[0]!r}: there is no variant {value!r}; known: {', '.join(VARIANTS)}")
        else:
            raise InputError(f"voter {words[0]!r}: {word!r} is none of temperature=T, reasoning=EFFORT, variant=NAME")
    return spec


def _temperature(value: str) -> Temperature:
    try:
        return read_temperature(value)
    except InputError as error:
        raise InputError(f"a voter's temperature {error}") from None


@dataclass(frozen=True, slots=True)
class Member:
    """One of those who answer in a run.

    Attributes:
        voter: Its number, as in `SampleRequest.voter`.
        name: The voter as a user writes it.
        model: Who answers.
        spec: What it was ordered as.
        shared: The run's effort of reasoning.
    """

    voter: int
    name: str
    model: Model
    spec: VoterSpec
    shared: str = DEFAULT

    def fitted(self, request: SampleRequest) -> SampleRequest:
        """Return a request as this one is asked."""
        return self.spec.fitted(request, self.shared)


def members(model: Model) -> list[Member]:
    """Return all who answer in a run, each distinct one once: wordings of the same voter are no distinction."""
    if isinstance(model, Pool):
        return model.members
    return [Member(0, model.name, model, VoterSpec(model.name))]


class Pool:
    """Several models as one; the request says which of them answers.

    Args:
        voters: The voters in turn, each with its model.
        others: Those who are not in the pool, by `DRAFT` and `ESCALATED`.
    """

    def __init__(
        self, voters: Sequence[tuple[VoterSpec, Model]], others: Mapping[int, Model], reasoning: str = DEFAULT
    ) -> None:
        self._voters = list(voters)
        self._others = dict(others)
        self._reasoning = reasoning

    @property
    def name(self) -> str:
        """The voters' names."""
        return " + ".join(dict.fromkeys(spec.model for spec, _ in self._voters))

    @property
    def simulated(self) -> bool:
        """True when no one in it is real."""
        return all(model.simulated for model in self._models)

    @property
    def figures(self) -> Figures:
        """The voters' mean figures; None where one of them is not known."""
        known = [model.figures for _, model in self._voters]

        def mean(name: str) -> float | None:
            values = [getattr(figures, name) for figures in known]
            return None if None in values else sum(values) / len(values)

        p, v, tokens_out, latency_s, price_in, price_out = map(mean, _MEANS)
        return Figures(p, v, tokens_out, latency_s, price_in, price_out, _classes(known))

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered, each line with its model's name."""
        found = (f"{model.name}: {line}" for model in self._models for line in model.adjustments)
        return tuple(dict.fromkeys(found))

    @property
    def members(self) -> list[Member]:
        """All who answer, each distinct one once, the voters first."""
        distinct: dict[str, Member] = {}
        for number, (spec, model) in enumerate(self._voters):
            distinct.setdefault(spec.name, Member(number, spec.name, model, spec, self._reasoning))
        others = [
            Member(role, model.name, model, VoterSpec(model.name), self._reasoning)
            for role, model in self._others.items()
        ]
        return [*distinct.values(), *others]

    @property
    def immediate(self) -> bool:
        """True when all of them answer at once."""
        return all(getattr(model, "immediate", False) for model in self._models)

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call of the voter whose turn it is may use."""
        model, said = self._turn(request)
        return model.quote(said)

    async def check(self) -> None:
        """Check everybody."""
        await asyncio.gather(*(model.check() for model in self._models))

    async def sample(self, request: SampleRequest) -> Response:
        """Let the voter whose turn it is answer."""
        model, said = self._turn(request)
        return await model.sample(said)

    def together(self, request: SampleRequest) -> Together:
        """Return what decides which samples may share a call with this one, as the voter whose turn it is says."""
        model, said = self._turn(request)
        return model.together(said) if isinstance(model, SeveralModel) else Together(1, said.temperature)

    async def sample_many(self, requests: Sequence[SampleRequest]) -> list[Response]:
        """Let the voter whose turn it is answer all of them; they are all the same one's."""
        turns = [self._turn(request) for request in requests]
        model = turns[0][0]
        if not isinstance(model, SeveralModel):
            raise TypeError(f"{model.name} answers one sample a call")
        return await model.sample_many([said for _, said in turns])

    def answer(self, request: SampleRequest) -> Response:
        """Let the voter whose turn it is answer at once."""
        model, said = self._turn(request)
        if not isinstance(model, ImmediateModel):
            raise TypeError(f"{model.name} does not answer at once")
        return model.answer(said)

    async def aclose(self) -> None:
        """Close everybody."""
        await asyncio.gather(*(model.aclose() for model in self._models))

    @property
    def _models(self) -> list[Model]:
        return [*(model for _, model in self._voters), *self._others.values()]

    def _turn(self, request: SampleRequest) -> tuple[Model, SampleRequest]:
        if request.voter < 0:
            model = self._others[request.voter]
            return model, VoterSpec(model.name).fitted(request, self._reasoning)
        spec, model = self._voters[request.voter]
        return model, spec.fitted(request, self._reasoning)


_MEANS = ("p", "v", "tokens_out", "latency_s", "usd_per_token_in", "usd_per_token_out")


def _classes(known: Sequence[Figures]) -> tuple[StepClass, ...]:
    """Return how steps differ for voters that take turns; nothing where that is not known of them."""
    each = [one.classes or _alike(one) for one in known]
    return of_pool(each) if all(each) and any(one.classes for one in known) else ()


def _alike(figures: Figures) -> tuple[StepClass, ...]:
    return () if figures.p is None or figures.v is None else (StepClass(1.0, figures.p, figures.v),)
