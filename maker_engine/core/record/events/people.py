"""Events of people: votes and decisions, probes and changes, and what they are asked and say."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from maker_engine.core.decomposition import Amendment, Ask, Said
from maker_engine.core.record.events.event import Event
from maker_engine.core.responses import Prompt, Response


@dataclass(frozen=True, slots=True)
class PersonVoted(Event):
    """A person cast one vote."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class PersonDecided(Event):
    """A person decided the step; `StepDecided` follows."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class CandidateStruck(Event):
    """A person took a candidate off the ballot, with all its votes."""

    step: int
    voter: str
    answer: Hashable


@dataclass(frozen=True, slots=True)
class PersonAsked(Event):
    """The open step is a question to a person; the run waits for the answer."""

    step: int
    question: Ask


@dataclass(frozen=True, slots=True)
class PersonAnswered(Event):
    """A person answered the open question; `StepDecided` follows."""

    step: int
    voter: str
    answer: Said


@dataclass(frozen=True, slots=True)
class PersonAmended(Event):
    """A person amended the state; the open step is decided by that, and `StepDecided` follows."""

    step: int
    voter: str
    answer: Amendment


@dataclass(frozen=True, slots=True)
class WordsRefused(Event):
    """What a person said could not be taken; `reason` is one line for them."""

    step: int
    reason: str


@dataclass(frozen=True, slots=True)
class ProbeAsked(Event):
    """A person had the model asked about the open step, only to see what it says; `probe` is 0-based in its step."""

    step: int
    probe: int
    voter: str


@dataclass(frozen=True, slots=True)
class ProbeAnswered(Event):
    """A probe came back: paid for, and neither a vote nor a sample that the vote counts.

    Attributes:
        step: Step, 0-based.
        probe: Number within the step, 0-based.
        voter: The person who asked.
        verdict: The answer in it, or the flag that would have discarded it.
        response: What came back.
        prompt: What was sent instead of the step's own prompt, None where it was that one.
    """

    step: int
    probe: int
    voter: str
    verdict: Hashable
    response: Response
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """From the open step on it is voted otherwise; votes counted before stay counted.

    Attributes:
        step: Step, 0-based.
        voter: The person who changed it.
        k: The new margin, None for the one before.
        voters: The new pool, as `pool.parse_voter` reads each; empty for the one before.
        model: Name of the new pool; empty for the one before.
        simulated: True when no one in the new pool is real.
        prompt: What agents read at this step alone, None for what the task says. Only a fork begins so.
        asked: Samples of the step that had been asked for by then, of the pool before.
    """

    step: int
    voter: str
    k: int | None = None
    voters: tuple[str, ...] = ()
    model: str = ""
    simulated: bool = False
    prompt: Prompt | None = None
    asked: int = 0
