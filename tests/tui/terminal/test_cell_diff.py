"""What crosses the wire is only what changed, and makes the same picture as all of it would."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings, strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from maker_tui.terminal.cell_diff import Shadow
from tests.support.terminal import Terminal

COLUMNS, ROWS = 24, 4
STYLES = [
    Style(),
    Style(bold=True, color="#d6dae1", bgcolor="#12151b"),
    Style(color="#d6dae1", bgcolor="#12151b"),
    Style(dim=True, italic=True, bgcolor="#222833"),
    Style(underline=True, color="red"),
    Style(reverse=True),
    Style(strike=True, bold=True, bgcolor="blue"),
    Style(color="#d6dae1", bgcolor="#12151b", link="https://example.org"),
]
SYSTEMS = [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]
TEXTS = st.text(st.sampled_from("ab1 │█─… 漢字e\u0301"), max_size=12)
STRIPS = st.lists(st.builds(Segment, TEXTS, st.sampled_from(STYLES)), max_size=4).map(Strip)
PIECES = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), STRIPS)


def cropped(piece):
    """A piece as Textual makes it: within the screen, in whole characters that begin with one that takes room."""
    y, x, strip = piece
    plain = [Segment(text.lstrip("\u0301"), style) for text, style, _ in strip]
    return y, x, Strip(plain).crop(0, COLUMNS - x)


def whole(pieces, colours):
    """What Textual would write for pieces: all of them."""
    for style in STYLES:
        style._ansi = None  # kept from another colour system
    console = type("Colours", (), {"_color_system": colours})()
    return "".join(f"\x1b[{y + 1};{x + 1}H{Strip([*strip]).render(console)}" for y, x, strip in pieces)


def terminal():
    screen = pyte.Screen(COLUMNS + 1, ROWS)  # it takes an accent behind the last column for a reason to scroll
    return screen, pyte.Stream(screen)


def seen(screen):
    """What a person sees: the colour of a text that is not there, and the shape of a blank, show nothing."""
    rows = []
    for y in range(ROWS):
        cells = [screen.buffer[y][x] for x in range(COLUMNS)]
        rows.append([cell._replace(fg="", bold=False, italics=False) if cell.data in (" ", "") and not cell.reverse
                     and not cell.underscore and not cell.strikethrough else cell for cell in cells])  # fmt: skip
    return rows


def blanked(pieces):
    """Pieces behind one that fills the screen, as every first picture is."""
    return [(y, 0, Strip([Segment(" " * COLUMNS, Style())])) for y in range(ROWS)] + pieces


def halves(pieces):
    """True where a piece begins or ends inside a wide character of another, which no two terminals draw alike."""
    return any(cell_len(text) != len(text) and "\u0301" not in text for _, _, strip in pieces for text, _, _ in strip)


@settings(max_examples=100, deadline=None)
@given(frames=st.lists(st.lists(PIECES.map(cropped), max_size=5), max_size=4), colours=st.sampled_from(SYSTEMS))
def test_the_difference_makes_the_picture_that_the_whole_makes(frames, colours):
    """Whatever is painted, in whatever styles and colours, a terminal that is sent the difference shows the same."""
    frames = [[piece for piece in frame if not halves([piece])] for frame in frames]
    one, all_of_it = terminal()
    other, only_changes = terminal()
    shadow = Shadow(COLUMNS, ROWS, colours)
    for frame in [blanked([]), *frames]:
        all_of_it.feed(whole(frame, colours))
        only_changes.feed(shadow.difference(frame))
    assert seen(other) == seen(one)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(STRIPS, min_size=2, max_size=6))
def test_wide_characters_and_accents_keep_their_places(rows):
    """Rows painted whole one over another, wide characters in them, show what the last of them shows."""
    one, all_of_it = terminal()
    other, only_changes = terminal()
    shadow = Shadow(COLUMNS, ROWS, ColorSystem.TRUECOLOR)
    for strip in rows:
        frame = [(1, 0, cropped((1, 0, strip))[2].extend_cell_length(COLUMNS, Style()))]
        all_of_it.feed("\x1b[2J" + whole(frame, ColorSystem.TRUECOLOR))
        only_changes.feed(shadow.difference(frame))
        assert other.display[1].rstrip() == one.display[1].rstrip()


@given(frame=st.lists(PIECES.map(cropped), max_size=5))
def test_a_picture_painted_twice_is_sent_once(frame):
    """What the terminal shows already is not sent again."""
    shadow = Shadow(COLUMNS, ROWS, ColorSystem.TRUECOLOR)
    shadow.difference(frame)
    last = {(y, x): (y, x, strip) for y, x, strip in frame}
    shadow.difference(list(last.values()))
    assert shadow.difference(list(last.values())[-1:]) == ""


def test_one_changed_digit_costs_a_few_bytes():
    """Of a row in which one digit changes that digit is sent, and how to get there."""
    shadow = Shadow(80, 24, ColorSystem.TRUECOLOR)
    ink = Style(color="#d6dae1", bgcolor="#12151b")

    def row(number):
        return [(7, 0, Strip([Segment(f"steps done {number:>6,} of 1,048,575".ljust(80), ink)]))]

    shadow.difference(row(99_998))
    assert len(shadow.difference(row(99_999))) < 60


def test_nothing_is_written_outside_the_screen():
    """Rows and columns that the screen does not have are left out."""
    shadow = Shadow(COLUMNS, ROWS, ColorSystem.TRUECOLOR)
    assert shadow.difference([(ROWS, 0, Strip([Segment("x")])), (-1, 0, Strip([Segment("x")]))]) == ""
    assert "y" not in shadow.difference([(0, COLUMNS - 2, Strip([Segment("xxy")]))])


@pytest.fixture
def demo(tmp_path):
    watched = Terminal(["run", "hanoi", "--disks", "12", "--model", "sim:p=0.9,latency=0.01"], tmp_path)
    yield watched
    watched.close()


def test_a_live_run_shows_what_a_whole_redraw_shows(demo):
    """After seconds of changes sent one by one, painting the whole screen again changes nothing on it."""
    screen = pyte.Screen(120, 40)
    stream, fed = pyte.ByteStream(screen), 0

    def feed():
        nonlocal fed
        now, fed = fed, len(demo.shown)
        stream.feed(demo.shown[now:fed])
        return "\n".join(screen.display)

    demo.until(lambda: "step 30" in feed())
    demo.press(b" ")
    demo.until(lambda: "paused" in feed() and demo.still())
    before, sent = feed(), fed
    demo.press(b"\x0c")
    demo.until(lambda: len(demo.shown) > sent + 3_000 and demo.still())
    assert feed() == before
