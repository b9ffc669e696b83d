"""A person works on the rows of a table by keys, blind, and can take an answer back."""

from __future__ import annotations

import pytest
from maker_tasks.records import Records

from maker_engine.records.decided import UNDECIDED, Decision
from maker_engine.records.people import REVIEW, Answers
from maker_engine.records.review import asked_of
from maker_tui.cli.review_here import ReviewApp
from maker_tui.runs.labelling import Desk, GoldList, ReviewList, Table, Terms
from tests.tui.looking import gone, screen_text, shown


def desk(folder, **terms):
    """Three undecided tickets, and gold."""
    task = Records.load({})
    led = Decision(None, UNDECIDED, margin=1, votes=11, leader="delivery")
    table = Table(task, task.problem.units, Answers(folder / "s.maker"), None)
    lists = [ReviewList(table, Terms("ann", **terms)), GoldList(table, Terms("ann", rows=2))]
    lists[0].review.extend(asked_of(task.problem.units, [(0, led), (1, led), (2, led)]))
    return Desk(table, lists, None, folder / "gold.csv")


async def test_a_table_is_reviewed_by_keys(tmp_path):
    """A number answers and is kept, u takes it back, n leaves a row for later, and the votes show only afterwards."""
    asked = desk(tmp_path).front.review
    at = desk(tmp_path)
    asked = at.front.review
    app = ReviewApp(at)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "T01", "Which desk")
        assert "ahead" not in screen_text(app)
        first = asked.labels()[0]
        await pilot.press("1")
        await shown(pilot, f"you said {first}", "delivery 1 ahead")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {"ann": first}
        await pilot.press("u")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {}
        await pilot.press("n", "a", *"nonsense", "enter")
        assert asked.answered == 0
        await pilot.press(*["backspace"] * 8, *"Billing", "enter", "2", "1")
        await shown(pilot, "That was all: 3 answers")
    again = desk(tmp_path).front.review
    assert again.left == 0, "what was answered before is not asked again"
