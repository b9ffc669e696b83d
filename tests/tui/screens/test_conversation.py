"""The conversation: a person is interviewed through the keys, by the real engine and simulated agents."""

from __future__ import annotations

from pathlib import Path

import pytest
from maker_tasks.interview import Interview
from maker_tasks.interview.document import Kind

from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.integrity.verify import verify
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.support import agreeing
from tests.support.agreeing import Agree
from tests.tui.conversing import QUESTIONS, Persona, asked, interview, question, type_in, votes_known
from tests.tui.looking import gone, screen_text, shown, typed, until

WIDE, SMALL = (160, 45), (80, 24)
IDEA = "a simple task management API"


@pytest.fixture(autouse=True)
def ada(monkeypatch):
    """Whoever runs the tests is called ada in them."""
    monkeypatch.setenv("LOGNAME", "ada")


@pytest.fixture
def run():
    run = interview(IDEA)
    yield run
    run.close()


PROJECTS = {
    "tasks": (
        IDEA,
        ("create", "list"),
        {
            "What is the one": "Keep the chores of one household. No accounts.",
            "Agents": "No webhooks.",
            "What does": "When a chore is a week late, the API shall mark the chore as overdue.",
        },
        ("Keep the chores of one household.", "When a chore is a week late, the API shall mark the chore as overdue."),
        ("Accounts", "Webhooks"),
    ),
    "photos": (
        "a command line tool that renames photos",
        ("rename", "dry"),
        {
            "Who": "As a photographer, I want names by date, so that I find a picture.",
            "Agents": "without a configuration file; never delete a photo",
            "Within": "The tool shall rename 1,000 photos within 10 seconds.",
        },
        (
            "As a photographer, I want names by date, so that I find a picture.",
            "The tool shall rename 1,000 photos within 10 seconds.",
            "The program shall never delete a photo.",
        ),
        ("A configuration file",),
    ),
    "recipes": (
        "a web app for recipes of our family",
        (),
        {
            "What is the one": "Hand our grandmother's recipes down.",
            "Who": "As a cousin, I want to print a recipe, so that I can cook without a screen.",
            "What does": "When somebody prints a recipe, the app shall fit the recipe on one page. No comments.",
        },
        (
            "Hand our grandmother's recipes down.",
            "As a cousin, I want to print a recipe, so that I can cook without a screen.",
            "When somebody prints a recipe, the app shall fit the recipe on one page.",
        ),
        ("Comments",),
    ),
}


@pytest.mark.parametrize("project", PROJECTS)
async def test_what_only_the_person_knows_is_in_the_document(project):
    """Their facts are lines, their exclusions non-goals, and no feature stands without their word or a vote."""
    idea, wants, said, facts, exclusions = PROJECTS[project]
    persona, run = Persona(wants, said), interview(idea)
    run.start()
    try:
        async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
            await persona.through(pilot, run)
            await shown(pilot, "solved and verified")
    finally:
        run.close()
    document = run.view().snapshot.state.document
    accepted_only = {line.text: line for line in document.lines if line.status.is_accepted}
    assert len(persona.asked) <= QUESTIONS + 1
    assert [fact for fact in facts if accepted_only[fact].source.voter != "ada"] == []
    assert {line.text for line in document.of(Kind.NON_GOAL)} >= set(exclusions)
    for line in document.of(Kind.FEATURE):
        assert line.source.voter == "ada" or any(tally.step is not None for tally in line.tallies), line
    assert document.spilled.kept_out > 0
    assert verify(run.view().session, Interview.load({"idea": idea, "questions": QUESTIONS})).findings == ()


async def test_options_are_marked_by_figures_and_answered_with_enter(run):
    """A figure marks one of several, enter without a mark is not an answer, and nothing that is typed is a command."""
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        one = await asked(pilot)
        await shown(pilot, "SIMULATED", "rehearsal only", "? a question", "dissent", "1 ○")
        await pilot.press("enter")
        await shown(pilot, "no answer yet")
        await pilot.press("2")
        await shown(pilot, "2 ●")
        await pilot.press("1")
        assert "2 ○" in await shown(pilot, "1 ●")
        # Letters that have keys of their own, at once behind the key that begins a line, are all of the line.
        await pilot.press(*"aqxb too")
        await shown(pilot, "ada: qxb too")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: question(pilot.app) not in (None, one))
        await shown(pilot, "PU-001", "ada: in")


async def test_lines_are_changed_by_keys_at_any_time(run):
    """Take, reject, edit and add by keys of the task on the line under the cursor; hostile words stay words."""
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        await asked(pilot)
        await type_in(pilot, "o", "Video calls")
        await shown(pilot, "▸✓NG-001 Video calls")
        await type_in(pilot, "p", "feature When a task is done, the API shall say so.")
        await shown(pilot, "FR-001 When a task is done")
        await pilot.press("tab", "j", "r")
        await shown(pilot, "FR-001 because:")
        await pilot.press(*"no", "enter")
        await gone(pilot, "When a task is done")
        await pilot.press("e")
        await shown(pilot, "NG-001 your wording: Video calls")
        await pilot.press("ctrl+u")
        await typed(pilot, "Audio")
        await pilot.press("enter")
        await shown(pilot, "NG-001 Audio")
        await type_in(pilot, "p", "pony A pony")
        await shown(pilot, "add what? purpose, non-goal")
        await pilot.press("o")
        pilot.app.screen._prompt.paste("[red]no[/red] \x1b[2J logins")
        await pilot.press("enter")
        await shown(pilot, "[red]no[/red] ␛[2J logins")
        assert "\x1b" not in screen_text(pilot.app)


async def test_the_papers_are_written_into_a_folder(run, tmp_path, monkeypatch):
    """A key writes what there is so far; a second time into the same folder is refused by name."""
    monkeypatch.chdir(tmp_path)
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        await asked(pilot)
        for words in ("5 files in", "REQUIREMENTS.md exists already"):
            await pilot.press("X", "ctrl+u")
            pilot.app.screen._prompt.paste("out")
            await pilot.press("enter")
            await shown(pilot, words)
    assert (tmp_path / "out" / "AGENTS.md").is_file()


async def test_a_saved_interview_goes_on_from_home(run):
    """Days later the question is there again, in the place where it was left, and nothing is asked twice."""
    run.start()
    async with MakerApp(run, stay=True).run_test(size=WIDE, notifications=True) as pilot:
        first = await asked(pilot)
        await pilot.press("1", "enter")
        second = await asked(pilot, "Agents")
        await pilot.press("ctrl+c")
        await shown(pilot, "^c again to stop and save")
        await pilot.press("ctrl+c")
        await shown(pilot, "sessions · 1")
        await pilot.press("enter")
        await shown(pilot, second.question[:40], "c continues")
        await pilot.press("1", "enter")
        await shown(pilot, "this run is not going")
        await pilot.press("c")
        await shown(pilot, "? a question")
        assert question(pilot.app) == second != first
        await pilot.press("1", "enter")
        await until(pilot, lambda: question(pilot.app) not in (None, second))
        pilot.app.close_source()


async def test_small_windows_show_one_pane_and_the_workbench_is_a_key_away(run):
    """In 80×24 tab leads from the question to document and vote, w to the workbench, a back; ? tells all keys."""
    run.start()
    async with MakerApp(run).run_test(size=SMALL, notifications=True) as pilot:
        one = await asked(pilot)
        assert "─ document" not in await shown(pilot, "─ question ─")
        await pilot.press("tab")
        assert "─ question ─" not in await shown(pilot, "─ document")
        await pilot.press("tab")
        assert "─ document" not in await shown(pilot, "─ votes ─")
        await pilot.press("w")
        await shown(pilot, f"a question — a answers: {one.question}", "red flags")
        await pilot.press("a")
        assert await asked(pilot) == one
        await pilot.press("question_mark")
        await shown(pilot, "help · conversation", "on the line of the document", "put your own wording in its place")


async def test_a_vote_that_agents_cannot_settle_is_the_persons():
    """The run waits with a word, the workbench is a key away, and what is decided there lets the interview go on."""
    options = {"idea": IDEA, "questions": 0}
    order = RunOrder("interview", options, model="sim:p=0.3,v=1", k=3, max_samples=4, attended=True, undecided="ask")
    run = LiveRun(prepare(order))
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        await shown(pilot, "agents cannot agree on the open step: w opens the vote")
        steps = run.view().snapshot.totals.steps
        await pilot.press("w")
        await shown(pilot, "v votes, d decides")
        await pilot.press("d", "a")
        await until(pilot, lambda: run.view().snapshot.totals.steps > steps)
    run.close()


async def test_the_vote_on_any_line_is_beside_the_document(run):
    """Where the cursor goes in the document, the pane below shows the votes on that line; back at the question, not."""
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        await asked(pilot)
        await pilot.press("4", "enter")
        await asked(pilot, "Agents")
        await until(pilot, lambda: votes_known(pilot.app, run))
        await pilot.press("tab", "k", "k", "k")
        await shown(pilot, "▸✓PU-001", "votes on PU-001", "decided ✔ · 6 votes", "A 1 Let other programs", "✔ decided")
        await pilot.press("shift+tab")
        await gone(pilot, "votes on PU-001")
        await pilot.press("tab", "w")
        await shown(pilot, "step 4 of", "Let other programs", "[ ] travel")


async def test_any_task_that_asks_is_answered_here(tmp_path):
    """A stranger's task with a question gets the same screen from its workbench; only its own answers are taken."""
    order = RunOrder(f"{Path(agreeing.__file__)}:Agree", model="sim", k=3, session=tmp_path / "s.maker", attended=True)
    run = LiveRun(prepare(order, Agree))
    run.start()
    async with MakerApp(run).run_test(size=WIDE, notifications=True) as pilot:
        await shown(pilot, "a question — a answers: Do you agree")
        await pilot.press("a")
        await asked(pilot, "Do you agree")
        await pilot.press("a")
        await shown(pilot, "this question has only the answers that are shown")
        await pilot.press("1", "enter")
        await until(pilot, lambda: run.ended)
    assert run.view().snapshot.outcome is Outcome.SOLVED
    run.close()
