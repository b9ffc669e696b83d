"""The states of a schedule in the making, and the answers that lead from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from .problem import Rule

YES, LEAVE_OUT = "yes", "leave out"
INFEASIBLE, STUCK = "infeasible", "stuck"
PREFERENCE_WEIGHT = 2
"""Weight of a preference that was written in free text."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """An interview is placed.

    Attributes:
        interview: Its id.
        start: Minutes since 1970.
        room: Name of the room, "" for none.
    """

    interview: str
    start: int
    room: str


@dataclass(frozen=True, slots=True)
class Undo:
    """A placed interview is taken out again."""

    interview: str


@dataclass(frozen=True, slots=True)
class Infeasible:
    """There is no schedule."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a person's words say: (wanted, window) pairs, sorted."""

    rules: tuple[tuple[bool, str], ...]


Answer: TypeAlias = Place | Undo | Infeasible | Reading


@dataclass(frozen=True, slots=True)
class Struck:
    """A slot that led to a dead end while `beside` was placed: not offered again beside the same."""

    place: Place
    beside: frozenset[Place]


@dataclass(frozen=True, slots=True)
class State:
    """How far the schedule is.

    Attributes:
        heard: People whose words have been read and confirmed or left out.
        rules: Preferences that came of words and were confirmed.
        pending: What the next person's words were read as, None before that.
        placed: What is placed, in order.
        struck: What led to dead ends.
        ended: How it ended without a schedule, "" where it has not.
    """

    heard: int = 0
    rules: tuple[Rule, ...] = ()
    pending: Reading | None = None
    placed: tuple[Place, ...] = ()
    struck: tuple[Struck, ...] = ()
    ended: str = ""


def carry_out(state: State, answer: Answer) -> State:
    """Return the state after an answer on the schedule."""
    if isinstance(answer, Place):
        return replace(state, placed=(*state.placed, answer))
    if isinstance(answer, Undo):
        undone = [one for one in state.placed if one.interview == answer.interview]
        left = tuple(one for one in state.placed if one.interview != answer.interview)
        struck = tuple(Struck(one, frozenset(left)) for one in undone)
        return replace(state, placed=left, struck=(*state.struck, *struck))
    if isinstance(answer, Infeasible):
        return replace(state, ended=INFEASIBLE)
    return replace(state, pending=answer)


def confirmed(state: State, person: str, words: str) -> State:
    """Return the state after a person has said whether their words were read rightly."""
    pairs = state.pending.rules if state.pending is not None and words == YES else ()
    rules = tuple(Rule(person, window, PREFERENCE_WEIGHT, wanted) for wanted, window in pairs)
    return replace(state, heard=state.heard + 1, rules=(*state.rules, *rules), pending=None)
