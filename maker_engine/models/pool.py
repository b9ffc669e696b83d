"""A pool of voters: models, temperatures or wordings that take turns, since voting feeds on independent errors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from maker_engine.core.errors import InputError
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.port import Figures, ImmediateModel, Model

VARIANTS: dict[str, str] = {
    "plain": "",
    "careful": "Work slowly: check your answer against the rules once more before you give it.",
    "brief": "Keep your reasoning short; nothing but the answer counts.",
    "restate": "Begin by restating the given state in your own words, then answer.",
    "doubt": "Assume that a first idea may be wrong: look for what speaks against it, then answer.",
}
"""Wordings that ask for the same answer in another way; each is added to the system prompt."""


@dataclass(frozen=True, slots=True)
class VoterSpec:
    """One voter as the user wrote it: `MODEL [temperature=T] [variant=NAME]`.

    Attributes:
        model: Name of the model.
        temperature: Of all its samples, None for the run's.
        variant: A key of `VARIANTS`.
    """

    model: str
    temperature: float | None = None
    variant: str = "plain"


def parse_voter(text: str) -> VoterSpec:
    """Read a voter.

    Raises:
        InputError: It names no model, or something that a voter does not have.
    """
    words = text.split()
    if not words:
        raise InputError("a voter is written MODEL [temperature=T] [variant=NAME]; the model is missing")
    spec = VoterSpec(words[0])
    for word in words[1:]:
        name, _, value = word.partition("=")
        if name == "temperature":
            spec = replace(spec, temperature=_temperature(value))
        elif name == "variant" and value in VARIANTS:
            spec = replace(spec, variant=value)
        elif name == "variant":
            raise InputError(f"voter {words[0]!r}: there is no variant {value!r}; known: {', '.join(VARIANTS)}")
        else:
            raise InputError(f"voter {words[0]!r}: {word!r} is neither temperature=T nor variant=NAME")
    return spec


def _temperature(value: str) -> float:
    try:
        temperature = float(value)
    except ValueError:
        temperature = -1.0
    if not 0 <= temperature <= 2:
        raise InputError(f"a voter's temperature lies between 0 and 2, got {value!r}")
    return temperature


class Pool:
    """Several models as one; the request says which of them answers.

    Args:
        voters: The voters in turn, each with its model.
        others: Those who are not in the pool, by `DRAFT` and `ESCALATED`.
    """

    def __init__(self, voters: Sequence[tuple[VoterSpec, Model]], others: Mapping[int, Model]) -> None:
        self._voters = list(voters)
        self._others = dict(others)

    @property
    def name(self) -> str:
        """The voters' names."""
        return " + ".join(dict.fromkeys(spec.model for spec, _ in self._voters))

    @property
    def simulated(self) -> bool:
        """True when nobody in it is real."""
        return all(model.simulated for model in self._models)

    @property
    def figures(self) -> Figures:
        """The voters' mean figures; None where one of them is not known."""
        known = [model.figures for _, model in self._voters]

        def mean(name: str) -> float | None:
            values = [getattr(figures, name) for figures in known]
            return None if None in values else sum(values) / len(values)

        return Figures(*(mean(name) for name in Figures.__dataclass_fields__))

    @property
    def immediate(self) -> bool:
        """True when all of them answer at once."""
        return all(getattr(model, "immediate", False) for model in self._models)

    async def check(self) -> None:
        """Check everybody."""
        await asyncio.gather(*(model.check() for model in self._models))

    async def sample(self, request: SampleRequest) -> Response:
        """Let the voter whose turn it is answer."""
        model, said = self._turn(request)
        return await model.sample(said)

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
            return self._others[request.voter], request
        spec, model = self._voters[request.voter]
        if spec.temperature is not None:
            request = replace(request, temperature=spec.temperature)
        if VARIANTS[spec.variant]:
            system = f"{request.prompt.system}\n\n{VARIANTS[spec.variant]}"
            request = replace(request, prompt=Prompt(system, request.prompt.user))
        return model, request
