"""Commands, imperative: what a person wishes of a run. They flow up to the runner and nowhere else."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask for no further samples; those in flight still come in and count."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on until something else stops the run."""


@dataclass(frozen=True, slots=True)
class DecideStep:
    """Go on until the next step is decided, then pause."""


@dataclass(frozen=True, slots=True)
class DrawSample:
    """Draw one sample, then pause."""


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


PersonalCommand: TypeAlias = CastVote | Decide | Strike
"""What a person does to a ballot."""
SpokenCommand: TypeAlias = Answer | Amend
"""What a person says to the task."""
Command: TypeAlias = Pause | Continue | DecideStep | DrawSample | Stop | PersonalCommand | SpokenCommand
