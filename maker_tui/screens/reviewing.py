"""The review of a table: one row, its labels by number, undo; how the votes went is shown once it is answered."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widgets import Input

from maker_engine.labelling.wording import plain_question
from maker_engine.printable import one_line, printable
from maker_engine.records.review import Review
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.flow import flowed
from maker_tui.widgets.line_pane import LinePane

_SHOWN = 20_000
"""Characters of a cell that are shown."""


class Reviewing(NamedKeys, Screen[None]):
    """Asks a person about one thing after the other.

    Args:
        review: What is asked.
    """

    CSS_PATH = "reviewing.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "undo", show=False, tooltip="take the last answer back, and answer again"),
        Binding("n", "skip", "next row", show=False, tooltip="leave this row for later"),
        Binding("a", "type", "answer", show=False, tooltip="type an answer"),
        Binding("escape,q", "leave", "leave", show=False, tooltip="leave; every answer is kept"),
    ]

    def __init__(self, review: Review) -> None:
        super().__init__()
        self._review = review

    def compose(self) -> ComposeResult:
        """A pane, and a line to type in where the answer is none of a list."""
        yield LinePane("row", id="row")
        yield Input(id="typed")

    def on_mount(self) -> None:
        """Make the pane ready to be read."""
        self.query_one("#row", LinePane).focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the row out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        review, pane = self._review, self.query_one("#row", LinePane)
        pane.entitle(f"review · {review.place:,} of {len(review):,} · {one_line(review.reviewer, 30)}", self._keys())
        pane.show(review_lines(review, max(20, pane.size.width)))

    def _keys(self) -> str:
        if self._review.unit is None:
            return "u undo  q leave"
        return (
            "1–9 label  a type  u undo  n next  q leave" if self._review.labels() else "a type  u undo  n next  q leave"
        )

    def on_key(self, event: Key) -> None:
        """Take the number of a label."""
        if event.key.isdecimal() and not self.has_class("typing"):
            event.stop()
            if 1 <= int(event.key) <= len(self._review.labels()):
                self._review.answer(event.key)
                self._lay_out()

    def action_undo(self) -> None:
        """Take the last answer back."""
        self._review.undo()
        self._lay_out()

    def action_skip(self) -> None:
        """Go on to the next row."""
        self._review.skip()
        self._lay_out()

    def action_type(self) -> None:
        """Open the line to type in."""
        if self._review.unit is not None:
            self.add_class("typing")
            typed = self.query_one("#typed", Input)
            typed.placeholder = one_line(self._review.demand(), 200)
            typed.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed; what is no answer stays to be changed."""
        if not self._review.answer(event.value):
            self.notify(f"no answer here: {one_line(self._review.demand(), 200)}", severity="warning", markup=False)
            return
        self._stop_typing()
        self._lay_out()

    def action_leave(self) -> None:
        """Close the line to type in, or leave."""
        if self.has_class("typing"):
            self._stop_typing()
        else:
            self.app.exit()

    def _stop_typing(self) -> None:
        self.query_one("#typed", Input).value = ""
        self.remove_class("typing")
        self.query_one("#row", LinePane).focus()


def review_lines(review: Review, width: int) -> list[Text]:
    """Lay out what is asked, and what the votes said of the last one."""
    rows: list[tuple[str, str]] = []
    unit = review.unit
    if unit is None:
        rows.append((f"That was all: {review.answered:,} answered, each kept.", "strong"))
    else:
        rows += [(f"{one_line(unit.id, 60)}: {plain_question(unit.field)}", "strong"), ("", "plain")]
        for name in review.shown:
            text = printable(unit.row.text(name)[:_SHOWN], newlines=True)
            rows += [(line, "plain") for line in f"{name}: {text}".splitlines()]
        rows.append(("", "plain"))
        labels = review.labels()
        rows += [(f"{number}  {label}", "accent") for number, label in enumerate(labels, 1)]
        if not labels:
            rows.append((review.demand(), "accent"))
    if review.revealed:
        rows += [("", "plain"), (one_line(review.revealed, 400), "plain")]
    return [row for one in rows for row in flowed([one], width)]
