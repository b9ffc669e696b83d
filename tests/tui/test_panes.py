"""The panes are as large as their user has made them, in this start and the next."""

from __future__ import annotations

import json

import pytest

from maker_tui.app import MakerApp
from tests.tui.looking import gone, screen_text, shown, typed, until
from tests.tui.sources import Scripted, contested, hanoi, run_events

SIZE = (100, 30)


@pytest.fixture
def source() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


def size_of(app: MakerApp, name: str) -> tuple[int, int]:
    """Columns and rows of a pane or a column of panes."""
    size = app.screen.query_one(f"#{name}").outer_size
    return size.width, size.height


async def test_keys_move_the_borders_and_the_layout_is_remembered(source, home):
    """Rule: < and > move the columns' border, + and - that of the focused pane; the next start has both so."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        assert size_of(app, "left") == (55, 28)
        await pilot.press(">", ">")
        await until(pilot, lambda: size_of(app, "left")[0] == 65)
        await pilot.press("ctrl+left")
        await until(pilot, lambda: size_of(app, "left")[0] == 60)
        before = size_of(app, "votes")[1]
        await pilot.press("+")
        await until(pilot, lambda: size_of(app, "votes")[1] > before)
        await pilot.press("tab", "+")
        await until(pilot, lambda: size_of(app, "votes")[1] == before)
        kept = {name: size_of(app, name) for name in ("left", "votes", "task-board")}
    again = MakerApp(source)
    async with again.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: {name: size_of(again, name) for name in kept} == kept)
        await pilot.press("=")
        await until(pilot, lambda: size_of(again, "left") == (55, 28))
    assert json.loads((home / "state.json").read_text()) == {"workbench": {}}


async def test_z_shows_one_pane_alone_and_tab_goes_to_the_next(source):
    """Rule: z gives all the room to the pane in focus, tab to the next one; it stays so until z, or the next start."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("z")
        await gone(pilot, "task state")
        assert size_of(app, "votes") == (100, 27)
        assert "step 42 of 127" in screen_text(app)
        await pilot.press("tab")
        await shown(pilot, "red flags ·")
        await gone(pilot, "step 42 · voting")
        await pilot.press("z")
        await shown(pilot, "task state", "red flags ·", "step 42 · voting")
        await pilot.press("z")
    again = MakerApp(source)
    async with again.run_test(size=SIZE) as pilot:
        await shown(pilot, "red flags ·")
        assert size_of(again, "red-flags") == (100, 27)


@pytest.mark.parametrize("size", [(60, 16), (60, 45), (100, 16)])
async def test_a_small_window_keeps_to_what_it_has_room_for(source, home, size):
    """Rule: there no border can be moved, a remembered layout changes nothing, and it is back when there is room."""
    home.mkdir()
    (home / "state.json").write_text(json.dumps({"workbench": {"columns": 70, "left": 30, "right": 30}}))
    app = MakerApp(source)
    async with app.run_test(size=size, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press(">", "+")
        await shown(pilot, "nothing to resize")
        await pilot.resize_terminal(*SIZE)
        await until(pilot, lambda: size_of(app, "left")[0] == 70)


async def test_a_border_can_be_dragged(source):
    """Rule: the mouse takes hold where two columns, or two panes, meet."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        await pilot.mouse_down(offset=(54, 10))
        await pilot.hover(offset=(40, 12))
        await pilot.mouse_up(offset=(40, 12))
        await until(pilot, lambda: size_of(app, "left")[0] == 40)
        edge = app.screen.query_one("#votes").region.bottom
        await pilot.mouse_down(offset=(70, edge))
        await pilot.hover(offset=(70, 8))
        await pilot.mouse_up(offset=(70, 8))
        await until(pilot, lambda: size_of(app, "votes")[1] < 8)
        await pilot.hover(offset=(70, 20))
        assert size_of(app, "votes")[1] < 8
        assert set(app.memory.recall("workbench")) == {"columns", "right"}


@pytest.mark.parametrize(
    "state",
    ["", "[]", '{"workbench": 3, "theme": "no such"}', '{"workbench": {"columns": 1e9}}', "\x00", "[" * 9999],
    ids=["empty", "list", "other kinds", "too much", "zero byte", "deep"],
)
async def test_a_damaged_memory_does_no_harm(source, home, state):
    """Rule: whatever the file holds, the app starts as at first; if it is no memory at all, one line says so."""
    home.mkdir()
    (home / "state.json").write_text(state)
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        assert size_of(app, "left") == (55, 28)
        assert app.theme == "maker-dark"
        assert ("damaged and was ignored" in app.memory.trouble) is not state.startswith("{")
        if app.memory.trouble:
            await shown(pilot, "settings", "ignored")


async def test_the_theme_chosen_last_is_there_at_the_next_start(source, home):
    """Rule: the palette's choice is remembered; one that the configuration names stands above it."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+t")
        await typed(pilot, "contrast-light")
        await shown(pilot, "maker-contrast-light")
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.theme == "maker-contrast-light")
    assert MakerApp(source).theme == "maker-contrast-light"
    (home / "config.toml").write_text('theme = "maker-ansi"\n')
    assert MakerApp(source).theme == "maker-ansi"


async def test_a_memory_that_cannot_be_written_is_told_once(source, home):
    """Rule: where nothing can be written the layout holds until the app ends, and one line says so."""
    home.write_text("a file where the directory should be")
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press(">")
        await until(pilot, lambda: size_of(app, "left")[0] == 60)
        await shown(pilot, "settings", "remembered")
