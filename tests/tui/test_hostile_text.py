"""Whatever a model, a task or a file says is shown as text: no control character, no markup, no crash."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.record.entries import Act
from maker_engine.core.record.events import Outcome as End, ResponseFlagged, RunEnded, SampleAsked, SampleFailed
from maker_engine.core.responses import Flag, Prompt, Response, Sample
from maker_engine.sessions.queries.inspection import Inspection, Wording, flagged_span, replay
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import SavedSource
from maker_tui.text.inspector_lines import counted_row, entry_lines, pair_lines, prompt_lines, prompt_row
from maker_tui.widgets.step_table import columns_in, step_row
from tests.support.hostile import UNSAFE
from tests.support.recorded import record
from tests.support.toy import Count
from tests.tui.looking import screen_text, shown, until
from tests.tui.screens.test_home import saved
from tests.tui.sources import Scripted, contested, hanoi, opening, run_events

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


def strips_are_clean(app: MakerApp) -> bool:
    """Look at what would go to the terminal, segment by segment."""
    strips = app.screen._compositor.render_strips()
    return not any(UNSAFE.search(segment.text) for strip in strips for segment in strip if not segment.control)


@pytest.mark.parametrize(("text", "size"), zip(HOSTILE, itertools.cycle([(80, 24), (160, 45)])))
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


@pytest.mark.parametrize(("value", "colourless"), [("1", True), ("", False), (None, False)])
async def test_no_color_shows_the_same_words(monkeypatch, value, colourless):
    """Rule: NO_COLOR that is not empty changes no text and sends no colour; SIMULATED and the states stay words."""
    if value is not None:
        monkeypatch.setenv("NO_COLOR", value)
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


async def test_a_hostile_record_stays_text_wherever_it_is_looked_at(tmp_path):
    """Rule: inspector, differences, table, map, plots and the past show what a model wrote as text."""
    path = tmp_path / "hostile.maker"
    record(path, length=8, seed=2, text="\n".join(HOSTILE))
    async with MakerApp(SavedSource(open_saved(path, Count))).run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "solved")
        for key in (
            "left_square_bracket",
            "i",
            "H",
            "V",
            "down",
            "space",
            "down",
            "tab",
            "end",
            "t",
            "m",
            "p",
            "right",
        ):
            await pilot.press(key)
            assert strips_are_clean(pilot.app)
        await pilot.press("g", *"\x1b[31m", "enter")
        await pilot.press("escape", "slash", *'action~"\u202e', "enter")
        await shown(pilot, "is not part of the language")
        assert strips_are_clean(pilot.app)


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=12), min_size=9, max_size=9), st.integers(20, 120))
@settings(max_examples=40)
def test_no_page_of_the_inspector_lets_an_order_through(texts, width):
    """Rule: whatever stands in a prompt, a response, a flag, a name or a description, no line of it is an order."""
    system, user, answer, model, ending, rule, reason, excerpt, who = texts
    entries = (
        Sample(0, "right", Response(f"{answer}\n{system}", 1, 2, ending, None, 0.1, model)),
        Sample(1, Flag(rule, reason, excerpt), Response(f"{excerpt}{answer}", model=model)),
        Act("voted", who, "other"),
    )
    counted = tuple(replay(entries))
    flag = flagged_span(entries[1].response.text, entries[1].verdict)
    wording = Wording(Prompt(system, user), Prompt(user, system), who, (0,))
    step = Inspection(3, (wording, wording), counted, ("right", "other"), "right", StepFlag(3),
                      ((0, len(answer)), flag, None), (0.0, None, None), (3, 3, 3))  # fmt: skip
    pages = [prompt_row(step), *prompt_lines(step, width, folded=frozenset(), compare=True)]
    for place in range(3):
        pages += [counted_row(step, place, lambda _: who, width), *entry_lines(step, place, lambda _: who, width)]
    pages += pair_lines(step, 0, 1, lambda _: who, width)
    pages.append(step_row(StepFacts(3, who, flags=(rule, reason)), columns_in(width, 9_999)))
    assert not [row.plain for row in pages if UNSAFE.search(row.plain)]
