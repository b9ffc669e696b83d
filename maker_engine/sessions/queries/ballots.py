"""The ballot that decided a step, counted from what is on record of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field as made
from typing import Any

from maker_engine.core.record.entries import Act, Carried
from maker_engine.core.responses import Flag, Sample
from maker_engine.sessions.store.reader import StoredStep


@dataclass
class Counted:
    """What is recorded of a step's last ballot, and what all of its ballots cost.

    Attributes:
        votes: Votes by answer.
        flags: Red flags raised.
        cost_usd: What the calls cost, None where that is not known; what an earlier run paid, where it is carried over.
        model: Whose votes they are; of several that took turns the last one. Empty for nobody's.
        carried_from: The session that it was carried over from; empty where this run has asked.
        cast: Votes of all of this run's ballots on it.
        said: The number of each sample of the last ballot, 0-based, with its answer or flag; none of an earlier run.
        stronger: The model that it was escalated to, empty where it was not.
        stronger_usd: What that one's samples cost, None where that is not known.
        voter: The person who decided it, or had a hand in it; empty for nobody.
    """

    votes: Counter[Any] = made(default_factory=Counter)
    flags: int = 0
    cost_usd: float | None = 0.0
    model: str = ""
    carried_from: str = ""
    cast: int = 0
    said: list[tuple[int, Any]] = made(default_factory=list)
    stronger: str = ""
    stronger_usd: float | None = 0.0
    voter: str = ""

    def take(self, sample: Sample) -> None:
        """Count a sample in."""
        number, verdict, response = sample
        if isinstance(verdict, Flag):
            self.flags += 1
        else:
            self.votes[verdict] += 1
            self.cast += 1
        self.said.append((number, verdict))
        self.cost_usd = added(self.cost_usd, response.cost_usd)
        if self.stronger:
            self.stronger_usd = added(self.stronger_usd, response.cost_usd)
        self.model = response.model

    def begin_anew(self, model: str) -> None:
        """Begin a new ballot, of a stronger model."""
        self.votes.clear()
        self.said.clear()
        self.stronger = model


def added(one: float | None, other: float | None) -> float | None:
    """Return the sum of two costs, None where one of them is not known."""
    return None if one is None or other is None else one + other


def ballot_of(stored: StoredStep) -> Counted:
    """Count a step's last ballot; of one that was carried over, the ballot that it had in the earlier run."""
    found = Counted()
    for entry in stored.entries:
        match entry:
            case Sample():
                found.take(entry)
            case Carried():
                found = Counted(
                    Counter(dict(entry.votes)), entry.flags, entry.cost_usd, entry.model, entry.session,
                    stronger=entry.stronger, voter=entry.voter,
                )  # fmt: skip
            case Act(kind="escalated"):
                found.begin_anew(entry.who)
            case Act():
                found.voter = entry.who
    return found
