"""The table of steps in another order than the run's, and in windows of any width."""

from __future__ import annotations

import pytest

from maker_engine.sessions.queries.inspection import facts_of
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_tui.widgets.step_table import ORDER_KEYS, Order, StepTable, columns_in, heading_row
from tests.tui.looking import shown, typed, until
from tests.tui.recorded_run import FILE

STEPS = 63


def votes_of_steps() -> list[int]:
    task = open_saved(FILE, branch=0).task
    with Reader(FILE, 0) as reader:
        return [facts_of(stored, str).votes for stored in reader.steps(task)]


def in_table(app) -> list[int]:
    table = app.screen.query_one(StepTable)
    return [table.step_at(row) for row in range(table.line_total)]


async def test_a_column_orders_the_table_and_the_heading_says_so(app):
    """Rule: a capital orders by its column, most first; again turns it round, and a third time ends it."""
    votes = votes_of_steps()
    most = sorted(range(STEPS), key=lambda step: -votes[step])
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("t")
        await shown(pilot, f"steps · {STEPS}", "margin action")
        await pilot.press("V")
        await shown(pilot, "▼votes", f"step {most[0] + 1} of")
        await until(pilot, lambda: in_table(app) == most)
        await pilot.press("down", "enter")
        await shown(pilot, f"step {most[1] + 1} · decided")
        await pilot.press("t")
        await shown(pilot, "▼votes", "margin action")
        await pilot.press("V")
        await shown(pilot, "▲votes")
        await until(pilot, lambda: in_table(app) == sorted(range(STEPS), key=votes.__getitem__))
        await pilot.press("V")
        await until(pilot, lambda: in_table(app) == [*range(STEPS)])
        await pilot.press("o", "o")
        await shown(pilot, "▼samples")


async def test_what_is_narrowed_is_ordered_too(app):
    """Rule: an order holds for the steps that a filter keeps, whichever of the two came first."""
    votes = votes_of_steps()
    few = sorted((step for step in range(STEPS) if votes[step] > 5), key=lambda step: -votes[step])
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("t")
        await shown(pilot, f"steps · {STEPS}")
        await pilot.press("V", "ampersand")
        await typed(pilot, "votes>5")
        await pilot.press("enter")
        await shown(pilot, f"{len(few)} match votes>5", "▼votes")
        await until(pilot, lambda: in_table(app) == few)
        await pilot.press("ampersand", *["backspace"] * 7, "enter")
        await until(pilot, lambda: len(in_table(app)) == STEPS)


@pytest.mark.parametrize("total", [63, 1_048_575])
@pytest.mark.parametrize("width", [36, 56, 76, 96, 156])
def test_what_was_decided_stands_in_every_table(width, total):
    """Rule: at any width the action is there, and whatever the rows are ordered by; nothing is wider than the table."""
    for name in ("step", *ORDER_KEYS):
        order = Order(name, descending=True)
        columns = dict(columns_in(width, total, order))
        assert columns["action"] >= 12
        assert name in columns
        assert sum(columns.values()) <= width
        assert heading_row(width, total, order).cell_len <= width
    columns = dict(columns_in(56, 63))
    assert {"votes", "margin", "flags", "samples", "mark"} < set(columns), columns
    assert columns["step"] <= 6, "blanks in front of it"
