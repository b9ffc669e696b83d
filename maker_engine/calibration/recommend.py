"""Which rule a sample recommends for a run: the smallest k, or the table of leads, that reaches the target even so.

"Even so": under the worst of all laws of p that the sample allows, as far as steps are sound (p ≥ 0.6). How many are
not is bounded apart, since no k fixes those and no sample excludes them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import mul

from maker_engine.calibration.law_fit import GRID, LEAST_SOUND, Bound, LawFit
from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, single, step_error
from maker_engine.core.forecasting.lead_tables import MOST_VOTES, ends, lead_table, step_target
from maker_engine.core.voting import AHEAD, LEADS, LeadTable

MOST_K = 60
"""A k beyond it is not recommended: its price is that of another model, or of smaller steps."""
_SAVES = 0.95
"""A table is recommended where it takes so much of the votes of ahead-by-k, or less."""
_TRIES = 4
_MORE = (0, 1, 2, 4, 8)
_COIN = 0.5 + 1e-6


@dataclass(frozen=True, slots=True)
class Rule:
    """A voting rule, and what it does at each p of the grid.

    Attributes:
        name: As `--rule` takes it: "ahead", or "lead-table:2,7,9".
        k: The lead at no dissent.
        wrong: How often it decides a step wrongly; 0 where p < 0.6, which is counted apart.
        votes: Votes that it takes.
    """

    name: str
    k: int
    wrong: Sequence[float]
    votes: Sequence[float]

    def error(self, bound: Bound) -> float:
        """Return the error of a sound step under a law."""
        sound = math.fsum(weight for p, weight in zip(GRID, bound.weights, strict=True) if p >= LEAST_SOUND)
        return min(1.0, bound.value / sound) if sound > 0 else 1.0


@lru_cache(maxsize=256)
def ahead_by(k: int) -> Rule:
    """Return the paper's rule."""
    wrong = [step_error(p, k) if p >= LEAST_SOUND else 0.0 for p in GRID]
    return Rule(AHEAD, k, wrong, [scaling.expected_votes(max(p, 1 - p, _COIN), k) for p in GRID])


def by_table(table: LeadTable) -> Rule:
    """Return the rule of a table of leads; a step that it gives up is not decided wrongly, and not rightly either."""
    found = [ends(single(p), table, MOST_VOTES) for p in GRID]
    wrong = [one.wrong + one.undecided if p >= LEAST_SOUND else 0.0 for p, one in zip(GRID, found, strict=True)]
    return Rule(f"{LEADS}:{table.text}", table.k, wrong, [one.votes for one in found])


def error_at(rule: Rule) -> Callable[[float], float]:
    """Return how often a rule decides a step wrongly, or not at all, by its p from 0 to 1."""
    _, _, leads = rule.name.partition(":")
    if not leads:
        return lambda p: step_error(p, rule.k)
    table = LeadTable.parse(leads)
    return lambda p: ends(single(p), table, MOST_VOTES).lost


def least_k(fit: LawFit, steps: int, target: float) -> Rule | None:
    """Return ahead-by-k with the smallest k that reaches the target under every law that the sample allows."""
    low, high = 1, MOST_K
    if not _reaches(fit, ahead_by(high), steps, target):
        return None
    while low < high:
        middle = (low + high) // 2
        if _reaches(fit, ahead_by(middle), steps, target):
            high = middle
        else:
            low = middle + 1
    return ahead_by(low)


def best_table(fit: LawFit, alone: Rule, steps: int, target: float) -> Rule | None:
    """Return a table of leads that reaches the target likewise, None where there is none within reach.

    It is worked out under the law that is worst for ahead-by-k, which has the weakest steps that the sample allows.
    """
    worst = _sound(fit.highest(alone.wrong).law)
    error = step_target(steps, target)
    for _ in range(_TRIES):
        try:
            leads = lead_table(worst, error, most_votes=MOST_VOTES).leads
        except InputError:
            return None
        for more in _MORE:  # no lead needs to be much larger than the k that would do alone
            rule = by_table(LeadTable(_capped(leads, alone.k + more)))
            if _reaches(fit, rule, steps, target):
                return rule
        error *= 0.6
    return None


def _capped(leads: Sequence[int], most: int) -> tuple[int, ...]:
    """Return a table whose leads grow up to `most`, which then holds for any more dissent."""
    below = [lead for lead in leads if lead < most]
    return (*below, most)


def recommended(fit: LawFit, steps: int, target: float) -> Rule | None:
    """Return the rule that reaches the target with the fewest votes, None where no k does."""
    alone = least_k(fit, steps, target)
    table = None if alone is None else best_table(fit, alone, steps, target)
    if alone is None or table is None:
        return alone
    return table if fit.mean(table.votes) <= _SAVES * fit.mean(alone.votes) else alone


def _reaches(fit: LawFit, rule: Rule, steps: int, target: float) -> bool:
    def bears(bound: Bound) -> bool:
        error = rule.error(bound)
        return error < 1 and steps * math.log1p(-error) >= math.log(target)

    known = (Bound(math.fsum(map(mul, weights, rule.wrong)), weights) for weights in fit.extremes)
    return all(map(bears, known)) and bears(fit.highest(rule.wrong))


def _sound(law: Law) -> Law:
    return Law.of((p, weight) for p, weight in law.points if p >= LEAST_SOUND)
