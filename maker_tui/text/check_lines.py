"""A check of the model as it is shown: a table of what was found and the fix for each, and single lines of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from maker_engine.core.record.model_check import Finding, ModelCheck, Verdict
from maker_engine.core.record.outcomes import Outcome
from maker_engine.printable import one_line, printable
from maker_tui.text.figures import count, count_of, dollars, duration, fit
from maker_tui.text.words import Word
from maker_tui.text.wrapping import wrapped

if TYPE_CHECKING:
    from maker_engine.runtime.view import RunView

WIDTH = 80
"""Cells of a table that is printed."""
MARKS: dict[Verdict, Word] = {
    Verdict.OK: Word("✔", "ok", "good"),
    Verdict.NOTE: Word("·", "note", "quiet"),
    Verdict.WARNING: Word("!", "warning", "warn"),
    Verdict.STOP: Word("✖", "stop", "bad"),
}
_MARK_CELLS, _NAME_CELLS = 11, 12


def check_table(check: ModelCheck, width: int = WIDTH) -> list[Text]:
    """Lay a check out in `width` cells: who was asked and what it cost, then a row for each finding and its fix."""
    lines = [_line((one_line(check.model, width), "strong"))]
    lines += [_line((row, "quiet")) for row in wrapped(spent_words(check), width)]
    who = ""
    for finding in check.findings:
        if finding.who != who:
            who = finding.who
            lines += [_line(), _line((one_line(who, width), "strong"))]
        lines += _rows(finding, width)
    return lines


def _line(*parts: tuple[str, str]) -> Text:
    """Assemble one line of (text, role) pairs; as `roles.line`, which brings Textual in."""
    text = Text(end="", no_wrap=True)
    for words, role in parts:
        text.append(printable(words), role)
    return text


def check_rows(check: ModelCheck) -> list[str]:
    """Write a check as plain text, a row each."""
    return [row.plain.rstrip() for row in check_table(check)]


def _rows(finding: Finding, width: int) -> Iterator[Text]:
    mark = MARKS[finding.verdict]
    room = max(20, width - _MARK_CELLS - _NAME_CELLS)
    rows = [(text, "plain") for text in wrapped(finding.found, room)]
    if finding.mend:
        first, *rest = wrapped(finding.mend, room - 2)
        rows += [(f"→ {first}", "strong"), *((f"  {text}", "strong") for text in rest)]
    heads = [(str(mark), finding.name), *[("", "")] * (len(rows) - 1)]
    for (shown, name), (text, role) in zip(heads, rows, strict=True):
        yield _line((fit(shown, _MARK_CELLS), mark.role), (fit(name, _NAME_CELLS), "label"), (text, role))


def spent_words(check: ModelCheck) -> str:
    """Say what a check has cost, in one line."""
    calls = count_of(check.calls, "call")
    cost = "cost unknown" if check.cost_usd is None else dollars(check.cost_usd)
    tokens = f"{count_of(check.tokens_in, 'token')} in, {count(check.tokens_out)} out"
    cut = "" if check.complete else ", cut short"
    return f"{calls}, none of them a vote{cut}: {tokens}, {cost}, {duration(check.seconds)} a call"


def remark(finding: Finding) -> str:
    """Say a finding in one line, its verdict first."""
    who = f"{finding.who}: " if finding.who else ""
    mend = f"; {finding.mend}" if finding.mend else ""
    return one_line(f"{finding.verdict}: {finding.name}: {who}{finding.found}{mend}", 400)


def refusal(view: RunView) -> str:
    """Say why the check of its model ended a run, in one line with the fix; empty where it did not."""
    snapshot = view.snapshot
    if snapshot.check is None or snapshot.outcome is not Outcome.FAILED:
        return ""
    return snapshot.reason if snapshot.reason == snapshot.check.refusal else ""


class Remarks:
    """Says what the check of a model found amiss, once, ahead of the run.

    Args:
        known: The check that is on record already, None for none.
        say: Takes each line.
    """

    def __init__(self, known: ModelCheck | None, say: Callable[[str], None]) -> None:
        self._known = known
        self._say = say

    def tell(self, view: RunView) -> None:
        """Look at a view of the run."""
        check = view.snapshot.check
        if check is None or check is self._known:
            return
        self._known = check
        for finding in () if check.refusal else check.findings:  # what ends the run is said at its end
            if finding.verdict is Verdict.WARNING or (finding.verdict, finding.name) == (Verdict.NOTE, "parameters"):
                self._say(remark(finding))
