"""A person reviews a table by keys, blind, and can take an answer back."""

from __future__ import annotations

import pytest
from maker_tasks.records import Records

from maker_engine.records.decided import UNDECIDED, Decision
from maker_engine.records.people import REVIEW, Answers
from maker_engine.records.review import Review
from maker_tui.cli.review_here import ReviewApp
from tests.tui.looking import shown


def review(folder):
    task = Records.load({})
    led = Decision(None, UNDECIDED, margin=1, votes=11, leader="delivery")
    return Review(task.problem.units, [(0, led), (1, led), (2, led)], Answers(folder / "s.maker"), "ann", 0)


async def test_a_table_is_reviewed_by_keys(tmp_path):
    """A number answers and is kept, u takes it back, n leaves a row for later, and the votes show only afterwards."""
    asked = review(tmp_path)
    app = ReviewApp(asked)
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "T01", "Which desk")
        assert asked.revealed == ""
        first = asked.labels()[0]
        await pilot.press("1")
        await shown(pilot, f"you said {first}", "delivery 1 ahead")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {"ann": first}
        await pilot.press("u")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {}
        await pilot.press("n", "a", *"nonsense", "enter")
        assert asked.answered == 0
        await pilot.press(*["backspace"] * 8, *"Billing", "enter", "2")
        await shown(pilot, "That was all: 2 answered")
    again = review(tmp_path)
    assert (len(again), again.unit.id) == (1, "T01"), "what was answered before is not asked again"


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
def test_the_review_looks_as_it_did(snap_compare, size, tmp_path):
    """A row, its labels by number, and what the votes said of the one before."""
    asked = review(tmp_path)

    async def ready(pilot) -> None:
        await shown(pilot, "T01")
        await pilot.press("1")
        await shown(pilot, "T02")

    assert snap_compare(ReviewApp(asked), terminal_size=size, run_before=ready)
