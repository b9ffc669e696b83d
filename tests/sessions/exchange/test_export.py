"""Sessions as text: what goes out comes in again the same, and whatever else comes in is refused by its line."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_engine.core.errors import InputError
from maker_engine.runtime.continuing import prepare_fork
from maker_engine.sessions.exchange.export import COLUMNS, csv_lines, lines, safe, write_new
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.exchange.report import Report, findings
from maker_engine.sessions.exchange.report_html import as_html, mark
from maker_engine.sessions.exchange.report_markdown import as_markdown
from maker_engine.sessions.library.library import summarise
from maker_engine.sessions.library.upkeep import rename
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from tests.sessions.queries.test_forks import drive_on
from tests.support.recorded import Recorded, record
from tests.support.toy import Count

HOSTILE = "\x1b]52;c;cm0gLXJm\x07\x1b[2J<script>alert(1)</script>\u202e\ud800 \u2028end"


def exported(run: Recorded) -> list[str]:
    """The lines of a session."""
    return list(lines(run.path, run.task))


def heads(path: Path) -> list[tuple[int, int, str]]:
    """What is told of each branch: parent's first step, steps, link of the last."""
    with Reader(path) as reader:
        return [(branch.fork_step, branch.steps, branch.chain.hex()) for branch in reader.branches]


@pytest.mark.parametrize("keep", ["all", "dissent"])
@pytest.mark.parametrize("stop", [None, 33])
def test_an_imported_session_is_link_for_link_the_exported_one(tmp_path: Path, keep: str, stop: int | None) -> None:
    """Steps, votes, texts, flags, open ballot, totals and ending come back; so do forks, under the same links."""
    run = record(tmp_path / "run.maker", 15, seed=4, keep=keep, stop_after=stop)
    drive_on(prepare_fork(run.path, 6, {"k": 4}, family=Count))
    rename(run.path, "a name")
    steps = import_lines(exported(run), tmp_path / "in.maker", Count)
    assert heads(tmp_path / "in.maker") == heads(run.path)
    assert summarise(tmp_path / "in.maker").name == "a name"
    assert steps == sum(done - first for first, done, _ in heads(run.path))
    for branch in (0, 1):
        mine, theirs = open_saved(run.path, Count, branch), open_saved(tmp_path / "in.maker", Count, branch)
        assert mine.snapshot == theirs.snapshot
        assert mine.entries == theirs.entries
        assert mine.elapsed_s == theirs.elapsed_s


def test_hostile_text_travels_as_plain_ascii(tmp_path: Path) -> None:
    """Escape codes, markup and half characters are in the export as JSON escapes, and come back as they were."""
    run = record(tmp_path / "run.maker", 4, text=HOSTILE)
    told = exported(run)
    assert all(line.isascii() and "\x1b" not in line and "\n" not in line for line in told)
    import_lines(told, tmp_path / "in.maker", Count)
    assert heads(tmp_path / "in.maker") == heads(run.path)
    with Reader(tmp_path / "in.maker") as reader:
        assert HOSTILE in next(reader.steps(run.task)).samples[0].response.text


def test_every_line_is_one_event_of_a_known_kind(tmp_path: Path) -> None:
    """The first says what it is; each names its event, its branch and its step."""
    run = record(tmp_path / "run.maker", 15, seed=4)
    first, *rest = [json.loads(line) for line in exported(run)]
    assert first == {"event": "session", "format": "maker-session", "version": 2}
    assert {one["event"] for one in rest} == {"run", "sample", "decided", "totals", "ended"}
    assert all(one["branch"] == 0 for one in rest)
    assert [one["step"] for one in rest if one["event"] == "decided"] == list(range(15))


BROKEN = {
    "not JSON": (3, lambda _: "hello"),
    "another thing": (3, lambda _: "[1, 2]"),
    "no event": (3, lambda _: "{}"),
    "an unknown event": (3, lambda one: json.dumps({**one, "event": "exec"})),
    "a newer version": (0, lambda one: json.dumps({**one, "version": 3})),
    "a step too far": (3, lambda one: json.dumps({**one, "step": 1})),
    "a huge step": (3, lambda one: json.dumps({**one, "step": 10**30})),
    "an answer and a flag": (3, lambda one: json.dumps({**one, "answer": 5, "flag": {}})),
    "another decision": ("decided", lambda one: json.dumps({**one, "answer": 5})),
    "a wrong last link": (-3, lambda one: json.dumps({**one, "link": "00"})),
    "a text of numbers": (3, lambda one: json.dumps({**one, "text": 7})),
    "tokens in words": (3, lambda one: json.dumps({**one, "tokens_in": "many"})),
    "yes for a number": (3, lambda one: json.dumps({**one, "tokens_in": True})),
    "a task from a file": (1, lambda one: json.dumps({**one, "order": {**one["order"], "task": "evil.py:Evil"}})),
    "no order": (1, lambda one: json.dumps({**one, "order": None})),
    "another problem": (1, lambda one: json.dumps({**one, "order": {**one["order"], "source": "{"}})),
    "another k": (1, lambda one: json.dumps({**one, "started": {**one["started"], "k": 9}})),
    "a fork of nothing": (1, lambda one: json.dumps({**one, "branch": 1, "parent": 0})),
    "deep nesting": (3, lambda _: "[" * 100_000),
    "a path as a step": (3, lambda one: json.dumps({**one, "step": "../../etc/passwd"})),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_line_that_is_not_as_documented_is_named(tmp_path: Path, kind: str) -> None:
    """The error tells the line; nothing is left of the file that was begun, and no code is loaded."""
    told = exported(record(tmp_path / "run.maker", 15, seed=4))
    at, damage = BROKEN[kind]
    if isinstance(at, str):
        at = next(number for number, line in enumerate(told) if json.loads(line)["event"] == at)
    told[at] = damage(json.loads(told[at]))
    family = None if kind == "a task from a file" else Count
    with pytest.raises(InputError, match=r"(line \d+( \(.*\))?|its end) is not part of an exported session"):
        import_lines(told, tmp_path / "in.maker", family)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.maker"]


def test_an_export_that_lost_lines_is_refused_or_sound(tmp_path: Path) -> None:
    """Without any of its lines it either is no session any more, or one whose every vote still decides what it says."""
    told = exported(record(tmp_path / "run.maker", 6, seed=4))
    dice = Random(1)
    for number in range(60):
        fewer = list(told)
        for _ in range(dice.randint(1, 3)):
            del fewer[dice.randrange(len(fewer))]
        path = tmp_path / f"{number}.maker"
        try:
            import_lines(fewer, path, Count)
        except InputError:
            assert not path.exists()
        else:
            open_saved(path, Count)


def test_an_existing_file_is_not_written_over(tmp_path: Path) -> None:
    """Neither by an export nor by an import."""
    run = record(tmp_path / "run.maker", 3)
    precious = tmp_path / "precious"
    precious.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        write_new(precious, exported(run))
    with pytest.raises(InputError, match="exists already"):
        import_lines(exported(run), precious, Count)
    assert precious.read_text() == "mine"


def test_the_table_has_a_line_a_step(tmp_path: Path) -> None:
    """Votes, margin, dissent and cost of each, steps counted from 1."""
    run = record(tmp_path / "run.maker", 30, seed=4)
    with Reader(run.path) as reader:
        out = "".join(csv_lines(reader, run.task))
        stored = list(reader.steps(run.task))
        totals = reader.meta()["totals"]
    table = list(csv.DictReader(io.StringIO(out)))
    assert list(table[0]) == list(COLUMNS)
    assert [int(row["step"]) for row in table] == list(range(1, 31))
    assert [int(row["samples"]) for row in table] == [len(one.samples) for one in stored]
    assert sum(int(row["dissent"]) for row in table) == totals["dissent"]
    assert sum(int(row["flagged"]) for row in table) == totals["flagged"]
    assert {int(row["margin"]) for row in table} == {3}


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\x1b[2Jx", "\t=1"])
def test_no_cell_is_a_formula_or_a_command(cell: str) -> None:
    """A spreadsheet shows it as text, and so does a terminal."""
    shown = str(safe(cell))
    assert shown.isprintable()
    assert shown[0] not in "=+-@\t\r"


def test_the_report_tells_the_figures_and_escapes_the_rest(tmp_path: Path) -> None:
    """One page with no reference to anything outside it, and nothing in it that came from outside is markup."""
    run = record(tmp_path / "run.maker", 30, seed=4, text=HOSTILE)
    drive_on(prepare_fork(run.path, 6, {}, note="<script>alert(1)</script>", family=Count))
    with Reader(run.path, 0) as reader:
        page = as_html(findings(reader, run.task))
        hardest = max(reader.steps(run.task), key=lambda one: len(one.samples))
    assert "<script" not in page
    assert "http:" not in page
    assert "src=" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    assert f'<td class="n">{hardest.step + 1}</td>' in page
    assert "steps decided" in page


def reported(path: Path, **more: Any) -> tuple[str, str, Report]:
    """A report on a noisy run, as a page and as Markdown."""
    run = record(path, 300, seed=4, k=1, **more)
    with Reader(run.path) as reader:
        told = findings(reader, run.task)
    return as_html(told), as_markdown(told), told


def test_a_report_begins_with_what_went_wrong(tmp_path: Path) -> None:
    """The name, that it was simulated, and the wrong steps with the right answer stand before all figures."""
    path = tmp_path / "run.maker"
    page, text, told = reported(path)
    assert told.wrong_steps > len(told.wrong) - 1 > 0
    first = told.wrong[0]
    for shown in (page, text):
        places = [shown.index(part) for part in ("SIMULATED", f"Decided wrongly: {told.wrong_steps}", "Figures", "Map")]
        assert places == sorted(places)
        assert f"Step {first.number}: {first.decided}" in shown
        assert first.right != first.decided
        assert f"right: {first.right}" in shown
        assert first.texts[0].text in shown
    with Reader(path) as reader:
        task = Count(300)
        wrong = next(one for one in reader.steps(task) if one.flags & StepFlag.WRONG)
        assert (first.number, first.picture) == (wrong.step + 1, task.picture(reader.state(task, wrong.step)).plain)
    rename(path, "the <b>long</b> one")
    with Reader(path) as reader:
        told = findings(reader, Count(300))
    assert "<h1>the &lt;b&gt;long&lt;/b&gt; one — " in as_html(told)
    assert as_markdown(told).startswith("# the \\<b\\>long\\</b\\> one — ")


def test_a_report_has_a_map_of_the_whole_run(tmp_path: Path) -> None:
    """Each step is in one cell, and a cell shows the worst of its steps."""
    page, text, told = reported(tmp_path / "run.maker")
    assert sum(share.steps for share in told.map) == 300
    assert told.each == 2
    cells = "".join(mark(share) for share in told.map)
    assert set(cells) == set("!f·")
    assert "\n".join(cells[at : at + 60] for at in range(0, len(cells), 60)) in text
    assert page.count("<b>!</b>") == cells.count("!")


def test_nothing_in_a_report_in_markdown_is_markup_of_others(tmp_path: Path) -> None:
    """Neither a fence nor a table can be left by what a model said, nor a tag begun."""
    _, text, _ = reported(tmp_path / "run.maker", text="```\n# mine\n<script>|x|\x1b[2J")
    assert "\x1b" not in text
    for block in re.findall(r"^(`{4,})text\n(.*?)\n\1$", text, re.DOTALL | re.MULTILINE):
        assert block[0] not in block[1]
    outside = re.sub(r"^(`{3,})text\n.*?\n\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    assert "# mine" not in outside
    assert not re.search(r"(?<!\\)<", outside)


def test_a_report_is_a_page_whose_tags_are_closed(tmp_path: Path) -> None:
    """Whatever a model said in it, each element ends where it should, and none is of a kind that loads or runs."""
    page, _, _ = reported(tmp_path / "run.maker", text="</pre></table><img src=x onerror=alert(1)>")
    reader = _Balanced()
    reader.feed(page)
    assert reader.open == []
    assert reader.seen.isdisjoint({"script", "img", "iframe", "link", "object", "a"})


class _Balanced(HTMLParser):
    """Holds each end tag to the tag that it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the library's own argument
        """Note it."""
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Compare it."""
        assert self.open.pop() == tag
