"""The red-flag pane: which responses were discarded, by which rule, why, and the offending bit of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.events import Resize

from maker_engine.core.record.snapshot import FlagRecord, Snapshot
from maker_engine.printable import one_line, printable
from maker_tui.text.figures import count, ordinal
from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import LinePane

WIDE_CELLS = 64
"""From this width on the reason and the excerpt share a row."""


@dataclass(slots=True)
class _Shown:
    """What is in the log: the tail of the run's flags, and how many older ones are only in the session."""

    records: tuple[FlagRecord, ...] = ()
    older: int = 0


class RedFlagLog(LinePane):
    """Newest at the bottom; follows the tail until it is scrolled up, and again when it is scrolled back down."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("red flags", id=id, classes=classes)
        self._all = _Shown()
        self._kept: Sequence[FlagRecord] = ()
        self._rule: str | None = None
        self._following = True

    @property
    def rule(self) -> str | None:
        """The rule the log is narrowed to, None for all."""
        return self._rule

    @property
    def following(self) -> bool:
        """True while new flags bring themselves into view."""
        return self._following

    def show_flags(self, snapshot: Snapshot) -> None:
        """Show the red flags of `snapshot`."""
        records, older = snapshot.flags, snapshot.totals.flagged - len(snapshot.flags)
        if older == self._all.older and len(records) == len(self._all.records):
            return
        dropped = self._all.records[: max(0, older - self._all.older)]
        self._all = _Shown(records, older)
        self._sift(gone=sum(self._keeps(record) for record in dropped))

    def cycle_rule(self) -> str | None:
        """Narrow to the next rule present, after the last one to all again; return it."""
        rules = sorted({record.flag.rule for record in self._all.records})
        choices = [None, *rules]
        self._rule = choices[(choices.index(self._rule) + 1) % len(choices)] if self._rule in choices else None
        self._following = True
        self._sift()
        return self._rule

    @property
    def line_total(self) -> int:
        """Two or three lines a flag, or one that says there is none."""
        return len(self._kept) * self._rows_each or 1

    @property
    def _rows_each(self) -> int:
        return 2 if self.size.width >= WIDE_CELLS else 3

    def line_at(self, index: int) -> Text:
        """Lay out one line of one flag; only those in view are ever laid out."""
        if not self._kept:
            return line(("no response was flagged yet", "quiet"))
        place, row = divmod(index, self._rows_each)
        return record_lines(self._kept[place], self.size.width)[row]

    def on_resize(self, _event: Resize) -> None:
        """Keep the tail in view."""
        self._sift()

    def scrolled(self) -> None:
        """Follow the tail exactly while it is in view."""
        self._following = self._top >= self.furthest
        self._tell()

    def _keeps(self, record: FlagRecord) -> bool:
        return self._rule is None or record.flag.rule == self._rule

    def _sift(self, gone: int = 0) -> None:
        records = self._all.records
        self._kept = records if self._rule is None else [record for record in records if self._keeps(record)]
        # An unwatched tail runs away below; what is being read stays where it is while old flags leave above.
        top = self.furthest if self._following else self._top - gone * self._rows_each
        self._top = max(0, min(top, self.furthest))
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        total = len(self._kept) + (self._all.older if self._rule is None else 0)
        heading = f"red flags · {count(total)}" if total else "red flags"
        footing = [f"only {printable(self._rule)}"] if self._rule else []
        if not self._following:
            below = len(self._kept) - (self._top + self.size.height) // self._rows_each
            footing.append(f"{count(max(1, below))} more below")
        self.entitle(heading, " · ".join(footing))


def record_lines(record: FlagRecord, width: int) -> list[Text]:
    """Lay out one flag: where and by which rule; why; the offending bit."""
    step, sample, rule = ordinal(record.step), ordinal(record.sample), one_line(record.flag.rule, 24)
    places = (f"step {step} · sample {sample}", f"step {step} · #{sample}")
    room = width - len(f"⚑  · {rule}")
    place = next((words for words in places if len(words) <= room), places[-1])
    head = line(("⚑ ", "warn"), place, (" · ", "quiet"), (rule, "warn"))
    bit = one_line(record.flag.excerpt)
    reason, shown = f"  {one_line(record.flag.reason)}", (f"  “{bit}”" if bit else "", "quiet")
    return [head, line(reason, shown)] if width >= WIDE_CELLS else [head, line(reason), line(shown)]
