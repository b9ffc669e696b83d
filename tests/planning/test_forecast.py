from __future__ import annotations

import pytest

from maker_engine.core.errors import InputError
from maker_engine.models.port import Figures
from maker_engine.planning.forecast import forecast

KNOWN = Figures(p=0.9978, v=0.98, tokens_out=538, latency_s=1.0, usd_per_token_in=4e-7, usd_per_token_out=1.6e-6)


def test_the_papers_run_is_forecast_from_its_figures() -> None:
    """k = 3, success .989 and 3.013 votes a step for the million steps of §4.4, with nothing assumed."""
    expected = forecast(2**20 - 1, KNOWN, None)
    assert (expected.k, expected.assumptions) == (3, ())
    assert expected.p_solve == pytest.approx(0.9888, abs=5e-5)
    assert (expected.votes or 0) / (2**20 - 1) == pytest.approx(3.013, abs=1e-3)
    assert expected.samples == pytest.approx((expected.votes or 0) / 0.98)


def test_cost_is_samples_times_the_price_of_one() -> None:
    """Eq. 19 with Eq. 20."""
    expected = forecast(1_000, KNOWN, 3, tokens_in=500)
    assert expected.cost_usd == pytest.approx((expected.samples or 0) * (500 * 4e-7 + 538 * 1.6e-6))


def test_every_assumed_figure_is_said() -> None:
    """Of an unknown model p, v, the latency and the price are guesses, each named."""
    expected = forecast(1_000, Figures(), None)
    assert expected.cost_usd is None
    assert [note.split(" ")[0] for note in expected.assumptions] == ["p", "v", "latency", "the"]


def test_an_automatic_k_needs_p_above_one_half() -> None:
    """No margin makes a coin right; a margin given by hand is taken, and its hopelessness said."""
    with pytest.raises(InputError, match="p must lie above"):
        forecast(100, Figures(p=0.4), None)
    by_hand = forecast(100, Figures(p=0.4), 3)
    assert (by_hand.k, by_hand.p_solve) == (3, None)
    assert "voting does not help" in by_hand.assumptions[0]


def test_a_run_of_unknown_length_still_gets_a_margin() -> None:
    """k is chosen as for a thousand steps, and that is said."""
    expected = forecast(None, KNOWN, None)
    assert expected.k == 2
    assert "number of steps is not known" in expected.assumptions[0]
