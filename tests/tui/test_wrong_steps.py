"""The story of a run that came out wrong: opened at its first wrong step, understood, and forked until it is solved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from maker_engine.core.record.entries import Change
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.queries.mistakes import WrongStep, first_wrong, most_contested, wrong_step
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun, SavedSource
from tests.support.running import TOY
from tests.support.toy import Count
from tests.tui.looking import gone, screen_text, shown, until
from tests.tui.sources import hanoi

SMALL = (80, 24)
DISKS = 6
MODEL, SEED = "sim:p=0.8,v=0.9", 3
FEW = 6


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    """A run that came out wrong."""
    path = tmp_path / "run.maker"
    asyncio.run(drive(prepare(order_of(path)), Inbox(), lambda _: None))
    return path


def order_of(path: Path) -> RunOrder:
    return RunOrder("hanoi", {"disks": DISKS}, model=MODEL, k=2, seed=SEED, session=path)


def first_of(path: Path) -> WrongStep:
    with Reader(path, 0) as reader:
        step = first_wrong(reader)
        found = None if step is None else wrong_step(reader, hanoi(DISKS), step)
    assert found is not None
    return found


async def solved(pilot, path: Path) -> None:
    """Wait until the fork is solved, and look at what is on record."""
    await shown(pilot, "✔ solved")
    await until(pilot, lambda: pilot.app.navigation.opened.source.ended)
    pilot.app.close_source()
    assert verify(path, hanoi(DISKS)).findings == ()
    with Reader(path) as reader:
        assert reader.branch.fork_step == first_of(path).step
        assert reader.meta()["ended"]["outcome"] == "solved"


async def test_from_the_home_screen_to_the_fork_that_solves_it(failed):
    """Rule: a failed run opens at its first wrong step; F and enter fork it there with the k that its record wants."""
    pressed: list[str] = []
    wrong = first_of(failed)
    async with MakerApp(listing=lambda: [summarise(failed)]).run_test(size=SMALL, notifications=True) as pilot:

        async def press(key: str, *words: str) -> str:
            pressed.append(key)
            await pilot.press(key)
            return await shown(pilot, *words)

        await shown(pilot, "sessions · 1")
        text = await press("enter", f"step {wrong.step + 1} of 63 ✖ wrong", "· ✖ wrong · 2 votes", "(oracle)")
        assert "F fork" in text.split("\n")[-1]
        await press("F", f"fork at step {wrong.step + 1}", f"k={wrong.better_k}")
        pressed.append("enter")
        await pilot.press("enter")
        await solved(pilot, failed)
    assert len(pressed) <= FEW, pressed


async def test_from_the_end_of_a_run_to_the_fork_that_solves_it(tmp_path):
    """Rule: at its end a failed run says where it went wrong first; the exclamation mark goes there."""
    path = tmp_path / "run.maker"
    run = LiveRun(prepare(order_of(path)))
    run.start()
    pressed: list[str] = []
    async with MakerApp(run, stay=True).run_test(size=SMALL, notifications=True) as pilot:
        await shown(pilot, "unsolved", "! goes", "! next wrong")
        wrong = first_of(path)
        assert f"first wrong at step {wrong.step + 1}" in " ".join(screen_text(pilot.app).split())
        for key, word in (("!", f"step {wrong.step + 1} of 63 ✖ wrong"), ("F", f"k={wrong.better_k}"), ("enter", "")):
            pressed.append(key)
            await pilot.press("exclamation_mark" if key == "!" else key)
            await shown(pilot, word)
        await solved(pilot, path)
    assert len(pressed) <= FEW, pressed


class Unjudged(Count):
    """A task whose steps nobody can judge, only the whole."""

    has_oracle = False

    def verify(self, answers):
        return [f"hour {list(answers)[-1]} is not the right one"]


async def test_where_nobody_knows_which_step_is_wrong_the_most_contested_is_shown(tmp_path):
    """Rule: a failed run without an oracle opens at the step with most votes against its decision, and says so."""
    path = tmp_path / "run.maker"
    order = RunOrder(TOY, {"length": 12}, model="sim:p=0.6,v=1", k=2, seed=4, session=path)
    view = await drive(prepare(order, Unjudged), Inbox(), lambda _: None)
    assert view.snapshot.outcome is Outcome.UNSOLVED
    with Reader(path) as reader:
        step = most_contested(reader, Unjudged(12))
    assert step is not None
    async with MakerApp(SavedSource(open_saved(path, Unjudged))).run_test(size=SMALL) as pilot:
        await shown(pilot, f"step {step + 1} has most votes against its decision", f"step {step + 1} · decided ✔")


@pytest.mark.parametrize("view", ["i", "t", "m", "p"])
async def test_every_view_forks_at_its_step(failed, view):
    """Rule: F asks for a fork at the step in view, wherever it is pressed, and offers what the record recommends."""
    wrong = first_of(failed)
    async with MakerApp(SavedSource(open_saved(failed))).run_test(size=SMALL) as pilot:
        await shown(pilot, f"step {wrong.step + 1} of 63 ✖ wrong")
        await pilot.press(view, "1", "g", "exclamation_mark")
        await until(pilot, lambda: pilot.app.screen.place == wrong.step)
        await pilot.press("F")
        await shown(pilot, f"fork at step {wrong.step + 1}", f"k={wrong.better_k}")


async def test_the_inspector_says_what_is_right(failed):
    """Rule: the oracle's answer stands beside the decided one, each answer has its mark, and the cause is told."""
    wrong = first_of(failed)
    task = hanoi(DISKS)
    async with MakerApp(SavedSource(open_saved(failed))).run_test(size=(100, 30)) as pilot:
        await shown(pilot, "✖ wrong")
        await pilot.press("i")
        text = await shown(pilot, "─ step", f"right: {task.describe(wrong.right)} (oracle)", "by chance: k =")
        assert "✖ A" in text
        assert "! next wrong" in text.split("\n")[-1]
        await pilot.press("down")
        text = await shown(pilot, "· as decided · ✖ wrong")
        assert "✔ as decided" not in text


async def test_the_prompt_of_a_wrong_step_is_edited_for_its_fork(failed):
    """Rule: E edits what the agents of the step in view read, nothing is asked, and the fork line takes it along."""
    wrong = first_of(failed)
    async with MakerApp(SavedSource(open_saved(failed))).run_test(size=(100, 30)) as pilot:
        await shown(pilot, f"step {wrong.step + 1} of 63 ✖ wrong")
        await pilot.press("E")
        await shown(pilot, "user prompt", "^d takes it")
        await pilot.press(*"Hm.", "ctrl+d")
        await shown(pilot, f"fork at step {wrong.step + 1}", f"k={wrong.better_k} prompt")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.started is not None and pilot.app.started.ended)
        pilot.app.close_source()
    with Reader(failed) as reader:
        (change,) = [one for one in next(reader.steps(hanoi(DISKS), wrong.step)).entries if isinstance(one, Change)]
    assert change.prompt.user.endswith("Hm.")


async def test_wrong_steps_are_gone_through_in_a_round(failed):
    """Rule: the exclamation mark goes to the next wrong step, from the last to the first, and says so."""
    with Reader(failed) as reader:
        wrong = [step for step, flags in reader.remarkable() if flags & StepFlag.WRONG]
    assert len(wrong) > 1
    async with MakerApp(SavedSource(open_saved(failed))).run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, f"step {wrong[0] + 1} of 63 ✖ wrong")
        for step in (*wrong[1:], wrong[0]):
            await pilot.press("exclamation_mark")
            await shown(pilot, f"step {step + 1} of 63 ✖ wrong")
        await shown(pilot, "after the last wrong step, the first again")


async def test_where_no_step_is_wrong_it_is_said(app):
    """Rule: in a run that came out right the key goes nowhere and says why."""
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        await pilot.press("exclamation_mark")
        await shown(pilot, "no step is known to be wrong")


async def test_inherited_steps_are_shown_under_the_k_they_were_decided_with(failed):
    """Rule: in a fork a step of its parent is told as decided, under its parent's k, on the workbench and in views."""
    wrong = first_of(failed)
    number = fork(failed, wrong.step + 1, {"k": 9})
    source = SavedSource(open_saved(failed, branch=number))
    async with MakerApp(source).run_test(size=(100, 30)) as pilot:
        await shown(pilot, "not begun")
        await pilot.press("exclamation_mark")
        await shown(pilot, f"step {wrong.step + 1} · decided ✖ wrong", "✖ wrong")
        await gone(pilot, "needs a margin")
        await pilot.press("i")
        text = await shown(pilot, "margin 2, k 2", "margin 2/2")
        assert "/9" not in text
        await pilot.press("p")
        await shown(pilot, "decided ✖ wrong · margin 2, k 2")
