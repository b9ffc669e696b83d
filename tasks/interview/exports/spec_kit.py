"""The folder GitHub's spec-kit works on: specs/001-name/spec.md, in the shape of its template."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ..document import Document, Kind, Line, Status
from .markdown import bullets, inline, page, section
from .reading import SIMULATED, constraints, item, unwanted

_TEST = re.compile(r"\A(?>.*?\bgiven\b)(?>.*?\bwhen\b).*\bthen\b", re.IGNORECASE | re.DOTALL)
_NO_SCENARIO = "None agreed on yet."


def slug(title: str) -> str:
    """Return a title as part of a path: small letters, digits and dashes, at most 40, "project" if nothing is left."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only)[:40].strip("-") or "project"


def spec_path(document: Document, number: int = 1) -> str:
    """Return where the specification goes, relative to the project, such as "specs/001-room-booking/spec.md"."""
    return f"specs/{number:03}-{slug(document.title)}/spec.md"


def spec(document: Document, number: int = 1) -> str:
    """Write the specification."""
    tests = document.of(Kind.ACCEPTANCE)
    scenarios = [line for line in tests if _TEST.search(line.text)]
    lines = [
        *([f"> **{SIMULATED}**", ""] if document.simulated else []),
        f"# Feature Specification: {inline(document.title) or 'Project'}",
        "",
        f"**Feature Branch**: `{number:03}-{slug(document.title)}`",
        "",
        f"**Status**: {'Draft' if _undecided(document) else 'Agreed'}",
        "",
        f'**Input**: User description: "{inline(document.idea)}"',
        "",
        "## User Scenarios & Testing *(mandatory)*",
        "",
    ]
    for priority, story in enumerate(document.of(Kind.STORY), start=1):
        lines += _story(document, story, priority, scenarios)
    lines += section("### Edge Cases", bullets(_item(line) for line in _elsewhere(document, scenarios)))
    lines += ["## Requirements *(mandatory)*", ""]
    lines += section("### Functional Requirements", bullets(_item(line) for line in document.of(Kind.FEATURE)), "None.")
    lines += section("### Constraints", bullets(map(_bold, constraints(document))))
    lines += section("### Decisions", bullets(_item(line) for line in document.of(Kind.QUESTION)))
    lines += section("### Interfaces", bullets(_item(line) for line in document.of(Kind.INTERFACE)))
    lines += section("### Key Entities", bullets(_item(line) for line in document.of(Kind.DATA)))
    lines += section("### Open Questions", bullets(_undecided(document)))
    lines += ["## Success Criteria *(mandatory)*", ""]
    lines += section("### Measurable Outcomes", bullets(_outcomes(tests, scenarios)), "The scenarios above pass.")
    lines += section("## Out of Scope", bullets(map(_bold, unwanted(document))))
    return page(lines)


def _story(document: Document, story: Line, priority: int, scenarios: Iterable[Line]) -> list[str]:
    served = {line.id for line in document.of(Kind.FEATURE) if story.id in line.traces} | {story.id}
    own = [line for line in scenarios if served.intersection(line.traces)]
    features = ", ".join(sorted(served - {story.id}))
    return [
        f"### User Story {priority} - {story.id} (Priority: P{priority})",
        "",
        inline(story.text),
        "",
        f"**Why this priority**: it is number {priority} of the stories agreed on, in their order.",
        "",
        f"**Independent Test**: {f'build only {features}, then ' if features else ''}run the scenarios below.",
        "",
        "**Acceptance Scenarios**:",
        "",
        *([f"{place}. {inline(line.text)} ({line.id})" for place, line in enumerate(own, start=1)] or [_NO_SCENARIO]),
        "",
    ]


def _elsewhere(document: Document, scenarios: Iterable[Line]) -> Iterator[Line]:
    """Yield the scenarios that no story leads to."""
    stories = {line.id for line in document.of(Kind.STORY)}
    reached = stories | {line.id for line in document.of(Kind.FEATURE) if stories.intersection(line.traces)}
    yield from (line for line in scenarios if not reached.intersection(line.traces))


def _outcomes(tests: Iterable[Line], scenarios: list[Line]) -> Iterator[str]:
    measures = [line for line in tests if line not in scenarios]
    yield from (f"**SC-{place:03}**: {inline(line.text)} ({line.id})" for place, line in enumerate(measures, start=1))


def _undecided(document: Document) -> list[str]:
    lines = [line for line in document.lines if line.status is Status.ASKED]
    return [f"**{line.id}**: [NEEDS CLARIFICATION: {inline(line.text)}]" for line in lines]


def _bold(item: str) -> str:
    """Set the id that an item begins with in bold, as those of the template are."""
    return re.sub(r"\A([A-Z]{2}-\d+):", r"**\1**:", item)


def _item(line: Line) -> str:
    return _bold(item(line))
