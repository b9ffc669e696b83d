"""A run as a purchase, against the paper's formulas and figures."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core import scaling
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import named_law, single
from maker_engine.law_files import law_text, read_law
from maker_engine.planning.model_plans import offers
from maker_engine.planning.plan import (
    Purchase,
    batch_rounds,
    extremes,
    flag_worth,
    p_for_budget,
    p_needed,
    plan,
    samples,
)

PAPER = Purchase(2**20 - 1, single(0.9978), v=0.98, tokens=(500, 538), price=(0.4, 1.6))


def test_the_papers_run_is_planned_by_its_equations() -> None:
    """k, odds, votes, samples and dollars are those of Eqs. 13-20."""
    found = plan(PAPER)
    assert (found.k, found.k_min) == (3, 3)
    assert found.p_solve == pytest.approx(scaling.run_success(0.9978, 3, 2**20 - 1))
    assert found.votes == pytest.approx((2**20 - 1) * scaling.expected_votes(0.9978, 3))
    assert found.samples == pytest.approx(found.votes / 0.98)
    assert found.usd == pytest.approx(found.samples * (500 * 0.4 + 538 * 1.6) / 1e6)
    assert found.hours < found.hours_in_order


@pytest.mark.parametrize(
    ("p", "steps", "target", "k"),
    [(0.500001, 10**14, 0.95, 8_801_597), (1.0, 10**14, 0.999999, 1), (0.9, 1, 0.999999, 7)],
)
def test_the_edges_hold(p: float, steps: int, target: float, k: int) -> None:
    """10^14 steps, a p next to ½, p = 1 and a target next to 1 give finite figures."""
    found = plan(Purchase(steps, single(p), target=target))
    assert found.k == k
    assert math.isfinite(found.votes)
    assert found.p_solve >= target * (1 - 1e-9)


def test_p_of_one_half_is_refused_with_the_reason() -> None:
    """Voting makes the right answer win only above it."""
    with pytest.raises(InputError, match="voting makes the right answer win only when"):
        plan(Purchase(10, single(0.5)))


def test_several_steps_a_call_are_eqs_10_to_17() -> None:
    """The cost of m steps a call is the paper's; where p^m has no digit left, its logarithm is said."""
    found = plan(replace(PAPER, m=10, v=1.0))
    assert found.votes == pytest.approx(scaling.run_cost(1.0, 0.9978, found.k, 2**20 - 1, m=10) / 10, rel=1e-9)
    with pytest.raises(InputError, match=r"10\^4\d\d samples"):
        plan(Purchase(10**6, single(0.9), m=10_000))
    assert scaling.log10_run_cost(0.9978, 3, 1000, m=10) == pytest.approx(
        math.log10(scaling.run_cost(1.0, 0.9978, 3, 1000, m=10))
    )


def test_the_inverse_gives_back_what_was_put_in() -> None:
    """The p that a k needs makes Eq. 14 exact, and the p that a budget needs costs no more than it."""
    assert scaling.k_exact(p_needed(10**6, 0.95, 4), 10**6) == pytest.approx(4, rel=1e-9)
    p = p_for_budget(PAPER, 3_500)
    assert p is not None
    assert (plan(replace(PAPER, law=single(p))).usd or 0) <= 3_500
    assert (plan(replace(PAPER, law=single(p - 1e-4))).usd or 0) > 3_500
    assert p_for_budget(PAPER, 1) is None


def test_a_flag_pays_where_it_saves_samples() -> None:
    """By Eq. 19 a flag that lifts p over a step of k pays; one that only costs valid samples does not."""
    assert flag_worth(replace(PAPER, law=single(0.996)), 0.9978, 0.95)[1] < 1
    assert flag_worth(PAPER, 0.9979, 0.9)[1] > 1


def test_several_answers_a_call_save_prompts_only() -> None:
    """The samples stay, the calls fall, and so does what prompts cost."""
    alone, together = plan(PAPER), plan(replace(PAPER, n=4))
    assert together.samples == alone.samples
    assert together.calls < alone.calls / 2
    assert (together.usd or 0) < (alone.usd or 0)


def test_batches_end_when_no_step_is_left() -> None:
    """With p = 1 and v = 1 one batch is enough; flags and dissent take more, and harder steps more still."""
    assert batch_rounds(single(1.0), 1.0, 3, 10**6) == 1
    more = batch_rounds(single(0.99), 0.97, 3, 10**6) or 0
    assert 2 < more < (batch_rounds(named_law("A"), 0.97, 3, 10**6) or 0)
    assert extremes(1) == (1.0, 1.0)
    assert extremes(3)[1] < 1 < extremes(3)[0]


def test_a_table_of_leads_is_planned_under_its_law() -> None:
    """It takes fewer samples than the smallest k for the same target, and says what it leaves undecided."""
    want = Purchase(10_000, named_law("A"))
    table = plan(replace(want, rule="lead-table"))
    assert table.leads
    assert table.p_solve >= 0.95
    assert table.samples < samples(want)
    hard = plan(Purchase(1_000, named_law("E")))
    assert hard.k_min is None
    assert plan(Purchase(1_000, named_law("E"), rule="lead-table")).undecided > 1


def test_a_law_comes_by_name_from_a_file_or_written_out(tmp_path: Path) -> None:
    """All three give the same law; what is none is refused in one line that names the file."""
    file = tmp_path / "law.json"
    file.write_text(json.dumps({"models": [{"model": "x", "law": [[0.999, 0.99], [0.7, 0.01]]}]}))
    assert read_law(str(file)) == read_law("a") == read_law("[[0.999, 0.99], [0.7, 0.01]]") == named_law("A")
    assert read_law(law_text(str(file))) == named_law("A")
    for bad in ("[]", '{"law": 3}', "[[0.9, 0.5]]", "{", "[[2, 1]]", "[" * 5_000):
        file.write_text(bad)
        with pytest.raises(InputError, match=r"law\.json") as caught:
            read_law(str(file))
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match="is one of A, B, C, D, E, a JSON file"):
        read_law(" ")
    with pytest.raises(InputError, match="neither one of the laws"):
        read_law(str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"file /dev/zero is larger than 4,000,000 bytes"):
        read_law("/dev/zero")


def test_models_are_compared_by_what_the_same_run_costs(tmp_path: Path) -> None:
    """The cheapest that reaches the target comes first, then one with hard steps, then one that no vote helps."""
    prices = {"tokens_in": 500, "tokens_out": 100, "usd_per_million_in": 1, "usd_per_million_out": 4}
    file = tmp_path / "models.json"
    file.write_text(json.dumps([
        {"model": "weak", "p": 0.4}, {"model": "hard", "law": [[0.999, 0.9999], [0.3, 0.0001]], **prices},
        {"model": "good", "p": 0.99, "v": 0.98, **prices}, {"model": "better", "p": 0.999, "v": 0.98, **prices},
    ]))  # fmt: skip
    found = offers(str(file), Purchase(10**6, single(1.0)))
    assert [(one.model, one.reaches) for one in found] == [
        ("better", True), ("good", True), ("hard", False), ("weak", False)
    ]  # fmt: skip
    assert "voting makes the right answer win" in found[-1].reason
    file.write_text("[1]")
    with pytest.raises(InputError, match="holds no calibrations"):
        offers(str(file), Purchase(10, single(1.0)))
