"""The review as it is reported: a table, Markdown for a pull request, JSON."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from maker_engine.printable import one_line
from maker_engine.wording import count_of

from .masks import Item
from .rules import APPROVE, ASK, BLOCK, VERDICTS, Finding, stricter

DISSENT, VOTE = "dissent", "vote"
"""Names, beside those of the rules, of what a verdict goes by."""
MARKS = {APPROVE: "✓", ASK: "?", BLOCK: "✖"}
COLUMNS = 120
"""Of the table."""
_MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One change with its verdict.

    Attributes:
        item: The change.
        verdict: One of `VERDICTS`.
        kind: What the verdict goes by.
        reason: Why, one line.
        votes: (verdict, votes) pairs, where agents voted and it is known.
    """

    item: Item
    verdict: str
    kind: str
    reason: str
    votes: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A whole review.

    Attributes:
        format: Who wrote the plan.
        changes: In order.
    """

    format: str
    changes: tuple[Reviewed, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each verdict."""
        return {verdict: sum(one.verdict == verdict for one in self.changes) for verdict in VERDICTS}

    @property
    def status(self) -> int:
        """The exit status: 0 where all are approved."""
        return 0 if all(one.verdict == APPROVE for one in self.changes) else 1


def reviewed(item: Item, verdict: str, finding: Finding, votes: Sequence[tuple[Hashable, int]]) -> Reviewed:
    """Return a change with the stricter of what agents decided and what the rules say; dissent is asked about.

    Args:
        item: The change.
        verdict: What was decided.
        finding: What the rules say.
        votes: The ballot; empty where it is not known, or no one voted; with no verdict in it where none was decided.
    """
    counted = tuple((str(answer), count) for answer, count in votes if answer in VERDICTS)
    final = stricter(verdict, finding.verdict)
    kind, reason = finding.kind, finding.reason
    if votes and not counted and finding.verdict != BLOCK:
        kind, reason = DISSENT, "agents did not decide"
    elif final != finding.verdict:
        kind, reason = VOTE, f"agents decided {verdict}, where {finding.reason}"
    elif verdict != finding.verdict:
        reason += f" (agents decided {verdict})"
    if final == APPROVE and len(counted) > 1:
        final, kind = ASK, DISSENT
        reason = f"agents disagreed: {', '.join(f'{count} {answer}' for answer, count in counted)}"
    return Reviewed(item, final, kind, reason, counted)


def as_json(report: Report) -> dict[str, object]:
    """Return the review for scripts."""
    return {
        "format": report.format,
        "resources": [
            {
                "address": one.item.address,
                "type": one.item.type,
                "actions": [*one.item.actions],
                "verdict": one.verdict,
                "reason": one.reason,
                "rule": one.kind,
                "votes": dict(one.votes),
            }
            for one in report.changes
        ],
        "counts": dict(report.counts),
    }


def headline(report: Report) -> str:
    """Return the review in one line."""
    counts = report.counts
    whole = f"{count_of(len(report.changes), 'change')}: "
    return whole + f"{counts[APPROVE]} approved, {counts[ASK]} to ask about, {counts[BLOCK]} blocked"


def ranked(report: Report) -> list[Reviewed]:
    """Return the changes, the strictest verdicts first."""
    return sorted(report.changes, key=lambda one: (-VERDICTS.index(one.verdict), one.item.address))


def as_table(report: Report, columns: int) -> str:
    """Return the review as lines of at most so many columns."""
    rows = ranked(report)
    room = min(max((len(one.item.address) for one in rows), default=8), max(20, columns // 2))
    lines = [
        f"{MARKS[one.verdict]} {one.verdict:<8}{_end_of(one.item.address, room):<{room}}  {_words(one)}"[
            :columns
        ].rstrip()
        for one in rows
    ]
    return "\n".join([*lines, headline(report)]) + "\n"


def _words(one: Reviewed) -> str:
    return one_line(f"{'/'.join(one.item.actions)}: {one.reason}")


def _end_of(address: str, room: int) -> str:
    address = one_line(address, 400)
    return address if len(address) <= room else "…" + address[-(room - 1) :]


def as_markdown(report: Report) -> str:
    """Return the review for a pull request."""
    lines = ["## Review of the plan", "", f"**{headline(report)}**", ""]
    objected = [one for one in ranked(report) if one.verdict != APPROVE]
    if objected:
        lines += ["| | change | action | why |", "|---|---|---|---|"]
        lines += [_table_row(one) for one in objected[:_MOST_LISTED]]
        if len(objected) > _MOST_LISTED:
            lines.append(f"\n… and {len(objected) - _MOST_LISTED} more.")
        lines.append("")
    approved = [one for one in ranked(report) if one.verdict == APPROVE]
    if approved:
        lines += ["<details><summary>Approved</summary>", ""]
        lines += [
            f"- {_code(one.item.address)} ({_cell('/'.join(one.item.actions))})" for one in approved[:_MOST_LISTED]
        ]
        lines += ["", "</details>", ""]
    return "\n".join(lines)


def _table_row(one: Reviewed) -> str:
    cells = (f"{MARKS[one.verdict]} {one.verdict}", _code(one.item.address), _cell("/".join(one.item.actions)))
    return f"| {' | '.join(cells)} | {_cell(one.reason)} |"


def _code(text: str) -> str:
    shown = one_line(text, 300).replace("|", "\\|").replace("<", "&lt;")
    return f"`{shown}`" if "`" not in shown else f"`` {shown} ``"


def _cell(text: str) -> str:
    plain = one_line(text, 300).replace("\\", "\\\\")
    for letter in "|*_`[]<>#":
        plain = plain.replace(letter, f"\\{letter}" if letter not in "<>" else {"<": "&lt;", ">": "&gt;"}[letter])
    return plain
