"""The steps of a run as a table of any length: only the rows in view are read, and those around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.message import Message

from maker_engine.core.filters.facts import StepFacts
from maker_tui.text.figures import NONE, count, dollars, fit, ordinal, short
from maker_tui.text.roles import line
from maker_tui.widgets.cursor_pane import CursorPane

MOST_KEPT = 4_000
"""Rows kept before those out of view are forgotten."""
Column = tuple[str, int]
_CELLS = {
    "step": 6, "mark": 6, "votes": 6, "samples": 8, "flags": 6, "margin": 7, "action": 14, "tokens": 8, "cost": 11,
    "slowest": 9, "rules": 12,
}  # fmt: skip
"""The least cells of each column in the order of the row, the gap before it included."""
_FIRST = ("step", "action", "mark", "votes", "margin", "flags", "samples")
_THEN = ("tokens", "cost", "slowest", "rules")
"""Columns by what a narrow table needs most; those of the second line once an action can be read whole."""
ACTION_CELLS, MOST_RULES = 26, 40
_RIGHT = {"step", "votes", "samples", "flags", "margin", "tokens", "cost", "slowest"}
_SIGNS = {True: "▼", False: "▲"}


class Order(NamedTuple):
    """What the rows are ordered by: the name of a column, and whether the largest is first."""

    name: str = "step"
    descending: bool = False


IN_STEPS = Order()
ORDER_KEYS = {"votes": "V", "samples": "A", "flags": "R", "margin": "M", "tokens": "T", "cost": "C", "slowest": "D"}


class StepTable(CursorPane, inherit_bindings=False):
    """Decided steps, all of them or those that were picked; the first line of the view names the columns."""

    KEY_SCOPE = "steps"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CursorPane.BINDINGS,
        Binding("o", "next_order", "next order", show=False, tooltip="order (sort) the steps by the next column"),
        *(
            Binding(key, f"order('{name}')", f"by {name}", show=False,
                    tooltip=f"order the steps by {name}; again turns the order round, and then ends it")
            for name, key in ORDER_KEYS.items()
        ),
    ]  # fmt: skip

    class Wanted(Message):
        """Rows are to be read."""

        def __init__(self, steps: Sequence[int]) -> None:
            super().__init__()
            self.steps = steps

    class OrderAsked(Message):
        """The steps are to be ordered."""

        def __init__(self, order: Order) -> None:
            super().__init__()
            self.order = order

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("steps", id=id)
        self._total = 0
        self._picked: Sequence[int] | None = None
        self._order = IN_STEPS
        self._rows: dict[int, StepFacts] = {}

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

    def show_steps(self, total: int, picked: Sequence[int] | None = None, order: Order = IN_STEPS) -> None:
        """Show `total` steps, or those `picked`, in `order`; they may become more."""
        if picked is self._picked and total == self._total and picked is None:
            return
        anew = order != self._order or (order == IN_STEPS and picked is not self._picked)
        self._total, self._picked, self._order = total, picked, order
        if anew:
            self._cursor = self._top = 0
        self._cursor = max(0, min(self._cursor, self.line_total - 1))
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
        columns = columns_in(self.size.width, self._total, self._order)
        if facts is None:
            number = fit(ordinal(step), columns[0][1], right=True) if columns else ""
            return line(number, (" …", "quiet"))
        return step_row(facts, columns)

    def action_order(self, name: str) -> None:
        """Order by a column, the most remarkable first; then the other way round; then by step again."""
        first = Order(name, descending=name != "margin")
        turned = first._replace(descending=not first.descending)
        after = {first: turned, turned: IN_STEPS}
        self.post_message(self.OrderAsked(after.get(self._order, first)))

    def action_next_order(self) -> None:
        """Order by the next column, after the last one by step again."""
        names = [IN_STEPS.name, *ORDER_KEYS]
        name = names[(names.index(self._order.name) + 1) % len(names)]
        self.post_message(self.OrderAsked(IN_STEPS if name == IN_STEPS.name else Order(name, name != "margin")))


def columns_in(width: int, total: int, order: Order = IN_STEPS) -> list[Column]:
    """Return the columns that fit, with their cells, for a run of `total` steps in `order`."""
    cells = _CELLS | {"step": max(_CELLS["step"], len(count(total)) + 1)}
    room, chosen = width, dict[str, int]()
    for name in dict.fromkeys([*_FIRST[:2], order.name, *_FIRST, "", *_THEN]):
        if not name:  # an action is widened before columns come in that show less
            more = max(0, min(ACTION_CELLS - chosen.get("action", ACTION_CELLS), room))
        else:
            more = cells[name]
            if more > room:
                break
        chosen[name or "action"] = chosen.get(name or "action", 0) + more
        room -= more
    if "rules" in chosen:
        chosen["rules"] = min(MOST_RULES, chosen["rules"] + room)
    return [(name, chosen[name]) for name in _CELLS if name in chosen]


def heading_row(width: int, total: int, order: Order = IN_STEPS) -> Text:
    """Name the columns, the one that the rows are ordered by with a sign of its direction."""
    sign = "" if order == IN_STEPS else _SIGNS[order.descending]
    parts: list[str | tuple[str, str]] = []
    for name, cells in columns_in(width, total, order):
        ordered = name == order.name and sign != ""
        parts.append((fit(f"{sign}{name}", cells, right=True), "strong") if ordered
                     else (_cell(name, name, cells), "label"))  # fmt: skip
    return line(*parts)


def step_row(facts: StepFacts, columns: Iterable[Column]) -> Text:
    """Lay out one step in columns."""
    texts = {
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
    for name, cells in columns:
        if name == "mark":
            text, role = marks_of(facts)
            parts.append((f" {text}{' ' * max(0, cells - 1 - cell_len(text))}", role))
        else:
            parts.append(_cell(name, texts[name], cells))
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


MARKS_LEGEND = "✖ wrong  ≠ dissent  ⚑ flagged  ↻ failed calls  @ not by votes alone"


def _cell(name: str, text: str, cells: int) -> str:
    room = cells - 1
    return " " + fit(text, room, right=name in _RIGHT)
