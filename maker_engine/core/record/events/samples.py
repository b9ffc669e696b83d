"""Events of samples: asked for, counted, flagged, failed, wasted, paid for."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from maker_engine.core.record.events.event import Event
from maker_engine.core.responses import Flag, Response, Sample


@dataclass(frozen=True, slots=True)
class SampleAsked(Event):
    """A sample (0-based within its step) was sent to the model."""

    step: int
    sample: int


@dataclass(frozen=True, slots=True)
class SampleFailed(Event):
    """A call brought no usable response and will be made again: neither a vote nor a flag.

    Attributes:
        step: Step, 0-based.
        sample: Sample within the step, 0-based.
        kind: `errors.Fault` in words.
        message: One line.
        wait_s: Seconds until the next attempt.
    """

    step: int
    sample: int
    kind: str
    message: str
    wait_s: float


@dataclass(frozen=True, slots=True)
class VoteCast(Event):
    """A valid response voted for `answer`."""

    step: int
    sample: int
    answer: Hashable
    response: Response


@dataclass(frozen=True, slots=True)
class ResponseFlagged(Event):
    """A response was discarded."""

    step: int
    sample: int
    flag: Flag
    response: Response


@dataclass(frozen=True, slots=True)
class SamplesDrawn(Event):
    """Samples were drawn one after another from a model that answers at once, and each was counted.

    It represents as many `SampleAsked`, each with the `VoteCast` or `ResponseFlagged` that came of it.
    """

    step: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class SampleArrived(Event):
    """A response came back before its turn, to a step that waits for others; it is counted when its turn has come.

    Attributes:
        step: Step, 0-based: independent of the open one.
        sample: Sample within the step, 0-based.
        verdict: The candidate it will vote for, or the flag that discards it.
        response: What came back.
    """

    step: int
    sample: int
    verdict: Hashable
    response: Response


@dataclass(frozen=True, slots=True)
class SampleWasted(Event):
    """A sample drawn for nothing: its step was squashed or decided without it, or it was a draft or a second call.

    `guess` says that its step was opened from a prediction that did not hold, or that the run ended before it.
    """

    step: int
    sample: int
    guess: bool = False


@dataclass(frozen=True, slots=True)
class ResponseWasted(Event):
    """A response came back for a wasted sample; it is paid for, and nothing else."""

    step: int
    response: Response


@dataclass(frozen=True, slots=True)
class ResponseRefused(Event):
    """A response was not admitted: a copy of another one, or another model's. It is paid for, and nothing else.

    Attributes:
        step: Step, 0-based.
        sample: Sample within the step, 0-based.
        kind: `errors.Fault` in words, or "surplus" for an answer that was not asked for.
        response: What came back.
    """

    step: int
    sample: int
    kind: str
    response: Response


@dataclass(frozen=True, slots=True)
class UsageEstimated(Event):
    """A call was counted by an estimate, since no one said what it used: a server that does not, or no answer at all.

    Attributes:
        step: Step, 0-based.
        sample: Sample within the step, 0-based.
        tokens: Prompt and output tokens, at most.
        usd: Dollars, at most; 0 where no price is known.
    """

    step: int
    sample: int
    tokens: int
    usd: float
