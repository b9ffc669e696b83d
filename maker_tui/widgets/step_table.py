"""The steps of a run as a table of any length: only the rows in view are read, and those around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.events import Resize
from textual.message import Message

from maker_engine.core.facts import StepFacts
from maker_tui.figures import NONE, count, dollars, fit, ordinal, short
from maker_tui.roles import line
from maker_tui.widgets.cursor_pane import CursorPane

MOST_KEPT = 4_000
"""Rows kept before those out of view are forgotten."""
Column = tuple[str, int]
COLUMNS: tuple[Column, ...] = (
    ("step", 11), ("mark", 6), ("votes", 6), ("samples", 8), ("flags", 6), ("margin", 7), ("action", 26),
    ("tokens", 8), ("cost", 11), ("slowest", 9), ("rules", 24),
)  # fmt: skip
"""Columns with their cells, the gap before each included, those at the end left out where there is no room."""
_RIGHT = {"step", "votes", "samples", "flags", "margin", "tokens", "cost", "slowest"}


class StepTable(CursorPane):
    """Decided steps, all of them or those that were picked; the first line of the view names the columns."""

    class Wanted(Message):
        """Rows are to be read."""

        def __init__(self, steps: Sequence[int]) -> None:
            super().__init__()
            self.steps = steps

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("steps", id=id)
        self._total = 0
        self._picked: Sequence[int] | None = None
        self._rows: dict[int, StepFacts] = {}
        self._matches: set[int] | frozenset[int] = frozenset()

    @property
    def line_total(self) -> int:
        """A row a step."""
        return self._total if self._picked is None else len(self._picked)

    @property
    def step(self) -> int | None:
        """The step under the cursor, 0-based; None in an empty table."""
        return self.step_at(self._cursor) if self.line_total else None

    def step_at(self, row: int) -> int:
        """Return the step of a row."""
        return row if self._picked is None else self._picked[row]

    def show_steps(self, total: int, picked: Sequence[int] | None = None) -> None:
        """Show `total` steps, or those `picked`, ascending; they may become more."""
        if picked is self._picked and total == self._total and picked is None:
            return
        anew = picked is not self._picked
        self._total, self._picked = total, picked
        if anew:
            self._cursor = self._top = 0
        self.refresh()
        self.want()

    def take(self, rows: Iterable[StepFacts]) -> None:
        """Take rows in that were read, and ask for those around the view."""
        if len(self._rows) > MOST_KEPT:
            self._rows = {}
        self._rows |= {one.step: one for one in rows}
        self.refresh()
        self.want()

    def want(self) -> None:
        """Ask for the rows in view that have not been read; once they are there, for a page on either side of them."""
        height = max(1, self.size.height)
        for first, last in ((self.top, self.top + height), (self.top - height, self.top + 2 * height)):
            rows = range(max(0, first), min(self.line_total, last))
            missing = [step for row in rows if (step := self.step_at(row)) not in self._rows]
            if missing:
                self.post_message(self.Wanted(missing))
                return

    def scrolled(self) -> None:
        """Read what came into view."""
        self.want()

    def on_resize(self, event: Resize) -> None:
        """Keep the cursor in view, and fill the rows there is room for now."""
        super().on_resize(event)
        self.reveal()
        self.want()

    def row_at(self, index: int) -> Text:
        """Lay out one step."""
        step = self.step_at(index)
        facts = self._rows.get(step)
        if facts is None:
            return line(fit(ordinal(step), COLUMNS[0][1], right=True), (" …", "quiet"))
        return step_row(facts, self.size.width)


def columns_in(width: int) -> list[Column]:
    """Return the columns that fit."""
    fitting, used = [], 0
    for column in COLUMNS:
        used += column[1]
        if used > width:
            break
        fitting.append(column)
    return fitting


def heading_row(width: int) -> Text:
    """Name the columns."""
    return line(("".join(_cell(name, name, cells) for name, cells in columns_in(width)), "label"))


def step_row(facts: StepFacts, width: int) -> Text:
    """Lay out one step in `width` cells."""
    told = {
        "step": ordinal(facts.step),
        "votes": count(facts.votes),
        "samples": count(facts.samples),
        "flags": count(len(facts.flags)) if facts.flags else "",
        "margin": count(facts.margin),
        "action": facts.answer,
        "tokens": short(facts.tokens),
        "cost": dollars(facts.cost) if facts.cost is not None else NONE,
        "slowest": f"{facts.latency:.2f} s" if facts.latency else NONE,
        "rules": ", ".join(dict.fromkeys(facts.flags)),
    }
    parts: list[str | tuple[str, str]] = []
    for name, cells in columns_in(width):
        if name == "mark":
            text, role = marks_of(facts)
            parts.append((f" {text}{' ' * max(0, cells - 1 - cell_len(text))}", role))
        else:
            parts.append(_cell(name, told[name], cells))
    return line(*parts)


def marks_of(facts: StepFacts) -> tuple[str, str]:
    """Return what is remarkable about a step in glyphs, with the role of the gravest."""
    glyphs = [
        ("✖", "bad", facts.wrong),
        ("≠", "warn", facts.dissent),
        ("⚑", "warn", bool(facts.flags)),
        ("↻", "quiet", facts.failed),
        ("@", "accent", facts.person),
    ]
    there = [(glyph, role) for glyph, role, is_so in glyphs if is_so]
    return "".join(glyph for glyph, _ in there) or "·", there[0][1] if there else "quiet"


MARKS_TOLD = "✖ wrong  ≠ dissent  ⚑ flagged  ↻ failed calls  @ not by votes alone"


def _cell(name: str, text: str, cells: int) -> str:
    room = cells - 1
    return " " + fit(text, room, right=name in _RIGHT)
