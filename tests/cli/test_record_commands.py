"""`maker sessions`: the record of one run from the command line, as a person types it."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import sqlite3
from pathlib import Path

import pytest
from maker_tasks.hanoi import Hanoi

from maker_engine.core.record.events import ResponseFlagged
from maker_engine.core.responses import Flag, Response
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from maker_tui.cli.main import main
from tests.support.recorded import record
from tests.support.running import TOY, started
from tests.support.shelves import solved

DISKS, STEPS = 4, 15


@pytest.fixture
def session(home: Path) -> Path:
    """A solved session in the library."""
    return solved(home / "sessions" / "hanoi-a.maker", disks=DISKS)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What `maker sessions` prints."""
    assert main(["sessions", *arguments]) == status
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 2) -> str:
    """The one line with which `maker sessions` refuses."""
    assert main(["sessions", *arguments]) == status
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_a_session_is_told_with_its_forks(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """Figures first, then a line a run; as JSON the same in one object."""
    said(capsys, "fork", "hanoi-a", "--at", "7", "--k", "4", "--note", "wider", "--headless")
    text = said(capsys, "show", "hanoi-a")
    assert "outcome  solved" in text
    assert "└─ ✔ solved  fork 1 at step 7: k = 4" in text
    told = json.loads(said(capsys, "show", "hanoi-a", "--json", "--fork", "0"))
    assert (told["k"], told["decided_steps"], told["session"]) == (2, STEPS, str(session))
    assert [(fork["id"], fork["fork_step"], fork["note"]) for fork in told["forks"]] == [(0, 1, ""), (1, 7, "wider")]


def test_a_step_is_told_with_its_state_and_votes(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """The picture before the step, and who voted for what; steps count from 1."""
    text = said(capsys, "show", "hanoi-a", "--step", "2")
    assert "peg 0" in text
    assert "sample 1     votes for disk" in text
    told = json.loads(said(capsys, "show", "hanoi-a", "--step", "2", "--json"))
    with Reader(session) as reader:
        assert len(told["entries"]) == len(next(reader.steps(open_saved(session).task, 1, 2)).entries)
    (read,) = told["prompts"]
    assert read["samples"] == [entry["sample"] for entry in told["entries"]]
    assert read["user"]
    assert "steps 1 to 16, not 17" in refused(capsys, "show", "hanoi-a", "--step", "17")


def test_a_fork_can_decide_a_step_itself(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """The decision is taken as JSON, as the command before shows it; what is none is refused in a line."""
    decided = json.loads(said(capsys, "show", "hanoi-a", "--step", "3", "--json"))["entries"][0]["answer"]
    said(capsys, "fork", "hanoi-a", "--at", "3", "--decide", json.dumps(decided), "--headless")
    with Reader(session, 1) as reader:
        (act,) = next(reader.steps(open_saved(session).task, 2, 3)).entries
    assert act.kind == "decided"
    assert "not an answer of hanoi" in refused(capsys, "fork", "hanoi-a", "--at", "3", "--decide", "[1")
    assert "begins at step 1 to 16" in refused(capsys, "fork", "hanoi-a", "--at", "99")


def test_a_fork_can_wait_and_be_resumed(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """It is only added, and resume runs it later; each run of a session is resumed by its number."""
    assert "fork 1" in said(capsys, "fork", "hanoi-a", "--at", "5", "--stay")
    assert open_saved(session).step == 4
    said(capsys, "resume", "hanoi-a", "--headless")
    assert open_saved(session).step == STEPS
    assert "no step left" in refused(capsys, "resume", "hanoi-a", "--fork", "0", "--headless")


def test_a_sound_session_is_said_to_be_so_and_a_changed_one_not(
    capsys: pytest.CaptureFixture[str], session: Path
) -> None:
    """The exit status tells, and so does the line."""
    assert "sound, 15 steps" in said(capsys, "verify", "hanoi-a")
    with sqlite3.connect(session) as connection:
        connection.execute("UPDATE step SET n = n + 1 WHERE id = 9")
    connection.close()
    assert "step 10: its link does not fit" in said(capsys, "verify", "hanoi-a", status=1)
    text = said(capsys, "salvage", str(session), "--to", str(session.with_name("saved.maker")))
    assert "9 steps saved, step 10 is the first that is not sound" in text
    assert "sound" in said(capsys, "verify", "saved")


def test_an_export_comes_back_by_import(capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path) -> None:
    """JSON Lines in and out by file or by pipe; the table and the report are for reading."""
    text = said(capsys, "export", "hanoi-a")
    out = tmp_path / "out.jsonl"
    said(capsys, "export", "hanoi-a", "--to", str(out))
    assert out.read_text() == text
    assert "15 steps" in said(capsys, "import", str(out), "--to", str(tmp_path / "in.maker"))
    with Reader(session) as mine, Reader(tmp_path / "in.maker") as theirs:
        assert mine.branch.chain == theirs.branch.chain
    table = list(csv.DictReader(io.StringIO(said(capsys, "export", "hanoi-a", "--as", "csv"))))
    assert [int(row["step"]) for row in table] == list(range(1, STEPS + 1))
    assert said(capsys, "export", "hanoi-a", "--as", "html").startswith("<!doctype html>")
    assert "exists already" in refused(capsys, "export", "hanoi-a", "--to", str(out))
    said(capsys, "export", "hanoi-a", "--as", "md", "--to", str(out), "--force")
    assert out.read_text().startswith("# Towers of Hanoi: 4 disks")
    forced = ("export", "hanoi-a", "--as", "html", "--force", "--to")
    assert "is a session, and none is ever written over" in refused(capsys, *forced, str(session))
    assert "papers are never written over" in refused(
        capsys, "export", "hanoi-a", "--as", "papers", "--force", "--to", str(tmp_path)
    )
    assert refused(capsys, "import", str(tmp_path / "nothing.jsonl")).startswith("maker: file ")
    assert "maker sessions duplicate brings it in" in refused(capsys, "import", str(session))


@pytest.mark.usefixtures("session")
def test_another_vote_is_told_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """A line a rule, the run's own k deciding as it did; JSON has an object a line."""
    text = said(capsys, "revote", "hanoi-a")
    assert [line.split()[0] for line in text.splitlines() if line[0].isdigit()] == ["1", "2", "3"]
    told = [json.loads(line) for line in said(capsys, "revote", "hanoi-a", "--k", "2", "--json").splitlines()]
    assert [(one["k"], one["same"], one["different"]) for one in told] == [(2, STEPS, 0)]
    assert "k must be at least 1" in refused(capsys, "revote", "hanoi-a", "--k", "0")
    assert "short: the recorded samples decide nothing by that rule" in text
    assert said(capsys, "revote", "hanoi-a", "--flags", "paper") == said(capsys, "revote", "hanoi-a", "--paper-flags")


def test_every_step_that_another_vote_decides_differently_is_named(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """The first ten in words, the others by number; JSON has all of them, those that are left undecided with null."""
    record(home / "sessions" / "count.maker", 200, seed=2, k=3)
    words = ("revote", "count", "--task", TOY, "--k", "1")
    (row,) = [json.loads(line) for line in said(capsys, *words, "--json").splitlines()]
    differing = [one["step"] for one in row["differing"]]
    assert len(differing) == row["different"] > 10
    text = said(capsys, *words)
    assert [int(step) for step in re.findall(r"step (\d+): hour \d, not hour \d", text)] == differing[:10]
    assert f"{len(differing) - 10} more: {', '.join(map(str, differing[10:]))}\n" in text
    (row,) = [json.loads(line) for line in said(capsys, *words[:-1], "4", "--json").splitlines()]
    assert {one["would"] for one in row["differing"]} == {None}
    assert row["short"] == len(row["differing"]) == row["decided_steps"]


def test_a_session_that_is_written_is_not_resumed_headless(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """The line says which process writes it."""
    said(capsys, "fork", "hanoi-a", "--at", "5", "--stay")
    saved = open_saved(session)
    journal = Journal(session, saved.task, saved.order, 1)
    assert "is being written by process" in refused(capsys, "resume", "hanoi-a", "--headless", status=1)
    journal.close()


HOSTILE_NAME = "x\x1b]0;pwned\x07\x9b2J\n-"
"""A file name that a terminal would take for orders, and that pretends to be two lines."""

PRINTING = {
    "verify": ["verify", "{session}"],
    "salvage": ["salvage", "{session}", "--to", "{other}"],
    "import": ["import", "{export}", "--to", "{other}"],
    "import of nothing": ["import", "{other}"],
    "papers": ["export", "{session}", "--as", "papers", "--to", "{folder}"],
    "fork": ["fork", "{session}", "--at", "3", "--stay"],
    "path": ["path", "{session}"],
    "show": ["show", "{session}"],
    "show nothing": ["show", "{other}"],
    "duplicate": ["duplicate", "{session}"],
    "ls": ["ls"],
    "rm": ["rm", "{session}"],
    "an unknown flag": ["ls", "{session}"],
}  # fmt: skip


@pytest.mark.parametrize("kind", PRINTING)
def test_a_name_gives_the_terminal_no_orders(
    capsys: pytest.CaptureFixture[str], session: Path, tmp_path: Path, kind: str
) -> None:
    """Whatever a file is called, every line that a command prints of it is printable, and no name makes two lines."""
    named = session.with_name(f"{HOSTILE_NAME}.maker")
    session.rename(named)
    export = tmp_path / f"{HOSTILE_NAME}.jsonl"
    said(capsys, "export", str(named), "--to", str(export))
    places = {"session": named, "export": export, "other": tmp_path / f"{HOSTILE_NAME}2.maker",
              "folder": tmp_path / HOSTILE_NAME}  # fmt: skip
    with contextlib.suppress(SystemExit):
        main(["sessions", *(word.format_map(places) for word in PRINTING[kind])])
    printed = capsys.readouterr()
    assert printed.out + printed.err
    for line in (printed.out + printed.err).splitlines():
        assert line.isprintable()
    assert not [line for line in (printed.out + printed.err).splitlines() if line.startswith("-")]


def test_what_the_model_said_at_a_step_is_shown_once(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """Thirty samples flagged alike share a line; each different text stands there once, printable, with its count."""
    texts = ["billing\x1b[2J", "it is\nbilling", "x" * 9_000]
    said_by = [texts[0]] * 27 + [texts[1]] * 2 + [texts[2]]
    task = Hanoi.load({"disks": 3})
    journal = Journal(home / "sessions" / "flagged.maker", task, {"task": "hanoi", "source": task.source()})
    journal.record(started(task, 2))
    for number, text in enumerate(said_by):
        journal.record(ResponseFlagged(0, number, Flag("malformed", "no move in it"), Response(text)))
    journal.close()
    lines = said(capsys, "show", "flagged", "--step", "1").splitlines()
    told = [line for line in lines if "flagged, malformed: no move in it" in line]
    assert told == ["samples 1–30 flagged, malformed: no move in it"]
    at = lines.index("27 samples, first 1 said:")
    assert lines[at + 1 : at + 6] == ["    billing␛[2J", "2 samples, first 28 said:", "    it is", "    billing",
                                      "sample 30 said:"]  # fmt: skip
    assert lines[-1] == "    … (9,000 characters; --json has all of them)"
    assert all(len(line) < 200 for line in lines)


def test_a_session_that_has_not_ended_says_how_it_stands(capsys: pytest.CaptureFixture[str], session: Path) -> None:
    """One that is driven names the process, one whose program went away how to go on; neither says None."""
    said(capsys, "fork", "hanoi-a", "--at", "5", "--stay")
    told = said(capsys, "show", "hanoi-a")
    assert "outcome  interrupted: it has not ended, and no program drives it\n" in told
    assert told.endswith("resume   maker sessions resume hanoi-a\n")
    saved = open_saved(session)
    journal = Journal(session, saved.task, saved.order, 1)
    told = said(capsys, "show", "hanoi-a")
    assert f"outcome  running: process {os.getpid()} drives it\n" in told
    assert "└─ ● running  fork 1 at step 5" in told
    assert "interrupted" not in told
    assert told.endswith(f"look on  maker sessions resume hanoi-a; kill {os.getpid()} stops it, saved\n")
    assert json.loads(said(capsys, "show", "hanoi-a", "--json"))["outcome"] is None
    journal.close()
