"""Whatever a model, a task or a file says is shown as text: no control character, no markup, no crash."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maker_engine.core.events import Outcome as End
from maker_engine.core.events import ResponseFlagged, RunEnded, SampleAsked, SampleFailed
from maker_engine.core.responses import Flag, Response
from maker_tui.app import MakerApp
from tests.tui.looking import screen_text, shown, until
from tests.tui.sources import Scripted, contested, hanoi, opening, run_events
from tests.tui.test_home import saved

HOSTILE = (
    "\x1b]0;pwned\x07",
    "\x1b]52;c;aGFja2Vk\x07",
    "\x9b31m\x9d52;c;eA==\x9c",
    "[/] [bold] [@click=app.quit]x[/] \\[",
    "a\u202eb\u2066c\u200bd\ufeffe",
    "tab\there\r\nand\x00there",
    "\ud800 lone",
    "｛全角｝ 👩‍👩‍👧 ✔️",
)
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def strips_are_clean(app: MakerApp) -> bool:
    """Look at what would go to the terminal, segment by segment."""
    strips = app.screen._compositor.render_strips()
    return not any(UNSAFE.search(segment.text) for strip in strips for segment in strip if not segment.control)


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_responses_stay_text(text, size):
    """Rule: rule, reason and excerpt of a flag, a provider's message and an ending reach no terminal as orders."""
    task = hanoi()
    source = Scripted(task, run_events(task)).play_until(contested)
    flag = Flag(text, text, text)
    source.add(
        SampleAsked(41, 99),
        ResponseFlagged(41, 99, flag, Response(text)),
        SampleFailed(41, 100, text, text, 1.0),
        RunEnded(End.FAILED, text),
    )
    async with MakerApp(source).run_test(size=size, notifications=True) as pilot:
        await shown(pilot, "✖ failed")
        for key in ("f", "f", "f", "tab", "right", "left", "question_mark", "escape"):
            await pilot.press(key)
            assert strips_are_clean(pilot.app)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_stay_text(text):
    """Rule: title, problem and model are shown as text too."""
    task = hanoi()
    started = opening(task)
    events = run_events(task)
    events[0] = type(started)(text, text, text, text, True, 3, "ahead", 0, 127, True)
    source = Scripted(task, events).play_until(contested)
    async with MakerApp(source).run_test(size=(160, 45)) as pilot:
        await shown(pilot, "SIMULATED")
        assert strips_are_clean(pilot.app)


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_sessions_stay_text(text):
    """Rule: what a session file says of itself is shown as text, in the list and in a notification."""
    name = text.replace("\x00", "").replace("/", "").encode("utf-8", "replace").decode()
    sessions = [
        saved(task=text, problem=text, model=text, simulated=False, outcome=text, path=Path(name)),
        saved(path=Path("x"), damaged=text),
    ]
    async with MakerApp(listing=lambda: sessions).run_test(size=(120, 24), notifications=True) as pilot:
        await shown(pilot, "sessions · 2")
        assert strips_are_clean(pilot.app)
        await pilot.press("enter")
        await pilot.press("down", "enter")
        await until(pilot, lambda: "damaged" in screen_text(pilot.app))
        assert strips_are_clean(pilot.app)


async def test_a_task_that_cannot_draw_or_tell_does_not_end_its_run():
    """Rule: a stranger's task that raises in picture or describe is named on the screen; the run goes on."""
    task = hanoi()

    class Clumsy(type(task)):
        def picture(self, *_args, **_names):
            raise ValueError("\x1b[31mno brush")

        def describe(self, _answer):
            raise KeyError("[/]")

    clumsy = Clumsy(task._problem)
    source = Scripted(clumsy, run_events(task)).play_until(contested)
    async with MakerApp(source).run_test(size=(80, 24)) as pilot:
        await shown(pilot, "this state cannot be drawn", "(KeyError)", "▶ running")
        await pilot.press("v")
        await shown(pilot, "which?   A (KeyError)")
        assert strips_are_clean(pilot.app)


@pytest.mark.parametrize("colourless", [True, False])
async def test_no_color_shows_the_same_words(monkeypatch, colourless):
    """Rule: NO_COLOR changes no cell's text and sends no colour; SIMULATED and the states stay words."""
    if colourless:
        monkeypatch.setenv("NO_COLOR", "1")
    task = hanoi()
    source = Scripted(task, run_events(task)).play_until(contested)
    async with MakerApp(source).run_test(size=(120, 30)) as pilot:
        await shown(pilot, "SIMULATED", "▶ running", "◀ leads", "✔ decided", "○ in flight", "⚑ 1 flagged")
        strips = pilot.app.screen._compositor.render_strips()
        colours = {
            colour.name
            for strip in strips
            for segment in strip.apply_filter(pilot.app._filters[-1], pilot.app.screen.background_colors[1])
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None
        }
        assert (colours <= {"default"}) is colourless
