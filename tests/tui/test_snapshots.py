"""Pictures of every screen at 80×24 and 160×45; each was looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.events import (
    Event,
    ProbeAnswered,
    ProbeAsked,
    ResponseFlagged,
    RunPaused,
    SampleAsked,
    StepHopeless,
    StepOpened,
)
from maker_engine.core.responses import Flag, Response
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.breakpoints import Breakpoint, Held
from maker_tui.app import MakerApp
from tests.tui.conversing import answered_until, interview, question, type_in, votes_known
from tests.tui.looking import screen_text, shown, until
from tests.tui.screens.test_home import NOON, SESSIONS, saved
from tests.tui.screens.test_new_run import fill, form
from tests.tui.sources import Scripted, contested, hanoi, run_events

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
SOLVED = Settings(k=4)
UNDECIDED = Settings(k=4, max_samples=10)


def waiting(*words: str, keys: tuple[str, ...] = ()):
    """Take the picture once these words are on the screen and these keys are pressed."""

    async def wait(pilot) -> None:
        await shown(pilot, *words)
        if keys:
            await pilot.press(*keys)

    return wait


@pytest.fixture
def running() -> Scripted:
    task = hanoi()
    return Scripted(task, run_events(task, SOLVED)).play_until(contested)


@SIZES
def test_home_without_sessions(snap_compare, size):
    """Rule: what a newcomer sees."""
    assert snap_compare(MakerApp(listing=list), terminal_size=size, run_before=waiting("No saved runs yet."))


@SIZES
def test_home_with_sessions(snap_compare, size):
    """Rule: sessions in columns, newest first, the cursor on one of them."""
    app = MakerApp(listing=lambda: SESSIONS)
    assert snap_compare(app, terminal_size=size, run_before=waiting("sessions · 5", keys=("down",)))


def ordering() -> MakerApp:
    """The app without sessions, on a machine whose speed is always the same."""
    return MakerApp(listing=list, speed=lambda _prepared: 69_000.0)


async def forecast(pilot) -> None:
    """Open the form and wait until the machine's speed is known."""
    await form(pilot)
    await shown(pilot, "/s ")


@SIZES
def test_new_run(snap_compare, size):
    """Rule: the form beside its forecast."""
    assert snap_compare(ordering(), terminal_size=size, run_before=forecast)


@SIZES
def test_new_run_with_an_error(snap_compare, size):
    """Rule: what is wrong stands under the form."""

    async def wrong(pilot) -> None:
        await form(pilot)
        await fill(pilot, "option-disks", "65")
        await shown(pilot, "disks must be 1 to 64")

    assert snap_compare(ordering(), terminal_size=size, run_before=wrong)


@SIZES
def test_new_run_with_assumptions(snap_compare, size):
    """Rule: assumed figures are listed."""

    async def unknown(pilot) -> None:
        await form(pilot)
        await fill(pilot, "model", "openai/some-new-model")
        await shown(pilot, "assumed, not known")

    assert snap_compare(ordering(), terminal_size=size, run_before=unknown)


@SIZES
def test_workbench_running(snap_compare, running, size):
    """Rule: a contested ballot, flags, samples in flight."""
    assert snap_compare(MakerApp(running), terminal_size=size, run_before=waiting("▶ running", "◀ leads"))


@SIZES
def test_workbench_paused(snap_compare, running, size):
    """Rule: paused is a word, not a colour."""
    running.add(RunPaused())
    assert snap_compare(MakerApp(running), terminal_size=size, run_before=waiting("‖ paused"))


@SIZES
def test_workbench_held(snap_compare, running, size):
    """Rule: the banner names the breakpoint, probes stand beside the tally, the list tells hits."""
    point = Breakpoint(1, parse_filter("dissent and step:40-"), hits=2)
    off = Breakpoint(2, parse_filter("flag:length"), on=False)
    tally = running.view().snapshot.open
    running.more = {"held": Held(tally.step, point), "breakpoints": (point, off)}
    said = [ProbeAnswered(tally.step, number, "ann", tally.rows[number // 2][0], Response("")) for number in range(3)]
    running.add(RunPaused(), *(ProbeAsked(tally.step, number, "ann") for number in range(4)), *said)
    seen = waiting("‖ held — step", "probes, not counted", keys=("B", "down"))
    assert snap_compare(MakerApp(running), terminal_size=size, run_before=seen)


@SIZES
def test_workbench_hopeless(snap_compare, size):
    """Rule: the banner says that the run holds and what can be done; the vote pane says why and what was said."""
    task = hanoi()
    source = Scripted(task, run_events(task, SOLVED)).play_until(lambda state: contested(state, 3))
    step, flag = source.view().snapshot.open.step, Flag("malformed", "no `move = [disk, from, to]`", TEXT)
    drawn = [event for sample in range(12) for event in _discarded(step, sample, flag)]
    found = StepHopeless(step, 12, flag.rule, f"{flag.rule}: {flag.reason}", TEXT)
    source.add(StepOpened(step, source.view().snapshot.state), *drawn, found, RunPaused())
    assert snap_compare(MakerApp(source), terminal_size=size, run_before=waiting("‖ held — step 4 · hopeless"))


TEXT = "The next move is to take disk 1 from the first peg to the last one, of course."


def _discarded(step: int, sample: int, flag: Flag) -> tuple[Event, Event]:
    return SampleAsked(step, sample), ResponseFlagged(step, sample, flag, Response(TEXT))


@SIZES
def test_workbench_copies(snap_compare, size):
    """Rule: with a real model the share of alike texts is a figure, and what it means a sentence below the votes."""
    task = hanoi()
    source = Scripted(task, run_events(task, SOLVED)).play_until(contested)
    source._state.started = replace(source._state.started, model="openai/any", simulated=False)
    alike = {"compared": 120, "repeated": 118, "echoes": 110, "flagged": 8, "votes": 158}
    source._state.totals = replace(source._state.totals, **alike)
    source.more = {"temperature": 0.1}
    assert snap_compare(MakerApp(source), terminal_size=size, run_before=waiting("▶ running", "118 of 120"))


@SIZES
def test_workbench_finished(snap_compare, running, size):
    """Rule: the banner tells the end; the tower stands on its goal."""
    assert snap_compare(MakerApp(running.play()), terminal_size=size, run_before=waiting("✔ solved and verified"))


@SIZES
def test_workbench_undecided(snap_compare, size):
    """Rule: an undecided step is named, and its leader is no winner."""
    task = hanoi()
    source = Scripted(task, run_events(task, UNDECIDED, model="sim:p=0.6,v=0.8")).play()
    assert snap_compare(MakerApp(source), terminal_size=size, run_before=waiting("✖ undecided, c continues —"))


@SIZES
def test_help(snap_compare, running, size):
    """Rule: keys and words of the workbench."""
    app = MakerApp(running)
    assert snap_compare(app, terminal_size=size, run_before=waiting("▶ running", keys=("question_mark",)))


def test_workbench_in_a_light_theme(snap_compare, running):
    """Rule: the light theme is as legible."""
    app = MakerApp(running)
    app.theme = "maker-light"
    assert snap_compare(app, terminal_size=(80, 24), run_before=waiting("▶ running"))


def test_workbench_laid_down(snap_compare):
    """Rule: a tower too high for the pane is laid down in rows of numbers."""
    task = hanoi(20)
    source = Scripted(task, run_events(task, SOLVED, model="sim:p=0.95,v=0.95", most=8_000)).play()
    assert snap_compare(MakerApp(source), terminal_size=(80, 24), run_before=waiting("▶ running"))


def test_workbench_at_60_by_16(snap_compare, running):
    """Rule: one pane and the progress in a row."""
    assert snap_compare(MakerApp(running), terminal_size=(60, 16), run_before=waiting("▶ running"))


LIBRARY = [
    *SESSIONS,
    saved("hanoi-5", name="the paper's run, again", forks=2, created=NOON - 5_000, samples=1_234_567),
    saved("sort-1", task="sort", problem="52 cards", model="openai/gpt-4.1-mini", simulated=False, outcome="failed",
          steps_done=3, steps=None, samples=31, created=NOON - 6_000),
    saved("sort-2", task="sort", problem="52 cards", outcome=None, busy=True, steps=None, created=NOON + 60),
]  # fmt: skip


@SIZES
def test_library_with_a_search(snap_compare, size):
    """Rule: what is typed stands in a line of its own, and the title tells how much it leaves."""
    keys = ("slash", *"7 disk")
    app = MakerApp(listing=lambda: LIBRARY)
    assert snap_compare(app, terminal_size=size, run_before=waiting("sessions · 8", keys=keys))


@SIZES
def test_library_choosing_a_filter(snap_compare, size):
    """Rule: the values that occur, each with a letter, what is picked marked; the title tells the filter."""
    keys = ("f", "m", "o", "f")
    app = MakerApp(listing=lambda: LIBRARY)
    assert snap_compare(app, terminal_size=size, run_before=waiting("sessions · 8", keys=keys))


@SIZES
def test_library_with_a_filter(snap_compare, size):
    """Rule: the title tells filter and order, and the heading marks the order."""
    keys = ("f", "m", "o", "o", "o", "o", "o", "o")
    app = MakerApp(listing=lambda: LIBRARY)
    assert snap_compare(app, terminal_size=size, run_before=waiting("sessions · 8", keys=keys))


@SIZES
def test_library_after_a_deletion(snap_compare, size, tmp_path):
    """Rule: what was deleted is told with the key that undoes it, and the cursor is on the next session."""
    files = [replace(one, path=tmp_path / one.path.name) for one in LIBRARY]

    async def delete(pilot) -> None:
        for one in files:
            one.path.touch()
        await shown(pilot, "sessions · 8")
        await pilot.press("down", "x")
        await shown(pilot, "deleted hanoi-4, u undoes")

    assert snap_compare(MakerApp(listing=lambda: files), terminal_size=size, run_before=delete)


@SIZES
def test_library_renaming(snap_compare, size):
    """Rule: the present name is there to edit."""
    keys = ("down", "down", "down", "down", "r", "left")
    app = MakerApp(listing=lambda: LIBRARY)
    assert snap_compare(app, terminal_size=size, run_before=waiting("sessions · 8", keys=keys))


@pytest.fixture
def interviewed(monkeypatch):
    """An interview of the person called ada."""
    monkeypatch.setenv("LOGNAME", "ada")
    run = interview("a simple task management API; no accounts")
    run.start()
    yield run
    run.close()


@SIZES
def test_conversation(snap_compare, interviewed, size):
    """Rule: a question with its reasons beside the document as it stands; one of them in a small window."""

    async def third(pilot) -> None:
        await answered_until(pilot, "Who uses")
        await pilot.press("1", "3")
        await until(pilot, lambda: "3 ●" in screen_text(pilot.app) and votes_known(pilot.app, interviewed))

    assert snap_compare(MakerApp(interviewed), terminal_size=size, run_before=third)


@SIZES
def test_conversation_reviewed(snap_compare, interviewed, size):
    """Rule: the whole document with gates and votes, waiting for the last word, and a line being changed."""

    async def reviewed(pilot) -> None:
        one = await answered_until(pilot, "Is the document")
        await type_in(pilot, "p", "feature The API should be really fast.")
        await until(pilot, lambda: question(pilot.app) not in (None, one))
        await pilot.press("tab", "e")
        await until(pilot, lambda: "your wording" in screen_text(pilot.app) and votes_known(pilot.app, interviewed))

    assert snap_compare(MakerApp(interviewed), terminal_size=size, run_before=reviewed)
