"""What is kept of a step's events, in order: samples, acts on its ballot, probes, changes, doubts, and plain events."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple, TypeAlias

from maker_engine.core.record.events import Event
from maker_engine.core.responses import Prompt, Response, Sample


class Act(NamedTuple):
    """Something that was done to a ballot besides voting.

    `kind` is "voted", "decided", "struck", "answered" or "amended" by the person `who`; "escalated" to the model
    `who`, with no answer; or "reused", the decision of step number `who` being taken over.
    """

    kind: str
    who: str
    answer: Hashable


class Probe(NamedTuple):
    """A response that was asked for to be examined, and not counted. Fields as in `ProbeAnswered`."""

    probe: int
    who: str
    verdict: Hashable
    response: Response
    prompt: Prompt | None


class Change(NamedTuple):
    """Another way of voting from here on. Fields as in `SettingsChanged`."""

    who: str
    k: int | None = None
    voters: tuple[str, ...] = ()
    model: str = ""
    simulated: bool = False
    prompt: Prompt | None = None
    asked: int = 0

    def after(self, before: Change | None) -> Change:
        """Return what is in force after this change and the ones before it; a prompt is of its own step only."""
        if before is None:
            return self._replace(prompt=None, asked=0)
        pool = self if self.voters else before
        return Change(self.who, self.k or before.k, pool.voters, pool.model, pool.simulated)


class Doubted(NamedTuple):
    """The samples before were all flagged; and what was done about it. Fields as in `StepHopeless`."""

    samples: int
    rule: str
    cause: str
    text: str
    starved: bool = False
    temperature: float | None = None
    reminder: str = ""


class Carried(NamedTuple):
    """A decision of an earlier run that was carried over. Fields as in `StepCarried`."""

    session: str
    origin: int
    answer: Hashable
    votes: tuple[tuple[Hashable, int], ...]
    flags: int = 0
    cost_usd: float | None = 0.0
    model: str = ""
    voter: str = ""
    stronger: str = ""


Entry: TypeAlias = Sample | Carried | Act | Probe | Change | Doubted | Event
"""An event of a kind that has no entry of its own is kept as it is."""
