"""What people answer is kept a line at a time, blind or not, and nobody is asked what enough others have answered."""

from __future__ import annotations

import pytest
from maker_tasks.records import Records

from maker_engine.core.errors import InputError
from maker_engine.records.decided import UNDECIDED, Decision
from maker_engine.records.people import GOLD, REVIEW, Answer, Answers
from maker_engine.records.quality import agreement_of, agreement_words
from maker_engine.records.review import Review, asked_of
from maker_engine.records.sheets import drawn_rows, read_sheet
from maker_engine.tables.opening import table_of

LED = Decision(None, UNDECIDED, margin=1, votes=11, leader="delivery")
UNITS = Records.load({}).problem.units


def review(people, who, needs=1, asked=3):
    made = Review(UNITS, people, REVIEW, who, needs=needs)
    made.extend(asked_of(UNITS, ((step, LED) for step in range(asked))))
    return made


def test_a_row_is_asked_of_as_many_people_as_are_to_answer_it(tmp_path):
    """With two a row, a third is not asked; what others answer meanwhile is left out; each is known by name."""
    ann, ben = (review(Answers(tmp_path / "s.maker"), who, needs=2) for who in ("ann", "ben"))
    for one in (ann, ben):
        assert all(one.answer("billing") for _ in range(3 - (one is ben)))
        assert (one.left, one.unit is None) == ((0, True) if one is ann else (1, False))
    eve = review(Answers(tmp_path / "s.maker"), "eve", needs=2)
    assert (eve.left, eve.open, len(eve)) == (1, 1, 3)
    assert ben.answer("account")
    assert eve.catch_up()
    assert (eve.left, eve.open) == (0, 0)
    eve.rename("ann")
    assert eve.left == 0
    assert (eve.agreement.people, eve.agreement.things) == (2, 3)


def test_an_answer_given_anew_after_the_votes_were_seen_is_not_blind(tmp_path):
    """It counts as the person's answer, and not for how far people agree."""
    people = Answers(tmp_path / "s.maker")
    one = review(people, "ann")
    assert one.revealed == ""
    assert one.answer("billing")
    assert "delivery 1 ahead" in one.revealed
    assert one.undo()
    assert (one.revealed, one.left) == ("", 3)
    assert one.answer("delivery")
    assert people.settled("T01", "category") == "delivery"
    assert people.by_thing(REVIEW, blind=True) == {}
    one.skip()
    assert one.unit.id == "T03"
    one.seal()
    assert not one.undo()


def test_a_line_that_a_crash_cut_off_loses_nothing_else(tmp_path):
    """Half a line is no answer and no error; another's line that is none is an error that names it."""
    people = Answers(tmp_path / "s.maker")
    people.add([Answer(REVIEW, "T01", "category", "billing", "ann")])
    with people.path.open("a") as file:
        file.write('{"kind": "review", "id": "T0')
    again = Answers(tmp_path / "s.maker")
    again.add([Answer(REVIEW, "T02", "category", "account", "ann")])
    assert [*Answers(tmp_path / "s.maker").by_thing(REVIEW)] == [("T01", "category"), ("T02", "category")]
    with people.path.open("a") as file:
        file.write("what?\n")
    with pytest.raises(InputError, match="line 4 of"):
        Answers(tmp_path / "s.maker")


def test_gold_is_what_most_people_say_of_rows_drawn_at_random(tmp_path):
    """A larger sample begins with a smaller one; where people are level there is no gold."""
    assert drawn_rows(UNITS, 60, 1)[:5] == drawn_rows(UNITS, 5, 1) != drawn_rows(UNITS, 5, 2)
    people = Answers(tmp_path / "s.maker")
    said = [("T01", "ann", "billing"), ("T01", "ben", "account"), ("T02", "ann", "billing")]
    people.add([Answer(GOLD, row, "category", answer, who) for row, who, answer in said])
    assert people.gold() == {"T02": {"category": "billing"}}


def sheet(text):
    return read_sheet(table_of("q.csv", f"maker_id,maker_field,answer,reviewer\n{text}".encode()), UNITS, REVIEW, "eve")


def test_a_sheet_of_several_people_keeps_each_answer_and_none_that_contradicts_itself():
    """One row answered by two people is two answers; one person's two answers that differ are refused by their line."""
    both = sheet("T01,category,billing,ann\nT01,category,account,ben\nT01,category,account,ben\n")
    assert [(one.answer, one.reviewer) for one in both] == [("billing", "ann"), ("account", "ben")]
    with pytest.raises(InputError, match="line 3 of the sheet answers 'T01' once more, and otherwise than line 2"):
        sheet("T01,category,billing,\nT01,category,account,\n")


def test_two_are_compared_by_kappa_and_more_by_alpha():
    """Of two people κ is said, of more α, and nothing where no two have answered the same."""
    two = [{"a": "x", "b": "x"}, {"a": "y", "b": "y"}, {"a": "x", "b": "y"}, {"a": "x"}]
    assert agreement_words(agreement_of(two)) == "2 people on 3 of the same: κ = 0.400"
    assert "α = " in agreement_words(agreement_of([*two, {"a": "x", "c": "x"}]))
    assert agreement_words(agreement_of([{"a": "x"}, {"b": "x"}])) == ""
