"""The plan screen: a plan that follows the fields, curves, and the way into the new-run form."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from maker_tui.app import MakerApp
from tests.tui.looking import shown, until
from tests.tui.test_snapshots import SIZES


async def _type(pilot, key: str, value: str) -> None:
    entry = pilot.app.screen.query_one(f"#{key}", Input)
    entry.focus()
    entry.value = value
    await pilot.pause()


async def test_a_plan_follows_its_fields_and_goes_into_the_form():
    """Rule: what is planned is what is ordered: k, rule, target and law are in the form, and its forecast uses them."""
    app = MakerApp(listing=list, speed=lambda _prepared: 690.0)
    async with app.run_test(size=(160, 45)) as pilot:
        await shown(pilot, "n new run")
        await pilot.press("f4")
        await shown(pilot, "k_min", "p_solve", "0.989644", "P(solve)")
        await _type(pilot, "p", "0.4")
        await shown(pilot, "no plan for these fields", "voting makes the right answer win only when")
        await _type(pilot, "p", "A")
        await _type(pilot, "steps", "31")
        await shown(pilot, "over the law")
        await pilot.press("enter")
        await shown(pilot, "problem file", "p follows the law A")
        values = pilot.app.screen.values
        assert (values["law"], values["rule"], values["target"]) == ("A", "ahead", "0.95")


async def test_the_form_hands_its_run_to_the_plan_and_takes_it_back():
    """Rule: steps, p, v, tokens and prices of the run that is being ordered are planned with."""
    app = MakerApp(listing=list, speed=lambda _prepared: 690.0)
    async with app.run_test(size=(160, 45)) as pilot:
        await shown(pilot, "n new run")
        await pilot.press("n")
        await shown(pilot, "problem file", "P(solve)")
        await until(pilot, lambda: pilot.app.screen._prepared is not None)
        await pilot.press("f4")
        await shown(pilot, "k_min", "cost")
        values = pilot.app.screen.values
        assert (values["steps"], values["p"], values["v"], values["price"]) == ("31", "0.97", "0.96", "0.4,1.6")
        await _type(pilot, "k", "5")
        await pilot.press("enter")
        await shown(pilot, "problem file", "p follows the law")
        assert pilot.app.screen.values["k"] == "5"


@pytest.mark.parametrize("plot", ["samples for the target, by p", "samples for the target, by steps"])
async def test_curves_are_turned(plot):
    """Rule: one key shows the next curve, in a low window in the place of the plan."""
    app = MakerApp(listing=list)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "n new run")
        await pilot.press("f4")
        await shown(pilot, "k_min")
        for _ in range(2 if "by p" in plot else 3):
            await pilot.press("f7")
        await shown(pilot, plot)


@SIZES
def test_the_plan_screen(snap_compare, size):
    """Rule: fields, plan and, where there is room, a curve; what holds only if no step is hard says so."""
    app = MakerApp(listing=list)

    async def planned(pilot) -> None:
        await shown(pilot, "n new run")
        await pilot.press("f4")
        await shown(pilot, "k_min", "batch", *(("P(solve)",) if size[1] > 24 else ()))

    assert snap_compare(app, terminal_size=size, run_before=planned)
