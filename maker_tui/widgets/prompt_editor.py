"""The rows in which the prompt of the open step is edited, to see what a model says to it."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from maker_engine.core.responses import Prompt
from maker_engine.printable import printable


class PromptEditor(TextArea):
    """Edits a prompt's two parts, one at a time. It has the focus while it is there.

    What it shows has been made printable: a prompt may hold what a model wrote.
    """

    DEFAULT_CSS = """
    PromptEditor { height: 45%; display: none; border: round $accent; &.-up { display: block; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "done", "send", show=False, priority=True, tooltip="probe with the prompt as edited"),
        Binding("tab", "other_part", "other part", show=False, priority=True, tooltip="system prompt, user prompt"),
        Binding("escape", "leave", "leave", show=False, priority=True, tooltip="leave the prompt as it was"),
    ]

    class Done(Message):
        """The prompt is to be probed with; `prompt` is None where nothing was changed."""

        def __init__(self, prompt: Prompt | None) -> None:
            super().__init__()
            self.prompt = prompt

    class Left(Message):
        """It was left."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, show_line_numbers=False, soft_wrap=True, highlight_cursor_line=False)
        self._parts = {"system": "", "user": ""}
        self._was = dict(self._parts)
        self._part = "user"
        self._raw = Prompt("", "")

    def begin(self, prompt: Prompt) -> None:
        """Begin to edit."""
        self._raw = prompt
        self._parts = {part: printable(getattr(prompt, part), newlines=True) for part in ("system", "user")}
        self._was = dict(self._parts)
        self.add_class("-up")
        self._show_part("user")
        self.focus()

    def _show_part(self, part: str) -> None:
        self._part = part
        other = "system" if part == "user" else "user"
        self.border_title = f"{part} prompt"
        self.border_subtitle = f"^d takes it · tab: {other} prompt · esc leaves"
        self.load_text(self._parts[part])
        self.move_cursor(self.document.end)

    def action_other_part(self) -> None:
        """Go to the other part."""
        self._parts[self._part] = self.text
        self._show_part("system" if self._part == "user" else "user")

    def action_done(self) -> None:
        """Send the prompt."""
        self._parts[self._part] = self.text
        self.remove_class("-up")
        # A part that no one touched goes out as it is, not as it was shown.
        edited = {part: text for part, text in self._parts.items() if text != self._was[part]}
        self.post_message(self.Done(replace(self._raw, **edited) if edited else None))

    def action_leave(self) -> None:
        """Leave without sending."""
        self.remove_class("-up")
        self.post_message(self.Left())
