"""The rule that learns: how far ahead a leader must be after so many votes against it, under a law of p.

With a leader at a votes and the rest at b, two answers, and F the law of p (Bayes):

    P(leader wrong) = Σ F(p)·(1−p)^a·p^b / Σ F(p)·[p^a·(1−p)^b + (1−p)^a·p^b]

The lead for b votes against is the smallest with which that is at most the error a step may have. Where all steps are
alike it is the same for every b, which is ahead-by-k. The figures are exact: paths of votes are counted, not drawn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law
from maker_engine.core.voting import LeadTable

MOST_VOTES = 400
"""Votes beyond which no table continues: a step that would need more is given up."""
HOPELESS = 0.05
"""Steps with so many votes against the leader are given up where further votes would decide a smaller share of them."""
LEAST_VOTES = 100
"""A table is worked out for so many votes a step at least, though a step may run out of samples before."""
ROUNDING = 1e-12
"""A share of steps that is smaller is nothing: no run has so many."""
MOST_CAPS = 12
"""Leads above the first that a table is capped at, at most."""
LOOSER = (0.3, 1, 3, 10)
"""By how much looser, or tighter, a posterior is tried for a table that keeps to its error only in the mean."""
NEAR = 1.05
"""Tables that take so many times the fewest votes are as good as the cheapest."""
NEGLIGIBLE = 1e-3
"""A table ends where steps with more dissent are rarer than this share of the error that a step may have."""


@dataclass(frozen=True, slots=True)
class Ends:
    """How the ballots of a law end under a table: shares of steps that sum to 1, and mean votes a step."""

    right: float
    wrong: float
    undecided: float
    votes: float

    @property
    def lost(self) -> float:
        """The share that is not decided rightly."""
        return self.wrong + self.undecided

    def run_success(self, steps: int) -> float:
        """Return the probability that all `steps` are decided, and rightly."""
        return math.exp(steps * math.log1p(-self.lost)) if self.lost < 1 else 0.0

    def none_wrong(self, steps: int) -> float:
        """Return the probability that no step is decided wrongly, whoever answers those that are undecided."""
        return math.exp(steps * math.log1p(-self.wrong)) if self.wrong < 1 else 0.0


def votes_within(samples: int | None, v: float | None) -> int:
    """Return the votes that a step gets from so many samples, None for as many as it may draw, `v` of them valid."""
    most = MOST_VOTES if samples is None else samples
    return min(MOST_VOTES, max(LEAST_VOTES, int(most * (1.0 if v is None else v))))


def step_target(steps: int, target: float) -> float:
    """Return the error that each of `steps` may have so that the run is right with probability `target`."""
    return -math.expm1(math.log(target) / steps)


def wrong_if_ended(law: Law, leader: int, against: int) -> float:
    """Return the probability that a leader is wrong that has so many votes, with so many against it."""
    right = wrong = 0.0
    for p, weight in law.points:
        right += weight * _product(p, leader, against)
        wrong += weight * _product(1 - p, leader, against)
    return wrong / (right + wrong) if right + wrong else 0.5


def _product(p: float, ahead: int, behind: int) -> float:
    return float(p**ahead * (1 - p) ** behind)  # what underflows is nothing beside the other paths


def lead_table(law: Law, error: float, least: int | None = None, most_votes: int = MOST_VOTES) -> LeadTable:
    """Work out the leads under a law.

    Args:
        law: The law of p, hard steps included.
        error: How often a step may be decided wrongly, between 0 and ½.
        least: Smallest lead at no dissent; None for the plan's k, which is Eq. 14 at the law's mean p.
        most_votes: Votes beyond which no step continues, at most `MOST_VOTES`.

    Raises:
        InputError: The mean p is not above 0.5, or no number of votes reaches the error.
    """
    if not 0 < error < 0.5:
        raise InputError(f"the error of a step lies between 0 and 0.5, got {error:g}")
    leads = _leads(law, error, least or _plans_k(law, error), min(most_votes, MOST_VOTES))
    if not leads:
        raise InputError(
            f"no lead within {most_votes} votes leaves a step wrong in at most {error:.2g} of the cases:"
            " take --rule ahead, a model with a better p, or a lower target"
        )
    return _ended(law, leads, error, most_votes)


@lru_cache(maxsize=16)
def cheapest_table(law: Law, error: float, least: int | None = None, most_votes: int = MOST_VOTES) -> LeadTable:
    """Return the table that keeps to an error in the mean over the steps for the fewest votes, or next to them.

    That of `lead_table` keeps to it in every ballot that ends. Where p varies smoothly that asks for more than it is
    worth: then leads need not grow so far, or at all, and this is ahead-by-k. Of tables that take next to the fewest
    votes it is the one that is furthest below ahead-by-k for the error that it has itself. Steps that are left
    undecided count as wrong; where no table without them is good enough, as with hard steps, it is `lead_table` again.

    Args:
        law: As for `lead_table`, and so are the others.
        error: Likewise.
        least: Likewise.
        most_votes: Likewise.

    Raises:
        InputError: As for `lead_table`.
    """
    strict = lead_table(law, error, least, most_votes)
    tables = [strict, *_constant(law, error, strict.k, most_votes)]
    for looser in LOOSER:
        if error * looser < 0.5:
            leads = _leads(law, error * looser, least or _plans_k(law, error), min(most_votes, MOST_VOTES))
            tables += _capped(law, leads, error, most_votes)
    ended = [(table, ends(law, table, most_votes)) for table in tables]
    keeping = [(table, found) for table, found in ended if found.lost <= error]
    if not keeping:
        return strict
    fewest = min(found.votes for _, found in keeping)
    near = [(table, found) for table, found in keeping if found.votes <= NEAR * fewest]
    return min(near, key=lambda one: (round(_share_of_ahead(law, one[1]), 6), one[1].votes))[0]


def _share_of_ahead(law: Law, found: Ends) -> float:
    """Return the votes as a share of those of the smallest k that is as accurate; 0 where no k is."""
    k = law.k_as_accurate(found.lost)
    return 0.0 if k is None else found.votes / law.votes(k)


def _constant(law: Law, error: float, least: int, most_votes: int) -> list[LeadTable]:
    """Return ahead-by-k as a table, with the smallest k from `least` on that keeps to the error, where one does."""
    for k in range(least, least + MOST_CAPS + 1):
        found = ends(law, LeadTable((k,)), most_votes)
        if found.lost <= error:
            return [LeadTable((k,))]
    return []


def _capped(law: Law, leads: list[int], error: float, most_votes: int) -> list[LeadTable]:
    """Return the table of these leads with the smallest cap that keeps to the error, where one does."""

    def under(cap: int) -> LeadTable:
        kept = [min(lead, cap) for lead in leads]
        while len(kept) > 1 and kept[-1] == kept[-2]:
            kept.pop()
        return LeadTable(tuple(kept))

    def keeps(cap: int) -> bool:
        found = ends(law, under(cap), most_votes)
        return found.lost <= error

    if not leads:
        return []
    caps = range(leads[0], min(leads[-1], leads[0] + MOST_CAPS) + 1)
    cap = next((cap for cap in caps if keeps(cap)), None)
    return [] if cap is None else [under(cap)]


def _plans_k(law: Law, error: float) -> int:
    return scaling.k_min(min(law.mean, 1.0), 1, 1 - error)


def _leads(law: Law, error: float, lead: int, most: int) -> list[int]:
    """Return the smallest leads for 0, 1, … votes against, none smaller than the one before, within so many votes."""
    leads: list[int] = []
    while True:
        against = len(leads)
        while 2 * against + lead <= most and wrong_if_ended(law, against + lead, against) > error:
            lead += 1
        if 2 * against + lead > most:
            return leads
        leads.append(lead)


def _ended(law: Law, leads: list[int], error: float, most: int) -> LeadTable:
    """End a table where further dissent is out of the question, cannot be made up for, or needs no larger lead."""
    nearest = min(p for p, _ in law.points)
    bound = scaling.k_min(nearest, 1, 1 - error) if nearest > 0.5 else None  # the lead that no dissent goes beyond
    decided = _decided_at(law, LeadTable(tuple(leads), gives_up=True), most)
    reach = 1.0
    for against in range(1, len(leads)):
        reach -= decided[against - 1]
        later = math.fsum(decided[against:])
        if reach < error * NEGLIGIBLE or later < HOPELESS * reach:
            return LeadTable(tuple(leads[:against]), gives_up=True)
        if bound is not None and leads[against] >= bound:
            return LeadTable(tuple(leads[: against + 1]))
    return LeadTable(tuple(leads), gives_up=True)


def _decided_at(law: Law, table: LeadTable, most: int) -> list[float]:
    """Return the share of steps that are decided with 0, 1, … votes against."""
    decided = [0.0] * len(table.leads)
    for ahead, behind, ways in _paths(table, most)[0]:
        for p, weight in law.points:
            decided[behind] += ways * weight * (_product(p, ahead, behind) + _product(1 - p, ahead, behind))
    return decided


def ends(law: Law, table: LeadTable, most_votes: int = MOST_VOTES) -> Ends:
    """Return how ballots end under a table, exactly; those with `most_votes` and no decision are undecided."""
    decided, given_up = _paths(table, min(most_votes, MOST_VOTES))
    right = wrong = undecided = votes = 0.0
    for ahead, behind, ways in decided:
        if right + wrong > 1 - ROUNDING:
            return Ends(right, wrong, max(0.0, 1 - right - wrong), votes)
        rightly = ways * math.fsum(weight * _product(p, ahead, behind) for p, weight in law.points)
        wrongly = ways * math.fsum(weight * _product(1 - p, ahead, behind) for p, weight in law.points)
        right += rightly
        wrong += wrongly
        votes += (ahead + behind) * (rightly + wrongly)
    for ahead, behind, ways in given_up:
        share = ways * math.fsum(weight * _product(p, ahead, behind) for p, weight in law.points)
        undecided += share
        votes += (ahead + behind) * share
    return Ends(right, wrong, undecided, votes)


@lru_cache(maxsize=64)
def _paths(table: LeadTable, most: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
    """Count the orders of votes that end a ballot of two answers.

    Returns:
        (leader's votes, votes against, ways) of those decided for one of the answers, which are as many for the other;
        and (votes of one, of the other, ways) of those that are given up.
    """
    leads = [table.lead(against) for against in range(most // 2 + 1)]
    going: dict[tuple[int, int], int] = {(0, 0): 1}  # of two mirrored orders one is followed
    decided: list[tuple[int, int, int]] = []
    given_up: list[tuple[int, int, int]] = []
    for cast in range(most + 1):
        further: dict[tuple[int, int], int] = {}
        for (more, less), ways in going.items():
            lead = leads[less]
            if lead is not None and more - less >= lead:
                decided.append((more, less, ways))
            elif lead is None or cast == most:
                given_up.append((more, less, ways))
                given_up += [(less, more, ways)] if more > less else []
            else:
                further[more + 1, less] = further.get((more + 1, less), 0) + ways
                if more > less:
                    mirrored = 2 * ways if less + 1 == more else ways
                    further[more, less + 1] = further.get((more, less + 1), 0) + mirrored
        going = further
    return decided, given_up
