"""The simulated noisy model: writes real response text by reading the prompt, and errs at the rates of its profile.

It goes the whole way a real model goes (prompt, response text, red flags, parse, vote). A sample is a function of
seed, step and sample number only, so a run is the same whatever the concurrency. Temperature does not change it.
"""

from __future__ import annotations

import asyncio
import math
import struct
from bisect import bisect_right
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Mistake
from maker_engine.core.errors import TaskError
from maker_engine.core.forecasting.step_classes import StepClass
from maker_engine.core.imitating import imitated
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.models.port import Figures
from maker_engine.models.prices import CHARACTERS_PER_TOKEN, Price, Quote
from maker_engine.models.profile import Profile

LONG = 1.3
"""A response longer than this many mean lengths is long; the paper's bound of 700 tokens at a mean of 538 (§4.5)."""
DRAWS = 100
_FAR = 10**9
"""Samples from this number on belong to no run: a forecast looks at them."""
_SECOND_THOUGHTS = " Wait, let me go through that once more."
_REFUSAL = "I'm sorry, but I cannot help with moving things around without more context."

# How invalid responses are divided: (share, kind). Together 1.
_INVALID = (
    (0.40, Mistake.MALFORMED),
    (0.25, "ramble"),
    (0.15, Mistake.ILLEGAL),
    (0.15, Mistake.INCONSISTENT),
    (0.05, "refusal"),
)


class Draws(NamedTuple):
    """Independent uniform numbers in (0, 1) and an integer, a function of seed, step and sample only."""

    valid: float
    right: float
    kind: float
    length: float
    length_angle: float
    latency: float
    latency_angle: float
    variant: int


def draw(seed: int, step: int, sample: int) -> Draws:
    """Throw the dice of one sample."""
    digest = blake2b(b"%d/%d/%d" % (seed, step, sample), digest_size=64).digest()
    *words, variant = struct.unpack("<8Q", digest)
    valid, right, kind, length, length_angle, latency, latency_angle = ((word + 0.5) / 2**64 for word in words)
    return Draws(valid, right, kind, length, length_angle, latency, latency_angle, variant >> 32)


class SimulatedModel:
    """A noisy model over a task that can imitate responses. Always labelled as simulated.

    Args:
        name: The model as the user wrote it.
        profile: Its figures.
        task: Writes the responses, from the prompt alone.
        seed: Of all its dice.
    """

    simulated = True
    adjustments = ()

    def __init__(self, name: str, profile: Profile, task: AnyTask, seed: int = 0) -> None:
        self.name = name
        self._profile = profile
        self._task = task
        self._seed = seed
        varied = profile.law is not None and len(profile.law.points) > 1
        self._classes = profile.hard_classes + (profile.other_classes if varied else ())
        self._ends = list(accumulate(one.share for one in self._classes))
        if varied:
            self._ends[-1] = 1.0  # the shares may sum to a little less
        self._drawn: tuple[int, StepClass | None] = (-1, None)  # the class of the step that was asked for last

    @property
    def figures(self) -> Figures:
        """The profile's own figures: nothing about this model is a guess."""
        return self._profile.figures

    @property
    def immediate(self) -> bool:
        """True when its latency is 0."""
        return self._profile.latency == 0

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use; of the prompt that is what it will use."""
        prompt, output = self._profile.price_in / 1e6, self._profile.price_out / 1e6
        return Quote(_tokens_of(request), request.max_output, Price(prompt, prompt, output))

    async def check(self) -> None:
        """Nothing can be missing."""

    async def aclose(self) -> None:
        """Nothing is open."""

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one sample, taking its latency in real time."""
        response = self.answer(request)
        await asyncio.sleep(response.latency_s)
        return response

    def answer(self, request: SampleRequest) -> Response:
        """Draw one sample at once."""
        draws = draw(self._seed, request.step, request.sample)
        tokens = self._length(draws)
        text, cut = self._text(request, draws, tokens)
        tokens_in = _tokens_of(request)
        tokens_out = request.max_tokens if cut else _tokens(text)
        return Response(
            text=text,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            finish_reason="length" if cut else "stop",
            cost_usd=(tokens_in * self._profile.price_in + tokens_out * self._profile.price_out) / 1e6,
            latency_s=self._latency(draw(self._seed, request.step, -2 - request.sample) if request.copy else draws),
            model=self.name,
        )

    def _text(self, request: SampleRequest, draws: Draws, tokens: float) -> tuple[str, bool]:
        """Write the response; True with it when it was cut off at the token limit."""
        variant = draws.variant
        mistake: Mistake | None = None
        hard = self._hardness(request.step) if self._classes else None
        if draws.valid >= (self._profile.v if hard is None else hard.v):
            kind = _invalid_kind(draws.kind)
            if kind == "refusal":
                return _REFUSAL, False
            if isinstance(kind, Mistake):
                mistake = kind
            else:
                tokens = math.inf
        elif draws.right < (self._error_rate(tokens) if hard is None else 1 - hard.p):
            mistake = Mistake.WRONG
            if hard is not None:  # correlated: whoever errs here errs in the same way
                variant = draw(self._seed, request.step, -1).variant
        try:
            reasoning, answer = imitated(self._task, request.prompt, request.question, mistake, variant)
        except NotImplementedError as error:
            raise TaskError(str(error)) from error
        limit = request.max_tokens * CHARACTERS_PER_TOKEN
        room = min(tokens * CHARACTERS_PER_TOKEN, limit) - len(answer)
        again = max(0, math.ceil((room - len(reasoning)) / (len(reasoning) + len(_SECOND_THOUGHTS) + 1)))
        if not reasoning:  # what says nothing says nothing at any length
            return answer, False
        thinking = reasoning + (_SECOND_THOUGHTS + " " + reasoning) * again
        if len(thinking) + len(answer) + 2 > limit:
            return thinking[:limit], True
        return f"{thinking}\n\n{answer}", False

    def _hardness(self, step: int) -> StepClass | None:
        """Return the class of a step whose wrong answers agree; None for the steps that are alike."""
        if self._drawn[0] != step:
            die = draw(self._seed, step, -1).kind
            place = bisect_right(self._ends, die)
            self._drawn = step, self._classes[place] if place < len(self._classes) else None
        return self._drawn[1]

    def _length(self, draws: Draws) -> float:
        """Output tokens aimed at: lognormal with the profile's mean and spread."""
        mu, sigma = self._lognormal
        return math.exp(mu + sigma * _normal(draws.length, draws.length_angle))

    def drawn(self, request: SampleRequest, draws: int = DRAWS) -> tuple[float, float]:
        """Return what a forecast needs beside the profile, as texts are of whole sentences.

        Returns:
            Mean output tokens of responses to such a request, and the share that its limit leaves whole.
        """
        samples = [self.answer(replace(request, sample=_FAR + number)) for number in range(draws)]
        mean = math.fsum(one.tokens_out or 0 for one in samples) / draws
        longer = max(0.0, mean - self._profile.tokens)
        mu, sigma = self._lognormal
        if not sigma:
            return mean, 1.0
        ends = [math.log(max(1.0, request.max_tokens - 2 * longer * place / 10)) for place in (1, 3, 5, 7, 9)]
        return mean, math.fsum(0.5 * math.erfc((mu - end) / (sigma * math.sqrt(2))) for end in ends) / len(ends)

    @cached_property
    def _lognormal(self) -> tuple[float, float]:
        variance = math.log1p((self._profile.spread / self._profile.tokens) ** 2)
        return math.log(self._profile.tokens) - variance / 2, math.sqrt(variance)

    @cached_property
    def _error_rates(self) -> tuple[float, float]:
        """Error rates of short and of long responses, so that over all lengths the rate is 1 − p."""
        mu, sigma = self._lognormal
        bound = math.log(LONG * self._profile.tokens)
        share = 0.5 * math.erfc((bound - mu) / (sigma * math.sqrt(2))) if sigma else 0.0
        law = self._profile.law
        error = 1 - (self._profile.p if law is None else law.mean)
        long = min(1.0, error * self._profile.long_factor / (1 - share + share * self._profile.long_factor))
        return (error - share * long) / (1 - share), long

    def _error_rate(self, tokens: float) -> float:
        short, long = self._error_rates
        return long if tokens > LONG * self._profile.tokens else short

    def _latency(self, draws: Draws) -> float:
        sigma = self._profile.latency_spread
        if not self._profile.latency:
            return 0.0
        return self._profile.latency * math.exp(sigma * _normal(draws.latency, draws.latency_angle) - sigma * sigma / 2)


def _normal(radius: float, angle: float) -> float:
    return math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * angle)


def _tokens_of(request: SampleRequest) -> int:
    return _tokens(request.prompt.system) + _tokens(request.prompt.user)


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def _invalid_kind(share: float) -> Mistake | str:
    for weight, kind in _INVALID:
        if share < weight:
            return kind
        share -= weight
    return _INVALID[-1][1]
