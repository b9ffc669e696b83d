"""Commands, imperative: what a person asks of a run. They flow up to the runner and nowhere else."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeAlias

from maker_engine.core.filters.tree import Filter
from maker_engine.core.responses import Prompt


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask for no further samples; those in flight still come in and count."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on until something else stops the run."""


@dataclass(frozen=True, slots=True)
class DecideStep:
    """Go on until so many further steps are decided, then pause."""

    steps: int = 1


@dataclass(frozen=True, slots=True)
class DrawSample:
    """Draw so many samples, then pause."""

    samples: int = 1


@dataclass(frozen=True, slots=True)
class DrawVote:
    """Draw samples one after the other until so many have voted, flagged ones not counted, then pause."""

    votes: int = 1


@dataclass(frozen=True, slots=True)
class RunUntil:
    """Go on until `filter` begins to match a step, once; where it matches the open one already, of a later one."""

    filter: Filter


MOST_BREAKPOINTS = 100
"""Every sample is held against each of them."""


@dataclass(frozen=True, slots=True)
class SetBreak:
    """Hold, from now on, at every step that `filter` begins to match; of no effect beyond `MOST_BREAKPOINTS`."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class TurnBreak:
    """Turn breakpoint `number` on or off."""

    number: int
    on: bool


@dataclass(frozen=True, slots=True)
class DropBreak:
    """Take breakpoint `number` away."""

    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run now; what is decided stays decided."""

    reason: str = "stopped by the user"


@dataclass(frozen=True, slots=True)
class CastVote:
    """Count a person's vote for `answer` on the open step; `voter` is their name."""

    answer: Hashable
    voter: str


@dataclass(frozen=True, slots=True)
class Decide:
    """Let a person decide the open step."""

    answer: Hashable
    voter: str


@dataclass(frozen=True, slots=True)
class Strike:
    """Take `answer` off the open step's ballot, with all its votes."""

    answer: Hashable
    voter: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer the open question; `voter` is the person's name."""

    text: str
    voter: str


@dataclass(frozen=True, slots=True)
class Amend:
    """Change the run's state as `text` says, whatever step is open, in a task that can be amended."""

    text: str
    voter: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Hold, and ask the model `count` times about the open step, only to see what it says.

    Attributes:
        count: How many responses, at most 100.
        voter: Who wants to know.
        prompt: What to send instead of the step's own prompt, None for that one.
    """

    count: int
    voter: str
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Vote otherwise from the open step on.

    Attributes:
        voter: Who changes it.
        k: The new margin, None to leave it.
        voters: The new pool, each as `pool.parse_voter` reads it; empty to leave it.
    """

    voter: str
    k: int | None = None
    voters: tuple[str, ...] = ()


BallotCommand: TypeAlias = CastVote | Decide | Strike
"""What a person does to a ballot."""
AnswerCommand: TypeAlias = Answer | Amend
"""What a person says to the task."""
BreakCommand: TypeAlias = RunUntil | SetBreak | TurnBreak | DropBreak
GoCommand: TypeAlias = Pause | Continue | DecideStep | DrawSample | DrawVote | Stop
Command: TypeAlias = GoCommand | BreakCommand | BallotCommand | AnswerCommand | Probe | ChangeSettings
