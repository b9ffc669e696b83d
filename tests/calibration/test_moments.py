"""What two votes a step show, by the moments of p alone."""

from __future__ import annotations

from collections import Counter

import pytest

from maker_engine.calibration.moments import Moments, bounds, moments_of
from maker_engine.core.forecasting.laws import named_law, step_error


@pytest.mark.parametrize(("name", "low", "high"), [("A", 4.2e-4, 1.9e-3), ("D", 5.6e-4, 6.0e-3), ("E", 4.7e-4, 2.0e-3)])
def test_two_moments_bound_the_error_of_a_step(name, low, high):
    """At k = 3 the bounds by two moments of the laws A, D and E are the published ones, and hold the truth."""
    law = named_law(name)
    found = bounds(Moments(law.moment(1), law.moment(2)), lambda p: step_error(p, 3))
    assert (found.low, found.high) == (pytest.approx(low, rel=0.1), pytest.approx(high, rel=0.1))
    assert found.low <= law.step_error(3) <= found.high


def test_moments_are_those_of_pairs_of_votes():
    """A step counts once, by how often its votes, and pairs of its votes, are right; one vote makes no pair."""
    assert moments_of(Counter({(5, 0): 1, (1, 1): 1, (1, 0): 7})) == (0.75, 0.5)
    assert moments_of(Counter({(1, 0): 3})) is None
    assert bounds(Moments(1.0, 1.0), lambda p: 1 - p) == pytest.approx((0, 0))
    assert bounds(Moments(0.9, 0.5), lambda p: 1 - p) == pytest.approx((0.1, 0.1))
