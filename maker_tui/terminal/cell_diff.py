"""Only cells that changed cross the wire: what Textual wants painted is held against what the terminal shows.

Textual repaints whole slices of rows, and never crops the left of one. Over a slow line that is what makes a key wait
for seconds. Here every picture goes through a shadow of the screen, and only the difference is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.strip import Strip

NEAR = 4
"""Unchanged cells between two changed ones that are written again, since moving the cursor takes as many bytes."""
MOST_STYLES = 4_096
_NOWHERE = (-1, -1)


class Look(NamedTuple):
    """How a cell is drawn, in the parts that a terminal sets one by one.

    Attributes:
        shape: Codes of bold, reverse and their like; None where any will do that leaves a blank cell empty.
        ink: Codes of the text's colour, empty for the terminal's own; None where there is no text.
        ground: Codes of the background, empty for the terminal's own.
        link: Where the text leads, as it is sent; empty for nowhere.
    """

    shape: str | None
    ink: str | None
    ground: str
    link: str


PLAIN = Look("", "", "", "")
_HARMLESS = frozenset({"", "1", "2", "3"})
"""Codes of shapes that do not show in a blank cell: bold, dim, italic."""
_OFF = {
    "1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29", "21": "24",
    "51": "54", "52": "54", "53": "55",
}  # fmt: skip
"""What puts each shape off."""
Cell = tuple[str, Look]
"""What a cell shows, empty where it is the second half of a wide character, and how."""
_UNKNOWN: Cell = ("?", Look("?", "", "", ""))


def _is_harmless(shape: str) -> bool:
    return all(code in _HARMLESS for code in shape.split(";"))


def _reshaped(now: str, wanted: str) -> list[str]:
    """Return the codes that turn one shape into another."""
    have, want = set(now.split(";")) - {""}, set(wanted.split(";")) - {""}
    off = {_OFF[code] for code in have - want}
    on = want - have | (want & {"1", "2"} if "22" in off else set())
    return sorted(off) + sorted(on)


class Pen:
    """What the terminal draws with."""

    def __init__(self) -> None:
        self._look = PLAIN

    def take(self, wanted: Look) -> str:
        """Return what makes the terminal draw so: only what differs is sent."""
        now = self._look
        if wanted == now:
            return ""
        codes: list[str] = []
        shape, ink = wanted.shape, wanted.ink
        if shape is None:
            shape = now.shape if _is_harmless(now.shape or "") else ""
        codes += _reshaped(now.shape or "", shape or "")
        if ink is None:
            ink = now.ink
        if ink != now.ink:
            codes.append(ink or "39")
        if wanted.ground != now.ground:
            codes.append(wanted.ground or "49")
        link = "" if wanted.link == now.link else f"\x1b]8;{wanted.link or ';'}\x1b\\"
        self._look = Look(shape, ink, wanted.ground, wanted.link)
        return f"{link}\x1b[{';'.join(codes)}m" if codes else link


class Shadow:
    """What the terminal shows, cell by cell, as far as it is known.

    Args:
        columns: Cells of a row.
        rows: Rows.
        colours: What the terminal can show.
    """

    def __init__(self, columns: int, rows: int, colours: ColorSystem) -> None:
        self.size = (columns, rows)
        self._colours = colours
        self._rows: list[list[Cell]] = [[_UNKNOWN] * columns for _ in range(rows)]
        self._looks: dict[Style, Look] = {}

    def difference(self, pieces: Iterable[tuple[int, int, Strip]]) -> str:
        """Take in pieces of a new picture, each with its row and first column; return what the terminal needs for it.

        Both counts are 0-based. What lies outside the screen is left out.
        """
        out: list[str] = []
        pen = Pen()
        at = _NOWHERE
        for y, x, strip in pieces:
            if not 0 <= y < self.size[1]:
                continue
            for begin, cells in self._runs(y, x, strip):
                out.append(_move(at, (begin, y)))
                for text, look in cells:
                    out += (pen.take(look), text)
                # Terminals disagree about wide characters: after one the cursor is moved by its place.
                at = (begin + len(cells), y) if all(len(text) == 1 for text, _ in cells) else _NOWHERE
        return "".join((*out, pen.take(PLAIN)))

    def _runs(self, y: int, x: int, strip: Strip) -> Iterator[tuple[int, list[Cell]]]:
        """Give the runs of cells to write in a row, each with its first column, and note them as shown."""
        row, columns = self._rows[y], self.size[0]
        cells = [cell for segment in strip for cell in self._cells(segment)]
        first = max(0, -x)
        place, last = first, min(len(cells), columns - x)
        while place < last:
            if row[x + place] == cells[place]:
                place += 1
                continue
            begin = end = place
            while place < last and place - end <= NEAR:
                if row[x + place] != cells[place]:
                    end = place
                elif _costs(cells[place][1], cells[end][1]):  # the cursor moves over it for less
                    break
                place += 1
            while begin > first and not cells[begin][0]:  # half a wide character cannot be written
                begin -= 1
            while end + 1 < last and not cells[end + 1][0]:
                end += 1
            place = end + 1
            row[x + begin : x + place] = cells[begin:place]
            yield x + begin, cells[begin:place]

    def _cells(self, segment: Segment) -> list[Cell]:
        text, style, control = segment
        if control:
            return []
        look = PLAIN if style is None else self._look(style)
        blank = look._replace(shape=None, ink=None) if _is_harmless(look.shape or "") and not look.link else look
        if text.isascii():
            return [(character, blank if character == " " else look) for character in text]
        cells: list[Cell] = []
        for character in text:
            width = get_character_cell_size(character)
            if width:
                cells.append((character, blank if character == " " else look))
                cells += [("", look)] * (width - 1)
            elif cells:  # a combining mark belongs to the character before it
                place = len(cells) - 1
                while place and not cells[place][0]:
                    place -= 1
                cells[place] = (cells[place][0] + character, look)
        return cells

    def _look(self, style: Style) -> Look:
        look = self._looks.get(style)
        if look is None:
            if len(self._looks) >= MOST_STYLES:
                self._looks.clear()
            look = self._looks[style] = look_of(style, self._colours)
        return look


def _costs(look: Look, now: Look) -> bool:
    """Return whether drawing in `look` after `now` takes any codes."""
    return look != now and (look.shape is not None or look.ground != now.ground or not _is_harmless(now.shape or ""))


def look_of(style: Style, colours: ColorSystem) -> Look:
    """Take a style apart."""
    ink = "" if style.color is None else ";".join(style.color.downgrade(colours).get_ansi_codes())
    ground = (
        "" if style.bgcolor is None else ";".join(style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False))
    )
    link = f"id={style.link_id};{style.link}" if style.link else ""
    shape = Strip.render_ansi(style.without_color, colours)
    return Look(shape, ink, ground, link)


def _move(at: tuple[int, int], to: tuple[int, int]) -> str:
    """Return what moves the cursor; both places are (column, row), 0-based."""
    if at == to:
        return ""
    gap = to[0] - at[0]
    if at[1] == to[1] and gap > 0:
        return "\x1b[C" if gap == 1 else f"\x1b[{gap}C"
    return f"\x1b[{to[1] + 1};{to[0] + 1}H"


def pieces_of(update: ChopsUpdate | LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Give the pieces of a picture that Textual wants painted: row, first column (both 0-based) and cells."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            yield y, update.region.x, Strip.join(line)
        return
    for y, left, right in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < right and end > left:
                begin = max(0, left - x)
                yield y, x + begin, strip.crop(begin, min(end, right) - x)


class Difference(CompositorUpdate):
    """A picture that is written already."""

    def __init__(self, sequence: str) -> None:
        self._sequence = sequence

    def render_segments(self, _console: Console) -> str:
        """Return what the terminal needs."""
        return self._sequence


class CellDiff(App[None]):
    """An app of which only changed cells are written."""

    def __init__(self, **chosen: Any) -> None:
        super().__init__(**chosen)
        self._shadow: Shadow | None = None

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "redraw", "redraw", show=False, tooltip="paint the whole screen again", id="app.redraw"),
    ]

    def action_redraw(self) -> None:
        """Paint the whole screen again, whatever the terminal shows."""
        self.forget_screen()
        self.screen.refresh()

    def on_mount(self) -> None:
        """Handle that the app comes back from behind another program."""
        self.app_resume_signal.subscribe(self, lambda _: self.forget_screen())

    def forget_screen(self) -> None:
        """Write the next picture whole: someone else has written on the screen."""
        self._shadow = None

    def on_resize(self, _event: Resize) -> None:
        """Expect nothing of what the terminal made of the old picture."""
        self.forget_screen()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, ChopsUpdate | LayoutUpdate) and self._writes():
            sequence = self._known().difference(pieces_of(renderable))
            if not sequence:
                self.post_display_hook()
                return
            super()._display(screen, Difference(sequence))  # type: ignore[arg-type] # as Textual's own updates
            return
        super()._display(screen, renderable)

    def _writes(self) -> bool:
        """Return whether Textual will write what it is given: what it drops must not be taken for shown."""
        driver = self._driver
        running = self._running and not self._closed and not self._batch_count
        return running and driver is not None and not driver.is_headless and not driver.is_inline

    def _known(self) -> Shadow:
        size = (self.size.width, self.size.height)
        if self._shadow is None or self._shadow.size != size:
            self._shadow = Shadow(*size, self.console._color_system or ColorSystem.TRUECOLOR)  # noqa: SLF001 - as Strip.render
        return self._shadow
