"""Keys say what has to be asked again: they are equal where the prompts are, and a change touches only its own."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from random import Random

from hypothesis import given, settings, strategies as st

from maker_engine.labelling.codebook import Codebook, read_codebook
from maker_engine.labelling.keys import keys_kept, keys_of, packed
from maker_engine.labelling.units import Units
from maker_engine.labelling.wording import vote_on
from maker_engine.tables.opening import table_of

COLUMNS = ("id", "text", "note", "aside")
BOOK = {
    "id": "id",
    "show": ["text", "note"],
    "about": "Rows.",
    "fields": {
        "kind": {"question": "Which? {text}", "labels": {"a": "one", "b": "two", "c": ""}, "rules": ["a first"]},
        "tags": {"form": "several", "labels": ["x", "y", "z"]},
        "size": {"form": "number", "low": 0},
        "part": {"form": "span", "of": "text", "wordings": ["Which part?"], "question": "What?"},
    },
}
FIELDS = [*BOOK["fields"]]
CHANGES = {
    "kind": [{"rules": ["b first"]}, {"labels": {"a": "one", "b": "two", "c": "", "d": ""}}, {"unknown": False},
             {"question": "Which one? {text}"}, {"examples": [{"row": "r", "answer": "a"}]},
             {"labels": {"a": "one", "b": "other", "c": ""}}, {"wordings": ["What kind?"]}],
    "tags": [{"least": 1}, {"labels": ["x", "y"]}, {"question": "Tags?"}],
    "size": [{"low": 1}, {"places": 2}, {"unknown": False}, {"high": 9}],
    "part": [{"of": "note"}, {"wordings": ["Which?"]}, {"wordings": []}],
}  # fmt: skip


def rows(number: int) -> list[list[str]]:
    return [[f"r{one}", f"text {one}", "note" if one % 2 else "", f"aside {one}"] for one in range(number)]


def units(table: list[list[str]], book: dict = BOOK) -> Units:
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *table])
    return Units(table_of("t.csv", out.getvalue().encode()), read_codebook(book))


def by_thing(made: Units, seed: int = 0) -> dict[tuple[str, str], int]:
    found = zip(range(len(made)), keys_of(made, seed), strict=True)
    return {(made[number].id, made[number].field.name): key for number, key in found}


def prompts(made: Units, seed: int = 0) -> dict[tuple[str, str], tuple[object, ...]]:
    """All that decides what is sent and how it is read."""
    votes = {number: vote_on(made[number], made.codebook, made.shown, seed) for number in range(len(made))}
    return {
        (made[number].id, made[number].field.name): (vote.prompt, vote.wordings, json.dumps(vote.form.schema()))
        for number, vote in votes.items()
    }


def changed(one: dict, other: dict) -> set:
    return {thing for thing in one.keys() & other.keys() if one[thing] != other[thing]}


@given(st.sampled_from([(name, change) for name, changes in CHANGES.items() for change in changes]))
@settings(max_examples=17, deadline=None)
def test_an_edit_of_a_field_touches_its_own_pairs_alone(edit: tuple[str, dict]) -> None:
    """Whatever is changed of one field, all of its keys are others, and no other field's."""
    name, change = edit
    book = BOOK | {"fields": {**BOOK["fields"], name: BOOK["fields"][name] | change}}
    before, after = by_thing(units(rows(4))), by_thing(units(rows(4), book))
    assert changed(before, after) == {thing for thing in before if thing[1] == name}
    assert changed(prompts(units(rows(4))), prompts(units(rows(4), book))) <= changed(before, after)


@given(st.integers(0, 2**32), st.lists(st.tuples(st.integers(0, 5), st.sampled_from([1, 2, 3])), max_size=3))
@settings(max_examples=20, deadline=None)
def test_a_table_that_is_mixed_and_edited_touches_the_edited_rows_alone(
    seed: int, edits: list[tuple[int, int]]
) -> None:
    """Rows that moved, and fields and rows that came or went, leave the keys of the others as they are."""
    table = rows(6)
    before = by_thing(units(table))
    for row, column in edits:
        table[row][column] += "!"  # column 3 is one that no agent sees
    Random(seed).shuffle(table)
    book = BOOK | {"fields": {"new": {"labels": ["p", "q"]}, **BOOK["fields"]}}
    after = by_thing(units([*table[:3], ["extra", "t", "n", "s"], *table[3:]], book))
    assert {thing[0] for thing in changed(before, after)} == {f"r{row}" for row, column in edits if column < 3}
    assert before.keys() <= after.keys()


@given(st.integers(0, 3), st.integers(0, 3), st.data())
@settings(max_examples=30, deadline=None)
def test_equal_keys_are_of_equal_prompts(one: int, other: int, data: st.DataObject) -> None:
    """Where two keys are equal, so are the prompts with all wordings and the form of the answer."""
    books = [BOOK]
    for _ in range(2):
        name = data.draw(st.sampled_from(FIELDS))
        change = data.draw(st.sampled_from(CHANGES[name]))
        last = books[-1]["fields"]
        books.append(BOOK | {"fields": {**last, name: last[name] | change}})
    book = data.draw(st.sampled_from(books))
    first, second = units(rows(3)), units(rows(3), book)
    keys = by_thing(first, one), by_thing(second, other)
    read = prompts(first, one), prompts(second, other)
    for thing in keys[0].keys() & keys[1].keys():
        if keys[0][thing] == keys[1][thing]:
            assert read[0][thing] == read[1][thing]


def test_another_order_of_labels_touches_what_has_an_order() -> None:
    """Another seed changes the keys of closed lists and of wordings, and of nothing else."""
    before, after = by_thing(units(rows(2)), 0), by_thing(units(rows(2)), 1)
    assert {thing[1] for thing in changed(before, after)} == {"kind", "tags", "part"}


def test_digests_that_are_kept_give_the_keys_without_the_table() -> None:
    """What a session keeps of a large table is enough for its keys, by the codebook of then or a later one."""
    made = units(rows(5))
    kept = json.loads(json.dumps(packed(made)))
    assert [*keys_kept(kept, made.codebook, 3)] == [*keys_of(made, 3)]
    fewer: Codebook = replace(made.codebook, fields=made.codebook.fields[:1])
    assert [*keys_kept(kept, fewer, 0)] == [*keys_of(made, 0)][:: len(FIELDS)]
