"""The laws of cost and time, and what every law refuses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from tests.support.driving import modest

ps = st.floats(0.51, 0.99999)
ks = st.integers(1, 40)
ms = st.integers(1, 50)


@modest
@given(ps, ms)
def test_a_sample_and_its_likeliest_rival(p, m):
    """Right is p^m (Eq. 10), the rival (1−p)·p^(m−1) (Eq. 11), and together they are p^(m−1) (Eq. 15)."""
    right, rival = scaling.vote_probability(p, m), scaling.rival_probability(p, m)
    assert right == pytest.approx(p**m)
    assert rival == pytest.approx((1 - p) * p ** (m - 1))
    assert scaling.decisive_cost(3, p, m) == pytest.approx(3 * m / p ** (m - 1))


@modest
@given(ps, ks, ms)
def test_m_cancels_out_of_a_ballot(p, k, m):
    """The odds of right against rival are p/(1−p) for every m, so Eq. 12 is Eq. 9."""
    right, rival = scaling.vote_probability(p, m), scaling.rival_probability(p, m)
    assert 1 / (1 + (rival / right) ** k) == pytest.approx(scaling.step_success(p, k))


@modest
@given(st.floats(0.8, 0.999), ms)
def test_cost_is_exponential_in_m(p, m):
    """Where nearly every ballot is right, a run costs c·s·k / (p^(m−1)·(2p−1)) (Eq. 17)."""
    cost = scaling.run_cost(0.5, p, 20, 10**6, m=m)
    assert cost == pytest.approx(0.5 * 10**6 * 20 / (p ** (m - 1) * (2 * p - 1)), rel=1e-9)


def test_cost_is_log_linear_in_the_steps():
    """At m = 1 the cost per s·ln s settles (Eq. 18): from 10^6 to 10^18 steps it moves by less than a fifth."""
    ratios = [
        scaling.run_cost(1, 0.6, scaling.k_min(0.6, 10**n), 10**n) / (10**n * math.log(10**n)) for n in (6, 9, 12, 18)
    ]
    assert max(ratios) / min(ratios) < 1.2


@modest
@given(ps, ks, st.floats(0.01, 1))
def test_red_flags_divide_by_v(p, k, v):
    """Samples and cost are those of valid responses over the share that is valid (Eq. 19); k depends on p alone."""
    assert scaling.expected_samples(p, k, v) == pytest.approx(scaling.expected_votes(p, k) / v)
    assert scaling.run_cost(1, p, k, 1000, v) == pytest.approx(scaling.run_cost(1, p, k, 1000) / v)


def test_the_cost_of_a_sample():
    """A sample costs its mean tokens at their prices, in and out (Eq. 20)."""
    assert scaling.sample_cost(1000, 500, 4e-7, 1.6e-6) == pytest.approx(0.0012)


@modest
@given(ps, ks)
def test_votes_lie_between_k_and_the_certain_duration(p, k):
    """A step takes at least k votes, and at most k/(2p−1), which it nears as its ballot grows sure."""
    assert k * (1 - 1e-12) <= scaling.expected_votes(p, k) <= k / (2 * p - 1) * (1 + 1e-12)


@modest
@given(ps, ks)
def test_first_to_k_is_weaker_and_shorter(p, k):
    """At the same k, first-to-k errs no less, votes no longer, and ends by 2k − 1 votes."""
    assert scaling.first_to_error(p, k) >= scaling.step_error(p, k) * (1 - 1e-9)
    assert scaling.first_to_votes(p, k) <= min(2 * k - 1, scaling.expected_votes(p, k)) * (1 + 1e-9)


@modest
@given(ps, st.integers(1, 8))
def test_rounds_are_at_most_the_votes_beyond_the_first_k(p, k):
    """A step takes one round for its first k votes, and then at most one round for every two votes more."""
    rounds = scaling.expected_rounds(p, k)
    assert 1 - 1e-9 <= rounds <= 1 + (scaling.expected_votes(p, k) - k) / 2 + 1e-6


def test_one_vote_is_one_round():
    """At k = 1 the first sample decides."""
    assert scaling.expected_rounds(0.7, 1) == pytest.approx(1)


def test_a_single_agent_costs_beyond_all_numbers():
    """One agent for a million steps (m = s) costs more than a float holds: infinity, not a crash."""
    assert scaling.run_cost(1, 0.99, 1, 10**6, m=10**6) == math.inf


@pytest.mark.parametrize("law", [scaling.first_to_error, scaling.first_to_votes])
def test_first_to_k_holds_for_every_k(law):
    """The k that a poor model (p = .505) needs for a million steps has its figures for first-to-k too."""
    assert math.isfinite(law(0.505, scaling.k_min(0.505, 10**6)))


LAWS_OF_P = {
    "log_step_success": lambda p: scaling.log_step_success(p, 3),
    "step_success": lambda p: scaling.step_success(p, 3),
    "step_error": lambda p: scaling.step_error(p, 3),
    "vote_probability": scaling.vote_probability,
    "rival_probability": scaling.rival_probability,
    "run_success": lambda p: scaling.run_success(p, 3, 10),
    "k_exact": lambda p: scaling.k_exact(p, 10),
    "k_min": lambda p: scaling.k_min(p, 10),
    "k_asymptote": lambda p: scaling.k_asymptote(p, 10),
    "expected_votes": lambda p: scaling.expected_votes(p, 3),
    "expected_samples": lambda p: scaling.expected_samples(p, 3),
    "decisive_cost": lambda p: scaling.decisive_cost(1, p),
    "run_cost": lambda p: scaling.run_cost(1, p, 3, 10),
    "first_to_error": lambda p: scaling.first_to_error(p, 3),
    "first_to_votes": lambda p: scaling.first_to_votes(p, 3),
    "expected_rounds": lambda p: scaling.expected_rounds(p, 3),
}


@pytest.mark.parametrize("law", LAWS_OF_P)
@pytest.mark.parametrize(
    ("p", "said"),
    [(0.5, "only when p > 0.5"), (0.2, "got 0.2"), (-1, "p is a probability"), (1.01, "got 1.01"), (math.nan, "nan")],
)
def test_p_must_be_a_probability_above_one_half(law, p, said):
    """Every law refuses a p with which voting cannot work, and says what p must be."""
    with pytest.raises(InputError, match=r"p must lie above 0\.5") as refusal:
        LAWS_OF_P[law](p)
    assert said in str(refusal.value)


@pytest.mark.parametrize("law", [scaling.k_exact, scaling.k_min, scaling.k_asymptote])
@pytest.mark.parametrize("target", [0, 1, -0.5, 1.5, math.nan])
def test_no_finite_k_makes_a_run_certain(law, target):
    """A target outside (0, 1) is refused by its name."""
    with pytest.raises(InputError, match="target must lie between 0 and 1"):
        law(0.9, 10, target)


@pytest.mark.parametrize("law", [scaling.k_exact, scaling.k_min, scaling.k_asymptote])
@pytest.mark.parametrize("wrong", [{"m": 0}, {"steps": 0}])
def test_k_is_for_at_least_one_step(law, wrong):
    """A run of no steps, or of none per agent, is refused by the name of what is missing."""
    with pytest.raises(InputError, match=f"{next(iter(wrong))} must be at least 1, got 0"):
        law(**{"p": 0.9, "steps": 10, **wrong})


COUNTED = {
    "k": [
        lambda: scaling.step_success(0.9, 0),
        lambda: scaling.expected_votes(0.9, 0),
        lambda: scaling.first_to_error(0.9, 0),
        lambda: scaling.first_to_votes(0.9, 0),
        lambda: scaling.expected_rounds(0.9, 0),
        lambda: scaling.run_cost(1, 0.9, 0, 10),
    ],
    "steps": [lambda: scaling.run_success(0.9, 3, 0)],
    "m": [lambda: scaling.run_success(0.9, 3, 10, 0), lambda: scaling.decisive_cost(1, 0.9, 0)],
}


@pytest.mark.parametrize(("name", "ask"), [(name, ask) for name, asks in COUNTED.items() for ask in asks])
def test_counts_start_at_1(name, ask):
    """A k, a number of steps or an m below 1 is refused by its name."""
    with pytest.raises(InputError, match=f"{name} must be at least 1, got 0"):
        ask()


@pytest.mark.parametrize("v", [0, -0.1, 1.1, math.nan])
def test_v_must_be_a_share(v):
    """A share of valid responses that is none, or more than all, is refused by its name."""
    with pytest.raises(InputError, match="v must lie above 0"):
        scaling.expected_samples(0.9, 3, v)
