"""What can be asked about a step: one frozen record of it, made for steps that are open and for those on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Number: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step as filters and breakpoints see it. Whoever makes it fills in what the filter reads (`Filter.fields`).

    Attributes:
        step: Number of the step, 0-based; in a filter it is written 1-based, as on every screen.
        answer: The decided answer as the task describes it; while the vote is open, the leader's.
        candidate: Every candidate of the ballot as the task describes it.
        votes: Votes on the ballot, a person's included.
        samples: Samples counted, as votes or as flagged.
        flags: The rule of every flag, one entry a flagged response.
        candidates: Different answers on the ballot.
        margin: Votes the leader is ahead of the next.
        falling: A counted vote made the margin smaller.
        cost: Dollars for the samples, None where a price is unknown.
        tokens: Tokens of the samples, prompts included, as far as they are known.
        latency: Seconds the slowest sample took, None where none was timed, as one that took no time is not.
        dissent: Agents voted for more than one answer.
        wrong: The oracle disagrees with the decision.
        failed: A call brought no usable response, or an effect did not end well.
        person: Someone or something besides votes had a hand in it: a person, a stronger model, a decision taken over.
        effect: It acts on the world, or an effect has ended in it.
        took: Seconds the slowest effect took that ended in it, None where none did.
    """

    step: int = 0
    answer: str = ""
    candidate: tuple[str, ...] = ()
    votes: int = 0
    samples: int = 0
    flags: tuple[str, ...] = ()
    candidates: int = 0
    margin: int = 0
    falling: bool = False
    cost: float | None = None
    tokens: int = 0
    latency: float | None = None
    dissent: bool = False
    wrong: bool = False
    failed: bool = False
    person: bool = False
    effect: bool = False
    took: float | None = None


YES_NO: dict[str, Callable[[StepFacts], bool]] = {
    "dissent": lambda facts: facts.dissent,
    "wrong": lambda facts: facts.wrong,
    "failed": lambda facts: facts.failed,
    "person": lambda facts: facts.person,
    "falling": lambda facts: facts.falling,
    "effect": lambda facts: facts.effect,
}
"""What is so or is not."""
NUMBERS: dict[str, Callable[[StepFacts], Number | None]] = {
    "step": lambda facts: facts.step + 1,
    "votes": lambda facts: facts.votes,
    "samples": lambda facts: facts.samples,
    "flags": lambda facts: len(facts.flags),
    "candidates": lambda facts: facts.candidates,
    "margin": lambda facts: facts.margin,
    "cost": lambda facts: facts.cost,
    "tokens": lambda facts: facts.tokens,
    "latency": lambda facts: facts.latency,
    "took": lambda facts: facts.took,
}
"""What is counted or measured; None where it is not known, and then no comparison holds."""
TEXTS: dict[str, Callable[[StepFacts], tuple[str, ...]]] = {
    "action": lambda facts: (facts.answer,),
    "candidate": lambda facts: facts.candidate,
    "flag": lambda facts: facts.flags,
}
"""What is compared as text; one of several is enough."""
