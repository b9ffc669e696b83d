"""The simulated model with steps that differ: several classes of hard steps, steps hard to be valid, laws of p."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path

import pytest

from maker_engine.core import red_flags
from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import named_law
from maker_engine.core.forecasting.step_classes import StepClass, expected_samples, law_of
from maker_engine.core.red_flags import FlagRules
from maker_engine.core.responses import Flag, Prompt, SampleRequest
from maker_engine.models.opening import Access, open_pool
from maker_engine.models.pool import parse_voter
from maker_engine.models.profile import parse_profile
from maker_engine.models.simulated import SimulatedModel
from maker_engine.planning.forecast import forecast
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from tests.support.toy import SYSTEM, Count

TASK = Count(100, hours=8)


def shares(spec: str, steps: int = 1_200, each: int = 8) -> list[tuple[float, float]]:
    """Share of valid samples and of right ones among them, by step."""
    model, rules = SimulatedModel("sim", parse_profile(spec), TASK, seed=1), FlagRules()
    found = []
    for step in range(steps):
        prompt = Prompt(SYSTEM, f"hour = {step % 8}, hours = 8")
        said = [
            red_flags.inspect(
                model.answer(SampleRequest(step, sample, prompt, 0.1, 750)), rules, partial(TASK.parse, 0),
                partial(TASK.objection, 0),
            )
            for sample in range(each)
        ]  # fmt: skip
        valid = [one for one in said if not isinstance(one, Flag)]
        right = sum(one == (step + 1) % 8 for one in valid)
        found.append((len(valid) / each, right / len(valid) if valid else 1.0))
    return found


def test_several_classes_of_hard_steps_have_their_own_p_and_v() -> None:
    """A tenth of the steps is hard to answer rightly, a tenth hard to answer in the demanded form, the rest is easy."""
    found = shares("sim:p=1,v=1,hard=0.1,hard_p=0.5,hard2=0.1,hard2_p=1,hard2_v=0.3")
    unlike = sum(right < 1 for _, right in found) / len(found)
    flagged = sum(valid < 1 for valid, _ in found) / len(found)
    assert unlike == pytest.approx(0.1, abs=0.03)
    assert flagged == pytest.approx(0.1, abs=0.03)
    assert not any(right < 1 and valid < 1 for valid, right in found)


def test_a_law_of_p_is_drawn_step_by_step(tmp_path: Path) -> None:
    """Over many steps the mean p is the law's, and the steps differ as it says; by name and by file it is the same."""
    file = tmp_path / "law.json"
    file.write_text(json.dumps([[1.0, 0.8], [0.4, 0.2]]))
    found = [right for _, right in shares(f"sim:law={file},v=1")]
    assert sum(found) / len(found) == pytest.approx(0.88, abs=0.02)
    assert sum(right == 1 for right in found) / len(found) == pytest.approx(0.8, abs=0.03)
    assert parse_profile("sim:law=A").figures.p == pytest.approx(named_law("A").mean)
    with pytest.raises(InputError, match="neither one of the laws"):
        parse_profile("sim:law=Z")
    with pytest.raises(InputError, match="shares of hard steps sum to"):
        parse_profile("sim:hard=0.6,hard2=0.6")


def test_a_forecast_knows_what_the_model_does() -> None:
    """k, odds, votes and samples of a forecast are those of the classes that the model draws from."""
    figures = parse_profile("sim:p=0.99,v=0.9,hard=0.02,hard_p=0.7,hard2=0.01,hard2_v=0.3").figures
    law = law_of(figures.classes)
    assert law.hard_share == 0
    assert sum(one.share for one in figures.classes) == pytest.approx(1)
    found = forecast(127, figures, None)
    assert found.k == law.k_min(127)
    assert found.p_solve == pytest.approx(law.run_success(found.k, 127))
    assert found.samples == pytest.approx(127 * expected_samples(figures.classes, found.k))
    assert (found.samples or 0) > (found.votes or 0) / 0.9


def test_voters_of_a_pool_meet_the_same_hard_steps() -> None:
    """One die says for all voters what a step is like: their classes are joined along it."""
    voters = [parse_voter("sim:p=0.9,v=1,hard=0.2,hard_p=0.5"), parse_voter("sim:p=0.7,v=1")]
    figures = open_pool(voters, TASK, Access()).figures
    assert figures.classes == (
        StepClass(0.2, pytest.approx(0.6), 1.0), StepClass(pytest.approx(0.8), pytest.approx(0.8), 1.0)
    )  # fmt: skip


@pytest.mark.parametrize(
    "spec", ["sim:law=A,v=0.9", "sim:p=0.97,hard=0.02,hard_p=0.85,hard2=0.05,hard2_p=0.97,hard2_v=0.5"]
)
def test_runs_take_the_samples_that_were_forecast(spec: str, tmp_path: Path) -> None:
    """A run of 511 steps takes the forecast's samples to a tenth, by ahead-by-k and by a table of leads."""
    for rule in ("ahead", "lead-table"):
        order = RunOrder("hanoi", {"disks": 9}, model=spec, rule=rule, session=tmp_path / f"{rule}.maker")
        prepared = prepare(order)
        view = asyncio.run(drive(prepared, Inbox(), lambda _: None))
        assert view.snapshot.totals.samples == pytest.approx(prepared.forecast.samples, rel=0.1)
        assert view.outlook is not None
        assert view.outlook.k_from == "the simulated model's own"


def test_a_forecast_knows_how_long_texts_are_and_which_are_cut_off(tmp_path: Path) -> None:
    """Of the paper's profile at 750 tokens v and cost come out as forecast, to half a per cent and to two."""
    order = RunOrder("hanoi", {"disks": 10}, model="sim:paper", session=tmp_path / "paper.maker")
    prepared = prepare(order)
    totals = asyncio.run(drive(prepared, Inbox(), lambda _: None)).snapshot.totals
    expected = prepared.forecast
    assert (expected.votes or 0) / (expected.samples or 1) == pytest.approx(totals.votes / totals.samples, rel=0.005)
    assert expected.cost_usd == pytest.approx(totals.cost_usd, rel=0.02)
