"""Asks whether a session from elsewhere may have models asked with this user's keys; says what it names, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.screen import ModalScreen

from maker_engine.core.errors import UntrustedError
from maker_engine.printable import printable
from maker_tui.runs.resuming import session_name
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.flow import flowed
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

SHOWN = 300
"""Characters of an address or of a model's name; what is longer is cut."""


class Consent(NamedKeys, ModalScreen[None]):
    """Shows what a session names, and asks.

    A server that it names is agreed to on the command line only: who opens a person's session to look at it must not be
    one key away from sending their own key somewhere.

    Args:
        error: What it names.
        path: The session.
        asked: What was asked for, as a command says it: "resume {}", with {} for the session.
        agreed: Called when the user agrees.
    """

    CSS_PATH = "consent.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "agree", "agree", show=False, tooltip="agree to the models that a session from elsewhere names"),
        Binding("escape,n,q", "app.pop_screen", "do not", show=False, tooltip="do not agree; nothing is asked"),
    ]

    def __init__(self, error: UntrustedError, path: Path, asked: str, agreed: Callable[[], object]) -> None:
        super().__init__()
        self._error = error
        self._command = f"maker sessions {asked.format(session_name(path))} --trust"
        self._agreed = agreed

    def compose(self) -> ComposeResult:
        """Compose one pane."""
        yield LinePane("consent", id="consent")

    def on_mount(self) -> None:
        """Make the pane ready to be read."""
        pane = self.query_one("#consent", LinePane)
        pane.entitle("a session from elsewhere", f"{key_now(self.app, 'consent.do-not', 'escape')} goes back")
        pane.focus()

    def on_resize(self, _event: Resize) -> None:
        """Lay the page out once the pane has its new width."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        pane = self.query_one("#consent", LinePane)
        pane.show(consent_lines(self._error, self._command, key_now(self.app, "consent.agree", "a"), pane.size.width))

    def action_agree(self) -> None:
        """Agree, once, where that can be done here."""
        if self._error.address is None and self.is_active:
            self.app.pop_screen()
            self._agreed()


def consent_lines(error: UntrustedError, command: str, key: str, width: int) -> list[Text]:
    """Lay out what a session names, and what can be done about it."""
    rows = [("This session was not begun here, and continuing it would use what it names:", "plain"), ("", "plain")]
    rows += [(f"server  {_cut(error.address)}", "strong")] if error.address is not None else []
    rows += [(f"model   {_cut(model)}", "strong") for model in error.models]
    rows.append(("", "plain"))
    if error.address is not None:
        rows.append(("Your API key and every prompt would go to that server. Only the command line can agree:", "warn"))
        rows.append((_cut(command), "accent"))
        rows.append(("or, for a server of yours, with --api-base URL instead of --trust.", "plain"))
    else:
        rows.append(("Its provider is asked with your API key, and you pay.", "plain"))
        rows.append((f"Press {key} to agree and continue.", "accent"))
    return [row for one in rows for row in flowed([one], max(20, width))]


def _cut(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"
