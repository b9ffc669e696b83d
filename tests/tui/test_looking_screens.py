"""Stories of somebody who looks at a run: the past on the workbench, a step from all sides, table, map and plots."""

from __future__ import annotations

import asyncio
from pathlib import Path
from shutil import copyfile

from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun, SavedSource
from maker_tui.widgets.run_map import RunMap
from maker_tui.widgets.step_table import StepTable
from tests.runtime.test_gathering_and_asking import WORDS, Agree, order as talk_order, run as talk
from tests.tui.looking import gone, screen_text, shown, until
from tests.tui.recorded_run import FILE

SIZE = (100, 30)
STEPS = 63


def marks_of(path: Path) -> Marks:
    marks = Marks()
    with Reader(path, 0) as reader:
        marks.catch_up(reader)
    return marks


async def keys(pilot, *pressed: str) -> None:
    for key in pressed:
        await pilot.press(key)


async def test_travel_shows_the_past_and_comes_back(app):
    """Rule: brackets travel by steps, with counts; the workbench shows that moment, says so, and a dot ends it."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        await keys(pilot, "left_square_bracket")
        await shown(pilot, f"the past — step {STEPS - 1} of {STEPS} decided", f"step {STEPS - 1} · decided ✔")
        await keys(pilot, "1", "0", "left_square_bracket")
        text = await shown(pilot, f"the past — step {STEPS - 11} of {STEPS}")
        assert "solved" not in text
        assert f"step {STEPS - 12} · decided" in text
        await keys(pilot, "9", "9", "left_square_bracket")
        await shown(pilot, "the past — step 1 of", "step 1 · decided ✔")
        await keys(pilot, "right_square_bracket")
        await shown(pilot, "the past — step 2 of")
        await keys(pilot, "full_stop")
        await shown(pilot, "✔ solved and verified")
        await gone(pilot, "the past")


async def test_travel_goes_to_flags_and_dissent(app):
    """Rule: braces go to the nearest step with a red flag, parentheses to dissent; where there is none it is said."""
    marks = marks_of(FILE)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        step = STEPS - 1
        for key, kind in (("left_curly_bracket", StepFlag.FLAGGED), ("left_parenthesis", StepFlag.DISSENT)):
            step = marks.before(step, kind)
            await keys(pilot, key)
            await shown(pilot, f"the past — step {step + 1} of")
        after = marks.after(step, StepFlag.FLAGGED)
        await keys(pilot, "right_curly_bracket")
        await shown(pilot, f"the past — step {after + 1} of")
        await keys(pilot, "9", "9", "right_parenthesis")
        await shown(pilot, "no dissent after step")


async def test_a_saved_run_plays(app):
    """Rule: P plays from the beginning to the end at the speed typed before it."""
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "✔ solved and verified")
        await keys(pilot, "5", "0", "0", "P")
        await shown(pilot, f"the past — step {STEPS} of {STEPS} decided")
        await keys(pilot, "left_square_bracket", "1", "P")
        await shown(pilot, "playing 1.0 steps/s, P stops")
        await keys(pilot, "P")
        await shown(pilot, "P plays")


async def test_the_inspector_shows_a_step_from_all_sides(app):
    """Rule: prompt folded and compared, each sample with its figures and verdict, two of them side by side."""
    step = marks_of(FILE).after(10, StepFlag.FLAGGED)
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "✔ solved and verified")
        await keys(pilot, "i")
        await shown(pilot, f"step {STEPS} · decided", "▸ system prompt", "▾ user prompt", "Previous move:")
        await keys(pilot, "H")
        await shown(pilot, "▾ system prompt", f"lines · unchanged since step {STEPS - 1}")
        await keys(pilot, "V")
        await shown(pilot, "− Previous move:", "+ Previous move:")
        await keys(pilot, *str(step + 1), "g")
        await shown(pilot, f"step {step + 1} · decided", "⚑ ")
        await keys(pilot, "down")
        await shown(pilot, "sample 1 · sim:p=0.8,v=0.8 · T 0 ·")
        await keys(pilot, "space", "down")
        text = await shown(pilot, "two responses", " │ ", "▸#1")
        assert "#2" in text
        await keys(pilot, "space")
        await shown(pilot, "sample 2 · sim:p=0.8,v=0.8 · T 0.1 ·")
        await keys(pilot, "q")
        await shown(pilot, "✔ solved and verified")


async def test_the_table_finds_narrows_and_opens(app):
    """Rule: matches are counted and gone through in both directions, alone or among all steps; enter inspects one."""
    marks = marks_of(FILE)
    flagged = [step for step in range(STEPS) if marks.of(step) & StepFlag.FLAGGED]
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await keys(pilot, "t")
        await shown(pilot, f"steps · {STEPS}", "margin action")
        await keys(pilot, "1", "g", "slash", *"flag", "tab")
        await shown(pilot, "find flags")
        await keys(pilot, "enter")
        await shown(pilot, f"{len(flagged)} match flags", f"step {flagged[0] + 1} of")
        await keys(pilot, "2", "n")
        await shown(pilot, f"step {flagged[2] + 1} of")
        await keys(pilot, "N")
        await shown(pilot, f"step {flagged[1] + 1} of")
        await keys(pilot, "ampersand", *" and dissent", "enter")
        both = [step for step in flagged if marks.of(step) & StepFlag.DISSENT]
        text = await shown(pilot, f"{len(both)} match flags and dissent")
        assert sum("≠⚑" in row for row in text.split("\n")) == len(both)
        await keys(pilot, "home", "enter")
        await shown(pilot, f"step {both[0] + 1} · decided", "prompt")


async def test_a_cursor_that_moves_fast_stays_where_it_went_last(app):
    """Rule: news of where it was before do not move the table back; a click moves it as a key does."""
    async with app.run_test(size=SIZE) as pilot:
        await keys(pilot, "t")
        await shown(pilot, f"steps · {STEPS}")
        table = app.screen.query_one(StepTable)
        for row in (3, 40, 9):
            table.point(row)
        await shown(pilot, "step 10 of")
        await pilot.pause()
        assert table.cursor == 9
        await pilot.click("#steps StepTable", offset=(8, 3))
        await shown(pilot, f"step {table.top + 3} of")


async def test_a_filter_that_cannot_be_read_is_typed_again(app):
    """Rule: the place and the mend are told, and what was typed is still there."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await keys(pilot, "t", "slash", *"flags>", "enter")
        await shown(pilot, "where a number should be", "find flags>")
        await keys(pilot, "1", "enter")
        await shown(pilot, "match flags>1")
        await keys(pilot, "g", *"x", "enter")
        await shown(pilot, "a step is a number")
        await keys(pilot, "backspace", *"50%", "enter")
        await shown(pilot, f"step {STEPS // 2} of")


async def test_the_map_is_gone_over_by_keys_and_clicks(app):
    """Rule: the cursor goes by cells, a click goes to one, enter inspects it; a fork has its mark."""
    async with app.run_test(size=SIZE) as pilot:
        await keys(pilot, "m")
        await shown(pilot, f"map · steps 1 to {STEPS} of {STEPS} · a cell a step", "⋔ fork", f"step {STEPS}: dissent")
        await keys(pilot, "home", "right", "right")
        await shown(pilot, "step 3: ")
        across = app.screen.query_one(RunMap)._laid.across
        await keys(pilot, "down")
        await shown(pilot, f"step {3 + across}: ")
        await pilot.click("#map", offset=(2 + 20, 2))
        await shown(pilot, "step 2: ")
        await keys(pilot, "enter")
        await shown(pilot, "step 2 · decided")


async def test_the_plots_turn(app):
    """Rule: each plot is named, drawn, and says of how many steps it is; the schedule has a key of its own."""
    async with app.run_test(size=SIZE) as pilot:
        await keys(pilot, "p")
        await shown(pilot, "▸vote race", "second + k 3", "rounds →")
        await keys(pilot, "right")
        await shown(pilot, "▸convergence", f"all {STEPS} decided steps", "theory, first-to-ahead-by-3")
        await keys(pilot, "right")
        await shown(pilot, "▸length", "F flagged", "E votes that are wrong")
        await keys(pilot, "right")
        await shown(pilot, "▸votes a step", "on average")
        await keys(pilot, "at")
        await shown(pilot, f"schedule · {STEPS} steps", "no call of a model has a time")


async def test_a_moment_is_brought_to_the_workbench(app):
    """Rule: w shows on the workbench the step that is looked at."""
    async with app.run_test(size=SIZE) as pilot:
        await keys(pilot, "t", "7", "g", "w")
        await shown(pilot, "the past — step 7 of", "step 7 · decided ✔")


async def test_a_live_run_is_travelled_while_it_goes_on(tmp_path):
    """Rule: the record is read beside the one who writes it; the run does not wait, and now is where it has come to."""
    order = RunOrder("hanoi", {"disks": 8}, model="sim:p=0.8,v=0.8,latency=0.02", k=3, session=tmp_path / "live.maker")
    run = LiveRun(prepare(order))
    async with MakerApp(run).run_test(size=SIZE) as pilot:
        run.start()
        await until(pilot, lambda: (view := run.view()) is not None and view.snapshot.totals.steps > 6)
        await keys(pilot, "5", "left_square_bracket")
        await shown(pilot, "the past — step", "decided ✔")
        there = run.view().snapshot.totals.steps
        await keys(pilot, "m")
        await shown(pilot, "map · steps 1 to 255 of 255", "· to come")
        await until(pilot, lambda: run.view().snapshot.totals.steps > there)
        await keys(pilot, "q", "full_stop")
        await shown(pilot, "▶ running")
        await gone(pilot, "the past")
    run.close()


async def test_the_home_screen_leads_to_each_view(recorded, tmp_path, monkeypatch):
    """Rule: a session is looked at from the library by one key; back leads to its workbench, and then home."""
    monkeypatch.chdir(tmp_path)
    copyfile(recorded, FILE)
    app = MakerApp(listing=lambda: [summarise(FILE)])
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        for key, words in (("i", "prompt"), ("t", "steps ·"), ("m", "map ·"), ("p", "▸vote race")):
            await shown(pilot, "sessions · 1")
            await keys(pilot, key)
            await shown(pilot, words)
            await keys(pilot, "q", "q")


async def test_every_view_fits_a_small_window(app):
    """Rule: at 60 × 16 each view shows its title, something of the run, and the footer."""
    size = (60, 16)
    async with app.run_test(size=size) as pilot:
        for key, words in (("i", "step 63 · decided"), ("t", "steps · 63"), ("m", "map ·"), ("p", "vote race ·")):
            await keys(pilot, key)
            text = await shown(pilot, words, "i inspect")
            assert all(len(row.rstrip()) <= size[0] for row in text.split("\n"))


async def test_a_file_that_went_away_is_said(app):
    """Rule: a record that cannot be read is told in one line, and the screen stays."""
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✔ solved and verified")
        FILE.unlink()
        await keys(pilot, "left_square_bracket")
        await shown(pilot, "cannot be read")
        assert "task state" in screen_text(app)


def test_a_talk_is_recorded_and_looked_at(tmp_path):
    """Rule: steps on which agents propose and persons answer are travelled and inspected, and not counted as votes."""
    path = tmp_path / "talk.maker"
    talk(prepare(talk_order(path), Agree), *WORDS)  # has a loop of its own

    async def look() -> None:
        async with MakerApp(SavedSource(open_saved(path, Agree))).run_test(size=SIZE, notifications=True) as pilot:
            await shown(pilot, "solved")
            total = pilot.app.screen.source.view().snapshot.totals.steps
            for step in range(total, 0, -1):
                await keys(pilot, "left_square_bracket" if step < total else "full_stop", "i")
                await shown(pilot, f"─ step {step} · decided")
                await keys(pilot, "end", "q")
            await shown(pilot, f"the past — step 1 of {total}")
            await keys(pilot, "t")
            await shown(pilot, f"steps · {total}", "@")
            await keys(pilot, "p")
            await shown(pilot, "vote race")
            await keys(pilot, "left")
            text = await shown(pilot, f"all {total} decided steps", "votes a step ·")
            counted = sum(int(row.split()[-4]) for row in text.split("\n") if row.rstrip(" │").endswith("%"))
            assert 0 < counted < total
            assert "cannot be read" not in text

    asyncio.run(look())
