"""Figures read the same in every pane."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st
from rich.cells import cell_len

from maker_tui.text import figures


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0, "0.0 s"),
        (0.01, "< 0.1 s"),
        (0.44, "0.4 s"),
        (42, "42 s"),
        (59.6, "1:00"),
        (727, "12:07"),
        (3_753, "1:02:33"),
        (50 * 3_600, "2 d 2 h"),
        (math.inf, "∞"),
    ],
)
def test_durations_grow_in_units(seconds, text):
    """Rule: a span of time has the unit a person would use."""
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.95, "95 %"), (0.971, "97.1 %"), (0.99998, "99.998 %"), (1.0, "100 %"), (1e-7, "1.0e-07")],
)
def test_chances_keep_what_tells_them_from_certainty(value, text):
    """Rule: 99.998 % is not rounded to 100 %."""
    assert figures.chance(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "unknown"), (0, "$0.00"), (0.0123, "$0.012"), (0.00004, "$0.000040"), (1234.5, "$1,234.50")],
)
def test_small_prices_keep_two_digits(value, text):
    """Rule: a price is never rounded to nothing."""
    assert figures.dollars(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (950, "950"),
        (12_345, "12.3k"),
        (99_960, "100k"),
        (999_960, "1.0M"),
        (123_456, "123k"),
        (4.5e6, "4.5M"),
        (2e12, "2.0T"),
    ],
)
def test_short_numbers_take_five_cells(value, text):
    """Rule: large counts are told in at most five characters."""
    assert figures.short(value) == text


@given(st.floats(1 / 3_500, 9e5))
def test_a_speed_takes_twelve_cells(value):
    """Rule: down to a step an hour, however fast a run is, its speed is not cut in a pane of 80 columns."""
    assert len(figures.speed(value)) <= 12
    assert figures.speed(2_325) == "2.3k steps/s"


def test_counts_have_separators_and_no_limit():
    """Rule: a million is readable, 10^14 fits."""
    assert figures.count(1_048_575) == "1,048,575"
    assert figures.count(1e14) == "1.00e+14"
    assert figures.count(156_834_511) == "156,834,511"  # counted, and not estimated
    assert figures.ordinal(0) == "1"


@given(st.text(max_size=40), st.integers(0, 30))
def test_fitted_text_is_exactly_so_wide(text, width):
    """Rule: whatever the text, wide characters too, its cells are as many as asked for."""
    clean = "".join(character for character in text if cell_len(character) > 0)
    assert cell_len(figures.fit(clean, width)) == width
    assert cell_len(figures.fit(clean, width, right=True)) == width


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(0, 200))
def test_a_bar_is_exactly_so_wide(part, whole, width):
    """Rule: filled piece and rest make up the width, whatever the figures."""
    filled, rest = figures.bar(part, whole, width)
    assert len(filled) + len(rest) == width


def test_a_bar_is_full_only_at_the_end():
    """Rule: one short of a million is not full."""
    assert figures.bar(1_048_574, 1_048_575, 40)[1] or figures.bar(1_048_574, 1_048_575, 40)[0][-1] != "█"
    assert figures.bar(7, 7, 40) == ("█" * 40, "")


@pytest.mark.parametrize(("number", "written"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (1_500, "1,500 lines")])
def test_one_thing_is_not_several(number, written):
    """Rule: a count agrees with its noun."""
    assert figures.count_of(number, "line") == written
