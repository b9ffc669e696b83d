"""The sessions of the library in rows on the home screen: what each says, and which columns there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from maker_engine.printable import one_line
from maker_engine.sessions.library.listing import Order
from maker_tui.text.figures import count, count_of, dollars, fit, moment, short
from maker_tui.text.roles import line
from maker_tui.text.session_table import cost_of, task_word
from maker_tui.text.words import summary_word

if TYPE_CHECKING:
    from maker_engine.sessions.library.library import SessionSummary
    from maker_tui.text.words import Word

LEAST, NARROW, MIDDLE, WIDE = range(4)
TIERS = (0, 70, 92, 112)
"""From so many cells on there is room for the columns of each tier."""
MARKED = "● "
"""Precedes what is marked."""


class Column(NamedTuple):
    """One column on the home screen.

    Attributes:
        name: Its heading.
        cells: Its width in each tier; 0 for what is left, -1 where it is not shown.
        right: Its text is at its right.
    """

    name: str
    cells: tuple[int, int, int, int]
    right: bool = False


WHEN, TASK, LABEL, MODEL, K, OUTCOME, STEPS, COST = range(8)
COLUMNS = (
    Column("when", (6, 11, 11, 16)), Column("task", (-1, 7, 8, 8)), Column("name or problem", (0, 0, 0, 0)),
    Column("model", (9, 10, 12, 18)), Column("k", (2, 2, 2, 2), right=True), Column("outcome", (11, 13, 15, 15)),
    Column("steps", (9, 9, 9, 17), right=True), Column("cost", (-1, -1, 8, 8), right=True),
)  # fmt: skip
MARKS = {
    Order.NEWEST: (WHEN, " ▼"), Order.OLDEST: (WHEN, " ▲"), Order.NAME: (LABEL, " ▲"), Order.TASK: (TASK, " ▲"),
    Order.MODEL: (MODEL, " ▲"), Order.OUTCOME: (OUTCOME, " ▲"), Order.STEPS: (STEPS, " ▼"),
    Order.SAMPLES: (STEPS, " ▼"), Order.COST: (COST, " ▼"), Order.SIZE: (STEPS, " ▼"),
}  # fmt: skip
"""Which column an order goes by, and which way; for want of one, a figure is in the place of the steps."""
ORDER_WORDS = {
    Order.NEWEST: "newest first",
    Order.OLDEST: "oldest first",
    Order.NAME: "by name",
    Order.TASK: "by task",
    Order.MODEL: "by model",
    Order.OUTCOME: "by outcome",
    Order.STEPS: "most steps",
    Order.SAMPLES: "most samples",
    Order.COST: "costliest first",
    Order.SIZE: "largest first",
}


def tier_of(width: int) -> int:
    """Return which tier of columns there is room for in `width` cells."""
    return max(tier for tier, least in enumerate(TIERS) if width >= least)


def heading(width: int, order: Order) -> Text:
    """Name the columns, with a mark at the one that orders them."""
    names = [column.name for column in COLUMNS]
    place, mark = MARKS[order]
    if _in_place_of_steps(order, width):
        place, names[STEPS] = STEPS, order.value
    names[place] += mark
    return _row(names, ["quiet" if one != place else "strong" for one in range(len(names))], width)


def summary_line(
    summary: SessionSummary, width: int, order: Order = Order.NEWEST, *, marked: bool = False, with_suffix: bool = False
) -> Text:
    """Describe one session in one row.

    Args:
        summary: The session.
        width: Cells there are.
        order: What the list is ordered by.
        marked: It is one of those that were chosen.
        with_suffix: Another one would have the same row: the end of its file name is shown too.
    """
    tier = tier_of(width)
    word = summary_word(summary)
    before = MARKED if marked else ""
    when = _when(summary.created, tier)
    if summary.damaged is not None:
        cells = [when, task_word(summary), before + summary.path.name, "", "", str(word), "", ""]
        return _row(cells, ["quiet"] * len(cells), width)
    model = summary.model
    if summary.simulated:
        model = f"simulated: {summary.model}" if tier == WIDE else "simulated"
    label = summary.problem
    if summary.name:
        label = f"{summary.name} · {summary.problem}" if tier == WIDE else summary.name
    cells = [
        when, task_word(summary), before + label, model, "" if summary.k is None else str(summary.k),
        _outcome(word, tier), _figure(summary, order, width), cost_of(summary),
    ]  # fmt: skip
    roles = ["quiet", "plain", "strong" if summary.name else "plain", "plain", "plain", word.role, "plain", "plain"]
    mark = f" {summary.path.stem.rpartition('-')[2][-6:]}" if with_suffix else ""
    mark += f" ⋔{count(summary.forks)}" if summary.forks else ""
    return _row(cells, roles, width, mark)


def alike(sessions: Sequence[SessionSummary]) -> Collection[SessionSummary]:
    """Return the sessions whose rows would be the same as another's."""
    keys = [(int(one.created) // 60, one.task, one.problem, one.name, one.outcome, one.k, one.steps_done)
            for one in sessions]  # fmt: skip
    times = Counter(keys)
    return {one for one, key in zip(sessions, keys, strict=True) if times[key] > 1}


def detail_line(summary: SessionSummary) -> Text:
    """Show in one row what the list has no room for."""
    parts = [summary.damaged or "damaged"]
    if summary.damaged is None:
        parts = [summary.problem] if summary.name else []
        parts += [summary.model, count_of(summary.samples, "sample")]
        parts += [dollars(summary.cost_usd)] if summary.cost_usd is not None else []
        parts += [f"{count(summary.forks)} {'forks' if summary.forks > 1 else 'fork'}"] if summary.forks else []
    return line((" " + " · ".join(one_line(part) for part in (*parts, summary.path.name)), "quiet"))


def _in_place_of_steps(order: Order, width: int) -> bool:
    shown = COLUMNS[COST].cells[tier_of(width)] >= 0
    return order in (Order.SAMPLES, Order.SIZE) or (order is Order.COST and not shown)


def _when(created: float, tier: int) -> str:
    parts = moment(created)
    return parts if tier == WIDE else parts[5:10] if tier == LEAST else parts[5:]


def _outcome(word: Word, tier: int) -> str:
    """Write how a session ended so that it is not cut."""
    return f"{word.glyph} budget" if word.text == "out of budget" and tier < MIDDLE else str(word)


def _figure(summary: SessionSummary, order: Order, width: int) -> str:
    number = count if tier_of(width) == WIDE else short
    if _in_place_of_steps(order, width):
        return {Order.SAMPLES: number(summary.samples), Order.SIZE: f"{short(summary.size)}B"}.get(order) or cost_of(
            summary
        )
    return number(summary.steps_done) + (f"/{number(summary.steps)}" if summary.steps is not None else "")


def _row(cells: Sequence[str], roles: Sequence[str], width: int, mark: str = "") -> Text:
    """Set cells in columns; in the widest, a mark follows the text, which is cut for it if need be."""
    tier = tier_of(width)
    gap = "  " if tier == WIDE else " "
    shown = [place for place, column in enumerate(COLUMNS) if column.cells[tier] >= 0]
    spare = max(8, width - sum(COLUMNS[place].cells[tier] for place in shown) - len(gap) * (len(shown) - 1))
    row = line()
    for place in shown:
        room, text = COLUMNS[place].cells[tier], one_line(cells[place])
        if room:
            row.append(fit(text, room, right=COLUMNS[place].right), roles[place])
        else:
            cut = fit(text, min(cell_len(text), spare - len(mark)))
            row.append(cut, roles[place]).append(fit(mark, spare - cell_len(cut)), "accent")
        row.append(gap if place != shown[-1] else "")
    return row
