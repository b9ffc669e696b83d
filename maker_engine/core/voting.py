"""Idea 2, voting: draw samples until one answer is k votes ahead of every other (§3.2, Algorithm 2)."""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, Self


class Ballot:
    """The votes of one step, counted by candidate. Candidates are compared exactly; `most` is the leader's votes."""

    __slots__ = ("_counts", "_leader", "_total", "most")

    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}
        self._leader: Hashable = None
        self.most = 0
        self._total = 0

    def add(self, candidate: Hashable) -> None:
        """Count one vote."""
        count = self._counts[candidate] = self._counts.get(candidate, 0) + 1
        self._total += 1
        if count > self.most:
            self._leader, self.most = candidate, count

    def strike(self, candidate: Hashable) -> None:
        """Take a candidate off with all its votes."""
        self._total -= self._counts.pop(candidate, 0)
        self._leader = max(self._counts, key=self._counts.__getitem__, default=None)
        self.most = max(self._counts.values(), default=0)

    def copy(self) -> Self:
        """Return a ballot of its own with the same votes."""
        other = copy(self)
        self._counts = self._counts.copy()  # the other one keeps the old counts
        return other

    @property
    def total(self) -> int:
        """Votes counted."""
        return self._total

    @property
    def leader(self) -> Hashable:
        """The candidate with the most votes, the first to get there where several have as many; None while empty."""
        return self._leader

    def votes(self, candidate: Hashable) -> int:
        """Votes of one candidate, 0 for an unknown one."""
        return self._counts.get(candidate, 0)

    def margin(self, candidate: Hashable | None = None) -> int:
        """Votes of `candidate` (default: the leader) less those of its strongest rival; negative when it is behind."""
        subject = self._leader if candidate is None else candidate
        own = self._counts.get(subject, 0)
        if own == self._total:  # nobody else has a vote, as in most steps
            return own
        rival = max((count for other, count in self._counts.items() if other != subject), default=0)
        return own - rival

    def rows(self) -> tuple[tuple[Hashable, int], ...]:
        """Return (candidate, votes) pairs, in the order in which candidates first appeared."""
        return tuple(self._counts.items())

    def __len__(self) -> int:
        return len(self._counts)


class VotingRule(Protocol):
    """When a ballot is decided. `k` is what a candidate needs."""

    @property
    def k(self) -> int:
        """Votes, or votes ahead, that decide; at least 1."""

    def with_k(self, k: int) -> VotingRule:
        """Return the same rule with another k."""

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Tell whether `candidate`, which has just been voted for, is decided."""

    def needed(self, ballot: Ballot) -> int:
        """Fewest further valid votes after which the ballot can be decided; at least 1 while undecided."""


@lru_cache
def named_rule(name: str, k: int) -> VotingRule:
    """Return the rule called "ahead" (first-to-ahead-by-k) or "first" (first-to-k)."""
    return FirstToAheadBy(k) if name == "ahead" else FirstTo(k)


@dataclass(frozen=True, slots=True)
class FirstToAheadBy:
    """The paper's rule: decided when a candidate is `k` ahead of every other (Algorithm 2)."""

    k: int

    def with_k(self, k: int) -> FirstToAheadBy:
        """Return the same rule with another k."""
        return FirstToAheadBy(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Tell whether `candidate` is k ahead of every other."""
        return ballot.margin(candidate) >= self.k

    def needed(self, ballot: Ballot) -> int:
        """K − margin: the leader needs at least so many more."""
        return self.k - (ballot.margin() if ballot.total else 0)


@dataclass(frozen=True, slots=True)
class FirstTo:
    """First to `k` votes, for comparison: weaker at the same k (§3.2), at most 2k − 1 votes between two candidates."""

    k: int

    def with_k(self, k: int) -> FirstTo:
        """Return the same rule with another k."""
        return FirstTo(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Tell whether `candidate` has k votes."""
        return ballot.votes(candidate) >= self.k

    def needed(self, ballot: Ballot) -> int:
        """Votes the leader still lacks."""
        return self.k - (ballot.votes(ballot.leader) if ballot.total else 0)


@dataclass(frozen=True, slots=True)
class Enough:
    """No vote at all: over once `k` proposals are in, whatever they say (a `Gather`, Appendix F)."""

    k: int

    def with_k(self, k: int) -> Enough:
        """Return the same rule with another k."""
        return Enough(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:  # noqa: ARG002 - nobody wins
        """Tell whether there are enough proposals."""
        return ballot.total >= self.k

    def needed(self, ballot: Ballot) -> int:
        """Proposals that are still lacking."""
        return self.k - ballot.total
