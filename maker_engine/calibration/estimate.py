"""What a calibration says of one model: figures with their intervals, the law of p, and what a run would cost."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maker_engine.calibration.hard_share import HardShare, hard_share
from maker_engine.calibration.law_fit import GRID, HARD, LEAST_SOUND, LawFit
from maker_engine.calibration.moments import bounds_within
from maker_engine.calibration.recommend import MOST_K, Rule, ahead_by, error_at, least_k, recommended
from maker_engine.calibration.tally import StepReadings, Tally
from maker_engine.core import scaling
from maker_engine.core.forecasting.intervals import Interval, mean_of_costs, mean_of_shares
from maker_engine.core.forecasting.laws import Law, single
from maker_engine.planning.plan import HOUR_S, Purchase, step_seconds

SAFE = 0.98
"""Level of the intervals of p and v: a sample that is examined on its way, and stopped, keeps 95 % and more."""
SURE = 0.99
"""Level of an interval that is multiplied with others."""
_SURELY_HARD = [float(p < HARD[-1]) for p in GRID]
"""Whether a p of the grid is surely below ½; the one next to it represents steps that are as good as a coin."""
_PERHAPS_HARD = [float(p <= HARD[-1]) for p in GRID]
"""Likewise, whether it may be below ½."""
_SPECK = 2e-4
"""A share below it is how far the fit goes."""
NO_VOTE = 0.5
"""A p that is not above it is not fixed by voting."""


@dataclass(frozen=True, slots=True)
class Sought:
    """The run that is calibrated for.

    Attributes:
        steps: How many it takes.
        target: Probability that it is to be right with.
        concurrency: Most calls in flight.
    """

    steps: int
    target: float = 0.95
    concurrency: int = 8


@dataclass(frozen=True, slots=True)
class Run:
    """What the run would need by the recommended rule, if its steps are as those sampled and none is hard.

    Attributes:
        rule: The rule.
        p_solve: Probability that every step is decided rightly: the interval of the conditional forecast.
        likely: The same under the likeliest law.
        votes: Valid votes of the whole run.
        votes_within: Their interval.
        samples: Samples of the whole run.
        usd: Dollars; None where no price is known.
        usd_within: Their interval.
        hours: Hours that it takes, looking ahead.
        hours_in_order: The same with one step after the other.
        wrong_by_moments: Bounds on how often the rule decides a step wrongly, hard steps included, by the first two
            moments of p alone; None of one call a step.
    """

    rule: Rule
    p_solve: Interval
    likely: float
    votes: float
    votes_within: Interval
    samples: float
    usd: float | None
    usd_within: Interval | None
    hours: float
    hours_in_order: float
    wrong_by_moments: Interval | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a calibration says of one model. All intervals are at 95 % or more.

    Attributes:
        tally: The counts behind it.
        calls: Calls a step.
        p: That a sample is valid and right.
        p_within: Its interval.
        p_valid: That a valid sample is right.
        p_valid_within: Its interval.
        v: That a sample is valid.
        v_within: Its interval.
        hard: The share of steps with p < ½.
        law: The likeliest law of p, without hard steps where none is surely there: what a few wrong votes would make of
            them is noise. Of one call a step the mean alone.
        usd_per_sample: Mean dollars of a sample, None where no price is known.
        run: The run by the recommended rule; None where no rule reaches the target.
        hard_bound: Probability, at least, that no step of the run is hard.
        hard_ceiling: The same at most.
        worst: The law with the weakest sound steps that the sample allows; None where no rule reaches the target.
        k_likely: The k of ahead-by-k that would do if the likeliest law were the law; None where none would.
    """

    tally: Tally
    calls: int
    p: float
    p_within: Interval
    p_valid: float
    p_valid_within: Interval
    v: float
    v_within: Interval
    hard: HardShare
    law: Law
    usd_per_sample: float | None
    run: Run | None
    hard_bound: float
    hard_ceiling: float
    worst: Law | None = None
    k_likely: int | None = None

    @property
    def voting_cannot_fix(self) -> bool:
        """Whether hard steps were found, more than the target bears, or most samples are wrong."""
        return self.p_valid <= NO_VOTE or (self.hard.low > 0 and self.run is None)


def estimate(steps: Sequence[StepReadings], calls: int, sought: Sought) -> Estimate:
    """Work out what a sample says; it has at least one response.

    Args:
        steps: What was drawn.
        calls: Calls a step.
        sought: The run to plan.
    """
    tally = Tally(steps)
    right, valid, given_valid = tally.shares()
    p, v, p_valid = _mean(right), _mean(valid), _mean(given_valid)
    fit = None if calls == 1 else LawFit(tally.counts)
    law = single(p_valid) if fit is None else fit.law
    votes = [[one.right for one in step.votes] for step in steps]
    hard = hard_share(votes, 0.0 if fit is None else _majority_wrong(law, calls))
    if fit is not None:
        hard = _narrowed(hard, fit)
        law = law if hard.low > 0 or law.hard_share >= 1 else law.above_half()
    within = mean_of_shares(given_valid, SAFE)
    v_within = mean_of_shares(valid, SAFE)
    costs = tally.costs()
    found = _alone(p_valid, sought) if fit is None else recommended(fit, sought.steps, sought.target)
    bearable = found is not None and _log_none_hard(hard.share, sought.steps) >= math.log(sought.target)
    run = None
    if found is not None and v > 0 and (bearable or not hard.low):
        bands = _Bands(fit, within, v, v_within, mean_of_costs(costs, SURE) if costs else None)
        run = bands.run(found, law, tally, sought)
    return Estimate(
        tally=tally,
        calls=calls,
        p=p,
        p_within=mean_of_shares(right, SAFE),
        p_valid=p_valid,
        p_valid_within=within,
        v=v,
        v_within=v_within,
        hard=hard,
        law=law,
        usd_per_sample=sum(costs) / len(costs) if costs else None,
        run=run,
        hard_bound=math.exp(_log_none_hard(hard.high, sought.steps)),
        hard_ceiling=math.exp(_log_none_hard(hard.low, sought.steps)),
        worst=None if run is None or fit is None else fit.highest(ahead_by(run.rule.k).wrong).law.above_half(),
        k_likely=_likely_k(law, sought),
    )


def settled(steps: Sequence[StepReadings], planned: int, sought: Sought) -> bool:
    """Return whether the rest of the planned steps would change no k, if it came out as what was drawn so far.

    A model of which most samples are surely wrong is settled too: no k is.
    """
    tally = Tally(steps)
    if mean_of_shares(tally.shares()[2]).high < NO_VOTE:
        return True
    grown = Counter({count: round(number * planned / len(steps)) for count, number in tally.counts.items()})
    now, then = (least_k(LawFit(counts), sought.steps, sought.target) for counts in (tally.counts, grown))
    return now is not None and then is not None and now.k == then.k


def _narrowed(hard: HardShare, fit: LawFit) -> HardShare:
    """Narrow the limits that hold for any law by those of the laws that the sample allows."""
    high = min(hard.high, fit.highest(_PERHAPS_HARD).value)
    low = min(high, max(hard.low, fit.lowest(_SURELY_HARD).value))
    low = low if low > _SPECK else 0.0
    return HardShare(min(high, max(hard.share, low)), low, high)


class _Bands:
    """Makes the intervals of a run."""

    def __init__(self, fit: LawFit | None, p: Interval, v: float, v_within: Interval, usd: Interval | None) -> None:
        self._fit = fit
        self._p = p
        self._v = v
        self._v_within = v_within
        self._usd = usd

    def run(self, rule: Rule, law: Law, tally: Tally, sought: Sought) -> Run:
        """Say what the run needs by `rule`."""
        steps, fit = sought.steps, self._fit
        if fit is None:
            p_solve, likely, votes, each = self._of_mean(rule.k, law.mean, steps)
        else:
            p_solve, likely = _forecast(fit, rule, steps)
            votes = fit.mean(rule.votes)
            each = Interval(fit.lowest(rule.votes).value, fit.highest(rule.votes).value)
        costs = tally.costs()
        samples = steps * votes / self._v
        usd = samples * sum(costs) / len(costs) if costs else None
        want = Purchase(steps, law, self._v, latency_s=tally.mean("latency_s") or 0.0, concurrency=sought.concurrency)
        order_s, ahead_s = step_seconds(want, rule.k, _rounds(law, rule) / self._v, votes / self._v)
        return Run(
            rule=rule,
            p_solve=p_solve,
            likely=likely,
            votes=steps * votes,
            votes_within=Interval(steps * each.low, steps * each.high),
            samples=samples,
            usd=usd,
            usd_within=self._dollars(each, steps),
            hours=steps * ahead_s / HOUR_S,
            hours_in_order=steps * order_s / HOUR_S,
            wrong_by_moments=None if fit is None else _by_moments(tally, rule),
        )

    def _dollars(self, each: Interval, steps: int) -> Interval | None:
        if self._usd is None or not self._v_within.low:
            return None
        return Interval(
            steps * each.low / self._v_within.high * self._usd.low,
            steps * each.high / self._v_within.low * self._usd.high,
        )

    def _of_mean(self, k: int, p: float, steps: int) -> tuple[Interval, float, float, Interval]:
        """Plan as if all steps were alike, which is all that one call a step allows (the paper's Eqs. 13 and 16)."""
        low, high = (max(one, NO_VOTE + 1e-6) for one in self._p)
        solve = Interval(*(scaling.run_success(one, k, steps) for one in (low, high)))
        votes = [scaling.expected_votes(one, k) for one in (high, p, low)]
        return solve, scaling.run_success(p, k, steps), votes[1], Interval(votes[0], votes[2])


def _forecast(fit: LawFit, rule: Rule, steps: int) -> tuple[Interval, float]:
    """Return the interval of the conditional forecast, and its value under the likeliest law."""
    most, least = rule.error(fit.highest(rule.wrong)), rule.error(fit.lowest(rule.wrong))
    least = least if steps * least > 2e-3 else 0.0  # what is smaller is how far the fit goes
    sound = [weight for p, weight in fit.law.points if p >= LEAST_SOUND]
    likely = fit.mean(rule.wrong) / sum(sound) if sound else 1.0
    p_most, p_least, p_likely = (math.exp(steps * math.log1p(-min(one, 1 - 1e-12))) for one in (most, least, likely))
    return Interval(p_most, p_least), p_likely


def _by_moments(tally: Tally, rule: Rule) -> Interval | None:
    return bounds_within((step.counts for step in tally.steps), SAFE, error_at(rule))


def _alone(p: float, sought: Sought) -> Rule | None:
    """Return the k that the mean p asks for (Eq. 14), None where there is none."""
    if p <= NO_VOTE:
        return None
    return ahead_by(min(MOST_K, scaling.k_min(p, sought.steps, sought.target)))


def _likely_k(law: Law, sought: Sought) -> int | None:
    """Return the k for the sound steps of a law."""
    if law.hard_share >= 1 or law.mean <= NO_VOTE:
        return None
    return law.above_half().k_min(sought.steps, sought.target)


def _rounds(law: Law, rule: Rule) -> float:
    """Return the rounds of a step: those of ahead-by-k, the more of them the more votes the rule takes."""
    k = rule.k
    votes = math.fsum(weight * vote for vote, weight in zip(rule.votes, _on_grid(law), strict=True))
    return law.rounds(k) * max(1.0, votes / law.votes(k)) if votes else law.rounds(k)


def _on_grid(law: Law) -> list[float]:
    weights = dict(law.points)
    return [weights.get(p, 0.0) for p in GRID]


def _majority_wrong(law: Law, calls: int) -> float:
    """Return how often half the votes or more of a sound step are wrong."""
    return math.fsum(
        weight * math.comb(calls, wrong) * (1 - p) ** wrong * p ** (calls - wrong)
        for p, weight in law.points
        if p >= LEAST_SOUND
        for wrong in range((calls + 1) // 2, calls + 1)
    )


def _log_none_hard(share: float, steps: int) -> float:
    return steps * math.log1p(-share) if share < 1 else -math.inf


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
