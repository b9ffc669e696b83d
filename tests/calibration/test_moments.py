"""What two votes a step show, by the moments of p alone."""

from __future__ import annotations

import pytest

from maker_engine.calibration.moments import Moments, bounds, bounds_within
from maker_engine.core.forecasting.laws import named_law, step_error
from tests.calibration.trials import LAWS, Truth, drawn


@pytest.mark.parametrize(("name", "low", "high"), [("A", 4.2e-4, 1.9e-3), ("D", 5.6e-4, 6.0e-3), ("E", 4.7e-4, 2.0e-3)])
def test_two_moments_bound_the_error_of_a_step(name, low, high):
    """At k = 3 the bounds by two moments of the laws A, D and E are the published ones, and hold the truth."""
    law = named_law(name)
    found = bounds(Moments(law.moment(1), law.moment(2)), lambda p: step_error(p, 3))
    assert (found.low, found.high) == (pytest.approx(low, rel=0.1), pytest.approx(high, rel=0.1))
    assert found.low <= law.step_error(3) <= found.high


def test_bounds_of_a_sample_are_those_of_the_moments_that_it_allows():
    """They hold the truth of 200 steps without an error as of 200 with some, and one vote a step says nothing."""
    for name in ("A", "D"):
        steps = [step.counts for step in drawn(Truth(LAWS[name], v=1.0), 200, 5, name)]
        found = bounds_within(steps, 0.98, lambda p: step_error(p, 3))
        assert found is not None
        assert found.low <= named_law(name).step_error(3) <= found.high
    sound = bounds_within([(5, 0)] * 200, 0.98, lambda p: step_error(p, 3))
    assert sound is not None
    assert sound.low < 1e-9
    assert sound.high > 0.01
    assert bounds_within([(1, 0)] * 3, 0.98, lambda p: 1 - p) is None
    assert bounds(Moments(0.9, 0.5), lambda p: 1 - p) == pytest.approx((0.1, 0.1))
