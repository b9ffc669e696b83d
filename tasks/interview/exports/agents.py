"""AGENTS.md: what a coding agent has to know before it begins, as a block that can be part of a larger file."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document, Kind
from .markdown import bullets, inline, page, section
from .reading import SIMULATED, aside, constraints, item, undecided, unwanted

BEGIN, END = "<!-- maker:requirements:begin -->", "<!-- maker:requirements:end -->"
LONGEST = 250
"""Lines of a block from which the acceptance criteria are pointed to instead; agents read short files better."""

CLAUDE = "@AGENTS.md\n"
"""The whole of CLAUDE.md: it takes in AGENTS.md."""
_MARKED = f"<!-- {SIMULATED} -->\n"


def claude(document: Document) -> str:
    """Write CLAUDE.md."""
    return f"{_MARKED}{CLAUDE}" if document.simulated else CLAUDE


def with_claude(text: str, there: str) -> str:
    """Return CLAUDE.md with the line that takes in AGENTS.md, which comes after all else, and marked as `text` is."""
    rest = there.replace(_MARKED, "")
    rest = rest if CLAUDE.strip() in rest.splitlines() else f"{rest.rstrip()}\n\n{CLAUDE}"
    return f"{_MARKED}{rest.lstrip()}" if text.startswith(_MARKED) else rest


def agents_block(document: Document) -> str:
    """Write the block, markers included: what to build, what not, and when it is done."""
    tests = [item(line) for line in document.of(Kind.ACCEPTANCE)]
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
    wanted = [item(line) for kind in (Kind.FEATURE, Kind.DATA, Kind.INTERFACE) for line in document.of(kind)]
    lines = [f"{BEGIN} {SIMULATED}" if document.simulated else BEGIN]
    lines += [f"## What to build: {inline(document.title) or 'this project'}", ""]
    purposes = [inline(line.text) for line in document.of(Kind.PURPOSE)]
    lines += [*purposes, ""] if purposes else []
    lines += section("### Build", bullets(wanted), "Nothing has been agreed on yet: ask.")
    lines += section("### Keep to", bullets(constraints(document)))
    lines += section("### Decided", bullets(item(line) for line in document.of(Kind.QUESTION)))
    lines += ["Build only what is listed above. Whatever is not listed is not wanted: ask before you add it.", ""]
    lines += section("### Do not build", bullets(unwanted(document)))
    lines += section(
        "### Not now: offered, and nobody chose these; ask before you build one", bullets(_aside(document))
    )
    lines += section("### Not decided: ask, do not guess", bullets(undecided(document)))
    lines += section("### It is done when", bullets(tests))
    return [*lines, END]


def _aside(document: Document) -> Iterator[str]:
    """Yield what would be built, were it wanted; stories and limits that no one chose are of no use to an agent."""
    yield from (item(line) for line in aside(document) if line.kind in (Kind.FEATURE, Kind.DATA, Kind.INTERFACE))
