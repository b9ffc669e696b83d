"""A run whose steps are not alike, checked against sums over how many are hard and against the paper's equations."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest

from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import single
from maker_engine.models.port import Figures
from maker_engine.models.profile import parse_profile
from maker_engine.planning.forecast import forecast
from maker_engine.runtime.order import RunOrder, prepare


def exact(p: str, hard: str, hard_p: str, k: int, steps: int) -> Fraction:
    """Sum over the number of hard steps, in fractions: its chance times the product over the two classes."""

    def right(one: str) -> Fraction:
        good = Fraction(one)
        return good**k / (good**k + (1 - good) ** k)

    share, easy, difficult = Fraction(hard), right(p), right(hard_p)
    return sum(
        (
            comb(steps, n) * share**n * (1 - share) ** (steps - n) * difficult**n * easy ** (steps - n)
            for n in range(steps + 1)
        ),
        Fraction(0),
    )


@pytest.mark.parametrize(
    ("p", "hard", "hard_p"), [("0.97", "0.02", "0.65"), ("0.97", "0.01", "0.4"), ("0.9", "0.5", "0.5")]
)
@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_success_is_the_sum_over_how_many_steps_are_hard(p: str, hard: str, hard_p: str, k: int) -> None:
    """The closed form is that sum, to twelve digits."""
    law = single(float(p)).with_hard(float(hard), float(hard_p))
    assert law.run_success(k, 127) == pytest.approx(float(exact(p, hard, hard_p, k, 127)), rel=1e-12)


def test_k_is_the_smallest_that_reaches_the_target() -> None:
    """With hard steps it grows until the exact chance of the run is enough, and no further."""
    k = single(0.97).with_hard(0.02, 0.65).k_min(127, 0.95)
    assert k is not None
    assert exact("0.97", "0.02", "0.65", k, 127) >= 0.95 > exact("0.97", "0.02", "0.65", k - 1, 127)


def test_steps_that_are_alike_are_the_papers() -> None:
    """With one class, or a hard class that is like the other, every figure is that of Eqs. 13, 14 and 16."""
    for law in (single(0.9978), single(0.9978).with_hard(0.3, 0.9978)):
        assert law.k_min(2**20 - 1, 0.95) == 3
        assert law.run_success(3, 2**20 - 1) == pytest.approx(scaling.run_success(0.9978, 3, 2**20 - 1))
        assert law.votes(3) == pytest.approx(scaling.expected_votes(0.9978, 3))
    assert single(0.51).k_min(10**14, 0.95) == scaling.k_min(0.51, 10**14, 0.95)


def test_votes_of_a_fair_coin_take_the_square_of_k() -> None:
    """A step at p = 1/2 is the gambler's ruin without drift; which candidate is the right one makes no difference."""
    assert single(0.5).votes(5) == pytest.approx(25, rel=1e-6)
    assert single(0.3).votes(4) == pytest.approx(scaling.expected_votes(0.7, 4))


def test_where_no_k_reaches_the_target_the_best_one_is_taken_and_that_is_said() -> None:
    """A hard step that is wrong more often than right is not mended by votes."""
    found = forecast(127, parse_profile("sim:p=0.97,hard=0.01,hard_p=0.4").figures, None)
    assert any("no k reaches the target" in note for note in found.assumptions)
    assert found.p_solve == pytest.approx(float(exact("0.97", "0.01", "0.4", found.k, 127)))
    assert all(exact("0.97", "0.01", "0.4", k, 127) <= exact("0.97", "0.01", "0.4", found.k, 127) for k in range(1, 12))


def test_an_automatic_k_of_a_run_takes_the_hard_steps_of_its_model_into_account() -> None:
    """What the profile says of hard steps is in the k, the chance and the samples of the run's forecast."""
    easy = prepare(RunOrder("hanoi", {"disks": 7}, model="sim:p=0.97"))
    hard = prepare(RunOrder("hanoi", {"disks": 7}, model="sim:p=0.97,hard=0.05"))
    assert hard.settings.k > easy.settings.k
    assert (hard.forecast.p_solve or 0) >= 0.95
    assert hard.forecast.simulated


def test_a_share_of_hard_steps_is_a_share() -> None:
    """Beyond 0 and 1 it is refused, as is a p that no vote can mend."""
    with pytest.raises(InputError, match="share of hard steps"):
        single(0.9).with_hard(1.5, 0.5)
    with pytest.raises(InputError, match="p must lie above"):
        forecast(10, Figures(p=0.4), None)
