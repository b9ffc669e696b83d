"""The keys of a run that has stopped: they go on with it, and its breakpoints are those of what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from maker_engine.core.commands import (
    MOST_BREAKPOINTS,
    Command,
    Continue,
    DecideStep,
    DrawSample,
    DrawVote,
    DropBreak,
    Pause,
    RunUntil,
    SetBreak,
    TurnBreak,
)
from maker_engine.runtime.stops import Breakpoint
from maker_tui.runs.resuming import Resumption, at_its_end
from maker_tui.screens.base import ResumeAsked
from maker_tui.screens.stepping import Stepping
from maker_tui.widgets.key_bar import key_now

if TYPE_CHECKING:
    from maker_tui.runs.bridge import RunSource

RESUME_KEY: BindingType = Binding(
    "R", "resume", "resume", show=False, tooltip="go on with a stopped run, with a new limit where one ran out"
)
STEPS = DecideStep | DrawSample | DrawVote | RunUntil
"""What a run that goes on can do first."""


_BREAKS = SetBreak | TurnBreak | DropBreak


class GoingOn(Stepping):
    """A workbench whose run may have stopped. Its subclass says when it is over."""

    def __init__(self, source: RunSource) -> None:
        super().__init__(source)
        self._over = False
        self._later: tuple[Breakpoint, ...] | None = None

    @property
    def breakpoints(self) -> Sequence[Breakpoint]:
        """The breakpoints there are; of a run that is over, those that its forks and its going on begin with."""
        return super().breakpoints if self._later is None else self._later

    def send_command(self, command: Command) -> None:
        """Wish something of the run: of one that is over, that it goes on; or say why it cannot be wished."""
        if isinstance(command, _BREAKS):
            if self._over:
                self._keep(command)
                return
        elif isinstance(command, Pause) and not self._over:
            self.action_now()  # it spends nothing, and is wanted at once
        elif self.back_to_now():
            return
        if self.cannot_steer(resumes=isinstance(command, Pause | Continue | STEPS)):
            return
        if self._over:
            self._go_on(command if isinstance(command, STEPS) else None)
        else:
            self._source.send(command)

    def cannot_steer(self, *, resumes: bool = False) -> bool:
        """Say why a run that another process drives, that is at its end, or that has to go on first, is not steered."""
        if self._source.writer is not None:
            process = self._source.writer
            ends = f"kill {process} in a shell stops and saves it"
            self._say("read-only", f"process {process} drives this run: only it can steer it; {ends}")
        elif not self._over:
            return False
        elif not self._tell_its_end():
            if resumes:
                return False
            key = key_now(self.app, "workbench.continue", "c")
            self._say("nothing to do", f"this run has stopped: {key} goes on with it first")
        return True

    def action_break_at(self) -> None:
        """Ask for a filter to hold at; those of a run that is over are kept for what comes of it."""
        if self._over or not self.cannot_steer():
            super().action_break_at()

    def action_resume(self) -> None:
        """Go on with a run that has stopped."""
        self.send_command(Continue())

    def _tell_its_end(self) -> bool:
        """Say why the run cannot go on, if it cannot."""
        view = self._source.view()
        fork = f"{key_now(self.app, 'workbench.fork', 'F')} forks it at the step in view."
        told = "nothing of it was written" if view is None else at_its_end(view.snapshot.outcome, fork)
        if told:
            self._say("the run has ended", told)
        return bool(told)

    def _go_on(self, first: Command | None) -> None:
        view = self._source.view()
        if self._tell_its_end() or view is None:
            return
        breaks = tuple(str(point.filter) for point in self.breakpoints if point.on)
        family = type(self._source.task)
        self.post_message(ResumeAsked(Resumption(view.session, self._source.branch, {}, breaks, first, family)))

    def _say(self, title: str, told: str) -> None:
        self.notify(told, title=title, markup=False, timeout=5)

    def _keep(self, command: SetBreak | TurnBreak | DropBreak) -> None:
        """Set, turn or drop a breakpoint where there is no run to do it."""
        points = tuple(self.breakpoints)
        match command:
            case SetBreak() if len(points) < MOST_BREAKPOINTS:
                number = 1 + max((one.number for one in points), default=0)
                points = (*points, Breakpoint(number, command.filter))
                fork, on = key_now(self.app, "workbench.fork", "F"), key_now(self.app, "workbench.continue", "c")
                self._say("breakpoint", f"kept for what comes: {fork} forks, {on} goes on with a stopped run")
            case TurnBreak():
                points = tuple(replace(one, on=command.on) if one.number == command.number else one for one in points)
            case DropBreak():
                points = tuple(one for one in points if one.number != command.number)
        self._later = points
        self._breaks.refresh_points(points)
