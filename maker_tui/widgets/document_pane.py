"""The document pane: what a run is writing, line by line, with a cursor on the line that a key would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.message import Message

from maker_engine.core.task.papers import DocumentLine
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane

INDENT = 9
"""Cells before a line's text: cursor, mark, and an id of six."""


class DocumentPane(LinePane):
    """Shows a growing document. The cursor stays on its line wherever that goes.

    Args:
        keys: What else can be done here, shown in the border.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "point(-1)", "up", show=False, tooltip="to the line above"),
        Binding("down,j", "point(1)", "down", show=False, tooltip="to the line below"),
    ]

    class Pointed(Message):
        """Someone moved the cursor."""

    def __init__(self, keys: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("document", id=id)
        self._keys = keys
        self._document: Sequence[DocumentLine] = ()
        self._pointed = ""
        self._held = False
        self._rows: dict[str, range] = {}

    @property
    def held(self) -> bool:
        """True once someone has moved the cursor."""
        return self._held

    @property
    def pointed(self) -> DocumentLine | None:
        """The line under the cursor, None where there is none."""
        return next((one for one in self._document if one.id == self._pointed and one.id), None)

    def show_document(self, document: Sequence[DocumentLine]) -> None:
        """Show `document`; the cursor goes with the line that was settled last until someone moves it."""
        if document == self._document:
            return
        self._document = document
        lines = [one for one in document if one.id]
        if self._pointed not in {one.id for one in lines}:
            self._held = False
        if lines and not self._held:
            self._pointed = max(lines, key=lambda one: -1 if one.step is None else one.step).id
        self._lay_out()
        self._reveal()

    def action_point(self, by: int) -> None:
        """Move the cursor by lines."""
        ids = [one.id for one in self._document if one.id]
        if self._pointed in ids:
            self._pointed = ids[max(0, min(len(ids) - 1, ids.index(self._pointed) + by))]
            self._held = True
            self._lay_out()
            self._reveal()
            self.post_message(self.Pointed())

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()
        self._reveal()

    def on_click(self, event: Click) -> None:
        """Put the cursor on the line that is clicked."""
        row = event.y - 1 + self.top  # the border is a row
        self._held = True
        self._pointed = next((line_id for line_id, rows in self._rows.items() if row in rows), self._pointed)
        self._lay_out()
        self.post_message(self.Pointed())

    def _reveal(self) -> None:
        rows = self._rows.get(self._pointed)
        if rows is None or not self.size.height:
            return
        if rows.start < self.top:
            self.scroll_lines_to(rows.start)
        elif rows.stop > self.top + self.size.height:
            self.scroll_lines_to(rows.stop - self.size.height)

    def _lay_out(self) -> None:
        shown_lines: list[Text] = []
        self._rows = {}
        for one in self._document:
            begun = len(shown_lines)
            if one.id:
                shown_lines += self._line(one)
                self._rows[one.id] = range(begun, len(shown_lines))
            else:
                shown_lines += [line()] if shown_lines else []
                shown_lines += [line((row, "label")) for row in wrapped(one.text, self.size.width)]
        lines = len(self._rows)
        counted = f" · {lines} line{'s' if lines != 1 else ''}" if lines else ""
        self.entitle(f"document{counted}", self._keys)
        self.show(shown_lines or [line(("nothing is settled yet", "quiet"))])

    def _line(self, one: DocumentLine) -> list[Text]:
        pointed = one.id == self._pointed
        cursor = ("▸", "key") if pointed else (" ", "plain")
        role = "strong" if pointed else "plain"
        room = self.size.width - INDENT
        first, *others = wrapped(one.text, room)
        rows = [line(cursor, (one.mark or " ", one.role), (f"{one.id:<7}", "label"), (first, role))]
        rows += [line(" " * INDENT, (row, role)) for row in others]
        rows += [line(" " * INDENT, (row, "quiet")) for row in wrapped(one.notes, room) if one.notes]
        return rows
