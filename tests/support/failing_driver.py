"""A terminal driver under which the app has a bug: the key X makes it fail. `TEXTUAL_DRIVER` names it."""

from __future__ import annotations

from textual.events import Key
from textual.message import Message

from maker_tui.terminal.driver import MortalDriver

FAILING = "tests.support.failing_driver:FailingDriver"


class SlipError(RuntimeError):
    """What goes wrong."""


def slip() -> None:
    secret = f"very{chr(45)}secret"
    raise SlipError(f"[/] \x1b]52;c;x\x07 {len(secret)}")


class FailingDriver(MortalDriver):
    """Fails when X is pressed."""

    def process_message(self, message: Message) -> None:
        if isinstance(message, Key) and message.key == "X":
            self._app.call_later(slip)
        else:
            super().process_message(message)
