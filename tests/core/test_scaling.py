"""The scaling laws: the paper's figures, its relations, and runs longer than a float's patience."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import pytest
from hypothesis import given, strategies as st

from maker_engine.core import scaling
from tests.support.driving import modest

MILLION = 2**20 - 1
"""Steps of the paper's run: Towers of Hanoi with 20 disks."""

LONG = [10**6, 10**14, 2**64]

ps = st.floats(0.51, 0.99999)
ks = st.integers(1, 40)
lengths = st.integers(1, 2**64)
targets = st.floats(0.01, 0.9999)


@pytest.mark.parametrize(
    ("p", "k", "error", "votes", "success"),
    [
        (0.95, 6, 2.13e-8, 6.667, 0.9780),
        (0.99, 3, 1.03e-6, 3.061, 0.3394),
        (0.99, 4, 1.04e-8, 4.082, 0.9891),
        (0.9978, 2, 4.86e-6, 2.009, 0.0061),
        (0.9978, 3, 1.07e-8, 3.013, 0.9888),
        (0.99977, 3, 1.22e-11, 3.001, 1.0000),
    ],
)
def test_ahead_by_k_at_a_million_steps(p, k, error, votes, success):
    """First-to-ahead-by-k has the step error, votes and run success known for it."""
    assert scaling.step_error(p, k) == pytest.approx(error, rel=5e-3)
    assert scaling.expected_votes(p, k) == pytest.approx(votes, abs=5e-4)
    assert scaling.run_success(p, k, MILLION) == pytest.approx(success, abs=5e-5)


@pytest.mark.parametrize(
    ("p", "k", "error", "votes", "success"),
    [
        (0.95, 6, 5.80e-6, 6.316, 0.0023),
        (0.99, 3, 9.85e-6, 3.030, 0.0000),
        (0.99, 4, 3.42e-7, 4.040, 0.699),
        (0.9978, 2, 1.45e-5, 2.004, 0.0000),
        (0.9978, 3, 1.06e-7, 3.007, 0.895),
        (0.99977, 3, 1.22e-10, 3.001, 0.9999),
    ],
)
def test_first_to_k_at_a_million_steps(p, k, error, votes, success):
    """First-to-k has the step error, votes and run success known for it: weaker at the same k."""
    assert scaling.first_to_error(p, k) == pytest.approx(error, rel=5e-3)
    assert scaling.first_to_votes(p, k) == pytest.approx(votes, abs=5e-4)
    assert (1 - scaling.first_to_error(p, k)) ** MILLION == pytest.approx(success, abs=5e-4)


def test_the_papers_run_needs_k_3():
    """With the rate measured for the paper's model, p = .9978, a million steps at t = .95 need k = 3 (§4.4)."""
    assert scaling.k_min(0.9978, MILLION, 0.95) == 3


@pytest.mark.parametrize(("k", "most_errors"), [(2, 0.00022), (3, 0.00364), (4, 0.0146), (5, 0.0333)])
def test_the_bands_of_k(k, most_errors):
    """At a million steps and t = .95, k suffices up to a known error rate and not a hair beyond."""
    assert scaling.k_min(1 - most_errors, MILLION) == k
    assert scaling.k_min(1 - most_errors * 1.05, MILLION) == k + 1


@pytest.mark.parametrize(("p", "k", "votes"), [(0.7, 3, 6.41), (0.9, 3, 3.740), (0.6429, 29, 101.47)])
def test_expected_votes(p, k, votes):
    """A step takes as many votes as the gambler's ruin lasts."""
    assert scaling.expected_votes(p, k) == pytest.approx(votes, abs=5e-3)


@pytest.mark.parametrize(("m", "magnitude"), [(1, 6.61), (10, 6.53), (100, 6.92)])
def test_cost_by_steps_per_agent(m, magnitude):
    """At p = .99, s = 10^6, t = .9 the cost has a known magnitude: a small m > 1 can be cheaper than m = 1."""
    k = scaling.k_min(0.99, 10**6, 0.9, m)
    assert math.log10(scaling.run_cost(1, 0.99, k, 10**6, m=m)) == pytest.approx(magnitude, abs=5e-3)


def exactly(p, k, steps, m=1):
    """Eq. 13 with 80 digits."""
    with localcontext(prec=80):
        odds = (1 - Decimal(p)) / Decimal(p)
        return float((-Decimal(steps) / m * (1 + odds**k).ln()).exp())


def exact_k(p, steps, target):
    """Eq. 14 with 80 digits, before rounding up."""
    with localcontext(prec=80):
        needed = (-Decimal(target).ln() / steps).exp() - 1
        return float(needed.ln() / ((1 - Decimal(p)) / Decimal(p)).ln())


@modest
@given(ps, ks, lengths)
def test_run_success_keeps_its_digits(p, k, steps):
    """Eq. 13 agrees with 80-digit arithmetic up to 2^64 steps."""
    assert scaling.run_success(p, k, steps) == pytest.approx(exactly(p, k, steps), rel=1e-9, abs=1e-300)


@modest
@given(ps, lengths, targets)
def test_k_keeps_its_digits(p, steps, target):
    """Eq. 14 agrees with 80-digit arithmetic up to 2^64 steps, where t^(−1/s) − 1 would be 0."""
    assert scaling.k_exact(p, steps, target) == pytest.approx(exact_k(p, steps, target), rel=1e-9, abs=1e-9)


@modest
@given(ps, ks)
def test_step_errors_keep_their_digits(p, k):
    """1 − Eq. 9 is exact where the success itself rounds to 1."""
    odds = (1 - p) / p
    assert scaling.step_error(p, k) == pytest.approx(odds**k / (1 + odds**k), rel=1e-9, abs=1e-300)


@modest
@given(ps, ks)
def test_errors_and_successes_add_up(p, k):
    """Step error and step success are one, and the logarithm is the success's own."""
    assert scaling.step_success(p, k) + scaling.step_error(p, k) == pytest.approx(1)
    assert math.exp(scaling.log_step_success(p, k)) == scaling.step_success(p, k) <= 1


@pytest.mark.parametrize("steps", LONG)
def test_tiny_step_errors_still_count_in_long_runs(steps):
    """Where 1 − x cannot hold a step's error, a run's success still falls with its length and rises with k."""
    k = scaling.k_min(0.9978, steps)
    chances = [scaling.run_success(0.9978, k + more, steps) for more in (-1, 0, 1)]
    assert chances == sorted(set(chances))
    assert scaling.run_success(0.9978, k, 2 * steps) < chances[1] < 1


@modest
@given(ps, lengths, targets, st.sampled_from([1, 2, 10]))
def test_k_min_is_the_smallest_that_suffices(p, steps, target, m):
    """With k_min the run reaches its target, and with one less, if there is one less, it does not."""
    k = scaling.k_min(p, steps, target, m)
    assert scaling.run_success(p, k, steps, m) >= target * (1 - 1e-6)
    assert k == 1 or scaling.run_success(p, k - 1, steps, m) < target * (1 + 1e-6)


@modest
@given(ps, lengths, targets)
def test_longer_surer_and_worse_need_more(p, steps, target):
    """k never falls when the run is longer, the target higher or the model worse."""
    k = scaling.k_min(p, steps, target)
    assert k <= scaling.k_min(p, 2 * steps, target)
    assert k <= scaling.k_min(p, steps, (1 + target) / 2)
    assert k <= scaling.k_min((p + 0.505) / 2, steps, target)


@pytest.mark.parametrize("p", [0.6, 0.9, 0.9978])
def test_k_grows_as_the_logarithm_of_the_steps(p):
    """Ten times the steps add ln 10 / ln(p/(1−p)) to k, however many there are: k = Θ(ln s)."""
    growth = [scaling.k_exact(p, 10 ** (n + 1)) - scaling.k_exact(p, 10**n) for n in range(6, 19)]
    assert growth == pytest.approx([math.log(10) / math.log(p / (1 - p))] * 13, rel=1e-5)


@pytest.mark.parametrize("steps", LONG)
def test_k_tends_to_its_asymptote(steps):
    """From a million steps on, App. B's limit is Eq. 14 to six digits."""
    assert scaling.k_asymptote(0.99, steps, m=2) == pytest.approx(scaling.k_exact(0.99, steps, m=2), rel=1e-6)


@pytest.mark.parametrize(("p", "steps", "target"), [(0.9, 1, 0.5), (1, 10**6, 0.95), (0.999999, 2, 0.01)])
def test_k_is_at_least_1(p, steps, target):
    """However easy the run, a step takes one vote."""
    assert scaling.k_min(p, steps, target) == 1


def test_a_certain_model_needs_no_vote():
    """At p = 1 every law holds: no error, exactly k votes, one round."""
    assert scaling.run_success(1, 1, 2**64) == 1
    assert (scaling.step_error(1, 1), scaling.first_to_error(1, 3)) == (0, 0)
    assert (scaling.expected_votes(1, 3), scaling.first_to_votes(1, 3), scaling.expected_rounds(1, 3)) == (3, 3, 1)
