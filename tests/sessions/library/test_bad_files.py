"""Each file of the library is judged alone: whatever is in one, the rest is listed, and the reason is told."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from maker_engine.core.errors import MakerError, SessionError
from maker_engine.core.record.events import ResponseFlagged, StepDecided, VoteCast
from maker_engine.core.responses import Flag, Response
from maker_engine.runtime.continuing import prepare_resume
from maker_engine.sessions.exchange.report import findings
from maker_engine.sessions.exchange.report_html import as_html
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.library.library import Library, summarise
from maker_engine.sessions.queries.forks import tree
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import entries_of
from maker_tui.cli.main import main
from maker_tui.runs.bridge import SavedSource
from maker_tui.text.figures import moment
from tests.support.recorded import record
from tests.support.running import started
from tests.support.shelves import solved
from tests.support.spoiled import DEEP, rewrite, rewritten, value_of
from tests.support.toy import Count

SPOILED = {
    "created beyond any calendar": ("created", "", "1e300"),
    "created NaN": ("created", "", "NaN"),
    "created before any calendar": ("created", "", "-1e15"),
    "created in words": ("created", "", '"yesterday"'),
    "steps in words": ("totals", "steps", '"many"'),
    "steps in a list": ("totals", "steps", "[1]"),
    "steps of 4,000 digits": ("started", "steps", "1" * 4_000),
    "steps of 5,000 digits": ("started", "steps", "1" * 5_000),
    "votes below nothing": ("totals", "votes", "-1"),
    "votes that are true": ("totals", "votes", "true"),
    "cost NaN": ("totals", "cost_usd", "NaN"),
    "no totals": ("totals", "", "null"),
    "a name of numbers": ("name", "", "7"),
    "a deep name": ("name", "", DEEP),
    "a deep order": ("order", "", DEEP),
    "an order that is a list": ("order", "", "[]"),
    "an order of no task": ("order", "task", "null"),
    "a task that is an object": ("started", "task", "{}"),
    "a problem that is a list": ("started", "problem", '["x"]'),
    "a model that is a number": ("started", "model", "5"),
    "simulated in words": ("started", "simulated", '"no"'),
    "k of nothing": ("started", "k", "0"),
    "another rule": ("started", "rule", '"luck"'),
    "a field that nobody knows": ("started", "evil", "1"),
    "an outcome that is an object": ("ended", "outcome", "{}"),
    "an outcome that is none": ("ended", "outcome", '"won"'),
    "no reason": ("ended", "reason", "null"),
    "no JSON": ("started", "", "{"),
}  # fmt: skip


def spoil(path: Path, kind: str) -> Path:
    """Change one value of a session's record."""
    key, field, text = SPOILED[kind]
    return rewritten(path, key, field, text) if field else rewrite(path, key, text)


@pytest.fixture
def library(home: Path) -> Path:
    """Two sessions of two disks, one of which is to be spoiled."""
    solved(home / "sessions" / "good.maker", disks=2)
    shutil.copyfile(home / "sessions" / "good.maker", home / "sessions" / "bad.maker")
    return home / "sessions"


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_record_hides_no_other_session(library: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """The spoiled file is listed with one line that says why, the sound one with its figures; ls lists both."""
    bad = spoil(library / "bad.maker", kind)
    good = summarise(library / "good.maker")
    listed = {one.path.stem: one for one in Library().list()}
    assert listed["good"] == good
    assert good.damaged is None
    told = listed["bad"].damaged or ""
    assert told.startswith(f"session {bad} is damaged: ")
    assert "\n" not in told
    assert len(told) < 500
    assert main(["sessions", "ls"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("kind", SPOILED)
def test_a_spoiled_record_is_refused_in_one_line(library: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """Every command that reads the session says so in a line, with no traceback; status 1."""
    spoil(library / "bad.maker", kind)
    for verb in (
        ["show"],
        ["resume", "--json"],
        ["export"],
        ["revote"],
        ["fork", "--at", "1", "--stay"],
        ["rename", "x"],
    ):
        assert main(["sessions", verb[0], "bad", *verb[1:]]) in (1, 2)
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert error.startswith("maker: ")


def test_files_that_are_no_sessions_are_listed_too(library: Path) -> None:
    """A directory, a broken link, a link to itself and an empty file with the ending of a session hide no session."""
    (library / "folder.maker").mkdir()
    (library / "nowhere.maker").symlink_to("missing")
    (library / "round.maker").symlink_to("round.maker")
    (library / "empty.maker").touch()
    listed = {one.path.stem: one.damaged is None for one in Library().list()}
    assert listed == {"good": True, "bad": True, "folder": False, "nowhere": False, "round": False, "empty": False}


def test_a_time_that_no_calendar_has_is_a_dash() -> None:
    """What a file's clock says is shown where it can be, and ends nothing where it cannot."""
    assert moment(1e300) == moment(float("nan")) == "–"


VALUES = ("null", "true", "-1", "1e999", "NaN", '""', '"x"', "[]", "{}", "[[1]]", '{"maker": "said"}', "9" * 30,
          "9" * 4_400, '"' + "a" * 5_000 + '"', '"\\ud800"', '"\\u001b[2J"', DEEP, "{")  # fmt: skip


def read_all(path: Path) -> None:
    """Do with a session what screens and commands do."""
    saved = open_saved(path, Count)
    assert SavedSource(saved).view() is not None
    verify(path, saved.task)
    with Reader(path) as reader:
        tree(reader)
        as_html(findings(reader, saved.task))
        entries_of(reader, saved.task, saved.step)
        list(reader.steps(saved.task))
    with suppress(MakerError):
        prepare_resume(path, {}, Count)


@pytest.mark.parametrize("seed", range(6))
def test_any_value_of_a_record_can_be_anything(tmp_path: Path, seed: int) -> None:
    """Whatever stands in any field of a record, it is listed, and read or refused by an error of ours; never else."""
    dice = Random(seed)
    whole = record(tmp_path / "run.maker", 9, seed=seed, stop_after=25).path
    keys = {key: value_of(whole, key) for key in ("order", "started", "totals", "elapsed_s", "created", "open")}
    for _ in range(40):
        path = Path(shutil.copyfile(whole, tmp_path / "spoiled.maker"))
        key, text = dice.choice(sorted(keys)), dice.choice(VALUES)
        value = keys[key]
        if isinstance(value, dict) and dice.random() < 0.8:
            rewritten(path, key, dice.choice(sorted(value)), text)
        else:
            rewrite(path, key, text)
        assert summarise(path).path == path
        with suppress(MakerError):
            read_all(path)
        path.unlink()


@pytest.mark.parametrize("seed", range(4))
def test_any_column_of_any_row_can_be_anything(tmp_path: Path, seed: int) -> None:
    """Whatever stands in any column of any table, the session is listed, and read or refused by an error of ours."""
    dice = Random(seed)
    whole = record(tmp_path / "run.maker", 9, seed=seed, stop_after=25).path
    columns = {"branch": "parent fork_step created steps chain seal", "step": "n flags action state_hash chain votes",
               "vote": "body digest", "meta": "k v"}  # fmt: skip
    values = (None, -1, 2**62, 1.5, "x", b"", b"\xff" * 40, "9" * 5_000, json.dumps([1]), b"\x81\xa1x\x01")
    for _ in range(60):
        path = Path(shutil.copyfile(whole, tmp_path / "spoiled.maker"))
        table = dice.choice(sorted(columns))
        change = f"UPDATE {table} SET {dice.choice(columns[table].split())} = ?"  # noqa: S608 - ours
        with closing(sqlite3.connect(path)) as connection, connection, suppress(sqlite3.Error):
            connection.execute(change, (dice.choice(values),))
        assert summarise(path).path == path
        with suppress(MakerError):
            read_all(path)
        path.unlink()


ODD = {
    "text": 7, "tokens_in": "many", "tokens_out": [1], "cost_usd": float("nan"), "model": 5, "finish_reason": {},
}  # fmt: skip


@pytest.mark.parametrize(("field", "flagged"), [(one, flagged) for flagged in (True, False) for one in ODD][:-1])
def test_a_sample_of_other_kinds_is_refused_though_its_link_fits(tmp_path: Path, field: str, flagged: bool) -> None:
    """A chain proves that nothing was changed since it was written, not that whoever wrote it was us."""
    journal = Journal(tmp_path / "run.maker", Count(3), {"task": "count", "source": "{}"})
    response = Response(**{"text": "answer = 1", field: ODD[field]})
    verdict = ResponseFlagged(0, 0, Flag("length", "too long"), response) if flagged else VoteCast(0, 0, 1, response)
    for event in (started(Count(3), 1), verdict, StepDecided(0, 1, 9)):
        journal.record(event)
    journal.close()
    with Reader(journal.path) as reader, pytest.raises(SessionError, match="step 1 cannot be read"):
        list(reader.steps(Count(3)))
