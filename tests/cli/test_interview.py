"""`maker interview` as a command, over real HTTP, through a crash, and out into a project's files."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from maker_tasks.interview import Interview
from maker_tasks.interview.document import Document, Kind
from maker_tasks.interview.document_json import from_json

from maker_engine.core.record.commands import Answer
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.runtime.order import drive
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import open_saved
from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer

IDEA = "a simple task management API"
ADDED = ("OAuth 2 login", "Webhooks for every change", "A GraphQL endpoint", "Export of all tasks as CSV")
WANTED = (
    "When a client posts a task, the API shall answer 201 with the id of the task.",
    "When a client gets /tasks, the API shall answer 200 with all tasks as JSON.",
)


def overbuilds(messages: list[dict[str, Any]], _body: dict[str, Any], _number: int) -> str:
    """An agent that adds to every draft what nobody asked for, and is honest when it votes."""
    prompt = messages[-1]["content"]
    task = re.search(r"^Task: (\w+)(?: ([a-z-]+))?$", prompt, re.MULTILINE)
    assert task is not None
    if task[1] == "trace":
        line = re.search(r"^> (.*)$", prompt, re.MULTILINE)
        return f"I look at who asks for it.\nanswer = {0 if line is not None and line[1] in ADDED else 1}"
    if task[1] == "choose":
        return "answer = 1"
    story = "As a developer I want to keep tasks over HTTP so that my scripts can file work."
    drafts = {
        "purpose": ["Keep tasks for programs."],
        "stories": [story],
        "features": [*WANTED, *ADDED[:2]],
        "non-goals": list(ADDED),
        "limits": [
            "constraint: The API shall answer within 200 ms.",
            "data: A task has a title of at most 200 characters.",
        ],
        "acceptance": ["Given a running API, when a client sends the request, then the answer is the one above."],
    }
    if task[1] == "draft":
        lines = [
            "purpose: Keep tasks for programs.",
            f"story: {story}",
            *(f"feature: {one}" for one in (*WANTED, *ADDED)),
        ]
    else:
        lines = drafts[task[2]]
    return "\n".join(["Here it is.", "proposals:", *(f"- {line}" for line in lines)])


def document_of(session: str | Path) -> Document:
    return open_saved(Path(session), Interview).snapshot.state.document


def test_agents_that_overbuild_are_held_to_what_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Over real HTTP: what every draft adds is caught, voted on, and ends among the non-goals, not in the features."""
    with OpenAIServer(overbuilds) as server:
        model = ["--model", "openai/any", "--api-base", server.base_url, "--json", "--k", "1"]
        status = main(["interview", IDEA, "--questions", "0", "--drafts", "2", *model])
    result = json.loads(capsys.readouterr().out)
    assert (status, result["outcome"], result["flagged"]) == (0, "solved", 0), result["reason"]
    document = document_of(result["session"])
    assert [line.text for line in document.of(Kind.FEATURE)] == sorted(WANTED)
    assert {line.text for line in document.of(Kind.NON_GOAL)} == set(ADDED)
    assert (document.spilled.kept_in, document.spilled.kept_out) == (0, len(document.spill))
    assert {one.text for one in document.spill} == set(ADDED)


def test_without_a_person_the_first_question_stops_it_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Headless, the interview ends where somebody would have to answer, and says how to go on."""
    assert main(["interview", IDEA, "--headless"]) == 130
    told = capsys.readouterr().out
    assert re.search(r"asks a person: [^?]+\?.*\(answer in the app: maker sessions resume\)", " ".join(told.split()))


def test_papers_are_exported_and_an_interview_goes_on_from_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """REQUIREMENTS.md, AGENTS.md and the others are written; the JSON is what --from goes on from."""
    assert main(["interview", IDEA, "--questions", "0", "--json"]) == 0
    session = json.loads(capsys.readouterr().out)["session"]
    (tmp_path / "AGENTS.md").write_text("# Ours\n\nUse tabs.\n")
    assert main(["sessions", "export", session, "--as", "papers", "--to", str(tmp_path)]) == 0
    assert "come from a simulated run and are marked so" in capsys.readouterr().err
    agents = (tmp_path / "AGENTS.md").read_text()
    assert agents.startswith("# Ours\n\nUse tabs.\n\n<!-- maker:requirements:begin --> SIMULATED")
    exported = from_json((tmp_path / "requirements.json").read_text())
    assert all(tally.counts for line in exported.lines for tally in line.tallies if tally.step is not None)
    assert main(["sessions", "export", session, "--as", "papers", "--to", str(tmp_path)]) == 2
    assert "REQUIREMENTS.md exists already" in capsys.readouterr().err
    assert main(["interview", "--from", str(tmp_path / "requirements.json"), "--questions", "0", "--json"]) == 0
    again = document_of(json.loads(capsys.readouterr().out)["session"])
    assert [line.text for line in again.lines] == [line.text for line in exported.lines]


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        ([""], 'say first what is to be built, as in maker interview "a to-do list API", or --from FILE'),
        ([], 'say first what is to be built, as in maker interview "a to-do list API", or --from FILE'),
        (["a", "--from", "b.json"], "both are given"),
        (["--from", "nothing.json", "--headless"], "problem file nothing.json cannot be read"),
        (["..."], "the idea says nothing"),
        (["a list", "--questions", "99"], "questions must be 0 to 50, got 99"),
        (["a list", "--persons", "ada,ada"], "a person is named twice"),
        (["a list", "another"], "unrecognized arguments: another"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], mend: str
) -> None:
    """The line names what is wrong and the mend, and nothing is written."""
    try:
        status = main(["interview", *arguments])
    except SystemExit as left:
        status = left.code
    refused = capsys.readouterr().err
    assert status == 2
    assert mend in refused
    assert refused.count("\n") == 1


def test_a_session_of_a_task_without_papers_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Papers of Hanoi are refused by name, with the forms that there are."""
    assert main(["run", "hanoi", "--disks", "2", "--json"]) == 0
    session = json.loads(capsys.readouterr().out)["session"]
    assert main(["sessions", "export", session, "--as", "papers", "--to", str(tmp_path)]) == 2
    assert "Towers of Hanoi writes no papers" in capsys.readouterr().err
    assert main(["sessions", "export", session, "--as", "papers"]) == 2
    assert "name a folder with --to DIR" in capsys.readouterr().err


ATTENDED = """
import sys
from pathlib import Path
from maker_engine.core.record.commands import Answer
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.runs.bridge import LiveRun

session, answers = Path(sys.argv[1]), sys.argv[2:]
run = LiveRun(prepare(RunOrder("interview", {"idea": "a list"}, session=session, k=3, attended=True)))
run.start()
seen = None
while True:
    view = run.view()
    question = None if view is None else view.snapshot.question
    if question is not None and (question, view.snapshot.totals.steps) != seen:
        seen = (question, view.snapshot.totals.steps)
        print(question.question, flush=True)
        if answers:
            run.send(Answer(answers.pop(0), "ada"))
"""


def test_a_kill_in_the_middle_of_a_question_costs_nothing(tmp_path: Path) -> None:
    """After SIGKILL the same question is open, the answers before it are there, and none is asked a second time."""
    session = tmp_path / "killed.maker"
    child = subprocess.Popen(
        [sys.executable, "-c", ATTENDED, str(session), "1", "1"], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert child.stdout is not None
    asked = [child.stdout.readline().strip() for _ in range(3)]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    saved = open_saved(session, Interview)
    assert saved.snapshot.question is not None
    assert saved.snapshot.question.question == asked[2]
    assert [one.part for one in saved.state.said if one.voter == "ada"] == ["non-goals", "open-points"]
    assert saved.state.asked == 2
    later = answered_to_the_end(session)
    assert later[0] == asked[2]
    assert set(asked[:2]).isdisjoint(later)
    assert len(set(later)) == len(later)
    assert open_saved(session, Interview).snapshot.outcome is Outcome.SOLVED


def answered_to_the_end(session: Path) -> list[str]:
    """Resume an interview and answer all that is still asked; return the questions."""
    asked: list[str] = []
    inbox = Inbox()

    def hear(view: RunView) -> None:
        question = view.snapshot.question
        if question is not None and question.question not in asked:
            asked.append(question.question)
            inbox.send(Answer(question.options[0], "ada"))

    asyncio.run(drive(prepare_resume(session, {"attended": True}, Interview), inbox, hear))
    return asked
