from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st
from maker_tasks.interview.document import Document, Kind, Source, Status
from maker_tasks.interview.document_json import from_json
from maker_tasks.interview.exports import agents_block, export, placed, requirements, spec_path
from maker_tasks.interview.exports.agents import BEGIN, END, LONGEST
from maker_tasks.interview.lint.finding import find
from maker_tasks.interview.lint.report import lint
from markdown_it import MarkdownIt
from markdown_it.token import Token

from maker_engine.printable import printable
from tests.tasks.interview.documents import booking
from tests.tasks.interview.golden.make import FOLDER, files

MARKS = [
    "\n", "\n\n", "#", "-", "*", "_", "`", "[x](y)", "<b>", "<!--", "-->", "&lt;", "\\", "|", "~~", "1.", ">", "!", "$",
    ":", "FR-001", "**", "```", "\u202e", "\x1b[2J", "\u2028", chr(0xD800), "word", " ", BEGIN, END,
]  # fmt: skip
HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40) | st.lists(st.sampled_from(MARKS), max_size=8).map(
    "".join
)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def test_the_exports_are_as_they_were() -> None:
    """Each file is that of the golden folder, character for character."""
    assert files() == {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8") for path in FOLDER.rglob("*") if path.is_file()
    }


def test_the_json_reads_back_to_an_equal_document() -> None:
    """Nothing of a document is lost in its JSON."""
    assert from_json(export(booking())["requirements.json"]) == booking()


def said(text: str) -> Document:
    """A document that says one text wherever a person or an agent can say something."""
    document = booking()
    lines = []
    for line in document.lines:
        gates = tuple(replace(result, words=text, why=text) for result in line.gates)
        lines.append(replace(line, text=text, reason=text, source=Source(1, text, text), gates=gates))
    conflicts = tuple(replace(each, about=text, sides=((text, (text,)),), settled=text) for each in document.conflicts)
    spill = tuple(replace(each, text=text) for each in document.spill)
    return Document(text, text, (text,), tuple(lines), conflicts, spill, document.drafts)


def shape(text: str) -> list[tuple[str, int, list[str]]]:
    """The structure of a Markdown text: its blocks and what is inline in them, without the words."""

    def inside(token: Token) -> list[str]:
        return [child.type for child in token.children or () if child.type not in ("text", "text_special")]

    return [(token.type, token.level, inside(token)) for token in READER.parse(text)]


@cache
def plain_shapes() -> dict[str, list[tuple[str, int, list[str]]]]:
    """The structure of each file, by its last name, where everybody says "word"."""
    return {name.rpartition("/")[2]: shape(body) for name, body in export(said("word")).items()}


@given(HOSTILE)
@settings(max_examples=40, deadline=None)
def test_hostile_text_stays_text(text: str) -> None:
    """Whatever the lines say, Markdown sees the structure it sees where they say "word", and no control characters."""
    for name, body in export(said(f"word {text} word")).items():
        assert printable(body, newlines=True) == body, name
        if name.endswith(".md"):
            assert shape(body) == plain_shapes()[name.rpartition("/")[2]], name


@given(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_a_line_is_read_back_as_it_was_said(text: str) -> None:
    """A reader of the Markdown sees the very words, blanks and invisible characters aside."""
    document = Document("x").added(Kind.FEATURE, text, Source(), status=Status.ACCEPTED)
    inline = [token for token in READER.parse(requirements(document)) if token.type == "inline"]
    shown = next(token for token in inline if token.content.startswith("**FR-001**"))
    words = "".join(child.content for child in shown.children or () if child.type in ("text", "text_special"))
    assert words.removeprefix("FR-001").strip() == printable(" ".join(text.split())).strip()


def standing(document: Document) -> Iterator[tuple[str, Kind, str]]:
    """The lines that stand, by section."""
    for kind in Kind:
        yield from ((line.id, line.kind, line.text) for line in document.of(kind))


@pytest.mark.parametrize("name", ["REQUIREMENTS.md", "specs/001-room-booking/spec.md"])
def test_our_own_linter_reads_what_we_write(name: str) -> None:
    """The linter finds just the requirements of the document in its export, under their ids."""
    found = {(line.id, line.kind, line.text) for line in find(export(booking())[name], name) if line.id}
    wanted = set(standing(booking()))
    assert {line for line in found if line[1] is not Kind.QUESTION} <= wanted
    assert {line for line in wanted if line[1] in (Kind.FEATURE, Kind.CONSTRAINT, Kind.DATA, Kind.NON_GOAL)} <= found


def test_a_line_waived_in_the_interview_is_waived_for_the_linter() -> None:
    """What the document waives with a reason, its REQUIREMENTS.md passes."""
    report = lint(requirements(booking()), "REQUIREMENTS.md")
    waived = [judged.line.id for judged in report.lines if judged.waived]
    assert (waived, report.findings) == (["FR-002"], 0)


@given(HOSTILE, HOSTILE)
@settings(max_examples=60, deadline=None)
def test_a_block_is_replaced_and_what_is_around_it_stays(before: str, text: str) -> None:
    """A second export takes the place of the first, whatever its lines say; nothing else of the file changes."""
    before = before.replace(BEGIN, "").replace(END, "").strip()
    first, second = (agents_block(said(each)) for each in (text, "word"))
    once = placed(first, f"{before}\n")
    assert once.startswith(before)
    assert once.count(BEGIN) == once.count(END) == 1
    twice = placed(second, f"{once}\nafter\n")
    assert twice == f"{once.replace(first.rstrip(), second.rstrip())}\nafter\n"


def test_a_long_block_points_to_the_acceptance_criteria() -> None:
    """Agents read short files: from 250 lines on, the criteria are left to REQUIREMENTS.md."""
    document = booking()
    for number in range(LONGEST):
        document = document.added(Kind.ACCEPTANCE, f"Criterion {number}.", Source(), status=Status.ACCEPTED)
    block = agents_block(document)
    assert len(block.splitlines()) < 60
    assert "AC-001 to AC-251 in REQUIREMENTS.md" in block


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Room booking", "specs/007-room-booking/spec.md"),
        ("../../etc/passwd", "specs/007-etc-passwd/spec.md"),
        ("Größe & Maß", "specs/007-groe-ma/spec.md"),
        ("部屋", "specs/007-project/spec.md"),
        ("", "specs/007-project/spec.md"),
        ("a" * 99, f"specs/007-{'a' * 40}/spec.md"),
    ],
)
def test_a_title_names_a_folder_and_nothing_else(title: str, path: str) -> None:
    """No title leads out of the specs folder."""
    assert spec_path(Document(title), 7) == path
