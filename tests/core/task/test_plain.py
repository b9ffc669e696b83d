"""What a task of three methods is shown and kept as, and what it is said not to offer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given, strategies as st

from maker_engine.core import offers
from maker_engine.core.answers import Choice, Integer, Record
from maker_engine.core.decomposition import Task, Vote
from maker_engine.core.errors import ProblemError, TaskError
from maker_engine.core.offers import Loadable, Presentable, Simulatable, Verifiable, WithDocuments, WithOracle
from maker_engine.core.responses import Prompt
from maker_engine.core.task import plain
from tests.support.toy import Count

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(), inner, max_size=3).map(Record),
    max_leaves=6,
)
PARTS = (Verifiable, WithOracle, Simulatable, Presentable, Loadable, WithDocuments)


class Place(NamedTuple):
    left: int
    seen: tuple[str, ...]


@dataclass(frozen=True)
class TwoWays(Task[Place, str]):
    """Choose a way, again and again. More is said below."""

    steps: int = 3
    ways: tuple[str, ...] = ("left", "right")

    def start(self) -> Place:
        return Place(self.steps, ())

    def step(self, state: Place) -> Vote | None:
        return Vote("Which way?", Choice(*self.ways)) if state.left else None

    def apply(self, state: Place, answer: str) -> Place:
        return Place(state.left - 1, (*state.seen, answer))


class HTTPRoute2Plan(TwoWays):
    pass


class Knowing(TwoWays):
    def oracle(self, state: Place) -> str:  # noqa: ARG002 - the same everywhere
        return "left"

    def verify(self, answers: Iterable[str]) -> list[str]:
        return [f"{one} is wrong" for one in answers if one != "left"]


@given(PLAIN)
def test_plain_values_come_back_from_json(value):
    """What JSON holds as it is, tuples and records come back as equals, whatever keys a record has."""
    again = plain.decode(json.loads(json.dumps(plain.encode(value))))
    assert again == value
    assert hash(again) == hash(value)


@pytest.mark.parametrize("key", ["maker", "kind"])
def test_a_record_with_the_engines_own_keys_is_kept_apart(key):
    """An answer cannot pass for a decision of another kind, whatever keys a model writes into it."""
    record = Record({key: "decimal", "value": "1"})
    assert plain.encode(record) == {"kind": "record", "value": {key: "decimal", "value": "1"}}
    assert plain.decode(plain.encode(record)) == record
    assert plain.decode(plain.encode(Decimal("1.50"))) == Decimal("1.50")


@pytest.mark.parametrize("value", [object(), float("nan"), {1}, b"a", (1, [2]), Decimal("NaN")])
def test_what_json_does_not_hold_is_named(value):
    """A state that cannot be kept as it is raises one line that says what to write."""
    with pytest.raises(TaskError, match="write `encode_state` and `decode_state`"):
        plain.encode_state(value)


def test_a_named_tuple_is_a_state():
    """The states of a task are of the kind of its first one, also after JSON."""
    task = TwoWays()
    state = task.apply(task.start(), "left")
    again = task.decode_state(task.encode_state(state))
    assert (again, type(again), again.seen) == (state, Place, ("left",))


def test_a_task_has_a_name_a_title_and_a_summary():
    """They are made of the class's name and the first line of its docstring; a subclass has its own."""
    assert (TwoWays.name, TwoWays.title) == ("two_ways", "Two ways")
    assert TwoWays.summary == "Choose a way, again and again. More is said below."
    assert (HTTPRoute2Plan.name, HTTPRoute2Plan.title) == ("http_route2_plan", "Http route2 plan")
    named = type("Named", (TwoWays,), {"name": "chosen"})
    assert type("Below", (named,), {}).name == "chosen"
    assert (Count.name, Count.title) == ("count", "Counting")
    assert TwoWays().label == 'steps 3, ways ["left", "right"]'


def test_a_problem_is_what_the_constructor_takes():
    """A problem goes to its source and back; what the constructor does not take is a one-line problem error."""
    task = TwoWays(5, ("a", "b"))
    assert TwoWays.load({}, task.source()) == task
    assert TwoWays.load({"steps": 2}).steps == 2
    for source in ("[]", "{", '{"stepz": 1}', '{"steps": 1, "steps": 2}', "\x1b[2J"):
        with pytest.raises(ProblemError) as refused:
            TwoWays.load({}, source)
        assert str(refused.value).isprintable()


def test_a_picture_shows_the_newest_where_there_is_no_room():
    """A plain picture has a line a field or part, cut to the columns; what has no room is counted."""
    drawn = plain.picture(tuple(f"line {number}" for number in range(9)), 20, 4).plain.split("\n")
    assert drawn == ["… 6 before", "line 6", "line 7", "line 8"]
    assert plain.picture(Place(2, ("a", "b")), 20, 4).plain == "left: 2\nseen: a, b"
    assert plain.picture((), 20, 4).plain == "nothing yet"
    assert plain.picture("x" * 50, 20, 4).plain == "x" * 19 + "…"


def test_what_a_task_offers_is_what_it_has_methods_for():
    """Three methods offer nothing beside; an oracle and a check are seen by their methods alone."""
    assert [part for part in PARTS if offers.offers(TwoWays, part)] == []
    assert [part for part in PARTS if offers.offers(Knowing, part)] == [Verifiable, WithOracle]
    assert Knowing.has_oracle
    assert [part for part in PARTS if not offers.offers(Count, part)] == [WithDocuments]


def test_a_prompt_of_ones_own_is_sent_as_it_is():
    """A text gets the sentence of the form; a prompt does not, and a step without a form is read by the task."""
    assert Vote("How many?", Integer()).prompt.user == f"How many?\n\n{Integer().sentence}"
    assert Vote(Prompt("s", "u"), Integer()).prompt == Prompt("s", "u")

    class Formless(TwoWays):
        def step(self, state: Place) -> Vote | None:  # noqa: ARG002 - always the same
            return Vote("Which way?")

    with pytest.raises(TaskError, match="give the step a form, or write `parse`"):
        Formless().parse(Place(1, ()), "left")
