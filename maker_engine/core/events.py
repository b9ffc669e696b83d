"""Events, past tense: everything that happened in a run, in the order in which it counts. All frozen."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeAlias, get_args

from maker_engine.core.hopeless import StepHopeless
from maker_engine.core.interventions import ProbeAnswered, ProbeAsked, SettingsChanged
from maker_engine.core.model_check import ModelCheck
from maker_engine.core.outcomes import Outcome as Outcome  # noqa: PLC0414 - an event tells it
from maker_engine.core.responses import Flag, Response, Sample
from maker_engine.core.words import PersonAmended, PersonAnswered, PersonAsked, WordsRefused


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run began.

    Attributes:
        task: Id of the task.
        title: Its name on the screen.
        problem: The problem's label.
        model: Name of the model.
        simulated: True for the built-in noisy model; every screen says so.
        k: Margin needed.
        rule: "ahead" (first-to-ahead-by-k), "first" (first-to-k), or one written out (`voting.named_rule`).
        seed: Seed of the simulated model.
        steps: Expected steps, None when that cannot be known.
        has_oracle: True where the task knows the right answers, so that wrong decisions are counted.
    """

    task: str
    title: str
    problem: str
    model: str
    simulated: bool
    k: int
    rule: str
    seed: int
    steps: int | None
    has_oracle: bool


@dataclass(frozen=True, slots=True)
class RunResumed:
    """A run that had ended, or was cut off, goes on from where its session stands."""


@dataclass(frozen=True, slots=True)
class ModelChecked:
    """The model was checked by a few calls, which are paid for and never vote."""

    check: ModelCheck


@dataclass(frozen=True, slots=True)
class StepOpened:
    """`step` (0-based) opened at `state`: a ballot, or a gathering of so many `proposals`.

    `rule` is its own voting rule, where it needs a certificate; empty for the run's.
    """

    step: int
    state: Hashable
    proposals: int = 0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class SampleAsked:
    """A sample (0-based within its step) was sent to the model."""

    step: int
    sample: int


@dataclass(frozen=True, slots=True)
class SampleFailed:
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
class CircuitOpened:
    """The provider does not answer any more: everybody waits for `wait_s` seconds, then one call tries again."""

    wait_s: float
    message: str


@dataclass(frozen=True, slots=True)
class CircuitClosed:
    """The provider answers again."""


@dataclass(frozen=True, slots=True)
class VoteCast:
    """A valid response voted for `answer`."""

    step: int
    sample: int
    answer: Hashable
    response: Response


@dataclass(frozen=True, slots=True)
class ResponseFlagged:
    """A response was discarded."""

    step: int
    sample: int
    flag: Flag
    response: Response


@dataclass(frozen=True, slots=True)
class SamplesDrawn:
    """Samples were drawn one after another from a model that answers at once, and each was counted.

    It stands for as many `SampleAsked`, each with the `VoteCast` or `ResponseFlagged` that came of it.
    """

    step: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class StepDecided:
    """`answer` won the ballot of `step`; `state` is the state after it."""

    step: int
    answer: Hashable
    state: Hashable


@dataclass(frozen=True, slots=True)
class StepUndecided:
    """The most samples a step may draw were drawn, and nothing was decided."""

    step: int
    samples: int


@dataclass(frozen=True, slots=True)
class WrongDecisionFound:
    """The oracle disagrees with a decision. Counted and shown, never used."""

    step: int
    answer: Hashable
    right: Hashable


@dataclass(frozen=True, slots=True)
class SampleWasted:
    """A sample drawn for nothing: its step was squashed or decided without it, or it was a draft or a second call.

    `guess` says that its step was opened from a prediction that did not hold, or that the run ended before it.
    """

    step: int
    sample: int
    guess: bool = False


@dataclass(frozen=True, slots=True)
class ResponseWasted:
    """A response came back for a wasted sample; it is paid for, and nothing else."""

    step: int
    response: Response


@dataclass(frozen=True, slots=True)
class ResponseRefused:
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
class UsageEstimated:
    """A call was counted by an estimate, since nobody said what it used: a server that does not, or no answer at all.

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


@dataclass(frozen=True, slots=True)
class StepEscalated:
    """An undecided step got a fresh ballot, answered by a stronger model."""

    step: int
    model: str


@dataclass(frozen=True, slots=True)
class StepReused:
    """The step's prompt is that of step `origin`, and its decision was taken over: no independent vote was drawn."""

    step: int
    origin: int
    answer: Hashable


@dataclass(frozen=True, slots=True)
class PersonVoted:
    """A person cast one vote."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class PersonDecided:
    """A person decided the step; `StepDecided` follows."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class CandidateStruck:
    """A person took a candidate off the ballot, with all its votes."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class RunPaused:
    """The run asks for no further samples until it is continued."""


@dataclass(frozen=True, slots=True)
class RunContinued:
    """The run goes on."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run is over; `reason` is one line for a person."""

    outcome: Outcome
    reason: str


Event: TypeAlias = (
    RunStarted
    | RunResumed
    | ModelChecked
    | StepOpened
    | SampleAsked
    | SampleFailed
    | CircuitOpened
    | CircuitClosed
    | VoteCast
    | ResponseFlagged
    | SamplesDrawn
    | StepDecided
    | StepUndecided
    | WrongDecisionFound
    | SampleWasted
    | ResponseWasted
    | StepHopeless
    | ResponseRefused
    | UsageEstimated
    | StepEscalated
    | StepReused
    | PersonVoted
    | PersonDecided
    | CandidateStruck
    | ProbeAsked
    | ProbeAnswered
    | SettingsChanged
    | PersonAsked
    | PersonAnswered
    | PersonAmended
    | WordsRefused
    | RunPaused
    | RunContinued
    | RunEnded
)
EVERY: frozenset[type[Event]] = frozenset(get_args(Event))
"""Every kind of event."""
