"""What leaves the screen for elsewhere: the clipboard, files, the title, the bell. Harmless text, and said where to."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.events import Outcome, RunEnded, RunPaused, StepUndecided
from maker_engine.runtime.breakpoints import Breakpoint, Held
from maker_tui.app import MakerApp
from maker_tui.runs.signals import Signals, title_of, wanted
from maker_tui.settings.config import Config
from maker_tui.terminal import clipboard
from maker_tui.terminal.sequences import call, title_sequence
from maker_tui.terminal.views import folder_of, save
from tests.tui.looking import shown, until
from tests.tui.screens.test_home import SESSIONS
from tests.tui.sources import Scripted, contested, hanoi, run_events
from tests.tui.test_hostile_text import HOSTILE, UNSAFE

SIZE = (100, 30)


@pytest.fixture
def source() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task)).play_until(contested)


def unpacked(sequence: str) -> str:
    """What an OSC 52 puts into the clipboard."""
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", sequence)
    return base64.b64decode(found[1]).decode()


async def test_a_pane_is_copied_and_the_screen_says_where_to(source, home):
    """Rule: y copies the whole pane in focus, Y the line on top of it; a file has it too, for its owner alone."""
    app = MakerApp(source)
    sent: list[str] = []
    app.to_terminal = sent.append
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("y")
        await shown(pilot, "copied", "OSC 52", "lines to")
        assert "step 42 · voting" in unpacked(sent[-1])
        assert "◀ leads" in unpacked(sent[-1])
        copied = home / "copied.txt"
        assert copied.read_text() == unpacked(sent[-1]) + "\n"
        assert copied.stat().st_mode & 0o777 == 0o600
        await pilot.press("Y")
        await until(pilot, lambda: len(sent) > 1)
        assert unpacked(sent[-1]) == "step 42 · voting"


async def test_on_home_the_line_is_where_the_session_is():
    """Rule: in the list Y copies the path of the session under the cursor, and y is what it always was there."""
    app = MakerApp(listing=lambda: SESSIONS)
    sent: list[str] = []
    app.to_terminal = sent.append
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "sessions · 5")
        await pilot.press("down", "Y")
        await until(pilot, lambda: sent)
        assert unpacked(sent[0]) in {str(one.path) for one in SESSIONS}


@pytest.mark.parametrize("text", HOSTILE)
async def test_nothing_but_text_is_copied(text, home):
    """Rule: what is copied is made printable, in the clipboard as in the file."""
    sent: list[str] = []
    assert str(home / "copied.txt") in await clipboard.copy(f"one\n{text}", sent.append)
    assert not UNSAFE.search(unpacked(sent[0]).replace("\n", ""))
    assert not UNSAFE.search((home / "copied.txt").read_text().replace("\n", ""))


async def test_what_is_too_long_for_a_terminal_goes_to_the_file(home):
    """Rule: above the cap nothing is sent, and the line names the file alone."""
    sent: list[str] = []
    text = "x" * clipboard.CAP
    assert await clipboard.copy(text, sent.append) == f"1 line to {home / 'copied.txt'}"
    assert sent == []
    assert (home / "copied.txt").read_text() == text + "\n"


async def test_without_a_place_to_write_the_clipboard_is_all(home):
    """Rule: a directory that cannot be written is not a reason not to copy; with nothing left, that is said."""
    home.write_text("in the way")
    sent: list[str] = []
    assert await clipboard.copy("word", sent.append) == "1 line to the terminal's clipboard, if it takes OSC 52"
    assert (await clipboard.copy("x" * clipboard.CAP, sent.append)).startswith("nowhere")


@pytest.fixture
def tmux(tmp_path, monkeypatch):
    """A program called tmux that keeps what it is given, or fails."""

    def install(status: int) -> Path:
        program, taken = tmp_path / "tmux", tmp_path / "taken"
        program.write_text(f'#!/bin/sh\necho "$@" > {taken}\ncat >> {taken}\nexit {status}\n')
        program.chmod(0o700)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setenv("TMUX", "/somewhere,1,0")
        return taken

    return install


async def test_inside_tmux_the_way_leads_through_its_buffer(tmux, home):
    """Rule: there no escape sequence is sent, which tmux would drop; where it fails, the line does not name it."""
    sent: list[str] = []
    taken = tmux(0)
    assert "tmux's buffer" in await clipboard.copy("word", sent.append)
    assert taken.read_text() == "load-buffer -w -\nword"
    tmux(1)
    assert await clipboard.copy("word", sent.append) == f"1 line to {home / 'copied.txt'}"
    assert sent == []


async def test_a_view_is_saved_beside_its_session(source, tmp_path, monkeypatch):
    """Rule: W writes the screen as text and as a picture into the session's folder, and overwrites nothing."""
    monkeypatch.setattr("tests.tui.sources.SESSION", tmp_path / "hanoi-1.maker")
    app = MakerApp(source)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("W")
        await shown(pilot, "view saved")
        await pilot.press("W", "question_mark")
        await shown(pilot, "help · workbench")
        await pilot.press("W")
        folder = tmp_path / "hanoi-1.maker.views"
        await until(pilot, (folder / "helpscreen-1.svg").exists)
    assert {path.name for path in folder.iterdir()} == {
        f"{name}.{kind}" for name in ("workbench-1", "workbench-2", "helpscreen-1") for kind in ("txt", "svg")
    }
    text = (folder / "workbench-1.txt").read_text()
    assert "▶ running" in text
    assert text.count("\n") == SIZE[1] - 1
    assert "view saved" not in (folder / "workbench-2.txt").read_text()
    picture = (folder / "workbench-1.svg").read_text()
    assert "<svg" in picture
    assert "url(http" not in picture
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_text_is_in_a_view(text, tmp_path):
    """Rule: neither file has a control, bidi or zero-width character, whatever is on the screen."""
    for path in save(tmp_path, "view", f"one\n{text}", f"<svg>{text}</svg>"):
        assert not UNSAFE.search(path.read_bytes().decode().replace("\n", ""))


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """Rule: a view that cannot be saved is one line with the folder in it."""
    (tmp_path / "views").write_text("in the way")
    assert folder_of(None, tmp_path) == tmp_path / "views"
    with pytest.raises(InputError, match="views cannot be written to"):
        save(tmp_path / "views", "view", "", "")


def test_the_title_tells_state_progress_and_problem(source):
    """Rule: in words, in whole percent while it goes on, and cut to what a title holds."""
    snapshot = source.view().snapshot
    assert title_of(snapshot, live=True) == "▶ running 32 % · Towers of Hanoi 7 disks, peg 0 → 2 — maker"
    assert title_of(snapshot, live=False).startswith("■ interrupted 32 % · Towers")
    source.add(RunEnded(Outcome.SOLVED, "solved and verified"))
    assert title_of(source.view().snapshot, live=True).startswith("✔ solved · Towers of Hanoi")
    assert len(title_sequence("x" * 999)) < 70


def test_the_title_follows_a_state_at_once_and_progress_by_the_second(source):
    """Rule: what a run does is told with the first look that shows it, how far it is once a second."""
    signals = Signals()
    first = source.view()
    assert signals.news(first, live=True, now=0.0).title == title_of(first.snapshot, live=True)
    assert signals.news(first, live=True, now=0.5).title is None
    paused = source.add(RunPaused()).view()
    assert signals.news(paused, live=True, now=0.6).title == title_of(paused.snapshot, live=True)
    assert signals.news(paused, live=True, now=1.7).title == title_of(paused.snapshot, live=True)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("notify", ["osc9", "osc777"])
def test_no_title_and_no_notification_can_be_broken_out_of(text, notify):
    """Rule: whatever a run says of itself, one sequence stays one, and a notification keeps its fields."""
    for sequence in (title_sequence(text), call(text, bell=False, notify=notify)):
        assert not UNSAFE.search(sequence[1:-1])
    assert call(text, bell=False, notify=notify).count(";") == {"osc9": 1, "osc777": 3}[notify]


def test_a_breakpoint_that_holds_calls_for_somebody(source):
    """Rule: why it holds is what is told; a pause of a person's own calls for nobody."""
    paused = source.add(RunPaused()).view()
    held = Held(paused.snapshot.open.step, Breakpoint(1, parse_filter("dissent"), hits=1))
    signals = Signals()
    assert signals.news(paused, live=True, now=0.0).call == ""
    assert signals.news(replace(paused, held=held), live=True, now=1.0).call.startswith(
        "step 42 · breakpoint 1: dissent"
    )
    assert signals.news(replace(paused, held=held), live=True, now=2.0).call == ""
    assert Signals().news(replace(paused, held=held), live=False, now=3.0).call == ""


def test_nobody_is_called_who_did_not_ask_for_it():
    """Rule: bell and notification are two settings, off at first."""
    assert call("solved", bell=Config().bell, notify=Config().notify) == ""
    assert call("solved", bell=True, notify="none") == "\x07"
    assert call("a;b", bell=True, notify="osc9") == "\x1b]9;maker: a,b\x07\x07"


async def test_somebody_is_called_when_a_run_comes_to_want_it(source, home):
    """Rule: once when it needs a person, once when it ends, and not for what it is opened with."""
    home.mkdir()
    (home / "config.toml").write_text("bell = true\n")
    app = MakerApp(source)
    sent: list[str] = []
    app.to_terminal = sent.append
    async with app.run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        assert sent == [""] * len(sent)
        source.add(StepUndecided(41, 12), RunPaused())
        await shown(pilot, "? undecided")
        assert "".join(sent) == "\x07"
        source.add(RunEnded(Outcome.STOPPED, "enough"))
        await shown(pilot, "■ stopped")
        assert "".join(sent) == "\x07\x07"
    assert wanted(source.view()) == "enough"
    again = MakerApp(source)
    again.to_terminal = sent.append
    async with again.run_test(size=SIZE) as pilot:
        await shown(pilot, "■ stopped")
    assert "".join(sent) == "\x07\x07"
