"""The home screen: what is saved, newest first, and the way on."""

from __future__ import annotations

from pathlib import Path

import pytest

from maker_engine.sessions.library.library import SessionSummary
from maker_tui.app import MakerApp
from tests.support.shelves import solve
from tests.support.spoiled import rewrite
from tests.tui.looking import gone, shown, until

SIZE = (80, 24)
NOON = 1_795_435_200.0
"""2026-11-23 12:00 UTC."""


def saved(stem: str = "hanoi-1", /, **changed: object) -> SessionSummary:
    """One line of the library."""
    known: dict = {
        "path": Path(f"/sessions/{stem}.maker"),
        "task": "hanoi",
        "problem": "7 disks, peg 0 → 2",
        "model": "sim",
        "simulated": True,
        "outcome": "solved",
        "steps_done": 127,
        "steps": 127,
        "samples": 402,
        "created": NOON,
    }
    return SessionSummary(**{**known, **changed})


SESSIONS = [
    saved("hanoi-4", outcome=None, steps_done=40, created=NOON),
    saved("hanoi-3", created=NOON - 3_600),
    saved(
        "hanoi-2", model="openai/gpt-4.1-mini", simulated=False, outcome="undecided", steps_done=61, created=NOON - 7e4
    ),
    saved("hanoi-1", problem="20 disks, peg 0 → 2", outcome="out_of_budget", steps_done=524_288, steps=1_048_575),
    saved("broken", task="?", damaged="session /sessions/broken.maker is incomplete", created=NOON - 9e6),
]


async def test_an_empty_home_tells_what_to_press():
    """Rule: a newcomer is told what k is, how to order the first run, and how to watch the demo, which a key opens."""
    async with MakerApp(listing=list).run_test(size=SIZE, notifications=True) as pilot:
        await shown(
            pilot, "No saved runs yet.", "Press  n  to order the first run", "n new run  D demo  ? help  q quit"
        )
        await shown(pilot, "Press  D  to watch a demo", "k votes ahead of every other")
        await pilot.press("D")
        await shown(pilot, "Towers of Hanoi", "SIMULATED", "votes")
        await pilot.press("q", "q")
        await shown(pilot, "No saved runs yet.")


async def test_a_session_is_told_in_one_row():
    """Rule: when, task, problem, model, simulated or not, outcome and steps stand in the row."""
    async with MakerApp(listing=lambda: SESSIONS).run_test(size=(120, 24), notifications=True) as pilot:
        text = await shown(pilot, "sessions · 5")
        row = next(row for row in text.split("\n") if "11:00" in row)
        for cell in ("2026-11-23 11:00", "hanoi", "7 disks, peg 0 → 2", "simulated: sim", "✔ solved", "127/127"):
            assert cell in row
        assert "■ interrupted" in text
        assert "✖ undecided" in text
        assert "524,288/1,048,575" in text


async def test_the_cursor_moves_and_enter_opens():
    """Rule: arrows and vim keys move the cursor; enter asks for the session under it."""
    sessions = [saved(f"hanoi-{number}", path=Path(f"{number}.maker"), created=NOON - number) for number in range(40)]
    app = MakerApp(listing=lambda: sessions)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 40")
        await pilot.press("down", "j", "j", "up", "k", "pagedown", "enter")
        await shown(pilot, "cannot be opened", "18.maker")


async def test_a_damaged_session_says_why_it_cannot_be_opened():
    """Rule: a file that cannot be read is listed, and opening it tells the reason in one line."""
    async with MakerApp(listing=lambda: SESSIONS).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "✖ damaged", "broken.maker")
        await pilot.press("end", "enter")
        await shown(pilot, "incomplete")


async def test_r_reads_the_sessions_again():
    """Rule: r shows what has been saved since."""
    sessions = [saved()]
    async with MakerApp(listing=lambda: list(sessions)).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        sessions.append(saved("hanoi-2"))
        await pilot.press("ctrl+r")
        await shown(pilot, "sessions · 2")


async def test_a_run_that_goes_on_elsewhere_is_followed_and_a_stopped_one_offers_to_go_on():
    """Rule: how far another process has come, and how it ended, is shown unasked; then R stands in the footer."""
    sessions = [saved(outcome=None, steps_done=5, busy=True)]
    async with MakerApp(listing=lambda: list(sessions)).run_test(size=SIZE, notifications=True) as pilot:
        assert "R resume" not in await shown(pilot, "● running", "5/127")
        pilot.app.screen.follow_s = 0.01  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        sessions[:] = [saved(outcome=None, steps_done=7, busy=True)]
        await shown(pilot, "● running", "7/127")
        sessions[:] = [saved(outcome="out_of_budget", steps_done=9)]
        await shown(pilot, "■ budget", "9/127", "enter open  R resume")


@pytest.mark.parametrize("leave", ["q", "ctrl+q"])
async def test_q_quits(leave):
    """Rule: q ends the app from home."""
    app = MakerApp(listing=list)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press(leave)
        await until(pilot, lambda: app._exit)


async def test_help_tells_the_keys_of_home():
    """Rule: the question mark shows this screen's keys, and the same key closes it."""
    async with MakerApp(listing=list).run_test(size=SIZE, notifications=True) as pilot:
        await pilot.press("question_mark")
        await shown(pilot, "help · home", "open the session under the cursor")
        await pilot.press("question_mark")
        await gone(pilot, "help · home")


async def test_a_double_click_opens():
    """Rule: a click moves the cursor, a double click opens."""
    sessions = [saved(f"hanoi-{number}", path=Path(f"{number}.maker"), created=NOON - number) for number in range(3)]
    async with MakerApp(listing=lambda: sessions).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.click(offset=(5, 4), times=2)
        await shown(pilot, "cannot be opened", "1.maker")


async def test_a_spoiled_session_hides_no_other(home):
    """Rule: a record of other kinds is listed as damaged beside the sound ones, and says why when it is opened."""
    sessions = home / "sessions"
    for name in ("good", "bad"):
        await solve(sessions / f"{name}.maker", disks=2)
    rewrite(sessions / "bad.maker", "created", "1e300")
    async with MakerApp().run_test(size=(240, 24), notifications=True) as pilot:
        await shown(pilot, "sessions · 2", "✖ damaged", "✔ solved", "bad.maker")
        await pilot.press("home" if pilot.app.screen._list.chosen.damaged else "end", "enter")
        await shown(pilot, "bad.maker is damaged: 'created' is a number that cannot be")
