"""A run as a grid of cells: which steps each represents, and the glyph that shows what is remarkable about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from maker_engine.sessions.queries.marks import Marks, Share

DECIDED, TO_COME, FLYING = "░", "·", "○"
DISSENT, FLAGGED, WRONG, UNDECIDED, FORK = "≠", "⚑", "✖", "?", "⋔"
FAILED, ACTED = "↻", "▸"
SHADES = (("░", "rest"), ("▒", "rest"), ("▓", "quiet"), ("█", "warn"))
"""Few to many, of the steps of a cell; only what differs from the others is loud."""
Glyph = tuple[str, str]
"""A glyph and its role."""
LARGEST_CELL = 4
"""Lines of the largest cell; it is as many times as wide as its number needs."""


class Layer(StrEnum):
    """What the shades show."""

    DISSENT = "dissent"
    FLAGGED = "flagged"
    UNDECIDED = "undecided"
    WRONG = "wrong"

    def of(self, share: Share) -> int:
        """Return how many steps it counts."""
        return int(getattr(share, self.value))

    @property
    def of_rows(self) -> bool:
        """Whether it is of rows, of which one may be wrong and the others are no worse for it."""
        return self in (Layer.UNDECIDED, Layer.WRONG)


def layers_of(*, independent: bool) -> tuple[Layer, ...]:
    """Return the layers of a run, the first one to be shown first; where steps are rows some may be left undecided."""
    usual = (Layer.DISSENT, Layer.FLAGGED)
    return (Layer.UNDECIDED, Layer.WRONG, *usual) if independent else usual


@dataclass(frozen=True, slots=True)
class Window:
    """The steps that a grid shows.

    Attributes:
        first: First step, 0-based.
        each: Steps a cell represents.
        cells: Most cells.
        total: Steps of the whole run, those to come included.
    """

    first: int
    each: int
    cells: int
    total: int

    @property
    def last(self) -> int:
        """The step after the last one shown."""
        return min(self.total, self.first + self.each * self.cells)

    @property
    def used(self) -> int:
        """Cells that represent any step."""
        return -(-(self.last - self.first) // self.each)

    def cell_of(self, step: int) -> int:
        """Return the cell that `step` is in, the nearest one where it is in none."""
        return max(0, min((step - self.first) // self.each, self.used - 1))


def window(total: int, cells: int, zoom: int, centre: int) -> Window:
    """Return the window of a run of `total` steps onto `cells` cells.

    Args:
        total: Steps of the run, those to come included.
        cells: Cells there are, at least 1.
        zoom: 0 for the whole run; each further one takes a quarter of the steps a cell, down to one.
        centre: A step that is in the window, in the middle where it can be.
    """
    total, cells = max(1, total), max(1, cells)
    each = max(1, -(-total // cells) // 4**zoom)
    most_first = max(0, -(-total // each) - cells) * each
    first = max(0, min((centre // each - cells // 2) * each, most_first))
    return Window(first, each, cells, total)


class Shape(NamedTuple):
    """How a grid is laid out in a pane.

    Attributes:
        across: Cells in a row of it.
        down: Rows of cells.
        wide: Characters of a cell, the gap behind it included where there is one.
        tall: Lines of a cell, the gap below it included where there is one.
    """

    across: int
    down: int
    wide: int = 1
    tall: int = 1

    @property
    def cells(self) -> int:
        """Most cells of the grid."""
        return self.across * self.down

    def cell_at(self, x: int, y: int) -> int:
        """Return the cell at a character of the grid."""
        return y // self.tall * self.across + min(x // self.wide, self.across - 1)


def shape(total: int, width: int, height: int) -> Shape:
    """Lay a run of `total` steps out in `width` × `height` characters: the cells as large as all of them have room.

    From the least size on with which its number fits, a cell carries it; below it is a character, or two.
    """
    least = len(f"{total:,}") + 2
    for size in range(LARGEST_CELL, 0, -1):
        across = width // (least * size)
        down = -(-total // across) if across else height + 1
        if down * size <= height:
            return Shape(across, down, least * size, min(size + 1, height // down))
    across = width // 2
    if 0 < total <= across * height:
        return Shape(across, -(-total // across), 2)
    return Shape(max(1, width), max(1, height))


@dataclass(frozen=True, slots=True)
class Live:
    """What is not on record.

    Attributes:
        flying: Steps in flight, from the first one that is not decided on.
        undecided: The step that cannot be decided, None where there is none.
        forks: First steps of forks, ascending.
    """

    flying: int = 0
    undecided: int | None = None
    forks: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A grid ready to be drawn.

    Attributes:
        window: The steps it shows.
        shares: What is remarkable, for each cell with a decided step.
        glyphs: A glyph for each cell that represents any step.
        peak: The largest share of a cell's steps that the shades show.
    """

    window: Window
    shares: Sequence[Share]
    glyphs: Sequence[Glyph]
    peak: float


def picture(marks: Marks, shown: Window, layer: Layer, live: Live, peak: float = 0.0) -> Picture:
    """Draw the cells of a window; takes some milliseconds for a million steps.

    Args:
        marks: What is remarkable about the steps.
        shown: The window.
        layer: What the shades show.
        live: What is not on record.
        peak: The share that the darkest shade represents, 0 for the largest there is.
    """
    shares = marks.shares(shown.first, shown.last, shown.each)
    peak = peak or max((layer.of(one) / one.steps for one in shares), default=0.0)
    glyphs = [_glyph(one, shown.each, layer, peak) for one in shares]
    glyphs += [(TO_COME, "rest")] * (shown.used - len(shares))
    decided = len(marks)
    for step in range(decided, decided + live.flying, shown.each):
        _put(glyphs, shown, step, (FLYING, "accent"))
    if live.undecided is not None:
        _put(glyphs, shown, live.undecided, (UNDECIDED, "bad"))
    for step in live.forks:
        _put(glyphs, shown, step, (FORK, "accent"))
    for place, one in enumerate(shares):
        if one.wrong and not (layer.of_rows and shown.each > 1):
            glyphs[place] = (WRONG, "bad")
    return Picture(shown, shares, glyphs, peak)


def _put(glyphs: list[Glyph], shown: Window, step: int, glyph: Glyph) -> None:
    if shown.first <= step < shown.last:
        glyphs[shown.cell_of(step)] = glyph


def _glyph(share: Share, each: int, layer: Layer, peak: float) -> Glyph:
    if each == 1:
        found = [(DISSENT, share.dissent), (FLAGGED, share.flagged)]
        if layer is Layer.FLAGGED:
            found.reverse()
        found = [(UNDECIDED, share.undecided), *found, (FAILED, share.failed)]
        usual = (ACTED if share.acted else DECIDED, "quiet")
        return next(((glyph, "warn") for glyph, there in found if there), usual)
    part = layer.of(share) / share.steps
    if not part:
        return SHADES[0]
    return SHADES[min(len(SHADES) - 1, int(len(SHADES) * part / peak))]


def stretched(glyph: str, cells: int) -> str:
    """Draw a glyph over several cells: itself, and what surrounds it, decided steps or steps to come."""
    around = TO_COME if glyph in (TO_COME, FLYING) else DECIDED
    shades = {shade for shade, _ in SHADES}
    return glyph * cells if glyph in shades else glyph + around * (cells - 1)


def joined(parts: Sequence[Glyph]) -> list[Glyph]:
    """Join cells, neighbours of one role in one piece."""
    pieces: list[Glyph] = []
    for glyph, role in parts:
        if pieces and pieces[-1][1] == role:
            pieces[-1] = (pieces[-1][0] + glyph, role)
        else:
            pieces.append((glyph, role))
    return pieces


def cell_lines(cell: Glyph, number: int, laid: Shape, role: str = "") -> list[list[Glyph]]:
    """Draw one cell: its glyph, the number of its step (0-based) where there is room, its ground, and gaps around it.

    Args:
        cell: The glyph with its role.
        number: The step.
        laid: How large a cell is.
        role: Of the whole cell, empty for its own: its glyph is coloured, and the ground is not, but for an error.
    """
    glyph, own = cell
    if laid.wide < len(f"{number + 1:,}") + 2:
        return [[(glyph.ljust(laid.wide), role or own)]]
    around = {DECIDED: DECIDED, TO_COME: TO_COME}.get(glyph, "▒")
    ground, head, room = role or (own if own == "bad" else "rest"), f"{glyph}{number + 1:,}", laid.wide - 1
    rows = [
        [(head, role or own), (around * (room - len(head)), ground)],
        *[[(around * room, ground)]] * (laid.tall - 2),
    ]
    below = [[(" " * laid.wide, "plain")]] if laid.tall > 1 else []
    return [*([*row, (" ", "plain")] for row in rows), *below]
