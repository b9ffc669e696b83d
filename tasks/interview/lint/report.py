"""What the gates say of a document, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from maker_engine.output import versioned
from maker_engine.printable import printable

from ..document import GateResult
from ..gates import Lexicon, check_lines
from .finding import Found, find

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Judged:
    """One requirement line, what fails in it, and what would but was waived, each with the reason."""

    line: Found
    failures: tuple[GateResult, ...]
    waived: tuple[tuple[GateResult, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The requirement lines of one file, each with what fails in it.

    Attributes:
        file: Name of the file.
        lines: The lines examined, in order.
    """

    file: str
    lines: tuple[Judged, ...]

    @property
    def findings(self) -> int:
        """How many failures there are, waived ones left out."""
        return sum(len(judged.failures) for judged in self.lines)

    @property
    def waived(self) -> int:
        """How many failures were waived."""
        return sum(len(judged.waived) for judged in self.lines)


def lint(text: str, file: str, lexicon: Lexicon | None = None) -> Report:
    """Run the gates on the requirement lines of a Markdown document."""
    found = find(text, file.rpartition("/")[2])
    results = check_lines([(line.name, line.kind, line.text) for line in found], lexicon)
    return Report(file, tuple(_judged(line, of_line) for line, of_line in zip(found, results, strict=True)))


def _judged(line: Found, results: Sequence[GateResult]) -> Judged:
    failures: list[GateResult] = []
    waived: list[tuple[GateResult, str]] = []
    for failure in (result for result in results if not result.passed):
        names = ("", failure.gate, f"{failure.gate}/{failure.rule}")
        reason = next((reason for rule, reason in line.waivers if rule.lower() in names), None)
        if reason is None:
            failures.append(failure)
        else:
            waived.append((failure, reason))
    return Judged(line, tuple(failures), tuple(waived))


def as_json(report: Report) -> str:
    """Write a report as one JSON object, in ASCII."""
    figures = {
        "file": report.file, "looked_at": len(report.lines), "findings": report.findings, "waived": report.waived
    }  # fmt: skip
    return json.dumps({**versioned(figures), "lines": [_line(judged) for judged in report.lines]})


def _line(judged: Judged) -> dict[str, object]:
    line = judged.line
    return {
        "line": line.line,
        "id": line.id,
        "kind": line.kind,
        "text": line.text,
        "findings": [asdict(failure) for failure in judged.failures],
        "waived": [{**asdict(failure), "reason": reason} for failure, reason in judged.waived],
    }


def as_text(report: Report) -> str:
    """Write a report as lines for a terminal: a failure each, then what was examined; nothing in it can order one."""
    findings = [_finding(report.file, judged.line, failure) for judged in report.lines for failure in judged.failures]
    return "\n".join(printable(line) for line in (*findings, _summary(report)))


def _finding(file: str, line: Found, failure: GateResult) -> str:
    name = f"{line.id}: " if line.id else ""
    words = " ".join(failure.words.split())[:_SHOWN]
    quoted = f' "{words}".' if words else "."
    return f"{file}:{line.line}: {name}{failure.gate}/{failure.rule}{quoted} {failure.why}"


def _summary(report: Report) -> str:
    if not report.lines:
        return (
            f"{report.file}: no requirement lines found; they begin with an id such as FR-001, are under a heading"
            ' such as "Functional requirements", or say "shall" or "MUST"'
        )
    failed = sum(1 for judged in report.lines if judged.failures)
    count = _many(len(report.lines), "requirement line")
    lines_read = _ranges([judged.line.line for judged in report.lines])
    findings = (
        f"{_many(report.findings, 'finding')} in {failed:,} of {count}" if failed else f"nothing found in {count}"
    )
    waived = f", {report.waived:,} waived" if report.waived else ""
    return f"{report.file}: {findings}{waived} ({lines_read} read)"


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
    findings = ", ".join(_run(first, last) for first, last in runs)
    return f"lines {findings}" if len(numbers) > 1 else f"line {findings}"


def _run(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
