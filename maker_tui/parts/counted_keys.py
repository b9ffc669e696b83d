"""Keys with a number typed before them, which is their count, as in vi, taken in the order they come."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.events import Key

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen

MOST_DIGITS = 9


class CountedKeys:
    """Does what a key says before the next one is examined: what is typed fast is not lost to a line that opens.

    Left to itself, Textual sends a key through three queues before it is a command.

    Args:
        screen: The screen.
        typed: Gives a key to a line that is up, if there is one, and says whether it was taken.
    """

    def __init__(self, screen: MakerScreen, typed: Callable[[Key], bool]) -> None:
        self._screen = screen
        self._typed = typed
        self._digits = ""

    def take_count(self) -> int | None:
        """Return the number typed before this key, None for none; it counts for one key."""
        digits = self._digits
        self._count("")
        return int(digits) if digits else None

    def _count(self, digits: str) -> None:
        """Keep the digits typed so far, and show them in the footer."""
        if digits != self._digits:
            self._digits = digits
            for bar in self._screen.footers:
                bar.echo(digits)

    async def feed(self, event: Key) -> None:
        """Take a digit, or do what the key is bound to; a key that is bound to nothing is left alone."""
        digit = event.character if event.character in tuple("0123456789") else None
        if self._typed(event):
            pass
        elif digit and (self._digits or digit != "0"):
            self._count((self._digits + digit)[:MOST_DIGITS])
        else:
            active = self._screen.active_bindings.get(event.key)
            if active is None:
                self._count("")
                return
            event.stop()
            event.prevent_default()
            await self._screen.app.run_action(active.binding.action, default_namespace=active.node)
            self._count("")
            return
        event.stop()
        event.prevent_default()
