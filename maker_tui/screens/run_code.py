"""Asks whether the code of a task that was run from a path may be run, to open a session with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen

from maker_engine.printable import one_line
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.flow import flowed
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_engine.sessions.library.task_code import TaskCode


class RunCode(NamedKeys, ModalScreen[None]):
    """Names the file, and asks.

    Args:
        code: What would be run.
        answer: Called with what the user said.
    """

    CSS_PATH = "run_code.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "run it", show=False, tooltip="run the code of the session's task"),
        Binding("n,escape,q,enter", "answer(False)", "do not", show=False,
                tooltip="open the session without its task's code"),
    ]  # fmt: skip

    def __init__(self, code: TaskCode, answer: Callable[[bool], object]) -> None:
        super().__init__()
        self._code = code
        self._said = answer

    def compose(self) -> ComposeResult:
        """Compose one pane."""
        yield LinePane("code", id="run-code")

    def on_mount(self) -> None:
        """Make the pane ready to be read."""
        pane = self.query_one("#run-code", LinePane)
        pane.entitle("the code of a task", "asked once for this code")
        pane.can_focus = False  # `y` answers, and copies nothing
        self.set_focus(None)

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#run-code", LinePane)
        keys = key_now(self.app, "run-code.run-it", "y"), key_now(self.app, "run-code.do-not", "n").split(",")[0]
        pane.show(code_lines(self._code, *keys, pane.size.width))

    def action_answer(self, agreed: bool) -> None:
        """Answer, once, and go away."""
        if self.is_active:
            self.app.pop_screen()
            self._said(agreed)


def code_lines(code: TaskCode, yes: str, no: str, width: int) -> list[Text]:
    """Lay out what would be run, and what comes of either answer."""
    rows = [
        ("Run code from this file?" if code.path.suffix == ".py" else "Run code from this folder?", "strong"),
        (one_line(str(code.path), 300), "accent"),
        ("", "plain"),
        (f"{yes}  run it: pictures, prompts and words for answers are there", "plain"),
        (f"{no}  do not: table, map, plots, votes, flags and responses are there all the same", "plain"),
    ]
    return [row for one in rows for row in flowed([one], max(20, width))]
