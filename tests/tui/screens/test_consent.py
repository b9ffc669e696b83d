"""What the app asks before it goes on with a session from elsewhere."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from maker_tasks.hanoi import Hanoi
from maker_tasks.interview import Interview
from textual.pilot import Pilot

from maker_engine.core.decomposition import AnyTask
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import SavedSource
from maker_tui.widgets.line_pane import LinePane
from tests.support.running import started
from tests.tui.looking import gone, screen_text, shown

SERVER = "http://collector.example/v1"


def imported(directory: Path, task: AnyTask | None = None, **ordered: object) -> Path:
    """A session, of a tower if of nothing else, that somebody began, exported and gave away."""
    task = task or Hanoi.load({"disks": 3})
    order = {"task": task.name, "source": task.source(), "voters": [], "k": 2, **ordered}
    journal = Journal(directory / "theirs.maker", task, order)
    journal.record(started(task, 2))
    journal.close()
    import_lines(list(lines(journal.path, task)), directory / "in.maker")
    return directory / "in.maker"


@asynccontextmanager
async def fork_asked(path: Path) -> AsyncIterator[Pilot[None]]:
    """The app on a saved session, of which a fork has been asked for."""
    async with MakerApp(SavedSource(open_saved(path)), stay=True).run_test(size=(80, 24), notifications=True) as pilot:
        await shown(pilot, "Towers of Hanoi")
        await pilot.press("F", "enter")
        yield pilot


async def test_a_server_is_shown_and_agreed_to_on_the_command_line_alone(tmp_path):
    """Rule: the address is on the screen with what would go there and the command; no key agrees to it."""
    path = imported(tmp_path, model="openai/x", api_base=SERVER)
    async with fork_asked(path) as pilot:
        text = await shown(pilot, "a session from elsewhere", f"server  {SERVER}", "model   openai/x")
        text = " ".join(re.sub("[│╭╰─╮╯]", " ", text).split())
        assert "Your API key and every prompt would go to that server." in text
        rows = pilot.app.screen.query_one("#consent", LinePane)._lines
        command = "".join(row.plain for row in rows).replace(" ", "")  # a long path goes on in the next row
        assert "in.maker--at1--trust" in command
        await pilot.press("a", "a", "enter")
        assert SERVER in screen_text(pilot.app)
        await pilot.press("escape")
        await gone(pilot, SERVER)
    with Reader(path) as reader:
        assert len(reader.branches) == 1


async def test_a_model_is_asked_about_and_agreed_to_by_a_key(tmp_path):
    """Rule: what costs money is named; without a yes all stays, with one the run goes on, and wants its key."""
    path = imported(tmp_path, model="openai/x")
    async with fork_asked(path) as pilot:
        await shown(pilot, "model   openai/x", "Press a to agree and continue.")
        await pilot.press("n")
        await gone(pilot, "Press a to agree")
        with Reader(path) as reader:
            assert len(reader.branches) == 1
        await pilot.press("F", "enter")
        await shown(pilot, "Press a to agree and continue.")
        await pilot.press("a")
        await shown(pilot, "needs OPENAI_API_KEY")
    with Reader(path) as reader:
        assert len(reader.branches) == 2


async def test_going_on_asks_as_a_fork_does(tmp_path):
    """Rule: c on a session from elsewhere names the model first, and the command that agrees; a no changes nothing."""
    path = imported(tmp_path, model="openai/x")
    before = path.read_bytes()
    async with MakerApp(SavedSource(open_saved(path)), stay=True).run_test(size=(80, 24), notifications=True) as pilot:
        await shown(pilot, "c continues")
        await pilot.press("c")
        await shown(pilot, "model   openai/x", "Press a to agree and continue.")
        await pilot.press("n")
        await gone(pilot, "Press a to agree")
        await shown(pilot, "c continues")
    assert path.read_bytes() == before


async def test_a_simulated_session_goes_on_without_a_question(tmp_path):
    """Rule: what sends nothing and costs nothing is not asked about."""
    async with fork_asked(imported(tmp_path, model="sim:p=1,v=1")) as pilot:
        await shown(pilot, "solved")


@pytest.mark.parametrize("name", ["\x1b]52;c;x\x07", "[red]x[/]", "x" * 5_000])
async def test_hostile_names_stay_text(tmp_path, name):
    """Rule: whatever a session names is shown as text, and leaves room for the rest."""
    async with fork_asked(imported(tmp_path, model=f"openai/{name}", api_base=f"{SERVER}{name}")) as pilot:
        await shown(pilot, "a session from elsewhere", SERVER)
        assert "\x1b" not in screen_text(pilot.app)


async def test_a_conversation_asks_too(tmp_path):
    """Rule: going on with somebody's interview names the model first, and goes on when that is agreed to."""
    path = imported(tmp_path, Interview.load({"idea": "a to-do list"}), model="openai/x")
    async with MakerApp(SavedSource(open_saved(path)), stay=True).run_test(size=(120, 40), notifications=True) as pilot:
        await shown(pilot, "interrupted")
        await pilot.press("c")
        await shown(pilot, "a session from elsewhere", "model   openai/x", "Press a to agree")
        await pilot.press("a")
        await shown(pilot, "needs OPENAI_API_KEY")
