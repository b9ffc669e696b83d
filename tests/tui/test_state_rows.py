"""The rows that follow the state of a run: banner, footer, the count that is typed, what is said of an entry."""

from __future__ import annotations

from functools import partial

import pytest

from maker_engine.core.record.events import Outcome, RunEnded, RunPaused
from maker_tui.app import MakerApp
from tests.tui.looking import gone, screen_text, shown, typed
from tests.tui.sources import Scripted, contested, hanoi, run_events

SMALL = (80, 24)
LONG = "the solution is wrong: " + ", ".join(f"disk {number} lies on peg 1" for number in range(1, 30)) + " at the end"


def scripted() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


def footer(pilot) -> str:
    return screen_text(pilot.app).split("\n")[-1]


@pytest.mark.parametrize(("size", "rows"), [(SMALL, 3), ((60, 16), 2)])
async def test_a_banner_that_is_cut_says_how_to_see_it_whole(size, rows):
    """Rule: why a run ended takes as many rows as there is room for; enter shows all of it, and a click does too."""
    source = scripted().add(RunEnded(Outcome.UNSOLVED, LONG))
    async with MakerApp(source).run_test(size=size) as pilot:
        text = await shown(pilot, "✖ unsolved — the solution is wrong", "… enter shows all")
        assert text.split("\n").index(next(row for row in text.split("\n") if "enter shows all" in row)) == rows
        for ask in (partial(pilot.press, "enter"), partial(pilot.click, "Banner")):
            await ask()
            await shown(pilot, "╭─ why", "esc closes")
            await pilot.press("G")
            await shown(pilot, "the end ")
            await pilot.press("escape")
            await gone(pilot, "╭─ why")


async def test_a_banner_with_room_is_not_cut():
    """Rule: two rows say what one has no room for, and enter has nothing to show."""
    reason = "every step is decided, but the solution is wrong: 6 of 8 disks are not on peg 2 at the end"
    async with MakerApp(scripted().add(RunEnded(Outcome.UNSOLVED, reason))).run_test(size=SMALL) as pilot:
        await shown(pilot, "6 of 8 disks", "are not on peg 2 at the end")
        await pilot.press("enter")
        assert len(pilot.app.screen_stack) == 2


async def test_the_footer_follows_the_state(app):
    """Rule: running it steers, held it decides, in the past it travels, at the end it looks and forks."""
    source = scripted()
    async with MakerApp(source).run_test(size=SMALL) as pilot:
        await shown(pilot, "space pause", "n step")
        source.add(RunPaused())
        await shown(pilot, "e probe", "d decide", "v vote", "F fork", "c continue")
        source.add(RunEnded(Outcome.UNSOLVED, "wrong"))
        await shown(pilot, "i inspect", "t table", "m map", "p plots", "F fork", "! next wrong")
        assert "pause" not in footer(pilot)
    async with app.run_test(size=SMALL) as pilot:
        await shown(pilot, "✔ solved")
        assert "pause" not in footer(pilot)
        await pilot.press("left_square_bracket")
        await shown(pilot, "[ back", "] forth", ". now", "F fork", "P play")


async def test_a_count_is_echoed_until_it_is_used():
    """Rule: what is typed before a key stands at the right of the footer, and goes with the key."""
    source = scripted()
    async with MakerApp(source).run_test(size=SMALL) as pilot:
        await shown(pilot, "space pause")
        await pilot.press("3", "1")
        await shown(pilot, "31")
        assert footer(pilot).rstrip().endswith(" 31")
        await pilot.press("n")
        assert not footer(pilot).rstrip().endswith(" 31")


async def test_what_is_wrong_with_an_entry_stands_above_it(app):
    """Rule: the whole reason is shown over the line that was typed, and goes when something else is typed."""
    async with app.run_test(size=(60, 16)) as pilot:
        await shown(pilot, "✔ solved")
        await pilot.press("F", "ctrl+u")
        await typed(pilot, "speed=3")
        await pilot.press("enter")
        text = await shown(pilot, "a fork has no 'speed=3'", "or prompt", "fork at step")
        assert "Toast" not in {type(one).__name__ for one in pilot.app.screen.walk_children()}
        assert "…" not in next(row for row in text.split("\n") if "or prompt" in row)
        await pilot.press("x")
        await gone(pilot, "a fork has no")


async def test_help_is_grouped_and_searched(app):
    """Rule: keys stand under what they are for; a search keeps the lines that have its words, and escape shows all."""
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, "✔ solved")
        await pilot.press("question_mark")
        await shown(pilot, "run control", "the open step", "/ searches")
        await pilot.press("slash")
        await typed(pilot, "next wrong")
        text = await shown(pilot, "to the next step that the oracle disagrees with", "from step to step")
        assert "draw one sample" not in text
        await pilot.press("escape")
        await shown(pilot, "draw one sample")
        await pilot.press("escape")
        await gone(pilot, "/ searches")


async def test_what_was_said_on_a_screen_stays_there(app):
    """Rule: a toast goes with the screen that it was about."""
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "✔ solved")
        await pilot.press("exclamation_mark")
        await shown(pilot, "no step is known to be wrong")
        await pilot.press("t")
        await shown(pilot, "steps · 63")
        await gone(pilot, "no step is known to be wrong")
