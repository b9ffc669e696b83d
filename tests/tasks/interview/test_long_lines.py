"""Documents of any shape are linted in time that grows with their length: `maker lint` runs on strangers' files."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from maker_tasks.interview.document import Document, Kind, Source, Status
from maker_tasks.interview.exports.spec_kit import spec
from maker_tasks.interview.gates import check_line
from maker_tasks.interview.gates.check import LONGEST, _by, _by_standard
from maker_tasks.interview.gates.lexicon import standard
from maker_tasks.interview.lint.blocks import blocks
from maker_tasks.interview.lint.report import as_json, as_text, lint
from maker_tasks.interview.wording import tokens
from maker_tasks.interview.words import clauses

from tests.support.growth import Work, grows_with_length

CHARACTERS = 4_000
LINES = 150
OPENING = "# Requirements\n\n## Functional requirements\n\n"

LONG = {
    "blanks in a heading": ("## a", " "), "number signs": ("# ", "# "), "blanks before a table": ("a | b\n", " "),
    "a table's rule": ("a | b\n|---", " "), "a table's rule, broken": ("a | b\n", "|--"), "an item": ("- ", " "),
    "a test without then": ("Given ", "when "), "a trigger without must": ("When a", ","), "an id": ("FR-1", ".1"),
    "dots behind an id": ("FR-1", "."), "a story": ("As a user I ", "I "), "only": ("- Only users can ", "can "),
    "quotations": ("- The system shall ", "“"), "other quotations": ("- The system shall ", "«"),
    "numbers": ("- The system shall take 1", ",1"), "brackets": ("- The system shall ", "["), "links": ("", "[a]("),
    "tags": ("", "<a"), "emphasis": ("- ", "_a "), "commas": ("- When a", ", "), "duties": ("- The ", "shall "),
    "articles": ("- ", "the "), "commas and then": ("- If a", ", then"), "comments": ("", "<!--"),
    "fences": ("", "```\n"), "a waiver": ("- The system shall go.\n  - waived: ", "a "), "sentences": ("", "A. "),
}  # fmt: skip
"""What a line begins with, and what is in it again and again."""

MANY: dict[str, Callable[[int], str]] = {
    "steps of one test": lambda place: f"- {'And' if place else 'Given'} step{place}\n",
    "waivers of one line": lambda place: "  - waived: yes\n" if place else "- The system shall save.\n",
    "the same": lambda _: "- The system shall save data.\n",
    "other numbers": lambda place: f"- The system shall answer within {place} ms.\n",
    "others may too": lambda place: "- Only admins can open rooms.\n" if place % 2 else "- Admins can open rooms.\n",
    "others may not": lambda place: f"- Only user{place} can open rooms.\n",
    "opposites": lambda place: f"- The system shall {'enable' if place % 2 else 'disable'} export.\n",
    "headings": lambda place: f"{'#' * (place % 6 + 1)} Requirements\n",
    "deeper and deeper": lambda place: f"{' ' * (2 * (place % 40))}- The system shall do {place}.\n",
    "rows": lambda place: f"| FR-{place} | The system shall do {place} |\n" if place else "| id | what |\n|---|---|\n",
}
"""Lines, by their places, of which there are many."""


def linted(text: str) -> Callable[[], object]:
    """Lint a document from nothing; what was worked out for another one is forgotten."""

    def work() -> str:
        tokens.cache_clear()
        _by_standard.cache_clear()
        report = lint(text, "REQUIREMENTS.md")
        return as_text(report) + as_json(report)

    return work


@pytest.mark.parametrize("what", LONG)
def test_a_long_line_is_linted_in_linear_time(what: str) -> None:
    """Whatever a line repeats, the time grows with its length and not with the square of it."""
    start, unit = LONG[what]
    assert grows_with_length(lambda size: linted(f"{OPENING}{start}{unit * (size // len(unit))}!\n"), CHARACTERS)


@pytest.mark.parametrize("what", LONG)
def test_a_long_line_is_divided_into_blocks_in_linear_time(what: str) -> None:
    """So it is in a line that is far longer than a requirement may be, before anything in it is judged."""
    start, unit = LONG[what]

    def work(size: int) -> Callable[[], object]:
        text = f"{OPENING}{start}{unit * (size // len(unit))}!\n"
        return lambda: list(blocks(text))

    assert grows_with_length(work, 4 * CHARACTERS)


@pytest.mark.parametrize("kind", [Kind.FEATURE, Kind.STORY, Kind.ACCEPTANCE])
@pytest.mark.parametrize("what", LONG)
def test_a_line_is_judged_in_linear_time(what: str, kind: Kind) -> None:
    """So it is within the length of a line that is judged."""
    start, unit = LONG[what]

    def work(size: int) -> Callable[[], object]:
        line = f"{start.strip('-# ')}{unit * (size // len(unit))}!"
        return partial(_by, kind, line, standard())

    assert grows_with_length(work, LONGEST // 5)


@pytest.mark.parametrize("what", MANY)
def test_many_lines_are_linted_in_linear_time(what: str) -> None:
    """Lines that belong together, or are held against each other, cost no more when there are more of them."""
    assert grows_with_length(lambda size: linted(OPENING + "".join(map(MANY[what], range(size)))), LINES)


@pytest.mark.parametrize("unit", [" ", ",", "; ", ", no ", ". ", "a "])
def test_an_answer_is_taken_apart_in_linear_time(unit: str) -> None:
    """What a person types or pastes, too."""
    assert grows_with_length(lambda size: partial(clauses, "a" + unit * (size // len(unit)) + "x"), 4 * CHARACTERS)


@pytest.mark.parametrize("words", ["given ", "given when ", "when then "])
def test_a_test_is_recognised_in_linear_time(words: str) -> None:
    """An export finds scenarios among lines of any length."""

    def work(size: int) -> Callable[[], object]:
        text = words * (size // len(words))
        document = Document("x").added(Kind.ACCEPTANCE, text, Source(), status=Status.ACCEPTED)
        return lambda: spec(document)

    assert grows_with_length(work, CHARACTERS)


def test_the_measure_tells_a_square() -> None:
    """A search that looks back from every blank is found out by it."""
    slow = re.compile(r"\s+x")
    work: Work = lambda size: partial(slow.search, " " * size)  # noqa: E731 - typed
    assert not grows_with_length(work, CHARACTERS // 4)


def test_blanks_count_once() -> None:
    """A line's blanks mean as much as one, as in Markdown, however many there are."""
    for line in ("The system shall answer within 5 ms.", "The system shall be fast and then store it."):
        assert check_line(Kind.FEATURE, line.replace(" ", "   ")) == check_line(Kind.FEATURE, line)
