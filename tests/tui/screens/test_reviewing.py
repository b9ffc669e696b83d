"""A person works on the rows of a table by keys, blind, and can take an answer back."""

from __future__ import annotations

import pytest
from maker_tasks.records import Records
from textual.events import Paste

from maker_engine.records.decided import UNDECIDED, Decision
from maker_engine.records.people import REVIEW, Answer, Answers
from maker_engine.records.review import asked_of
from maker_tui.cli.review_here import ReviewApp
from maker_tui.runs.labelling import GoldList, Labelling, LabellingSettings, ReviewList, Table
from maker_tui.screens import reviewing
from maker_tui.screens.reviewing import Reviewing
from maker_tui.settings.keymap import bindings_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.review_lines import LETTERS, asked_lines, keys_of_labels
from tests.tui.looking import screen_text, shown


def labelling(folder, **settings):
    """Three undecided tickets, and gold."""
    task = Records.load({})
    led = Decision(None, UNDECIDED, margin=1, votes=11, leader="delivery")
    table = Table(task, task.problem.units, Answers(folder / "s.maker"), None)
    lists = [ReviewList(table, LabellingSettings("ann", **settings)), GoldList(table, LabellingSettings("ann", rows=2))]
    lists[0].review.extend(asked_of(task.problem.units, [(0, led), (1, led), (2, led)]))
    return Labelling(table, lists, None, folder / "gold.csv")


async def test_a_table_is_reviewed_by_keys(tmp_path):
    """A number answers and is kept, u takes it back, n leaves a row for later, and the votes show only afterwards."""
    at = labelling(tmp_path)
    asked = at.front.review
    app = ReviewApp(at)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.title == "maker"
        await shown(pilot, "T01", "Which desk")
        assert "ahead" not in screen_text(app)
        first = asked.labels()[0]
        await pilot.press("1")
        await shown(pilot, f"you said {first}", "delivery 1 ahead")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {"ann": first}
        await pilot.press("u")
        assert Answers(tmp_path / "s.maker").of(REVIEW, "T01", "category") == {}
        await pilot.press("n", "a", *"nonsense", "enter")
        await shown(pilot, "no answer here")
        assert asked.answered == 0
        await pilot.press(*["backspace"] * 8, *"Billing", "enter", "2", "1")
        await shown(pilot, "That was all: 3 answers")
    assert labelling(tmp_path).front.review.left == 0, "what was answered before is not asked again"


async def test_no_answer_is_for_a_row_that_was_not_seen(tmp_path, monkeypatch):
    """Where another person answers the row in view, neither what is being typed nor a key is taken for the next one."""
    monkeypatch.setattr(reviewing, "REACTION_S", 1e9)
    at = labelling(tmp_path)
    async with ReviewApp(at).run_test(size=(80, 24), notifications=True) as pilot:
        await shown(pilot, "T01")
        await pilot.press("a", *"billing")
        Answers(tmp_path / "s.maker").add([Answer(REVIEW, "T01", "category", "account", "ben")])
        await shown(pilot, "T02", "another person has answered T01")
        await pilot.press("enter")
        await shown(pilot, "meanwhile")
        await pilot.press("escape", "1")
        assert at.front.review.answered == 0


async def test_several_labels_and_typed_answers(tmp_path):
    """Keys mark labels where several may apply, enter answers those, and what is no answer is said to be none."""
    (tmp_path / "rows.csv").write_text("n,text\n1,one\n2,two\n")
    fields = "{several: {form: several, labels: [red, green], rules: [Red first.]}, facts: {form: json, schema: {}}}"
    task = Records.load({"rows": str(tmp_path / "rows.csv")}, f"id: n\nfields: {fields}")
    table = Table(task, task.problem.units, Answers(tmp_path / "s.maker"), None)
    asked = ReviewList(table, LabellingSettings("ann"))
    asked.review.extend(asked_of(task.problem.units, [(step, None) for step in range(4)]))
    first = asked.review.labels()[0]
    app = ReviewApp(Labelling(table, [asked], None, None))
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "○ red", "○ green", "1. Red first.", "enter answer those")
        await pilot.press("1", "2")
        await shown(pilot, "● red", "● green")
        await pilot.press("2", "enter")
        for nonsense in ("[" * 15_000, "9" * 5_000):
            await pilot.press("a")
            app.screen.on_paste(Paste(nonsense))
            await pilot.press("enter")
            await shown(pilot, "no answer here")
            await pilot.press("escape")
        await pilot.press("n", "enter")
        await shown(pilot, "2 answered")
    kept = Answers(tmp_path / "s.maker").by_thing(REVIEW)
    assert kept == {("1", "several"): {"ann": first}, ("2", "several"): {"ann": "none"}}


async def test_two_people_share_the_rows_and_are_compared(tmp_path):
    """With two people a row each is asked of both, under names of theirs, and how far they agree is shown."""
    app = ReviewApp(labelling(tmp_path))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("M", "backspace", "2", "enter", "1", "1", "I", *["backspace"] * 3, *"ben", "enter")
        await shown(pilot, " · ben", "0 answered, 3 left")
        await pilot.press("1", "2")
        await shown(pilot, "2 people on 2 of the same: κ")


def test_labels_behind_the_ninth_have_letters_that_do_nothing_else():
    """Each of twenty labels has a key of its own, and none takes one from the screen or its panes."""
    keys = keys_of_labels([str(number) for number in range(20)])
    assert len({*keys}) == 20
    bound = {key for owner in (Reviewing, LinePane) for one in bindings_of(owner) for key in one.key.split(",")}
    assert bound.isdisjoint({*"123456789", *LETTERS})


@pytest.mark.parametrize(("labels", "words"), [(3, 900), (40, 9)], ids=["a long row", "many labels"])
def test_the_row_and_its_labels_are_in_view_together(tmp_path, labels, words):
    """Labels come before a long row; many are in columns; either way both begin in the lines that there are."""
    (tmp_path / "rows.csv").write_text(f"n,text\n1,{'word ' * words}\n")
    names = [f"label{number}" for number in range(labels)]
    task = Records.load({"rows": str(tmp_path / "rows.csv")}, f"id: n\nfields: {{f: {{labels: {names}}}}}")
    asked = ReviewList(Table(task, task.problem.units, Answers(tmp_path / "s.maker"), None), LabellingSettings("ann"))
    asked.review.extend(asked_of(task.problem.units, [(0, None)]))
    shown_first = "\n".join(line.plain for line in asked_lines(asked, (76, 21))[:21])
    assert all(word in shown_first for word in ("text: word", "unknown", *names))


@pytest.mark.parametrize("size", [(80, 24), (160, 45)], ids=["80x24", "160x45"])
def test_the_review_looks_as_it_did(snap_compare, size, tmp_path):
    """A row, its labels by key, what the votes said of the one before, and how long the lists are."""
    asked = labelling(tmp_path)

    async def ready(pilot) -> None:
        await shown(pilot, "T01")
        await pilot.press("1")
        await shown(pilot, "T02", "you said")

    assert snap_compare(ReviewApp(asked), terminal_size=size, run_before=ready)
