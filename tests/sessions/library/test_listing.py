"""Searching, filtering and ordering: what holds for any library at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from maker_engine.sessions.library import listing as shelf
from maker_engine.sessions.library.library import SessionSummary
from maker_engine.sessions.library.listing import Facet, Order, View
from tests.support.shelves import shelves

orders = st.sampled_from(list(Order))
texts = st.text(st.sampled_from("aAbBsSeéＥ1 "), max_size=5)

ONE = SessionSummary(
    Path("/sessions/hanoi-20261123.maker"), "hanoi", "7 disks, peg 0 → 2", "openai/gpt-4.1-mini", False,
    "out_of_budget", 40, 127, 402, 1.0, name="Großer Turm",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "gross",
        "TURM",
        "hanoi",
        "7 disks",
        "mini gpt",
        "out of budget",
        "20261123",
        "real",
        "ｇｐｔ",
        "turm 0",
    ],
)
def test_a_session_is_found_by_anything_told_of_it(text: str) -> None:
    """Name, task, problem, model, outcome and file name are searched, in any case and any width of letters."""
    assert shelf.search([ONE], text) == [ONE]


@pytest.mark.parametrize("text", ["turm sorting", "simulated", "turmhanoi", "gpt-5", "/sessions", "turm\nhanoix"])
def test_a_session_that_lacks_a_word_is_not_found(text: str) -> None:
    """Every word must stand somewhere, and none across two of the places."""
    assert shelf.search([ONE], text) == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, "out of budget"),
        ({"outcome": None}, "interrupted"),
        ({"outcome": None, "busy": True}, "running"),
        ({"damaged": "broken", "busy": True}, "damaged"),
    ],
)
def test_every_session_has_an_outcome_in_words(changed: dict[str, object], named: str) -> None:
    """A session without an end is running or interrupted, and one that cannot be read is damaged."""
    assert shelf.outcome_name(replace(ONE, **changed)) == named  # type: ignore[arg-type]


@given(shelves, texts, texts)
def test_a_further_word_only_narrows(sessions: list[SessionSummary], text: str, more: str) -> None:
    """A search finds a part of the library in its order, and the words may come in any order."""
    found = shelf.search(sessions, text)
    both = shelf.search(sessions, f"{text} {more}")
    assert [one for one in sessions if one in found] == found
    assert [one for one in found if one in both] == both
    assert shelf.search(sessions, f"{more} {text}") == both == shelf.search(found, more)


@given(shelves, orders)
def test_an_order_loses_nothing(sessions: list[SessionSummary], order: Order) -> None:
    """An order only moves sessions about, and however they lay before they come to lie the same."""
    arranged = shelf.arrange(sessions, order)
    assert sorted(arranged, key=lambda one: one.path) == sorted(sessions, key=lambda one: one.path)
    assert shelf.arrange(list(reversed(arranged)), order) == arranged


@given(shelves)
def test_the_oldest_first_is_the_newest_first_backwards(sessions: list[SessionSummary]) -> None:
    """The two orders by time are each other's reverse."""
    newest = shelf.arrange(sessions, Order.NEWEST)
    assert [one.created for one in newest] == sorted((one.created for one in sessions), reverse=True)
    assert shelf.arrange(sessions, Order.OLDEST) == newest[::-1]


@given(shelves)
def test_the_most_come_first_and_among_equals_the_newest(sessions: list[SessionSummary]) -> None:
    """Steps and samples fall, tasks and models rise, damaged sessions come last, and ties go by time."""
    ranks = {
        Order.STEPS: lambda one: -one.steps_done,
        Order.SAMPLES: lambda one: -one.samples,
        Order.TASK: lambda one: one.task.casefold(),
        Order.MODEL: lambda one: one.model.casefold(),
        Order.OUTCOME: shelf.outcome_name,
    }
    for order, rank in ranks.items():
        arranged = shelf.arrange(sessions, order)
        keys = [(one.damaged is not None, rank(one), -one.created) for one in arranged]
        assert keys == sorted(keys)


@given(shelves, texts, st.sampled_from([{}, {Facet.KIND: "simulated"}, {Facet.TASK: "hanoi", Facet.KIND: "real"}]))
def test_a_choice_shows_as_many_sessions_as_it_says(
    sessions: list[SessionSummary], text: str, picks: dict[Facet, str]
) -> None:
    """Picked in the place of its facet's other value, it shows that many; no choice shows nothing."""
    view = View(text, picks)
    for choice in shelf.choices(sessions, view):
        shown = shelf.look(sessions, View(text, {**picks, choice.facet: choice.value}))
        assert len(shown) == choice.total > 0


@given(shelves)
def test_the_choices_of_a_facet_share_out_the_library(sessions: list[SessionSummary]) -> None:
    """Together they find each session once, and a value that all sessions share is not offered."""
    offered = shelf.choices(sessions, View())
    for facet in {choice.facet for choice in offered}:
        values = [choice.value for choice in offered if choice.facet is facet]
        found = [one.path for value in values for one in shelf.pick(sessions, {facet: value})]
        assert len(values) > 1
        assert sorted(found) == sorted(one.path for one in sessions if shelf.value_of(one, facet))


@given(st.sampled_from(Facet), st.sampled_from(["a", "b"]), st.sampled_from(["a", "b"]), texts, orders)
def test_picking_twice_puts_back(facet: Facet, value: str, other: str, text: str, order: Order) -> None:
    """A facet has one picked value at most; picking that one again takes it off, and nothing else changes."""
    view = View(text, {}, order)
    picked = shelf.toggled(view, facet, value)
    assert (picked.search, picked.order, dict(picked.picks)) == (text, order, {facet: value})
    assert shelf.toggled(picked, facet, value) == view
    assert dict(shelf.toggled(picked, facet, other).picks) == ({} if other == value else {facet: other})


@given(shelves, texts, orders)
def test_a_view_is_its_parts_in_any_order(sessions: list[SessionSummary], text: str, order: Order) -> None:
    """Searching, filtering and ordering do not depend on which of them comes first."""
    picks = {Facet.KIND: "simulated"}
    seen = shelf.look(sessions, View(text, picks, order))
    assert seen == shelf.search(shelf.pick(shelf.arrange(sessions, order), picks), text)
    assert View(text, {}, order).narrowed is bool(text.split())


def test_the_orders_go_round() -> None:
    """Each order follows another, and all come by before the first comes again."""
    order, seen = Order.NEWEST, []
    while order not in seen:
        seen.append(order)
        order = order.following
    assert (seen, order) == (list(Order), Order.NEWEST)


def test_five_thousand_sessions_are_searched_filtered_and_ordered_at_once() -> None:
    """Words, filter and order hold together in a large library."""
    sessions = [replace(ONE, path=Path(f"/sessions/run-{number}.maker"), created=number) for number in range(5_000)]
    assert len(shelf.look(sessions, View("turm run-49", {Facet.KIND: "real"}, Order.SAMPLES))) == 111
