"""Each key of the workbench does what the footer says, and so does a click on it."""

from __future__ import annotations

import threading

import pytest
from textual.command import CommandList

from maker_engine.core.record.commands import Continue, DecideStep, DrawSample, Pause
from maker_engine.core.record.events import RunPaused
from maker_tui.app import MakerApp
from tests.tui.looking import gone, screen_text, shown, typed, until
from tests.tui.sources import Scripted, contested, hanoi, run_events

SIZE = (80, 24)


@pytest.fixture
def source() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


@pytest.mark.parametrize(
    ("key", "command"), [("space", Pause()), ("n", DecideStep()), ("s", DrawSample()), ("c", Continue())]
)
async def test_a_key_sends_its_command(source, key, command):
    """Rule: space, n, s and c are wishes to the run and nothing else."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press(key)
        await until(pilot, lambda: source.sent == [command])


async def test_space_goes_on_when_the_run_is_paused(source):
    """Rule: space pauses a run that goes on, and continues one that is paused."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        source.add(RunPaused())
        await shown(pilot, "‖ paused")
        await pilot.press("space")
        await until(pilot, lambda: source.sent == [Continue()])


@pytest.mark.parametrize(
    ("words", "command"),
    [("space pause", Pause()), ("n step", DecideStep()), ("s sample", DrawSample())],
)
async def test_a_click_on_the_footer_is_the_key(source, words, command):
    """Rule: every entry of the footer can be clicked."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        text = await shown(pilot, words)
        row = text.split("\n")[-1]
        await pilot.click(offset=(row.index(words) + 1, SIZE[1] - 1))
        await until(pilot, lambda: source.sent == [command])


async def test_the_footer_offers_to_go_on_only_where_that_does_something(source):
    """Rule: `c` stands in the footer while the run is paused, and not while it goes on."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        assert "c continue" not in await shown(pilot, "▶ running", "space pause")
        source.add(RunPaused())
        await shown(pilot, "‖ paused", "c continue")


async def test_a_toast_takes_the_place_of_the_one_of_its_kind(source):
    """Rule: under one title there is one toast, the newest; under another title there is another."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        for title, words in (("nothing there", "first"), ("nothing there", "second"), ("copied", "third")):
            pilot.app.screen.notify(words, title=title)
        text = await shown(pilot, "second", "third")
        assert "first" not in text


async def test_the_footer_fits_80_columns(source):
    """Rule: at 80 columns the footer names every key, up to the menu."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        text = await shown(pilot, "space pause")
        footer = text.split("\n")[-1]
        for entry in ("n step", "s sample", "q leave", "? help", "f filter", ": menu"):
            assert entry in footer


async def test_q_closes_the_run_and_ends_the_app(source):
    """Rule: an app started on a run ends when the run is left, after the run is saved."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("q", "q")
        await until(pilot, lambda: source.closed)
        await until(pilot, lambda: app._exit)


async def test_q_goes_home_when_the_app_is_to_stay(source):
    """Rule: with `stay`, leaving a run leads to the home screen."""
    async with MakerApp(source, stay=True, listing=list).run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("q", "q")
        await shown(pilot, "No saved runs yet.", "n new run")
        assert source.closed


async def test_ctrl_q_saves_the_run_too(source):
    """Rule: no way out of the app forgets to close the run."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: source.closed)
        await until(pilot, lambda: app._exit)


async def test_help_lists_every_key_and_closes(source):
    """Rule: the help screen is made from the bindings and knows the words of the screen."""
    async with MakerApp(source).run_test(size=(100, 50), notifications=True) as pilot:
        await pilot.press("question_mark")
        text = await shown(pilot, "help · workbench", "draw one sample, then pause")
        assert "narrow the red-flag log" in text
        for _ in range(5):
            await pilot.press("pagedown")
            text += screen_text(pilot.app)
        for words in ("shift+tab", "pagedown", "back from the past", "margin"):
            assert words in text
        await pilot.press("escape")
        await gone(pilot, "help · workbench")


async def test_the_palette_offers_the_keys_by_name(source):
    """Rule: the colon opens the palette, its pages turn at any size, and what is chosen is done to the run."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("colon")
        await shown(pilot, "continue until something else stops the run")
        await pilot.press("pagedown")
        await until(pilot, lambda: (pilot.app.screen.query_one(CommandList).highlighted or 0) > 3)
        await pilot.resize_terminal(3, 1)
        await pilot.press("pageup", "pagedown")  # without a line of the list on the screen
        await pilot.resize_terminal(*SIZE)
        await typed(pilot, "sample")
        await gone(pilot, "continue until something else stops the run")
        await shown(pilot, "draw one sample")
        await pilot.press("enter")
        await until(pilot, lambda: source.sent == [DrawSample()])


async def test_f_narrows_the_log_to_each_rule_in_turn(source):
    """Rule: f goes from all flags through every rule present and back to all."""
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "red flags ·")
        rules = sorted({record.flag.rule for record in source.view().snapshot.flags})
        for rule in rules:
            await pilot.press("f")
            await shown(pilot, f"only {rule}")
        await pilot.press("f")
        await gone(pilot, "only ")


async def test_tab_goes_round_the_panes(source):
    """Rule: tab reaches every pane and comes back."""
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await until(pilot, lambda: app.focused is not None and app.focused.id == "votes")
        for pane in ("red-flags", "progress", "task-board", "votes"):
            await pilot.press("tab")
            await until(pilot, lambda pane=pane: app.focused.id == pane)
        await pilot.press("shift+tab")
        await until(pilot, lambda: app.focused.id == "task-board")


async def test_keys_say_so_when_the_run_has_ended(source):
    """Rule: at its end a run says why no key goes on with it, and what can be done; the end stays on the screen."""
    async with MakerApp(source.play()).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, source.view().snapshot.reason)
        for key in ("space", "n", "s", "c", "R"):
            await pilot.press(key)
            await shown(pilot, "the run has ended", "nothing is left to resume", "F forks")
            pilot.app.clear_notifications()
            await gone(pilot, "F forks")
        assert source.sent == []


async def test_an_engine_that_cannot_start_says_why(source):
    """Rule: a run that could not be driven shows its one line where an end would stand."""
    source = Scripted(source.task, [], error="the model needs a key: set OPENAI_API_KEY")
    async with MakerApp(source).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✖ not started — the model needs a key: set OPENAI_API_KEY")


async def test_leaving_twice_leaves_once():
    """Rule: while a run is being saved its key does nothing more; home comes once, whatever is open above."""
    task = hanoi()
    may_close = threading.Event()

    class Slow(Scripted):
        def close(self) -> None:
            may_close.wait(60)
            super().close()

    source = Slow(task, run_events(task)).play_until(contested)
    app = MakerApp(source, stay=True, listing=list)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("q", "q", "q", "question_mark")
        await shown(pilot, "… saving", "help · workbench")
        may_close.set()
        await shown(pilot, "No saved runs yet.")
        assert source.closed
        assert len(app.screen_stack) == 1
