"""Intervals for shares and means, and the limits on hard steps."""

from __future__ import annotations

import math
import random

import pytest

from maker_engine.calibration.hard_share import hard_share
from maker_engine.core.forecasting.intervals import at_most, clopper_pearson, mean_of_shares


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"), [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (22, 10_000, 0.001379, 0.003329)]
)
def test_clopper_pearson_is_that_of_the_tables(hits, trials, low, high):
    """The exact interval agrees with published values, to the digits they are printed with."""
    found = clopper_pearson(hits, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_what_was_never_seen_is_at_most_three_in_so_many():
    """Of no hit in N trials the upper limit alone is ln 20 / N, the rule of three."""
    assert at_most(0, 1_000) == pytest.approx(math.log(20) / 1_000, rel=2e-3)


def test_no_trial_excludes_nothing():
    """Without a trial, or a step, the interval is all there is."""
    assert clopper_pearson(0, 0) == (0, 1)
    assert mean_of_shares([]) == (0, 1)
    assert hard_share([]) == (0, 0, 1)


@pytest.mark.parametrize("p", [0.5, 0.99])
def test_the_interval_of_a_mean_holds_the_mean(p):
    """Of 100 samples of 100 steps with five calls each, 95 % or more have the true mean in their interval."""
    dice = random.Random(1)
    kept = 0
    for _ in range(100):
        found = mean_of_shares([sum(dice.random() < p for _ in range(5)) / 5 for _ in range(100)])
        kept += found.low <= p <= found.high
    assert kept >= 95


def test_hard_steps_are_told_from_weak_ones():
    """Steps that are always wrong are surely hard; without a wrong vote their share has a limit near 3/N."""
    found = hard_share([[True] * 5] * 90 + [[False] * 5] * 10)
    assert 0.02 < found.low < 0.1 < found.high < 0.25
    sound = hard_share([[True] * 5] * 300)
    assert (sound.share, sound.low) == (0, 0)
    assert 3 / 300 < sound.high < 4 / 300
