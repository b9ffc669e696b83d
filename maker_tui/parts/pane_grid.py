"""Panes in columns: which are in front, how large they are, and one of them alone; remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, MouseDown, MouseMove, MouseUp, Resize
from textual.widget import Widget

from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.parts.maker_screen import NARROW_COLUMNS, SHORT_ROWS
from maker_tui.widgets.line_pane import LinePane

LEAST, MOST, STEP = 20, 80, 5
"""Share of a column, or of the upper pane in one, in percent; and what a key changes it by."""
COLUMNS, LEFT, RIGHT, ALONE = "columns", "left", "right", "alone"
"""Width of the left column; height of the upper pane of each column; the pane that is shown alone."""
Border = str
"""One of the first three: what can be dragged."""

PANE_KEYS: list[BindingType] = [
    Binding("tab", "pane(1)", "next pane", show=False, tooltip="to the next pane", id="panes.next-pane"),
    Binding("shift+tab", "pane(-1)", "pane before", show=False, tooltip="to the pane before", id="panes.pane-before"),
    Binding("z", "alone", "zoom", show=False, tooltip="show the pane in focus alone, or all again", id="panes.zoom"),
    Binding("plus,ctrl+down", "grow(1)", "taller", show=False, tooltip="make the pane in focus taller",
            id="panes.taller"),
    Binding("minus,ctrl+up", "grow(-1)", "lower", show=False, tooltip="make the pane in focus lower", id="panes.lower"),
    Binding("less_than_sign,ctrl+left", "widen(-1)", "border left", show=False,
            tooltip="move the border of the columns to the left", id="panes.border-left"),
    Binding("greater_than_sign,ctrl+right", "widen(1)", "border right", show=False,
            tooltip="move the border of the columns to the right", id="panes.border-right"),
    Binding("equals_sign", "usual_layout", "usual layout", show=False, tooltip="the panes as they were at first",
            id="panes.usual-layout"),
]  # fmt: skip
"""Keys of a screen that does them by its grid, whichever widget has the focus."""


class PaneGrid(Horizontal):
    """Columns of panes; those in `#left` and `#right` are two each, an upper and a lower one.

    What was never moved follows the stylesheet. A window too small for two columns, or for two rows, shows what is in
    front; there is nothing to move in it. The screen has the class `-alone` while one pane is shown alone.

    Args:
        layout_name: What the layout is remembered by.
        reach: Says how many of the panes tab goes round.
    """

    def __init__(self, layout_name: str, reach: Callable[[], int]) -> None:
        super().__init__(id="panes")
        self._layout_name = layout_name
        self._reach = reach
        self._panes: tuple[LinePane, ...] = ()
        self._shares: dict[Border, int] = {}
        self._alone = False
        self._dragged: Border | None = None

    def take_panes(self, *panes: LinePane) -> None:
        """Keep the panes, in the order that tab goes round, and lay them out as remembered."""
        self._panes = panes
        remembered = self.app.memory.recall(self._layout_name) if isinstance(self.app, ConfiguredApp) else None
        values: Mapping[str, object] = remembered if isinstance(remembered, dict) else {}
        for border in (COLUMNS, LEFT, RIGHT):
            share = values.get(border)
            if isinstance(share, int) and LEAST <= share <= MOST:
                self._shares[border] = share
        front = next((pane for pane in panes if pane.id is not None and pane.id == values.get(ALONE)), None)
        if front is not None:
            self._alone = True
            self.call_after_refresh(front.focus)
        self._apply()

    @property
    def _roomy(self) -> bool:
        columns, rows = self.screen.size
        return columns >= NARROW_COLUMNS and rows >= SHORT_ROWS

    def on_resize(self, _event: Resize) -> None:
        """Keep to the layout where there is room for it."""
        self._apply()

    def _apply(self) -> None:
        self.screen.set_class(self._alone, "-alone")
        free = self._roomy and not self._alone
        columns = {side: self.query_one(f"#{side}") for side in (LEFT, RIGHT)}
        _set(columns[LEFT], "width", self._shares.get(COLUMNS) if free else None)
        for side, column in columns.items():
            for upper in column.children[:1]:  # none of a screen that is closed before it is up
                _set(upper, "height", self._shares.get(side) if free else None)

    def _remember(self) -> None:
        self._apply()
        if isinstance(self.app, ConfiguredApp):
            alone = self.screen.focused.id if self._alone and isinstance(self.screen.focused, LinePane) else None
            self.app.remember(self._layout_name, {**self._shares, **({ALONE: alone} if alone else {})})

    def _move(self, border: Border, by: int) -> None:
        if not self._roomy or self._alone:
            words = "one pane is shown alone: z shows all" if self._alone else "the window is too small for it"
            self.screen.notify(words, title="nothing to resize", markup=False, timeout=3)
            return
        now = self._shares.get(border, self._present(border))
        self._shares[border] = max(LEAST, min(MOST, now + by * STEP))
        self._remember()

    def _present(self, border: Border) -> int:
        """Measure a share that was never set."""
        if border == COLUMNS:
            return round(100 * self.query_one("#left").outer_size.width / max(1, self.screen.size.width))
        column = self.query_one(f"#{border}")
        return round(100 * column.children[0].outer_size.height / max(1, column.size.height))

    def action_widen(self, by: int) -> None:
        """Move the border between the columns."""
        self._move(COLUMNS, by)

    def action_grow(self, by: int) -> None:
        """Make the pane in focus taller or lower."""
        pane = self._front
        column = pane.parent
        if isinstance(column, Widget) and column.id in (LEFT, RIGHT):
            self._move(column.id, by if pane is column.children[0] else -by)

    def action_usual_layout(self) -> None:
        """Forget what was moved."""
        self._shares.clear()
        self._alone = False
        self._remember()

    def action_alone(self) -> None:
        """Show one pane, or all again."""
        self._alone = not self._alone
        self.bring_forward(self._front)
        self._remember()

    @property
    def _front(self) -> LinePane:
        return self.screen.focused if isinstance(self.screen.focused, LinePane) else self._panes[0]

    def action_pane(self, by: int) -> None:
        """Go to another pane, bringing it into view where panes cover each other."""
        panes = self._panes[: self._reach()]
        now = panes.index(self._front) if self._front in panes else 0
        pane = panes[(now + by) % len(panes)]
        self.bring_forward(pane)
        self.call_after_refresh(pane.focus)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Keep the focused pane in front."""
        if isinstance(event.widget, LinePane):
            self.bring_forward(event.widget)

    def bring_forward(self, pane: LinePane) -> None:
        """Put a pane in front of those that cover it."""
        for other in self._panes:
            if other.parent is pane.parent:
                other.set_class(other is pane, "-front")
        for column in self.query(".column"):
            column.set_class(column is pane.parent, "-front")

    def on_mouse_down(self, event: MouseDown) -> None:
        """Take hold of a border."""
        self._dragged = self._border_at(event.screen_x, event.screen_y) if self._roomy and not self._alone else None
        if self._dragged is not None:
            event.stop()
            self.capture_mouse()

    def _border_at(self, x: int, y: int) -> Border | None:
        """Return which border is under a cell: two panes meet in two cells, and either will do."""
        panes, left = self.region, self.query_one("#left").region
        if not panes.contains(x, y):
            return None
        if x in (left.right - 1, left.right):
            return COLUMNS
        side = LEFT if x < left.right else RIGHT
        upper = self.query_one(f"#{side}").children[0].region
        return side if y in (upper.bottom - 1, upper.bottom) else None

    def on_mouse_move(self, event: MouseMove) -> None:
        """Drag the border."""
        if self._dragged is None:
            return
        panes = self.region
        along, whole = (event.screen_x - panes.x, panes.width), (event.screen_y - panes.y, panes.height)
        at, extent = along if self._dragged == COLUMNS else whole
        self._shares[self._dragged] = max(LEAST, min(MOST, round(100 * at / max(1, extent))))
        self._apply()

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Let go of it."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()
            self._remember()


def _set(widget: Widget, dimension: str, share: int | None) -> None:
    """Give a widget a share of its place, or None to leave it to the stylesheet."""
    rules: dict[str, str | int] = {dimension: f"{share}%", f"min_{dimension}": 3, f"max_{dimension}": "100%"}
    for rule, value in rules.items():
        if share is not None:
            setattr(widget.styles, rule, value)
        elif widget.styles.inline.has_rule(rule):
            widget.styles.inline.clear_rule(rule)
            widget.refresh(layout=True)
