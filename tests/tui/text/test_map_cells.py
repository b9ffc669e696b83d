"""The cells of the map stand for every step of a run once, at any size and zoom."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, strategies as st

from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.text.map_cells import (
    DISSENT,
    FLAGGED,
    FLYING,
    FORK,
    SHADES,
    TO_COME,
    UNDECIDED,
    WRONG,
    Layer,
    Live,
    cell_lines,
    picture,
    shape,
    window,
)


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


@given(total=st.integers(1, 20_000), width=st.integers(36, 216), height=st.integers(2, 60))
def test_cells_are_as_large_as_all_of_them_have_room(total, width, height):
    """Rule: a run that fits in single characters gets larger cells while they fit, and each is found where it is."""
    laid = shape(total, width, height)
    assert laid.across * laid.wide <= max(width, laid.wide)
    assert laid.down * laid.tall <= height
    if total <= width * height:
        assert laid.cells >= total
    last = min(total, laid.cells) - 1
    row, column = divmod(last, laid.across)
    for x, y in ((0, 0), (laid.wide - 1, laid.tall - 1)):
        assert laid.cell_at(column * laid.wide + x, row * laid.tall + y) == last
    drawn = ["".join(piece for piece, _ in row) for row in cell_lines((DISSENT, "warn"), last, laid)]
    assert (len(drawn), {len(row) for row in drawn}) == (laid.tall, {laid.wide})
    assert drawn[0].startswith(DISSENT)


def test_a_short_run_has_its_numbers_on_the_map():
    """Rule: 255 steps in a large window fill it, each with its number; a long run keeps a character a step."""
    laid = shape(255, 156, 39)
    assert cell_lines((DISSENT, "warn"), 41, laid)[0][0] == (f"{DISSENT}42", "warn")
    assert laid.down * laid.tall > 39 / 2
    assert shape(5_000, 156, 39)[2:] == (1, 1)


def test_every_state_has_its_glyph():
    """Rule: decided, dissent, flagged, wrong, in flight, undecided, a fork and what is to come are told by glyph."""
    marks = marks_of(6, s1=StepFlag.DISSENT, s2=StepFlag.FLAGGED, s3=StepFlag.WRONG | StepFlag.DISSENT)
    live = Live(flying=2, undecided=6, forks=(4,))
    drawn = picture(marks, window(10, 40, 0, 0), Layer.DISSENT, live)
    glyphs = "".join(glyph for glyph, _ in drawn.glyphs)
    assert glyphs == f"░{DISSENT}{FLAGGED}{WRONG}{FORK}░{UNDECIDED}{FLYING}{TO_COME}{TO_COME}"


def test_the_layer_says_which_of_two_marks_is_shown():
    """Rule: a step with dissent and a flag shows what the layer tells of; one wrong row marks no cell of many rows."""
    marks = marks_of(1, s0=StepFlag.DISSENT | StepFlag.FLAGGED)
    shown, two = window(1, 1, 0, 0), (Layer.DISSENT, Layer.FLAGGED)
    assert [picture(marks, shown, layer, Live()).glyphs[0][0] for layer in two] == [DISSENT, FLAGGED]
    wrong, many = marks_of(4, s1=StepFlag.WRONG), window(4, 2, 0, 0)
    assert [picture(wrong, many, layer, Live()).glyphs[0][0] for layer in (Layer.DISSENT, Layer.UNDECIDED)] == [
        WRONG,
        SHADES[0][0],
    ]


def test_a_wrong_step_is_seen_however_many_share_its_cell():
    """Rule: one wrong step among a thousand of a cell is the cell's glyph."""
    marks = marks_of(100_000, s5000=StepFlag.WRONG, **{f"s{step}": StepFlag.DISSENT for step in range(0, 900, 2)})
    drawn = picture(marks, window(100_000, 100, 0, 0), Layer.DISSENT, Live())
    assert drawn.glyphs[5] == (WRONG, "bad")
    assert drawn.glyphs[0][0] == "█"
    assert drawn.peak == 0.45
