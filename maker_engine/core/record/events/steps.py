"""Events of a step: opened, decided, or neither."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from maker_engine.core.record.events.event import Event


@dataclass(frozen=True, slots=True)
class StepOpened(Event):
    """`step` (0-based) opened at `state`: a ballot, or a gathering of so many `proposals`.

    `rule` is its own voting rule, where it needs a certificate; empty for the run's.
    """

    step: int
    state: Hashable
    proposals: int = 0
    rule: str = ""


@dataclass(frozen=True, slots=True)
class StepDecided(Event):
    """`answer` won the ballot of `step`; `state` is the state after it."""

    step: int
    answer: Hashable
    state: Hashable


@dataclass(frozen=True, slots=True)
class StepUndecided(Event):
    """The most samples a step may draw were drawn, and nothing was decided."""

    step: int
    samples: int


@dataclass(frozen=True, slots=True)
class StepHopeless(Event):
    """The last samples of a step were all flagged. What was changed holds for its further samples.

    Attributes:
        step: Step, 0-based.
        samples: How many samples in a row were discarded.
        rule: The rule that discarded all of them, empty where there were several.
        cause: Why, with the fix where one is known; for a person, and hostile where a task quotes the response.
        text: What one of them says, at most `hopeless.LONGEST_TEXT` characters. Hostile.
        starved: All of them were cut off, or have no text: neither another temperature nor other words would help.
        temperature: Lowest temperature of further samples; None where it was left as it was.
        reminder: What further prompts end with; empty where they were left as they were.
    """

    step: int
    samples: int
    rule: str
    cause: str
    text: str
    starved: bool = False
    temperature: float | None = None
    reminder: str = ""

    @property
    def warmed(self) -> bool:
        """Whether anything was changed."""
        return self.temperature is not None or bool(self.reminder)


@dataclass(frozen=True, slots=True)
class WrongDecisionFound(Event):
    """The oracle disagrees with a decision. Counted and shown, never used."""

    step: int
    answer: Hashable
    right: Hashable


@dataclass(frozen=True, slots=True)
class StepEscalated(Event):
    """An undecided step got a fresh ballot, answered by a stronger model."""

    step: int
    model: str


@dataclass(frozen=True, slots=True)
class StepReused(Event):
    """The step's prompt is that of step `origin`, and its decision was taken over: no independent vote was drawn."""

    step: int
    origin: int
    answer: Hashable


@dataclass(frozen=True, slots=True)
class StepCarried(Event):
    """The step's question was answered in an earlier run, whose decision was carried over: nobody was asked again.

    Attributes:
        step: Its number, 0-based.
        session: The file name of the session whose votes decided it.
        origin: The step of that session, 0-based.
        answer: The decision.
        votes: (answer, votes) of its ballot there, the most first.
        flags: Responses that were flagged there.
        cost_usd: What it cost there, None where that is not known; it is no cost of this run.
        model: Who answered last there.
        voter: The person who decided it there, empty for nobody.
        stronger: The model that it was escalated to there, whose votes these are; empty where it was not.
    """

    step: int
    session: str
    origin: int
    answer: Hashable
    votes: tuple[tuple[Hashable, int], ...]
    flags: int = 0
    cost_usd: float | None = 0.0
    model: str = ""
    voter: str = ""
    stronger: str = ""
