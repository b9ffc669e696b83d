"""Two runs of one problem side by side, at the first step at which they part; and the way into each of them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize

from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.parts.messages import SessionAsked
from maker_tui.runs.comparing import lines
from maker_tui.text.roles import line
from maker_tui.widgets.key_bar import KeyBar, key_now, keys_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_tui.runs.comparing import Compared


class Compare(MakerScreen):
    """Shows a comparison.

    Args:
        found: What was found.
    """

    RETURNS_HERE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "open(0)", "open left", tooltip="inspect the step at which they part in the left run"),
        Binding("2", "open(1)", "open right", tooltip="inspect the step at which they part in the right run"),
        Binding("escape,q", "app.pop_screen", "back", tooltip="back to where they were chosen"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
    ]

    HELP_TITLE = "compare"
    HELP_WORDS = (
        "Two runs of one problem. Up to the step at which they part, both went through the same states.",
        "After that step they solve what is left from different states: the number that differ says how far apart.",
    )
    HELP_OF = (("in the page", LinePane),)

    def __init__(self, found: Compared) -> None:
        super().__init__()
        self._found = found
        self._head = HeadLine()
        self._page = LinePane("two runs", id="compared")

    def compose(self) -> ComposeResult:
        """Head line, page, footer."""
        yield self._head
        yield self._page
        yield KeyBar(keys_of(self.BINDINGS))

    def on_mount(self) -> None:
        """Say what is compared."""
        self._head.tell("compare", facts=(self._found.left.name, self._found.right.name))
        keys = [key_now(self.app, f"compare.open-{side}", key) for side, key in (("left", "1"), ("right", "2"))]
        self._page.entitle("two runs", f"{keys[0]} and {keys[1]} open them there")
        self._page.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        self._page.show([line(*pieces) for pieces in lines(self._found, self._page.size.width)])

    def action_open(self, side: int) -> None:
        """Ask for a run, at the step at which they part or at its last one."""
        comparison = self._found.comparison
        run = (comparison.left, comparison.right)[side]
        step = run.steps - 1 if comparison.parts_at is None else comparison.parts_at
        self.post_message(SessionAsked(run.path, run.branch, "inspector", max(0, min(step, run.steps - 1))))
