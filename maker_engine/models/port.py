"""The port to whoever answers: prompt and parameters in; text, tokens, cost, finish reason and latency out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from maker_engine.core.forecasting.step_classes import StepClass

if TYPE_CHECKING:
    from maker_engine.core.responses import Response, SampleRequest
    from maker_engine.models.prices import Quote


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a model before a run; None where nothing is.

    Attributes:
        p: Probability that a valid sample is right.
        v: Probability that a sample carries no red flag.
        tokens_out: Mean output tokens of a sample.
        latency_s: Mean seconds of a call.
        usd_per_token_in: Price of a prompt token in dollars.
        usd_per_token_out: Price of an output token in dollars.
        classes: How steps differ, shares that sum to 1, in place of p and v; empty where nothing is known of that.
    """

    p: float | None = None
    v: float | None = None
    tokens_out: float | None = None
    latency_s: float | None = None
    usd_per_token_in: float | None = None
    usd_per_token_out: float | None = None
    classes: tuple[StepClass, ...] = ()


class Model(Protocol):
    """A model that samples responses. Every sample is independent: nothing may be cached between calls."""

    @property
    def name(self) -> str:
        """The model as the user named it."""

    @property
    def simulated(self) -> bool:
        """True for the built-in noisy model."""

    @property
    def figures(self) -> Figures:
        """What is known of it in advance."""

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is sent otherwise than ordered, since the model takes no other, and why; one line each."""

    def quote(self, request: SampleRequest) -> Quote:
        """Return the most that a call may use."""

    async def check(self) -> None:
        """Find out, before the first call, what can be found out without one: a missing key, an unknown parameter.

        Raises:
            InputError: One line that names the thing and the fix.
        """

    async def sample(self, request: SampleRequest) -> Response:
        """Draw one sample.

        Raises:
            ProviderError: No usable response came back.
        """

    async def aclose(self) -> None:
        """Close connections. No call may follow."""


@runtime_checkable
class ImmediateModel(Protocol):
    """A model that can answer without waiting; the runner then spares itself a coroutine a sample."""

    @property
    def immediate(self) -> bool:
        """True when `answer` may be used."""

    def answer(self, request: SampleRequest) -> Response:
        """Draw one sample now."""


class Together(NamedTuple):
    """Which samples of a ballot one call may bring.

    Attributes:
        most: Answers that a call for this sample may bring, its own included; 1 where it is to have its own call.
        temperature: What is sent, which is the same for all samples of a call; None for none.
    """

    most: int
    temperature: float | None


@runtime_checkable
class SeveralModel(Protocol):
    """A model that may answer several samples by one call, each by an answer of its own."""

    def together(self, request: SampleRequest) -> Together:
        """Return what decides which samples may share a call with this one, as far as is known by now."""

    async def sample_many(self, requests: Sequence[SampleRequest]) -> list[Response]:
        """Draw samples that are alike, by one call.

        Returns:
            At least one response, in the order of the requests. Where there are fewer, the last requests have got
            none; where there are more, the surplus was not asked for: it is paid for, and nothing else.

        Raises:
            ProviderError: No usable response came back.
        """
