"""A line view repaints the rows that changed and no others."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown

from maker_tui.app import MakerApp
from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import LinePane
from tests.tui.looking import screen_text, shown


class Alone(App[None]):
    """Nothing but a pane."""

    def compose(self) -> ComposeResult:
        yield LinePane("rows", id="pane")


def rows(count: int, changed: dict[int, str] | None = None):
    """Numbered lines, some of them different."""
    return [line((changed or {}).get(number, f"row {number}")) for number in range(count)]


@pytest.fixture
def repainted(monkeypatch):
    """Rows that were asked to be repainted."""
    seen: list[int] = []
    original = LinePane.refresh_row

    def noting(self, row):
        seen.append(row)
        original(self, row)

    monkeypatch.setattr(LinePane, "refresh_row", noting)
    return seen


async def test_only_changed_rows_are_repainted(repainted):
    """Rule: showing the same lines again sends nothing; one changed line sends its row."""
    app = Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        pane = app.query_one(LinePane)
        pane.show(rows(10))
        repainted.clear()
        pane.show(rows(10))
        assert repainted == []
        pane.show(rows(10, {3: "other", 7: "another"}))
        assert repainted == [3, 7]
        await pilot.pause()
        assert "other" in screen_text(app)


async def test_a_changed_role_is_a_change(repainted):
    """Rule: the same words in another role are repainted."""
    app = Alone()
    async with app.run_test(size=(40, 12)):
        pane = app.query_one(LinePane)
        pane.show([line(("word", "good"))])
        repainted.clear()
        pane.show([line(("word", "bad"))])
        assert repainted == [0]


async def test_keys_wheel_and_pages_scroll_within_the_lines():
    """Rule: arrows, vim keys, pages, home, end and the wheel move the view, and never beyond the lines."""
    app = Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        pane = app.query_one(LinePane)
        pane.show(rows(100))
        pane.focus()
        for keys, top in (
            (("down", "j"), 2),
            (("up", "k", "k"), 0),
            (("pagedown",), 9),
            (("ctrl+d", "ctrl+u"), 9),
            (("pageup", "up"), 0),
            (("G",), 90),
            (("down", "pagedown"), 90),
            (("g",), 0),
            (("end", "home"), 0),
        ):
            await pilot.press(*keys)
            assert pane.top == top, keys
        await pilot._post_mouse_events([MouseScrollDown], pane, button=0)
        assert pane.top == 3


async def test_long_lines_are_cut_with_a_mark_and_scroll_sideways():
    """Rule: a line that goes on to the right says so, and can be read."""
    app = Alone()
    async with app.run_test(size=(40, 5)) as pilot:
        pane = app.query_one(LinePane)
        pane.show([line("a" * 60 + "end")])
        pane.focus()
        await pilot.pause()
        assert "a…" in screen_text(app)
        await pilot.press("right", "right", "right", "right")
        assert "aend" in screen_text(app)
        await pilot.press("left", "left", "left", "left")
        assert "end" not in screen_text(app)


async def test_a_shorter_text_brings_the_view_back():
    """Rule: when lines go away below the view, it moves up to what is left."""
    app = Alone()
    async with app.run_test(size=(40, 12)) as pilot:
        pane = app.query_one(LinePane)
        pane.show(rows(100))
        pane.focus()
        await pilot.press("G")
        pane.show(rows(5))
        await pilot.pause()
        assert "row 0" in screen_text(app)


async def test_a_new_theme_repaints():
    """Rule: changing the theme changes the colours of what is shown, not its words."""
    app = MakerApp(listing=list)
    async with app.run_test(size=(80, 24)) as pilot:
        before = await shown(pilot, "No saved runs yet.", "D demo")
        painted = app.export_screenshot(title="maker")
        app.theme = "maker-light"
        await pilot.pause()
        assert screen_text(app) == before
        assert app.export_screenshot(title="maker") != painted
