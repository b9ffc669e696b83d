"""The schedule picture: bars over time on lanes, within any room, whatever the labels are."""

from __future__ import annotations

from hypothesis import given, strategies as st
from rich.cells import cell_len

from maker_engine.core.decomposition import ROLES
from maker_engine.core.task.timeline import Span, draw_timeline, slotted
from tests.support.driving import modest

SPANS = st.builds(
    Span,
    st.sampled_from(["", "db", "host 2", "日本語", "\x1b[31m"]),
    st.text(max_size=20),
    st.floats(0, 1e6),
    st.one_of(st.none(), st.floats(0, 1e6)),
    st.sampled_from(ROLES),
    st.booleans(),
)


@modest
@given(st.lists(SPANS, max_size=40), st.integers(20, 160), st.integers(4, 40), st.none() | st.floats(-10, 1e6))
def test_it_fits_whatever_happened(spans, columns, rows, mark):
    """Any spans fit the room in cells and lines, printable, in roles alone."""
    text = draw_timeline(spans, columns, rows, mark=mark)
    lines = text.plain.split("\n")
    assert len(lines) <= rows
    assert all(cell_len(line) <= columns and line.isprintable() for line in lines)
    assert {str(one.style) for one in text.spans} <= set(ROLES)


def test_what_overlaps_is_on_slots_of_its_own():
    """Spans without a lane share a slot only where one ends before the other begins; what goes on keeps its slot."""
    spans = [Span("", "a", 0, 2), Span("", "b", 1, None), Span("", "c", 2, 3), Span("", "d", 2.5, 4)]
    assert [span.lane for span in slotted(spans)] == ["slot 1", "slot 2", "slot 1", "slot 3"]


def test_it_reads_as_it_was():
    """Bars stand where they began and ended by the clock above them, with their labels, and open ones go on to now."""
    spans = [Span("db", "insert", 0, 5, "hue.1"), Span("db", "x", 8, 9, "conflict"), Span("web", "post", 5, None)]
    assert draw_timeline(spans, 24, 4, now=10).plain.split("\n") == [
        "    0             10.0 s",
        "db  █insert███······██··",
        "web ··········▒post▒▒▒▒▒",
    ]


def test_a_moment_is_pointed_at_on_the_clock():
    """The mark stands above the cell of its moment, and the figures of the clock make room for it."""
    spans = [Span("db", "", 0, 10, failed=True)]
    drawn = [draw_timeline(spans, 24, 4, mark=at).plain.split("\n")[0] for at in (0, 5, 10)]
    assert drawn == ["   ▼              10.0 s", "   0         ▼    10.0 s", "   0            10.0 s ▼"]
