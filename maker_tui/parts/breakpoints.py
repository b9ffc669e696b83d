"""The breakpoints of a run that is shown: those that it has, and of one that has stopped, those of what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from maker_engine.core.record.commands import MOST_BREAKPOINTS, DropBreak, SetBreak, TurnBreak
from maker_tui.runs.view import Breakpoint
from maker_tui.widgets.break_list import BreakList
from maker_tui.widgets.key_bar import key_now

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource

BREAKS = SetBreak | TurnBreak | DropBreak


class Breakpoints:
    """Knows and lists them.

    Args:
        screen: Shows what was kept.
        source: The run.

    Attributes:
        rows: The rows that list them.
    """

    def __init__(self, screen: MakerScreen, source: RunSource) -> None:
        self._screen = screen
        self._source = source
        self._later: tuple[Breakpoint, ...] | None = None
        self.rows = BreakList(id="breakpoints")

    @property
    def points(self) -> Sequence[Breakpoint]:
        """The breakpoints there are; of a run that is over, those that its forks and its going on begin with."""
        if self._later is not None:
            return self._later
        view = self._source.view()
        return () if view is None else view.breakpoints

    @property
    def filters_on(self) -> tuple[str, ...]:
        """The filters of those that are on."""
        return tuple(str(point.filter) for point in self.points if point.on)

    def refresh(self) -> None:
        """List them as they are now, while they are listed."""
        self.rows.refresh_points(self.points)

    def keep(self, command: SetBreak | TurnBreak | DropBreak) -> None:
        """Set, turn or drop a breakpoint where there is no run to do it."""
        points = tuple(self.points)
        match command:
            case SetBreak() if len(points) < MOST_BREAKPOINTS:
                number = 1 + max((one.number for one in points), default=0)
                points = (*points, Breakpoint(number, command.filter))
                app = self._screen.app
                fork, on = key_now(app, "workbench.fork", "F"), key_now(app, "workbench.continue", "c")
                words = f"kept for what comes: {fork} forks, {on} resumes a stopped run"
                self._screen.notify(words, title="breakpoint", markup=False, timeout=5)
            case TurnBreak():
                points = tuple(replace(one, on=command.on) if one.number == command.number else one for one in points)
            case DropBreak():
                points = tuple(one for one in points if one.number != command.number)
        self._later = points
        self.refresh()
