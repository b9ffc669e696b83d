"""How a run is likely to end, by its own votes: p, the odds as two numbers, the price, what is worse than planned.

The odds are two numbers because they are of two kinds. The forecast is conditional: if the steps to come are like those
so far, and none is hard. The bound is about hard steps, which votes cannot show: it needs steps with a known answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from maker_engine.core.forecasting.laws import Law, single
from maker_engine.core.forecasting.lead_tables import ends
from maker_engine.core.forecasting.live_law import LiveP, live_law, live_p
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.voting import AHEAD, LeadTable, named_rule

COSTLIER = 1.25
"""A price is worse than planned from so many times the planned one on."""
PRICED_STEPS = 50
"""Steps before a price is compared with the planned one: votes a step scatter by about their number."""
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Expected:
    """What was expected before the run, None where it was not known.

    Attributes:
        p: The p planned with.
        p_solve: The odds of the whole run.
        usd: Its price.
        target: Odds wanted.
        k_from: Where k comes from, such as "assumed".
        adapts: k follows what the first steps show, since p was assumed.
        independent: No step depends on another, as rows of a table: then a share of right answers is what is expected,
            not that all are.
        wrong: Answers of such a run that were expected to be wrong.
    """

    p: float | None = None
    p_solve: float | None = None
    usd: float | None = None
    target: float = 0.95
    k_from: str = ""
    adapts: bool = False
    independent: bool = False
    wrong: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the votes so far say.

    Attributes:
        at: Steps whose votes it was worked out from.
        p: p with its interval, of steps that are all alike.
        law: The law of p over the steps; steps with p < ½ cannot be seen in it.
        forecast: P(solve) if steps are as those so far and none is hard: the least and the most of what fits; None of
            independent steps.
        hard_bound: Least probability, at 95 %, that no step to come is hard; None where no right answer is known, and
            of independent steps.
        usd: Dollars of the whole run at this rate, None where prices are not known.
        votes: Votes of the whole run at this rate.
        k_from: Where k comes from.
        worse: What is worse than planned, in one sentence; empty for nothing.
        wrong: Of independent steps, answers of the whole run that are expected to be wrong, the least and the most of
            what fits; None of a chain.
        steps: Steps of the whole run, None where that is not known.
    """

    at: int
    p: LiveP
    law: Law
    forecast: tuple[float, float] | None
    hard_bound: float | None
    usd: float | None
    votes: float | None
    k_from: str = ""
    worse: str = ""
    wrong: tuple[float, float] | None = None
    steps: int | None = None

    @property
    def right(self) -> tuple[float, float] | None:
        """The share of right answers, the least and the most; None of a chain."""
        if self.wrong is None or not self.steps:
            return None
        return 1 - self.wrong[1] / self.steps, 1 - self.wrong[0] / self.steps


@dataclass(frozen=True, slots=True)
class Voting:
    """How a run votes: its rule, k, steps (None where not known), and whether right answers are known."""

    rule: str
    k: int
    steps: int | None
    has_oracle: bool


def outlook(
    ballots: Mapping[tuple[int, int], int], totals: Totals, voting: Voting, expected: Expected, cost_usd: float | None
) -> Outlook | None:
    """Work out how a run is likely to end; None while its votes say nothing."""
    p, law = live_p(ballots), live_law(ballots)
    if p is None or law is None or not totals.steps:
        return None
    steps, usd, votes, forecast, bound, wrong = voting.steps, None, None, None, None, None
    if steps and expected.independent:
        wrong = _wrong(law, p, voting, totals, steps)
    elif steps:
        to_come = max(0, steps - totals.steps) if voting.has_oracle and not totals.wrong else steps
        odds = [_solves(one, voting, to_come) for one in (law, single(p.low), single(p.high))]
        forecast = min(odds), max(odds)
        bound = _hard_bound(totals, max(0, steps - totals.steps)) if voting.has_oracle else None
        if voting.has_oracle and totals.wrong:
            forecast = 0.0, 0.0
    if steps:
        votes = totals.votes / totals.steps * steps
        usd = None if cost_usd is None else cost_usd / totals.steps * steps
    found = Outlook(
        sum(ballots.values()), p, law, forecast, bound, usd, votes, expected.k_from, wrong=wrong, steps=steps
    )
    return replace(found, worse=_worse(found, expected))


def _wrong(law: Law, p: LiveP, voting: Voting, totals: Totals, steps: int) -> tuple[float, float]:
    """Return how many answers of independent steps are expected to be wrong, the least and the most of what fits.

    What is known to be wrong counts in any case, and bounds what is to come where it is more than the votes show.
    """
    rule = named_rule(voting.rule, voting.k)
    k = voting.k if voting.rule == AHEAD else max(1, voting.k - 1)
    laws = (law, single(p.low), single(p.high))
    shares = [ends(one, rule).wrong if isinstance(rule, LeadTable) else one.step_error(k) for one in laws]
    known = totals.wrong if voting.has_oracle else 0
    decided = max(1, totals.steps)
    return max(float(known), min(shares) * steps), max(*shares, known / decided) * steps


def _solves(law: Law, voting: Voting, steps: int) -> float:
    """Return the probability that so many steps are decided rightly by a run's rule."""
    rule = named_rule(voting.rule, voting.k)
    if isinstance(rule, LeadTable):
        return ends(law, rule).none_wrong(steps)
    if voting.rule == AHEAD:
        return law.run_success(voting.k, steps)
    return law.run_success(max(1, voting.k - 1), steps)  # first-to-k is at least as good as ahead by one vote less


def _hard_bound(totals: Totals, to_come: int) -> float:
    """Return how likely no step to come is hard, at least: the share of hard steps is bounded as Clopper-Pearson do."""
    if totals.wrong:
        low, high = totals.wrong / totals.steps, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if _at_most(totals.wrong, totals.steps, middle) > LEVEL else (low, middle)
        share = high
    else:
        share = -math.expm1(math.log(LEVEL) / totals.steps)
    return math.exp(to_come * math.log1p(-share)) if share < 1 else float(to_come == 0)


def _at_most(hits: int, trials: int, share: float) -> float:
    """Return the probability of at most so many hits."""
    if share >= 1:
        return float(hits >= trials)
    logs = (
        math.lgamma(trials + 1) - math.lgamma(one + 1) - math.lgamma(trials - one + 1)
        + one * math.log(share) + (trials - one) * math.log1p(-share)
        for one in range(hits + 1)
    )  # fmt: skip
    return math.fsum(map(math.exp, logs))


def _worse(found: Outlook, expected: Expected) -> str:
    said = []
    if expected.p is not None and found.p.high < expected.p:
        said.append(
            f"p is {found.p.p:.4g} ({found.p.low:.4g} to {found.p.high:.4g}), not the {expected.p:.4g} planned with"
        )
    if found.forecast is not None and found.forecast[1] < min(expected.target, expected.p_solve or 1.0):
        said.append(f"P(solve) is {found.forecast[1]:.3g} at most, below the target of {expected.target:g}")
    if found.wrong is not None and found.steps and expected.wrong is not None:
        low, high = (round(one) for one in found.wrong)
        if low > max(1.0, COSTLIER * expected.wrong):
            many = f"{low:,}" if low == high else f"{low:,} to {high:,}"
            said.append(f"{many} of {found.steps:,} answers are likely to be wrong, not {expected.wrong:,.0f}")
    if expected.usd and found.usd is not None and found.at >= PRICED_STEPS and found.usd > COSTLIER * expected.usd:
        said.append(f"it costs ${found.usd:,.2f}, not ${expected.usd:,.2f}")
    return "; ".join(said)


def k_for(found: Outlook, steps: int, target: float, most: int) -> int | None:
    """Return the smallest k for the target by what the votes show, on the careful side; None for none up to `most`."""
    if found.p.low <= 0.5:
        return None
    careful = single(found.p.low).k_min(steps, target)
    by_law = found.law.k_min(steps, target)
    if careful is None or careful > most:
        return None
    # A few ballots leave room for steps next to ½ that no k would settle: the law counts as far as it says anything.
    return careful if by_law is None or by_law > 2 * careful else min(most, max(careful, by_law))
