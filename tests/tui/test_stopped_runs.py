"""Stopped runs go on in the app, from home and from the workbench, with a new limit where one ran out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from maker_engine.core.record.commands import Pause
from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.library.library import Library
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import gone, screen_text, shown, typed, until
from tests.tui.sources import hanoi

SIZE = (80, 24)


async def saved(**order: Any) -> Path:
    """A run in the library that has come to its end, or as far as its limits let it."""
    ordered = {"model": "sim:p=0.9,v=0.9", "k": 2, "session": Library().new_path("hanoi"), **order}
    view = await drive(prepare(RunOrder("hanoi", {"disks": 4}, **ordered)), Inbox(), lambda _: None)
    return view.session


@asynccontextmanager
async def home(size: tuple[int, int] = SIZE) -> AsyncIterator[Pilot[None]]:
    """The app on its list of sessions."""
    async with MakerApp().run_test(size=size, notifications=True) as pilot:
        await shown(pilot, "sessions ·")
        await until(pilot, lambda: pilot.app.screen._list.chosen is not None)  # type: ignore[attr-defined]
        yield pilot
        pilot.app.close_source()  # type: ignore[attr-defined]


def ended(path: Path) -> str:
    """How the newest run of a session ended."""
    with Reader(path) as reader:
        return str(reader.meta()["ended"]["outcome"])


@pytest.mark.parametrize("keys", [("R",), ("enter", "c"), ("enter", "space"), ("enter", "R")])
async def test_a_stopped_run_goes_on_in_two_keys(keys: tuple[str, ...]) -> None:
    """What was stopped goes on to its end, in the same session, by one key on it at home or on its workbench."""
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 4}, k=2, breaks=("step:3",))))  # it cannot end before it is left
    run.start()
    async with MakerApp(run, stay=True).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "held — step 3")
        await typed(pilot, "qq")
        await shown(pilot, "sessions · 1", "■ stopped")
        for key in keys:
            await pilot.press(key)
            if key == "enter":
                await shown(pilot, "c continues")
        await shown(pilot, "✔ solved and verified")
        pilot.app.close_source()  # type: ignore[attr-defined]
    (session,) = Library().list()
    assert session.outcome == "solved"
    assert verify(session.path, hanoi(4)).findings == ()


async def test_what_nobody_ended_goes_on_too() -> None:
    """A run whose program went away, here a fork that was only added, has no end, and goes on like one that has."""
    path = await saved()
    fork(path, 5, {"k": 3})
    async with home() as pilot:
        await shown(pilot, "■ interrupted")
        await pilot.press("R")
        await shown(pilot, "✔ solved and verified")
    assert ended(path) == "solved"


@pytest.mark.parametrize(
    ("limit", "offered"),
    [
        ({"limit_samples": 12}, "limit-samples=24"),
        ({"limit_usd": 0.012}, "limit-usd=0.0"),
        ({"limit_tokens": 9_000}, "limit-tokens="),
        ({"model": "sim:p=0.7,v=1", "k": 6, "max_samples": 8}, "max-samples=16"),
    ],
)
async def test_a_higher_limit_is_asked_for_where_one_ran_out(limit: dict[str, Any], offered: str) -> None:
    """The limit is named and a higher one offered; what is entered is what the run goes on with."""
    path = await saved(**limit)
    assert ended(path) in ("out_of_budget", "undecided")
    async with home() as pilot:
        await pilot.press("R")
        await shown(pilot, "resume with", offered)
        name = offered.partition("=")[0]
        await pilot.press("ctrl+u", *f"{name}=90000", "enter")
        await shown(pilot, "✔ solved and verified")
    assert ended(path) == "solved"
    assert verify(path, hanoi(4)).findings == ()


async def test_what_cannot_be_a_limit_is_asked_for_again() -> None:
    """A mistyped limit is told with what can be written, and the line is there again as it was typed."""
    await saved(limit_samples=12)
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "■ out of budget", "c continues")
        await pilot.press("c")
        await shown(pilot, "limit-samples=24")
        await pilot.press("x", "enter")
        await shown(pilot, "is a number above 0", "limit-samples=24x")
        await pilot.press("escape")
        await gone(pilot, "resume with ")


async def test_an_undecided_step_can_be_left_to_a_person() -> None:
    """`undecided=ask` in place of more samples holds the run at the step, where a person decides it."""
    path = await saved(model="sim:p=0.7,v=1", k=6, max_samples=8)
    async with home() as pilot:
        await pilot.press("R")
        await shown(pilot, "max-samples=16", "or undecided=ask")
        await pilot.press("ctrl+u")
        await typed(pilot, "undecided=ask")
        await pilot.press("enter")
        text = await shown(pilot, "used up its samples", "v votes, d decides", "x strike")
        assert "c continue" not in text
        await pilot.press("c")
        await shown(pilot, "it cannot continue")
        await pilot.press("d", "a", "c")
        await shown(pilot, "step 1 · decided by", "step 2 · undecided")
    assert ended(path) == "stopped"


async def test_a_run_that_goes_on_can_be_stepped_from_the_first_step() -> None:
    """n and s on a stopped run go on with it by so much, and pause."""
    path = await saved(limit_samples=12)
    with Reader(path) as reader:
        before = reader.steps_done()
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "c continues")
        await pilot.press("2", "n")
        await shown(pilot, "resume with")
        await pilot.press("0", "0", "enter")
        await shown(pilot, "‖ paused")
        pilot.app.close_source()  # type: ignore[attr-defined]
    with Reader(path) as reader:
        assert reader.steps_done() - before in (1, 2)  # the second is decided and held


@pytest.mark.parametrize("keys", [("R",), ("enter", "R")])
async def test_a_solved_run_says_why_it_does_not_go_on(keys: tuple[str, ...]) -> None:
    """One sentence, true of it, and what can be done instead."""
    await saved()
    async with home() as pilot:
        for key in keys:
            await pilot.press(key)
        await shown(pilot, "the run has ended", "nothing is left to resume", "F forks it")


@pytest.mark.parametrize(("limit", "why"), [(None, "nothing is left to resume"), (12, "c resumes it first")])
async def test_keys_that_steer_a_run_that_is_over_refuse_at_once(limit: int | None, why: str) -> None:
    """No line opens for what could not be done: the reason is told at once."""
    await saved(limit_samples=limit)
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "■ out of budget" if limit else "✔ solved")
        for key in ("v", "d", "x", "K", "O", *(() if limit else ("u", "E"))):
            pilot.app.clear_notifications()
            await pilot.press(key)
            await shown(pilot, why)
            assert not pilot.app.screen._prompt.up  # type: ignore[attr-defined]


async def test_the_palette_knows_resume() -> None:
    """What is looked for by its name on the command line is found by it in the app, too."""
    await saved(limit_samples=12)
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "c continues")
        await pilot.press("colon")
        await shown(pilot, "Search for commands")
        await typed(pilot, "resume")
        await shown(pilot, "resume a stopped run")
        await pilot.press("enter")
        await shown(pilot, "resume with", "limit-samples=24")


async def test_breakpoints_of_an_ended_run_are_those_of_its_fork() -> None:
    """b on a run that is over keeps a breakpoint for what comes of it, B lists it, and the fork line takes more."""
    path = await saved()
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "✔ solved")
        await pilot.press("b")
        await typed(pilot, "step:14")
        await pilot.press("enter")
        await shown(pilot, "kept for what comes")
        await pilot.press("B")
        await shown(pilot, "breakpoints", "step:14")
        await pilot.press("escape", "1", "left_square_bracket")
        await pilot.press(*"9[", "F")
        await shown(pilot, "fork at step")
        await typed(pilot, ' break="step:9 and votes>=1"')
        await pilot.press("enter")
        await shown(pilot, "held — step 9", "breakpoint 2")
        await pilot.press("c")
        await shown(pilot, "held — step 14", "breakpoint 1: step:14")
    with Reader(path) as reader:
        assert reader.branch.id == 1


async def test_a_breakpoint_of_a_fork_that_cannot_be_read_is_told() -> None:
    """What is not a filter is told while the line is there, and nothing is forked."""
    path = await saved()
    async with home() as pilot:
        await pilot.press("enter")
        await shown(pilot, "✔ solved")
        await pilot.press("F")
        await shown(pilot, "fork at step")
        await typed(pilot, " break=nonsense")
        await pilot.press("enter")
        await shown(pilot, "is not a fact of a step", "nonsense", "fork at step")
    with Reader(path) as reader:
        assert len(reader.branches) == 1


async def test_stepping_in_the_past_spends_nothing() -> None:
    """A key that would act on the run unseen leads back to now first, and does nothing else."""
    order = RunOrder("hanoi", {"disks": 4}, model="sim:p=0.9,v=0.9", k=2, breaks=("step:5",))
    run = LiveRun(prepare(order))
    run.start()
    async with MakerApp(run, stay=True).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "held — step 5")
        asked = run.view().snapshot.totals.asked  # type: ignore[union-attr]
        for key in ("n", "s", "S", "U", "c", "space", "e", "u", "E", "K", "O", "d"):
            await pilot.press("left_square_bracket")
            await shown(pilot, "◀ the past")
            await pilot.press(key)
            await gone(pilot, "◀ the past")
        run.send(Pause())
        await pilot.pause()
        assert run.view().snapshot.totals.asked == asked  # type: ignore[union-attr]
        pilot.app.close_source()  # type: ignore[attr-defined]


async def test_playing_ends_at_the_last_step_and_can_be_stopped() -> None:
    """At the end of a paused run nothing plays any more, and says so; P before that stops it."""
    order = RunOrder("hanoi", {"disks": 4}, model="sim:p=0.9,v=0.9", k=2, breaks=("step:5",))
    run = LiveRun(prepare(order))
    run.start()
    async with MakerApp(run, stay=True).run_test(size=(120, 30), notifications=True) as pilot:
        await shown(pilot, "held — step 5")
        await pilot.press("left_square_bracket", *"900P")
        await shown(pilot, "step 5, open · 4 decided", "P plays")
        await pilot.press("1", "P")
        await shown(pilot, "playing 1.0 steps/s, P stops")
        await pilot.press("P")
        await shown(pilot, "P plays")
        assert "playing" not in screen_text(pilot.app)
        pilot.app.close_source()  # type: ignore[attr-defined]
