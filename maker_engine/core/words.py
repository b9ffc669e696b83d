"""Events of a person who is asked, answers, or says something unasked. All frozen, past tense, as in `events`."""

from __future__ import annotations

from dataclasses import dataclass

from maker_engine.core.decomposition import Amendment, Ask, Said


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """The open step is a question to a person; the run waits for the answer."""

    step: int
    question: Ask


@dataclass(frozen=True, slots=True)
class PersonAnswered:
    """A person answered the open question; `StepDecided` follows."""

    step: int
    voter: str
    answer: Said


@dataclass(frozen=True, slots=True)
class PersonAmended:
    """A person amended the state; the open step is decided by that, and `StepDecided` follows."""

    step: int
    voter: str
    answer: Amendment


@dataclass(frozen=True, slots=True)
class WordsRefused:
    """What a person said could not be taken; `reason` is one line for them."""

    step: int
    reason: str
