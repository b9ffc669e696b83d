"""AGENTS.md: what a coding agent has to know before it begins, as a block that can stand in a file of more."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document, Kind, Line, Status
from .markdown import bullets, inline, page, section

BEGIN, END = "<!-- maker:requirements:begin -->", "<!-- maker:requirements:end -->"
LONGEST = 250
"""Lines of a block from which the acceptance criteria are pointed to instead; agents read short files better."""

CLAUDE = "@AGENTS.md\n"
"""The whole of CLAUDE.md: it takes in AGENTS.md."""


def agents_block(document: Document) -> str:
    """Write the block, markers included: what to build, what not, and when it is done."""
    tests = [_item(line) for line in document.of(Kind.ACCEPTANCE)]
    block = _block(document, tests)
    if len(block) > LONGEST and tests:
        first, last = document.of(Kind.ACCEPTANCE)[0].id, document.of(Kind.ACCEPTANCE)[-1].id
        block = _block(document, [f"{first} to {last} in REQUIREMENTS.md hold."])
    return page(block)


def placed(block: str, into: str) -> str:
    """Return the text of a file with the block in it: in place of the block it has, at its end if it has none."""
    begin, end = into.find(BEGIN), into.find(END)
    if 0 <= begin < end:
        return into[:begin] + block.rstrip("\n") + into[end + len(END) :]
    return f"{into.rstrip()}\n\n{block}" if into.strip() else block


def _block(document: Document, tests: list[str]) -> list[str]:
    wanted = [_item(line) for kind in (Kind.FEATURE, Kind.DATA, Kind.INTERFACE) for line in document.of(kind)]
    lines = [BEGIN, f"## What to build: {inline(document.title) or 'this project'}", ""]
    purposes = [inline(line.text) for line in document.of(Kind.PURPOSE)]
    lines += [*purposes, ""] if purposes else []
    lines += section("### Build", bullets(wanted), "Nothing has been agreed on yet: ask.")
    lines += section("### Keep to", bullets(_item(line) for line in document.of(Kind.CONSTRAINT)))
    lines += ["Build only what is listed above. Whatever is not listed is not wanted: ask before you add it.", ""]
    lines += section("### Do not build", bullets(_unwanted(document)))
    lines += section("### Not decided: ask, do not guess", bullets(_open(document)))
    lines += section("### It is done when", bullets(tests))
    return [*lines, END]


def _item(line: Line) -> str:
    return f"{line.id}: {inline(line.text)}"


def _unwanted(document: Document) -> Iterator[str]:
    lines = document.of(Kind.NON_GOAL)
    yield from (_item(line) for line in lines)
    told = {line.text for line in lines}
    yield from (inline(item.text) for item in document.spill if item.kept is False and item.text not in told)


def _open(document: Document) -> Iterator[str]:
    yield from (_item(line) for line in document.lines if line.status is Status.ASKED)
    for conflict in document.conflicts:
        if not conflict.settled:
            sides = " or ".join(inline(wanted) for wanted, _ in conflict.sides)
            yield f"{inline(conflict.about)} {sides}?" if sides else inline(conflict.about)
