"""What a run's own votes say while it goes on, against laws that are known to the test."""

from __future__ import annotations

import random

import pytest

from maker_engine.core.forecasting.laws import Law, named_law, single
from maker_engine.core.forecasting.live_law import live_law, live_p
from maker_engine.core.forecasting.outlook import Expected, Outlook, Voting, k_for, outlook
from maker_engine.core.record.snapshot import Totals


def ballots(law: Law, k: int, steps: int, seed: int) -> dict[tuple[int, int], int]:
    """Vote on steps drawn from a law; return how many ballots ended how."""
    draw = random.Random(seed)
    ended: dict[tuple[int, int], int] = {}
    ps, weights = zip(*law.points, strict=True)
    for p in draw.choices(ps, weights, k=steps):
        right = wrong = 0
        while abs(right - wrong) < k:
            if draw.random() < p:
                right += 1
            else:
                wrong += 1
        key = max(right, wrong), min(right, wrong)
        ended[key] = ended.get(key, 0) + 1
    return ended


def found(law: Law, k: int, steps: int, expected: Expected | None = None, **totals: int) -> Outlook:
    votes = ballots(law, k, steps, 6)
    told = Totals(steps=steps, votes=sum((a + b) * n for (a, b), n in votes.items()), **totals)
    outcome = outlook(votes, told, Voting("ahead", k, 10 * steps, has_oracle=True), expected or Expected(), 2.0)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(("p", "k", "steps"), [(0.97, 3, 200), (0.9, 4, 200), (0.99, 2, 400)])
def test_live_p_lies_in_its_interval(p: float, k: int, steps: int) -> None:
    """On at least 90 of 100 runs whose samples are independent, the interval has p in it."""
    covered = 0
    for seed in range(100):
        live = live_p(ballots(single(p), k, steps, seed))
        assert live is not None
        covered += live.low <= p <= live.high
    assert covered >= 90


def test_correlation_breaks_the_interval() -> None:
    """Where samples of a step say the same whatever p is, p is taken for surer than it is, as the docs say."""
    one_each = ballots(single(0.9), 1, 300, 1)  # one sample a step, right nine times in ten
    live = live_p({(3 * a, 3 * b): n for (a, b), n in one_each.items()})  # and two copies of it
    assert live is not None
    assert live.low > 0.99


def test_one_vote_a_step_says_nothing() -> None:
    """With k = 1 every ballot is unanimous, whatever p is."""
    assert live_p({(1, 0): 500}) is None
    assert live_law({(1, 0): 500}) is None


def test_a_ballot_of_any_length_says_something() -> None:
    """Votes by the thousand, whose likelihood no number holds at any p, are read like others."""
    law = live_law({(700, 600): 2})
    assert law is not None
    assert 0.5 <= law.mean < 0.6


def test_the_live_law_tells_hard_steps_from_noise() -> None:
    """Fitted to 20,000 ballots of law A, its votes are those of A to 1 %, its step error within a third."""
    law, fitted = named_law("A"), live_law(ballots(named_law("A"), 3, 20_000, 1))
    assert fitted is not None
    assert fitted.votes(3) == pytest.approx(law.votes(3), rel=0.01)
    assert fitted.step_error(3) == pytest.approx(law.step_error(3), rel=1 / 3)
    assert single(fitted.mean).step_error(3) < law.step_error(3) / 1_000


def test_the_odds_are_two_numbers() -> None:
    """The forecast holds if no step is hard; that none is, is bounded apart by 3/N, and low for ten times N steps."""
    well = found(single(0.99), 3, 500)
    assert well.forecast is not None
    assert well.forecast[0] <= single(0.99).run_success(3, 4_500) <= well.forecast[1]
    assert well.hard_bound == pytest.approx((1 - 3 / 500) ** 4_500, rel=0.1)
    assert (well.usd, well.worse) == (20.0, "")


def test_a_wrong_step_ends_the_hope() -> None:
    """Once a decision is known to be wrong, P(solve) is 0 and says so."""
    lost = found(single(0.99), 3, 500, wrong=2)
    assert lost.forecast == (0.0, 0.0)
    assert lost.hard_bound is not None
    assert lost.hard_bound < 1e-9


def test_what_is_worse_than_planned_is_said() -> None:
    """A p below the planned one, odds below the target and a higher price are named, each with both figures."""
    worse = found(single(0.9), 3, 500, Expected(p=0.97, p_solve=0.97, usd=5.0)).worse
    assert "not the 0.97 planned with" in worse
    assert "below the target of 0.95" in worse
    assert "$20.00, not $5.00" in worse


def test_k_follows_what_is_seen() -> None:
    """The k for the target is that of the careful end of the interval, or of the law if that needs more."""
    seen = found(single(0.97), 3, 500)
    k = k_for(seen, 5_000, 0.95, 60)
    assert k is not None
    assert k >= (single(0.97).k_min(5_000) or 0)
    assert k_for(seen, 5_000, 0.95, 2) is None


def test_of_independent_steps_the_wrong_ones_are_counted() -> None:
    """A share of right answers is said of rows, never that all of them are; more wrong ones than planned are worse."""
    expected = Expected(p=0.95, p_solve=0.0, independent=True, wrong=6.0)
    rows = found(single(0.8), 2, 400, expected)
    assert (rows.forecast, rows.hard_bound) == (None, None)
    assert rows.wrong is not None
    assert rows.right is not None
    assert rows.wrong[0] <= 4000 * 0.04 / 0.68 <= rows.wrong[1], "4,000 times the error of a step at p = 0.8 and k = 2"
    assert rows.right[1] == 1 - rows.wrong[0] / 4000
    assert "of 4,000 answers are likely to be wrong, not 6" in rows.worse
    assert "P(solve)" not in rows.worse
    assert found(single(0.99), 2, 400, expected, wrong=50).wrong[1] >= 500, "what is known to be wrong counts"
