"""A model's check in a session's record: it is told at any moment, saved from damage, and refused where it is odd."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.errors import InputError
from maker_engine.core.record.events import ModelChecked, RunEnded
from maker_engine.core.record.model_check import LONGEST_WORDS, ModelCheck
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.snapshot import Totals
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.exchange.report import findings
from maker_engine.sessions.exchange.report_html import as_html
from maker_engine.sessions.integrity.salvage import salvage
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.model_record import MOST_ADJUSTMENTS, together
from maker_engine.sessions.store.reader import Reader
from tests.core.record.test_model_check import CHECK
from tests.support.recorded import order_of, record
from tests.support.running import started
from tests.support.toy import Count


def checked(path: Path, check: ModelCheck = CHECK) -> Path:
    """A session that was checked and stopped."""
    task = Count(3)
    journal = Journal(path, task, order_of(task))
    totals = Totals()
    totals.add_check(check)
    journal.follow(totals, float, adjustments=lambda: check.adjustments)
    for event in (started(task), ModelChecked(check), RunEnded(Outcome.FAILED, check.refusal)):
        journal.record(event)
    journal.close()
    return path


def test_a_check_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Findings, adjustments and what it cost come back, though no step was decided."""
    saved = open_saved(checked(tmp_path / "run.maker"), Count)
    assert (saved.snapshot.check, saved.adjustments) == (CHECK, CHECK.adjustments)
    assert (saved.snapshot.totals.checks, saved.snapshot.totals.cost_usd) == (2, 0.25)


def test_the_report_tells_the_check_and_escapes_it(tmp_path: Path) -> None:
    """What a model was found to be, and what is sent otherwise, is in the page as text; none of it is markup."""
    hostile = replace(CHECK, findings=(replace(CHECK.findings[1], found="<script>alert(1)</script>"),))
    path = checked(tmp_path / "run.maker", hostile)
    with Reader(path) as reader:
        page = as_html(findings(reader, Count(3)))
    assert "2 calls, none of them a vote: warning" in page
    assert "no temperature is sent: it takes none" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; → raise --temperature" in page
    assert "<script" not in page


def test_salvage_saves_the_check_too(tmp_path: Path) -> None:
    """What a check found and cost is in the new session."""
    saved = open_saved(salvage(checked(tmp_path / "run.maker"), tmp_path / "new.maker", family=Count).path, Count)
    assert (saved.snapshot.check, saved.snapshot.totals.checks) == (CHECK, 2)


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("model_check", 3, "'model_check' is not a JSON object"),
        ("model_check", {**CHECK.to_json(), "calls": 10**30}, "'calls' is not a whole number from 0 on"),
        ("model_check", {**CHECK.to_json(), "findings": [{}] * 2_000}, "'findings' is not a list of at most 1,000"),
        ("model_check", {**CHECK.to_json(), "model": ["m"]}, "'model' is not a text of at most 600 characters"),
        ("adjustments", {"a": 1}, "'adjustments' is not a list of at most 1,000 texts"),
        ("adjustments", ["x" * (LONGEST_WORDS + 1)], "'adjustments' is not a text of at most 600 characters"),
    ],
)
def test_an_odd_check_in_an_export_is_refused_by_its_line(tmp_path: Path, key: str, value: object, line: str) -> None:
    """The event is named by its line, the field by its name, and nothing is left of the new file."""
    run = record(tmp_path / "run.maker", 3)
    exported = [json.loads(text) for text in lines(run.path, run.task)]
    exported[1][key] = value
    with pytest.raises(InputError, match=r"line 2 \('run'\) is not part of an exported session: ") as caught:
        import_lines(map(json.dumps, exported), tmp_path / "in.maker", Count)
    assert line in str(caught.value)
    assert not (tmp_path / "in.maker").exists()


def test_what_was_once_sent_otherwise_stays_on_record() -> None:
    """Each line once, the older first, and no more of them than a record should hold."""
    assert together(("a", "b"), ("b", "c")) == ("a", "b", "c")
    assert together(("a (1 of 2 answers)", "b"), ("a (2 of 9 answers)", "c (every answer)")) == (
        "a (2 of 9 answers)",
        "b",
        "c (every answer)",
    )
    assert len(together((), tuple(map(str, range(500))))) == MOST_ADJUSTMENTS
