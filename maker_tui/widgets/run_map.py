"""The map: a whole run as a strip, and a part of it, or all, as a grid of cells with a cursor."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize

from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.runs.viewed import Opened, ViewedRun, Went
from maker_tui.text import map_cells
from maker_tui.text.figures import count, ordinal, share
from maker_tui.text.map_cells import Picture, Shape, Window, joined, picture
from maker_tui.text.roles import line
from maker_tui.widgets.line_pane import LinePane

AROUND = 2
"""Rows below the grid: the legend, and what the cell under the cursor represents."""
MOST_ZOOM = 12
_MEANINGS = {
    map_cells.DISSENT: "dissent",
    map_cells.FLAGGED: "flagged",
    map_cells.WRONG: "wrong",
    map_cells.FAILED: "failed",
    map_cells.ACTED: "effect",
    map_cells.UNDECIDED: "undecided",
    map_cells.FLYING: "in flight",
    map_cells.FORK: "fork",
    map_cells.TO_COME: "to come",
}


class RunMap(LinePane, inherit_bindings=False):
    """Shows a run, a cell a step or a cell many steps.

    Args:
        run: The run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", "left", show=False, tooltip="to the cell before"),
        Binding("right,l", "move(1, 0)", "right", show=False, tooltip="to the next cell"),
        Binding("up,k", "move(0, -1)", "up", show=False, tooltip="to the row above"),
        Binding("down,j", "move(0, 1)", "down", show=False, tooltip="to the row below"),
        Binding("home", "end(0)", "first", show=False, tooltip="to the first step"),
        Binding("end,G", "end(1)", "last", show=False, tooltip="to the last step"),
        Binding("plus,equals_sign", "zoom(1)", "closer", show=False, key_display="+", tooltip="fewer steps a cell"),
        Binding("minus", "zoom(-1)", "farther", show=False, key_display="-", tooltip="more steps a cell"),
        Binding(
            "L", "layer", "layer", show=False, tooltip="shades show dissent, flagged responses, or rows left undecided"
        ),
        Binding("enter", "choose", "open", show=False, tooltip="inspect what is most remarkable in the cell"),
    ]

    def __init__(self, run: ViewedRun, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("map", id=id)
        self._run = run
        self._grid: Picture | None = None
        self._strip: Picture | None = None
        self._laid = Shape(1, 1)
        self._step = 0
        self._zoom = 0
        self._layers = map_cells.layers_of(independent=run.task.independent)
        self._shading = self._layers[0]

    def show_step(self, step: int) -> None:
        """Bring the cursor to the cell of `step`, 0-based."""
        self._step = max(0, step)
        grid = self._grid
        if grid is None or not grid.window.first <= self._step < grid.window.last:
            self.more()
        self._lay_out()

    def more(self) -> None:
        """Draw the run as it is now, in the reader's thread: at a million steps it takes some milliseconds."""
        width, height = max(1, self.size.width), max(2, self.size.height - AROUND)
        total, live, run, shading = self._run.total, self._run.live, self._run, self._shading
        laid = map_cells.shape(total, width, height)
        grid = map_cells.window(total, laid.cells, self._zoom, self._step)
        if grid.last - grid.first < total:  # a part of the run: the whole is above it
            laid = map_cells.shape(total, width, height - 1)
            grid = map_cells.window(total, laid.cells, self._zoom, self._step)
        strip = map_cells.window(total, width, 0, 0)
        self._laid = laid

        def draw(reader: Reader) -> tuple[Picture, Picture]:
            run.marks.catch_up(reader)
            drawn = picture(run.marks, grid, shading, live)
            return drawn, picture(run.marks, strip, shading, live, drawn.peak)

        run.records.look(draw, self._take, "map")

    def _take(self, pictures: tuple[Picture, Picture]) -> None:
        self._grid, self._strip = pictures
        self._lay_out()

    @property
    def _partial(self) -> bool:
        """True where the grid shows a part of the run, and the strip above it the whole."""
        return self._grid is not None and self._grid.window.last - self._grid.window.first < self._grid.window.total

    def take_focus(self) -> None:
        """Handle the keys."""
        self.focus()

    def on_resize(self, event: Resize) -> None:
        """Draw in the new size."""
        super().on_resize(event)
        self.more()

    def _lay_out(self) -> None:
        grid, strip = self._grid, self._strip
        if grid is None or strip is None:
            return
        across, under = self._laid.across, grid.window.cell_of(self._step)
        cells = [row for start in range(0, len(grid.glyphs), across) for row in _rows(grid, start, self._laid, under)]
        above = [_strip(strip, grid.window, self._step)] if self._partial else []
        self.show([*above, *cells, self._legend(grid, strip), self._caption(grid)])
        total = grid.window.total
        each = "a cell a step" if grid.window.each == 1 else f"{count(grid.window.each)} steps a cell"
        part = f"steps {ordinal(grid.window.first)} to {count(grid.window.last)} of {count(total)}"
        self.entitle(f"map · {part} · {each}", f"zoom {self._zoom}" if self._zoom else "")

    def _legend(self, grid: Picture, strip: Picture) -> Text:
        """Say what the glyphs mean that there are."""
        there = {glyph for glyph, _ in (*grid.glyphs, *strip.glyphs)}
        kind = self._shading.value
        labels = {map_cells.DECIDED: "decided"}
        if grid.window.each > 1 and grid.peak:
            shades = "".join(glyph for glyph, _ in map_cells.SHADES)
            labels = {shades: f"{kind}, from none to {share(grid.peak, 1)} of a cell's steps"}
            there.add(shades)
        parts = [f"{glyph} {words}" for glyph, words in (labels | _MEANINGS).items() if glyph in there]
        return line(("  ".join(parts), "label"))

    def _caption(self, grid: Picture) -> Text:
        """Say what the cell under the cursor represents."""
        shown, cell = grid.window, grid.window.cell_of(self._step)
        first, last = self._cell(grid)
        place = f"step {ordinal(self._step)}"
        if shown.each > 1:
            place += f", in steps {ordinal(first)} to {count(last)}"
        if cell >= len(grid.shares):
            return line((place, "strong"), ": not decided yet")
        here = grid.shares[cell]
        if shown.each == 1:
            kinds = (
                ("wrong", here.wrong), ("undecided", here.undecided), ("dissent", here.dissent),
                ("a red flag", here.flagged),
                ("an effect", here.acted), ("failed" if here.acted else "a failed call", here.failed),
            )  # fmt: skip
            found = ", ".join(name for name, there in kinds if there)
            return line((place, "strong"), f": {found or 'decided without dissent or a red flag'}")
        facts = f": dissent in {count(here.dissent)}, flags in {count(here.flagged)}, wrong {count(here.wrong)}"
        given_up = f", undecided {count(here.undecided)}" if self._run.task.independent else ""
        return line((place, "strong"), facts + given_up)

    def _go(self, step: int) -> None:
        total = 1 if self._grid is None else self._grid.window.total
        self.show_step(max(0, min(step, total - 1)))
        self.post_message(Went(self._step))

    def action_move(self, right: int, down: int) -> None:
        """Move the cursor by cells."""
        if self._grid is not None:
            # From the first step of a cell, so that each key is a cell, however many steps it represents.
            start, _ = self._cell(self._grid)
            self._go(start + (right + down * self._laid.across) * self._grid.window.each)

    def action_end(self, which: int) -> None:
        """Go to the first or the last step."""
        self._go(0 if not which or self._grid is None else self._grid.window.total)

    def action_zoom(self, by: int) -> None:
        """Show fewer or more steps a cell."""
        nearest = self._grid is not None and self._grid.window.each == 1
        self._zoom = max(0, min(self._zoom + (0 if by > 0 and nearest else by), MOST_ZOOM))
        self.more()

    def action_layer(self) -> None:
        """Let the shades show the other thing."""
        self._shading = self._layers[(self._layers.index(self._shading) + 1) % len(self._layers)]
        self.more()

    def action_choose(self) -> None:
        """Inspect what is most remarkable in the cell under the cursor, its first step where nothing is."""
        if self._grid is None:
            return
        first, last = self._cell(self._grid)
        step = self._step
        if step == first:  # the cursor came here by cells; else it was brought to this very step
            kinds = (StepFlag.WRONG, StepFlag.DISSENT, StepFlag.FLAGGED)
            found = (self._run.marks.after(first - 1, kind) for kind in kinds)
            step = next((one for one in found if one is not None and one < last), first)
        self.post_message(Opened(step))

    def _cell(self, grid: Picture) -> tuple[int, int]:
        """Return the first step of the cell under the cursor, and the one after its last."""
        shown = grid.window
        first = shown.first + shown.cell_of(self._step) * shown.each
        return first, min(shown.last, first + shown.each)

    def on_click(self, event: Click) -> None:
        """Go to the clicked cell, of the grid or of the strip; a second click chooses it."""
        place = event.get_content_offset(self)
        if place is None or self._grid is None or self._strip is None:
            return
        row = self.top + place.y - self._partial
        shown, cell = self._grid.window, self._laid.cell_at(place.x, max(0, row))
        if row < 0:
            self._go(self._strip.window.first + place.x * self._strip.window.each)
        elif cell < shown.used:
            again = event.chain > 1 and cell == shown.cell_of(self._step)
            self._go(shown.first + cell * shown.each)
            if again:
                self.action_choose()


def _rows(grid: Picture, start: int, laid: Shape, cursor: int) -> list[Text]:
    """Draw the cells of one row of the grid, on as many lines as a cell has."""
    drawn = []
    for place, cell in enumerate(grid.glyphs[start : start + laid.across], start):
        step = grid.window.first + place * grid.window.each
        drawn.append(map_cells.cell_lines(cell, step, laid, "cursor" if place == cursor else ""))
    return [line(*joined([piece for part in parts for piece in part])) for parts in zip(*drawn, strict=True)]


def _strip(strip: Picture, shown: Window, step: int) -> Text:
    """Draw the whole run, the part that the grid shows in strong letters."""
    parts = []
    for place, (glyph, role) in enumerate(strip.glyphs):
        first = strip.window.first + place * strip.window.each
        inside = first < shown.last and shown.first < first + strip.window.each
        under = place == strip.window.cell_of(step)
        parts.append((glyph, "cursor" if under else role if inside else "rest"))
    return line(*joined(parts))
