"""The cells of the map stand for every step of a run once, at any size and zoom."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, strategies as st

from maker_engine.sessions.marks import Marks
from maker_engine.sessions.schema import StepFlag
from maker_tui.map_cells import DISSENT, FLAGGED, FLYING, FORK, TO_COME, UNDECIDED, WRONG, Layer, Live, picture, window


@dataclass
class Recorded:
    """Stands where a reader would: nothing but steps and their flags."""

    flags: dict[int, int] = field(default_factory=dict)
    steps: int = 0

    def steps_done(self) -> int:
        return self.steps

    def remarkable(self, first: int, last: int) -> list[tuple[int, int]]:
        return [(step, flags) for step, flags in sorted(self.flags.items()) if first <= step < last]


def marks_of(steps: int, **flags: int) -> Marks:
    marks = Marks()
    marks.catch_up(Recorded({int(step[1:]): value for step, value in flags.items()}, steps))  # type: ignore[arg-type]
    return marks


@given(total=st.integers(1, 3_000_000), cells=st.integers(1, 7_000), zoom=st.integers(0, 14), data=st.data())
def test_a_window_holds_its_centre_and_no_more_cells_than_there_are(total, cells, zoom, data):
    """Rule: the centre is in the window, the window is in the run, and without zoom it is all of it."""
    centre = data.draw(st.integers(0, total - 1))
    shown = window(total, cells, zoom, centre)
    assert 0 <= shown.first <= centre < shown.last <= total
    assert shown.used <= cells
    assert zoom or (shown.first, shown.last) == (0, total)
    cell = shown.cell_of(centre)
    assert shown.first + cell * shown.each <= centre < shown.first + (cell + 1) * shown.each


def test_every_state_has_its_glyph():
    """Rule: decided, dissent, flagged, wrong, in flight, undecided, a fork and what is to come are told by glyph."""
    marks = marks_of(6, s1=StepFlag.DISSENT, s2=StepFlag.FLAGGED, s3=StepFlag.WRONG | StepFlag.DISSENT)
    live = Live(flying=2, undecided=6, forks=(4,))
    drawn = picture(marks, window(10, 40, 0, 0), Layer.DISSENT, live)
    glyphs = "".join(glyph for glyph, _ in drawn.glyphs)
    assert glyphs == f"░{DISSENT}{FLAGGED}{WRONG}{FORK}░{UNDECIDED}{FLYING}{TO_COME}{TO_COME}"


def test_the_layer_says_which_of_two_marks_is_shown():
    """Rule: a step with dissent and a flag shows what the layer tells of."""
    marks = marks_of(1, s0=StepFlag.DISSENT | StepFlag.FLAGGED)
    shown = window(1, 1, 0, 0)
    assert [picture(marks, shown, layer, Live()).glyphs[0][0] for layer in Layer] == [DISSENT, FLAGGED]


def test_a_wrong_step_is_seen_however_many_share_its_cell():
    """Rule: one wrong step among a thousand of a cell is the cell's glyph."""
    marks = marks_of(100_000, s5000=StepFlag.WRONG, **{f"s{step}": StepFlag.DISSENT for step in range(0, 900, 2)})
    drawn = picture(marks, window(100_000, 100, 0, 0), Layer.DISSENT, Live())
    assert drawn.glyphs[5] == (WRONG, "bad")
    assert drawn.glyphs[0][0] == "█"
    assert drawn.peak == 0.45
