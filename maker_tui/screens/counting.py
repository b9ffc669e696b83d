"""Screens on which a number typed before a key is its count, as in vi, and keys are taken in the order they come."""

from __future__ import annotations

from textual.events import Key

from maker_tui.screens.base import MakerScreen

MOST_DIGITS = 9


class Counting(MakerScreen):
    """Does what a key says before the next one is looked at: what is typed fast is not lost to a line that opens.

    Left to itself, Textual sends a key through three queues before it is a command.
    """

    def __init__(self) -> None:
        super().__init__()
        self._digits = ""

    def typed(self, event: Key) -> bool:
        """Give a key to a line that is being typed; tell whether it was taken. For subclasses that have one."""
        del event
        return False

    def take_count(self) -> int | None:
        """Return the number typed before this key, None for none; it counts for one key."""
        digits = self._digits
        self._count("")
        return int(digits) if digits else None

    def _count(self, digits: str) -> None:
        """Keep the digits typed so far, and show them in the footer."""
        if digits != self._digits:
            self._digits = digits
            for bar in self.footers:
                bar.echo(digits)

    async def on_key(self, event: Key) -> None:
        """Take a digit, or do what the key is bound to."""
        digit = event.character if event.character in tuple("0123456789") else None
        if self.typed(event):
            pass
        elif digit and (self._digits or digit != "0"):
            self._count((self._digits + digit)[:MOST_DIGITS])
        else:
            active = self.active_bindings.get(event.key)
            if active is None:
                self._count("")
                return
            event.stop()
            event.prevent_default()
            await self.app.run_action(active.binding.action, default_namespace=active.node)
            self._count("")
            return
        event.stop()
        event.prevent_default()
