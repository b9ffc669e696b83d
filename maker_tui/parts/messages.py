"""What a screen asks of the app about the run that it shows; the app hears each in its `on_` method of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from maker_tui.runs.fork_wish import ForkWish
    from maker_tui.runs.resuming import Resumption


class ResumeAsked(Message):
    """A saved run is to go on."""

    def __init__(self, wish: Resumption) -> None:
        super().__init__()
        self.wish = wish


class ForkAsked(Message):
    """A fork is to be made, and gone on with."""

    def __init__(self, wish: ForkWish) -> None:
        super().__init__()
        self.wish = wish


class RunLeft(Message):
    """The run is to be closed; in the `background` it goes on."""

    def __init__(self, *, background: bool = False) -> None:
        super().__init__()
        self.background = background


class NotStarted(Message):
    """The run that is shown could not be started; nothing of it was written."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
