"""What a screen asks of the app about runs and sessions; the app handles each in its `on_` method of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.decomposition import AnyTask
    from maker_tui.runs.fork_request import ForkRequest
    from maker_tui.runs.resuming import Resumption


class ResumeAsked(Message):
    """A saved run is to continue."""

    def __init__(self, request: Resumption) -> None:
        super().__init__()
        self.request = request


class ForkAsked(Message):
    """A fork is to be made, and continued."""

    def __init__(self, request: ForkRequest) -> None:
        super().__init__()
        self.request = request


class RollbackAsked(Message):
    """The world is to be put back to what it was at a step, 0-based, of a run; the user is asked first.

    `family` is the task's class.
    """

    def __init__(self, path: Path, branch: int, step: int, family: type[AnyTask]) -> None:
        super().__init__()
        self.path = path
        self.branch = branch
        self.step = step
        self.family = family


class RunLeft(Message):
    """The run is to be closed; in the `background` it continues."""

    def __init__(self, *, background: bool = False) -> None:
        super().__init__()
        self.background = background


class NotStarted(Message):
    """The run that is shown could not be started; nothing of it was written."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


class SessionAsked(Message):
    """A run of a session is to be examined: `branch` None for its newest one, `view` one of the views, "" for none.

    `step`, 0-based, is to be shown, or None for where the run is now.
    """

    def __init__(self, path: Path, branch: int | None = None, view: str = "", step: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.branch = branch
        self.view = view
        self.step = step


class CompareAsked(Message):
    """It is to be shown where two runs part: each a session and its number there, None for the newest one."""

    def __init__(self, left: tuple[Path, int | None], right: tuple[Path, int | None]) -> None:
        super().__init__()
        self.left = left
        self.right = right
