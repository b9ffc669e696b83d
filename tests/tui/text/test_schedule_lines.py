"""The schedule of a run: what was on when, true to the record, at any size."""

from __future__ import annotations

import pytest

from maker_engine.sessions.queries.schedule import FLAGGED, LOST, SAMPLE, Bar
from maker_tui.text.schedule_lines import schedule_lines, spells_of

BARS = [
    Bar(0, "1", "sim", 100.0, 101.0, SAMPLE),
    Bar(0, "2", "sim", 100.5, 102.0, FLAGGED),
    Bar(1, "login", "http", 102.0, 104.0, "ok"),
    Bar(2, "pay", "http", 103.0, 103.0, LOST),
    Bar(2, "pay", "http", 105.0, 109.0, "timed_out"),
    Bar(3, "late", "http", 106.0, None, ""),
]


def told(place: int, size: tuple[int, int] = (60, 18), now: float | None = 110.0) -> list[str]:
    """The rows."""
    return [row.plain for row in schedule_lines(BARS, place, size, now, "4 steps")]


def test_effects_stand_on_slots_above_the_calls_of_models():
    """Rule: each bar is on a slot of its kind, failed and open ones differ in their glyphs, and the step is named."""
    assert told(1) == [
        "schedule · 4 steps · 4 effects, 2 calls in 10 s",
        "       0         ▼                                    10.0 s",
        "slot 1 ··········█login█████·····!pay!!!!!!!!!!!!!!!!!······",
        "slot 2 ···············!···············▒late▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒",
        "call 1 █1███················································",
        "call 2 ··!1!!!!!!···········································",
        "step 2: http login · from 2.0 s · ok in 2.000 s",
        "█ ended  ▒ running  ! failed or flagged  ▼ the step in view ",
    ]
    assert told(2)[-2] == "step 3: http pay · from 3.0 s · cut off, and begun again · and 1 more"
    assert told(3, now=None)[0].endswith("in 9.0 s")
    assert told(9)[-2] == "step 10 has no time of its own"


@pytest.mark.parametrize("size", [(60, 18), (30, 8), (20, 4), (150, 40)])
def test_it_fits_its_pane(size):
    """Rule: the picture keeps to the cells there are, but for the sentences around it, which a pane cuts."""
    for place in range(5):
        rows = told(place, size)
        assert all(len(row) <= size[0] for row in rows[1:-2])
        assert len(rows) <= max(8, size[1])


def test_a_run_that_lay_still_for_long_is_drawn_in_parts():
    """Rule: what went on before and after a break of more than a minute has a picture of its own."""
    later = [bar._replace(began_s=bar.began_s + 9_000, ended_s=bar.began_s + 9_001, step=8) for bar in BARS[:2]]
    assert [len(one) for one in spells_of([*BARS, *later])] == [6, 2]
    rows = schedule_lines([*BARS, *later], 8, (60, 18), None, "9 steps")
    assert rows[0].plain == "schedule · 9 steps · part 2 of 2 · 0 effects, 2 calls in 1.5 s"
    assert "nothing" not in rows[1].plain


def test_a_run_without_times_says_so():
    """Rule: where no call took any time and nothing was done, the pane says that in a sentence."""
    assert schedule_lines([], 0, (60, 18), None, "3 steps")[1].plain.startswith("no effect and no call")
