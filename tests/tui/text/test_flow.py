"""Text that flows, and two texts side by side: nothing is lost, nothing is too wide, and what differs is marked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from rich.cells import cell_len

from maker_engine.printable import printable
from maker_tui.text.flow import (
    LEFT_ROLE,
    MOST_LINES,
    RIGHT_ROLE,
    changes,
    compared,
    differing,
    flowed,
    marked,
    new_lines,
    side_by_side,
)
from tests.support.growth import grows_with_length

TEXTS = st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from(" \n\tab字\x1b"), max_size=80)


@given(TEXTS, st.integers(2, 30))
@settings(max_examples=40)
def test_flowed_text_keeps_every_letter_and_its_width(text, width):
    """Rule: every line fits, and but for spaces at the breaks all letters are there in their order."""
    rows = flowed(marked(text, []), width)
    assert all(row.cell_len <= width for row in rows)
    assert "".join("".join(row.plain.split()) for row in rows) == "".join(printable(text, newlines=True).split())


@given(TEXTS, TEXTS)
@settings(max_examples=40)
def test_what_differs_is_marked_and_nothing_else(left, right):
    """Rule: the pieces make up both texts, and those not marked are the same on both sides."""
    pairs = list(compared(left, right))
    lines = [
        ["".join(text for text, _ in side) for side in sides if side is not None] for sides in zip(*pairs, strict=True)
    ]
    assert lines == [printable(text, newlines=True).split("\n") for text in (left, right)]
    for one, other in pairs:
        same = [[text for text, role in side or [] if role not in (LEFT_ROLE, RIGHT_ROLE)] for side in (one, other)]
        assert "".join(same[0]) == "".join(same[1])


@given(TEXTS, TEXTS, st.integers(9, 60))
@settings(max_examples=40)
def test_two_columns_keep_to_their_sides(left, right, width):
    """Rule: the rule between the columns stands in one column, whatever the texts hold."""
    half = (width - 3) // 2
    for row in side_by_side(left, right, width):
        before, _, _ = row.plain.partition(" │ ")
        assert row.cell_len <= width
        assert cell_len(before) >= half or "│" in left + right or " " in before


@given(TEXTS, TEXTS)
@settings(max_examples=40)
def test_changes_name_every_line_that_is_new_or_gone(before, after):
    """Rule: what came and what went is there in full; of equal texts nothing is."""
    rows = changes(before, after)
    assert sum(row[0][0] == "+ " for row in rows) == new_lines(before, after)
    same = printable(before, newlines=True) == printable(after, newlines=True)
    assert same is all(row[0][0] in ("  ", "  …") for row in rows)


def test_long_lines_are_compared_as_wholes():
    """Rule: lines too long to be compared by words are marked whole, so that no key waits for them."""
    left, right = "a " * 2_000, "b " * 2_000
    assert differing(left, right) == ([(left, LEFT_ROLE)], [(right, RIGHT_ROLE)])


def test_spans_are_cut_before_anything_is_made_printable():
    """Rule: a span of the raw text is that of the shown text, however many glyphs stand for a letter before it."""
    assert marked("\u202eab\x1bcd", [(3, 5, "target")]) == [("‹202E›ab", "plain"), ("␛c", "target"), ("d", "plain")]


@pytest.mark.parametrize("line", ["a", "", "a b c"])
def test_texts_of_many_lines_are_compared_in_linear_time(line):
    """Rule: beyond a bound lines are set beside each other in their order, so that no response stops the screen."""

    def work(size):
        texts = f"{line}\n" * size, f"x\n{line}\n" * (size // 2)
        return lambda: list(compared(*texts))

    assert grows_with_length(work, MOST_LINES)


def test_what_is_set_beside_each_other_loses_nothing():
    """Rule: beyond that bound too every line of both texts is there, equal ones plain."""
    left, right = "a\n" * MOST_LINES, "a\nb\n" * MOST_LINES
    pairs = list(compared(left, right))
    assert ["".join(bit for bit, _ in one) for one, _ in pairs if one is not None] == left.split("\n")
    assert ["".join(bit for bit, _ in other) for _, other in pairs if other is not None] == right.split("\n")
    assert pairs[0] == ([("a", "plain")], [("a", "plain")])
