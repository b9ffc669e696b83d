"""The law of p from a few votes a step, and what it allows."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from maker_engine.calibration.law_fit import GRID, HARD, LawFit
from maker_engine.calibration.recommend import ahead_by, recommended
from maker_engine.core.forecasting.laws import Law
from tests.calibration.trials import LAWS, Truth, drawn


def counts(name: str, sample: int, seed: int = 0) -> Counter[tuple[int, int]]:
    """Counts of a sample of one of the laws."""
    return Counter(step.counts for step in drawn(Truth(LAWS[name]), sample, 5, f"{name} {seed}"))


def test_the_likeliest_law_has_the_mean_of_the_sample():
    """The mean of the fitted law is the share of right votes, to a thousandth."""
    seen = counts("D", 1_000)
    share = sum(good * number for (good, _), number in seen.items()) / sum(
        (good + bad) * number for (good, bad), number in seen.items()
    )
    assert LawFit(seen).law.mean == pytest.approx(share, abs=1e-3)


def test_what_was_not_seen_is_bounded_by_three_in_so_many():
    """Of 1,000 steps without a wrong vote, at most ln 20 in 1,000, and a little for what no vote showed, are weak."""
    fit = LawFit(Counter({(5, 0): 1_000}))
    weak = [float(p == 0.6) for p in GRID]
    assert fit.highest(weak).value == pytest.approx(2.996e-3 / (1 - 0.6**5), rel=0.1)
    assert fit.lowest(weak).value == pytest.approx(0, abs=1e-6)


def test_a_bound_holds_what_it_bounds():
    """The likeliest value lies between the bounds, and the law at a bound has the bound's value."""
    fit = LawFit(counts("A", 500))
    figures = ahead_by(3).wrong
    low, high = fit.lowest(figures), fit.highest(figures)
    assert low.value <= fit.mean(figures) <= high.value
    assert high.value == pytest.approx(sum(w * f for w, f in zip(high.weights, figures, strict=True)))
    assert isinstance(high.law, Law)


def test_a_table_of_leads_is_recommended_where_it_saves_votes():
    """Where few steps are weak a table reaches the target with fewer votes; with one rival it is never below two."""
    rule = recommended(LawFit(counts("B", 1_000)), 1_000, 0.95)
    assert rule is not None
    assert rule.name.startswith("lead-table:")
    assert rule.k >= 2


def test_nothing_is_recommended_where_most_votes_are_wrong():
    """A sample of steps that are wrong more often than right has a law, and no k."""
    wrong = LawFit(Counter({(1, 4): 50}))
    assert wrong.law.mean < 0.4
    assert recommended(wrong, 100, 0.95) is None or wrong.law.hard_share > 0.9


def test_steps_just_below_one_half_are_hard_steps():
    """The bounds hold a share of steps that are nearly a coin, of however many steps they are drawn."""
    law = Law(((0.98, 0.4), (0.49, 0.6)))
    seen = {
        (right, 5 - right): round(
            20_000 * sum(w * math.comb(5, right) * p**right * (1 - p) ** (5 - right) for p, w in law.points)
        )
        for right in range(6)
    }
    fit = LawFit(Counter(seen))
    assert fit.lowest([float(p < HARD[-1]) for p in GRID]).value <= 0.6
    assert 0.6 <= fit.highest([float(p < 0.5) for p in GRID]).value < 0.65


def test_no_vote_says_nothing():
    """Steps without a valid sample leave everything open."""
    fit = LawFit(Counter({(0, 0): 10}))
    assert fit.steps == 0
    assert fit.highest([float(p < 0.5) for p in GRID]).value == 1
