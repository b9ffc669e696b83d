"""Idea 2, voting: draw samples until one answer is k votes ahead of every other (§3.2, Algorithm 2)."""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar, Protocol, Self

from maker_engine.core.certificate import certified_leads
from maker_engine.core.errors import InputError

_MOST_LEAD = 10_000
_LONGEST = 5_000
"""Characters of a table; longer ones are none of ours."""


class Ballot:
    """The votes of one step, counted by candidate. Candidates are compared exactly; `most` is the leader's votes."""

    __slots__ = ("_counts", "_leader", "_total", "most")

    def __init__(self) -> None:
        self._counts: dict[Hashable, int] = {}
        self._leader: Hashable = None
        self.most = 0
        self._total = 0

    def add(self, candidate: Hashable, votes: int = 1) -> None:
        """Count a vote, or several in a row."""
        # An answer may be large: where it is the leader itself, it is not hashed to be found.
        before = self.most if candidate is self._leader else self._counts.get(candidate, 0)
        count = self._counts[candidate] = before + votes
        self._total += votes
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
        own = self.most if subject is self._leader else self._counts.get(subject, 0)
        if own == self._total:  # no one else has a vote, as in most steps
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
        """Return whether `candidate`, which has just been voted for, is decided."""

    def needed(self, ballot: Ballot) -> int:
        """Fewest further valid votes after which the ballot can be decided; at least 1 while undecided."""

    @property
    def most_dissent(self) -> int | None:
        """Votes not for the leader beyond which the ballot is given up, undecided; None where it never is."""


AHEAD, FIRST, LEADS, CERTIFICATE = RULES = ("ahead", "first", "lead-table", "certificate")
"""The rules' names. "lead-table:2,7,9" is the whole of a rule, and so is "certificate:0.001"."""


@lru_cache
def named_rule(name: str, k: int) -> VotingRule:
    """Return the rule of a name as it is recorded.

    Args:
        name: "ahead" (first-to-ahead-by-k), "first" (first-to-k), "lead-table:2,7,9" (a table of leads, whose last
            holds for any more dissent; with a comma at its end, as in "lead-table:5,16,", more dissent is given up),
            or "certificate:0.001" (that error, whatever p is).
        k: The k of the first two; of a table the lead at no dissent, and no lead is smaller.

    Raises:
        InputError: There is no such rule.
    """
    kind, _, rest = name.partition(":")
    if name == AHEAD:
        return FirstToAheadBy(k)
    if name == FIRST:
        return FirstTo(k)
    if kind == LEADS:
        return LeadTable.parse(rest).with_k(k)
    if kind == CERTIFICATE:
        return LeadTable(certified_leads(_error(rest)), gives_up=True).with_k(k)
    raise InputError(f"the voting rule is {', '.join(RULES)}, got {name[:60]!r}")


def most_dissent(k: int, agreement: float) -> int:
    """Return how many votes may be against a candidate that is k ahead, k being that share of all votes at least."""
    return int(k * (1 / agreement - 1) / 2 + 1e-9)  # 0.6 is no whole number of halves in binary


def certificate_rule(error: float) -> str:
    """Return the rule of a step that needs a certificate, as it is written out."""
    return f"{CERTIFICATE}:{error!r}"


def rule_of_step(certificate: float | None) -> str:
    """Return the rule that a step has of its own, empty where it is the run's."""
    return "" if certificate is None else certificate_rule(certificate)


def is_rule(name: str) -> bool:
    """Return whether there is a rule of this name."""
    try:
        named_rule(name, 1)
    except InputError:
        return False
    return True


def least_k(name: str) -> int:
    """Return the lead that a rule of this name needs at no dissent by itself; 1 where any k will do."""
    rule = named_rule(name, 1)
    return rule.leads[0] if isinstance(rule, LeadTable) else 1


def _error(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"a certificate's error is a number such as 0.001, got {text[:60]!r}") from None


@dataclass(frozen=True, slots=True)
class FirstToAheadBy:
    """The paper's rule: decided when a candidate is `k` ahead of every other (Algorithm 2)."""

    k: int
    most_dissent: ClassVar[None] = None

    def with_k(self, k: int) -> FirstToAheadBy:
        """Return the same rule with another k."""
        return FirstToAheadBy(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Return whether `candidate` is k ahead of every other."""
        return ballot.margin(candidate) >= self.k

    def needed(self, ballot: Ballot) -> int:
        """K − margin: the leader needs at least so many more."""
        return self.k - (ballot.margin() if ballot.total else 0)


@dataclass(frozen=True, slots=True)
class FirstTo:
    """First to `k` votes, for comparison: weaker at the same k (§3.2), at most 2k − 1 votes between two candidates."""

    k: int
    most_dissent: ClassVar[None] = None

    def with_k(self, k: int) -> FirstTo:
        """Return the same rule with another k."""
        return FirstTo(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Return whether `candidate` has k votes."""
        return ballot.votes(candidate) >= self.k

    def needed(self, ballot: Ballot) -> int:
        """Votes the leader still lacks."""
        return self.k - (ballot.votes(ballot.leader) if ballot.total else 0)


@dataclass(frozen=True, slots=True)
class LeadTable:
    """The lead needed over the strongest rival grows with the dissent: `leads[b]` with b votes not the leader's.

    Attributes:
        leads: Leads for 0, 1, … votes against, each ≥ 1 and none smaller than the one before.
        gives_up: A ballot with more dissent than the table has is given up; else the last lead holds for it.
        least: No lead is smaller, whatever the table says: a person's k, or the plan's.

    Raises:
        InputError: These are no leads.
    """

    leads: tuple[int, ...]
    gives_up: bool = False
    least: int = 1

    def __post_init__(self) -> None:
        falls = any(later < lead for lead, later in pairwise(self.leads))
        if not self.leads or self.leads[0] < 1 or self.leads[-1] > _MOST_LEAD or falls:
            raise InputError(f"leads are whole numbers from 1 that never fall, such as 2,7,9, got {self.text[:80]!r}")

    @classmethod
    def parse(cls, text: str) -> LeadTable:
        """Read a table as `text` writes it.

        Raises:
            InputError: It is none.
        """
        parts = text.removesuffix(",").split(",")
        if len(text) > _LONGEST or not all(part.isascii() and part.isdigit() for part in parts):
            raise InputError(f"leads are whole numbers from 1 that never fall, such as 2,7,9, got {text[:80]!r}")
        return cls(tuple(map(int, parts)), gives_up=text.endswith(","))

    @property
    def text(self) -> str:
        """The table as it is written: 2,7,9; with a comma at its end where more dissent is given up."""
        return ",".join(map(str, self.leads)) + "," * self.gives_up

    @property
    def k(self) -> int:
        """The lead at no dissent."""
        return max(self.leads[0], self.least)

    @property
    def most_dissent(self) -> int | None:
        """Votes against the leader beyond which a ballot is given up."""
        return len(self.leads) - 1 if self.gives_up else None

    def with_k(self, k: int) -> LeadTable:
        """Return the same table with no lead below `k`."""
        return LeadTable(self.leads, self.gives_up, k)

    def lead(self, against: int) -> int | None:
        """Return the lead needed with so many votes against the leader; None where the ballot is given up."""
        if against < len(self.leads):
            return max(self.leads[against], self.least)
        return None if self.gives_up else max(self.leads[-1], self.least)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:
        """Return whether `candidate` is as far ahead of every other as the votes that are not its own ask for."""
        lead = self.lead(ballot.total - ballot.votes(candidate))
        return lead is not None and ballot.margin(candidate) >= lead

    def needed(self, ballot: Ballot) -> int:
        """Votes the leader lacks, or the dissent that is lacking for the ballot to be given up, if that is less."""
        against = ballot.total - ballot.most
        lead = self.lead(against)
        if lead is None:
            return 0
        lacking = lead - (ballot.margin() if ballot.total else 0)
        return min(lacking, len(self.leads) - against) if self.gives_up else lacking


@dataclass(frozen=True, slots=True)
class Enough:
    """No vote at all: over once `k` proposals are in, whatever they say (a `Gather`, Appendix F)."""

    k: int
    most_dissent: ClassVar[None] = None

    def with_k(self, k: int) -> Enough:
        """Return the same rule with another k."""
        return Enough(k)

    def wins(self, ballot: Ballot, candidate: Hashable) -> bool:  # noqa: ARG002 - no one wins
        """Return whether there are enough proposals."""
        return ballot.total >= self.k

    def needed(self, ballot: Ballot) -> int:
        """Proposals that are still lacking."""
        return self.k - ballot.total
