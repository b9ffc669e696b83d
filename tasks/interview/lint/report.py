"""What the gates say of a document, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TypeAlias

from maker_engine.printable import printable

from ..document import GateResult
from ..gates import Lexicon, check_lines
from .finding import Found, find

Judged: TypeAlias = tuple[Found, tuple[GateResult, ...]]
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Report:
    """The requirement lines of one file, each with what fails in it.

    Attributes:
        file: Name of the file.
        lines: The lines looked at, in order, each with its failures.
    """

    file: str
    lines: tuple[Judged, ...]

    @property
    def findings(self) -> int:
        """How many failures there are."""
        return sum(len(failures) for _, failures in self.lines)


def lint(text: str, file: str, lexicon: Lexicon | None = None) -> Report:
    """Run the gates on the requirement lines of a Markdown document."""
    found = find(text, file.rpartition("/")[2])
    results = check_lines([(line.name, line.kind, line.text) for line in found], lexicon)
    failures = (tuple(result for result in of_line if not result.passed) for of_line in results)
    return Report(file, tuple(zip(found, failures, strict=True)))


def as_json(report: Report) -> str:
    """Write a report as one JSON object, in ASCII."""
    lines = [{**asdict(line), "findings": [asdict(failure) for failure in failures]} for line, failures in report.lines]
    figures = {"file": report.file, "looked_at": len(lines), "findings": report.findings}
    return json.dumps({**figures, "lines": lines}, indent=2)


def as_text(report: Report) -> str:
    """Write a report as lines for a terminal: a failure each, then what was looked at; nothing in it can order one."""
    told = [_told(report.file, line, failure) for line, failures in report.lines for failure in failures]
    return "\n".join(printable(line) for line in (*told, _summary(report)))


def _told(file: str, line: Found, failure: GateResult) -> str:
    name = f"{line.id}: " if line.id else ""
    words = " ".join(failure.words.split())[:_SHOWN]
    quoted = f' "{words}".' if words else "."
    return f"{file}:{line.line}: {name}{failure.gate}/{failure.rule}{quoted} {failure.why}"


def _summary(report: Report) -> str:
    if not report.lines:
        return (
            f"{report.file}: no requirement lines found; they begin with an id such as FR-001, stand under a heading"
            ' such as "Functional requirements", or say "shall" or "MUST"'
        )
    failed = sum(1 for _, failures in report.lines if failures)
    count = _many(len(report.lines), "requirement line")
    looked = _ranges([line.line for line, _ in report.lines])
    told = f"{_many(report.findings, 'finding')} in {failed:,} of {count}" if failed else f"nothing found in {count}"
    return f"{report.file}: {told} (looked at {looked})"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _ranges(numbers: Sequence[int]) -> str:
    """Write line numbers in ascending order, those that follow each other as one range."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = ", ".join(_run(first, last) for first, last in runs)
    return f"lines {told}" if len(numbers) > 1 else f"line {told}"


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
