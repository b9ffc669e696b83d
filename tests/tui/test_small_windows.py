"""Windows of any size: panes give way in an order, and nothing breaks."""

from __future__ import annotations

import pytest

from maker_tui.app import MakerApp
from tests.tui.looking import screen_text, shown, until
from tests.tui.sources import Scripted, contested, hanoi, run_events


@pytest.fixture
def source() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


async def test_a_tiny_window_says_how_large_it_must_be(source):
    """Rule: at 20×5 the screen says so, and nothing else."""
    async with MakerApp(source).run_test(size=(20, 5)) as pilot:
        text = await shown(pilot, "window too small")
        assert " ".join(text.split()) == "window too small (20×5): make it at least 40×10"


async def test_a_window_that_grows_shows_the_run(source):
    """Rule: the workbench comes back as soon as there is room, with the run as it is then."""
    async with MakerApp(source).run_test(size=(20, 5)) as pilot:
        await shown(pilot, "window too small")
        await pilot.resize_terminal(80, 24)
        await shown(pilot, "task state", "votes", "red flags", "progress", "▶ running", "peg 2 *goal")


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (20, 5), (39, 10), (40, 9)])
async def test_no_window_is_too_small_to_survive(source, size):
    """Rule: every screen survives a window in which it cannot be shown."""
    async with MakerApp(source, stay=True, listing=list).run_test(size=size) as pilot:
        await pilot.press("question_mark", "escape", "tab", "f", "q", "q", "n", "escape")
        await until(pilot, lambda: source.closed)
        await pilot.resize_terminal(80, 24)
        await shown(pilot, "No saved runs yet.")


async def test_60_by_16_shows_one_pane_and_the_progress(source):
    """Rule: in a low, narrow window tab goes from pane to pane, and the progress keeps one row."""
    async with MakerApp(source).run_test(size=(60, 16)) as pilot:
        await shown(pilot, "step 42 · voting", "step 42 of 127", "12.3 steps/s", "space pause")
        for words in ("red flags ·", "dissent", "peg 2 *goal", "step 42 · voting"):
            await pilot.press("tab")
            await shown(pilot, words, "step 42 of 127")


async def test_80_by_16_shows_a_pane_of_each_column(source):
    """Rule: a low window keeps both columns, one pane each."""
    async with MakerApp(source).run_test(size=(80, 16)) as pilot:
        text = await shown(pilot, "peg 2", "step 42 · voting", "step 42 of 127")
        assert "red flags" not in text
        await pilot.press("tab")
        text = await shown(pilot, "red flags ·", "peg 2")
        assert "voting" not in text


async def test_60_by_45_shows_all_four_panes(source):
    """Rule: a narrow window that is high enough has the panes above each other."""
    async with MakerApp(source).run_test(size=(60, 45)) as pilot:
        await shown(pilot, "peg 2 *goal", "step 42 · voting", "red flags ·", "dissent")


async def test_resizing_in_steps_never_breaks(source):
    """Rule: any size after any other is drawn."""
    async with MakerApp(source).run_test(size=(160, 45)) as pilot:
        for width in range(160, 0, -7):
            await pilot.resize_terminal(width, max(1, width // 3))
        for height in range(1, 50, 7):
            await pilot.resize_terminal(height * 3, height)
        await pilot.resize_terminal(80, 24)
        await shown(pilot, "task state", "voting")
        assert len(screen_text(pilot.app).split("\n")) == 24
