"""Control of a run: commands go to it, or to what continues it where it has stopped, or it is said why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding, BindingType

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.commands import (
    Command,
    Continue,
    DecideStep,
    DrawSample,
    DrawVote,
    Pause,
    RunUntil,
)
from maker_tui.parts.breakpoints import BREAKS, Breakpoints
from maker_tui.parts.messages import ResumeAsked
from maker_tui.runs.resuming import Resumption, at_its_end
from maker_tui.widgets.key_bar import key_now

if TYPE_CHECKING:
    from maker_engine.core.record.snapshot import Snapshot
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.time_travel import TimeTravel
    from maker_tui.runs.bridge import RunSource

NEXT_DISSENT = parse_filter("dissent")
STEPS = DecideStep | DrawSample | DrawVote | RunUntil
"""What a run under way can do first."""

STEP_KEYS: list[BindingType] = [
    Binding("n", "decide_step", "step", tooltip="run to the next decided step, then pause; 5n decides five"),
    Binding("s", "draw_sample", "sample", tooltip="draw one sample, then pause; 5s draws five"),
]
RESUME_KEY: BindingType = Binding(
    "R", "resume", "resume", show=False, tooltip="resume a stopped run, with a new limit where one ran out"
)
BY_HAND = (("vote", "v"), ("decide", "d"), ("strike", "x"))


def stuck_at(snapshot: Snapshot) -> int | None:
    """Return the step, 0-based, at which a run waits for a person to decide it; None where it does not."""
    tally = snapshot.open
    waits = snapshot.undecided and snapshot.paused and snapshot.outcome is None
    return tally.step if waits and tally is not None and tally.winner is None else None


def stuck_words(app: App[object], step: int) -> str:
    """Say that a step, 0-based, has used up its samples, and which keys settle it."""
    keys = [key_now(app, f"workbench.{name}", key) for name, key in BY_HAND]
    words = "{} votes, {} decides, {} strikes a candidate".format(*keys)
    return f"step {step + 1:,} has used up its samples: {words}"


class RunControl:
    """Sends commands to a run.

    Args:
        screen: Shows what cannot be done, and asks the app to continue a run that has stopped.
        source: The run.
        travel: The moment in view: nothing is done to a run unseen.
        breaks: Its breakpoints.
        keys: Count the keys.

    Attributes:
        over: The run has ended, or is not driven by anyone.
    """

    def __init__(
        self, screen: MakerScreen, source: RunSource, travel: TimeTravel, breaks: Breakpoints, keys: CountedKeys
    ) -> None:
        self._screen = screen
        self._source = source
        self._travel = travel
        self._breaks = breaks
        self._keys = keys
        self.over = False

    def send(self, command: Command) -> None:
        """Send a command: to a run that is over, that it continues; or say why it cannot be."""
        self._say_if_stuck(command)  # and send it: what was decided just now may not be seen yet
        if isinstance(command, BREAKS):
            if self.over:
                self._breaks.keep(command)
                return
        elif isinstance(command, Pause) and not self.over:
            self._travel.action_now()  # it spends nothing, and is wanted at once
        elif self._travel.back_to_now():
            return
        if self.cannot_steer(resumes=isinstance(command, Pause | Continue | STEPS)):
            return
        if self.over:
            self._go_on(command if isinstance(command, STEPS) else None)
        else:
            self._source.send(command)

    def _say_if_stuck(self, command: Command) -> None:
        view = self._source.view()
        unseen = view is None or self._travel.in_the_past or self._source.writer is not None
        step = None if view is None or unseen else stuck_at(view.snapshot)
        if step is not None and isinstance(command, Continue | STEPS):
            self._say("it cannot continue", stuck_words(self._screen.app, step))

    def cannot_steer(self, *, resumes: bool = False) -> bool:
        """Say why a run that another process drives, that has ended, or that has to be continued first, is not steered.

        Args:
            resumes: What is to be typed continues a run that has stopped.
        """
        if self._source.writer is not None:
            process = self._source.writer
            ends = f"kill {process} in a shell stops and saves it"
            self._say("read-only", f"process {process} drives this run: only it can steer it; {ends}")
        elif not self.over:
            return False
        elif not self._say_its_end():
            if resumes:
                return False
            key = key_now(self._screen.app, "workbench.continue", "c")
            self._say("nothing to do", f"this run has stopped: {key} resumes it first")
        return True

    def cannot_ask(self, *, resumes: bool = False) -> bool:
        """Return to now, or say why the run cannot be steered, before anything is typed; True where either was done."""
        return self._travel.back_to_now() or self.cannot_steer(resumes=resumes)

    def _say_its_end(self) -> bool:
        """Say why the run cannot continue, if it cannot."""
        view = self._source.view()
        fork = f"{key_now(self._screen.app, 'workbench.fork', 'F')} forks it at the step in view."
        words = "nothing of it was written" if view is None else at_its_end(view.snapshot.outcome, fork)
        if words:
            self._say("the run has ended", words)
        return bool(words)

    def _go_on(self, first: Command | None) -> None:
        view = self._source.view()
        if self._say_its_end() or view is None:
            return
        family, breaks = type(self._source.task), self._breaks.filters_on
        request = Resumption(view.session, self._source.branch, {}, breaks, first, family)
        self._screen.post_message(ResumeAsked(request))

    def _say(self, title: str, words: str) -> None:
        self._screen.notify(words, title=title, markup=False, timeout=5)

    def action_pause(self) -> None:
        """Pause, or continue."""
        view = self._source.view()
        self.send(Continue() if view is not None and view.snapshot.paused else Pause())

    def action_continue(self) -> None:
        """Go on."""
        self.send(Continue())

    def action_resume(self) -> None:
        """Continue a run that has stopped."""
        self.send(Continue())

    def action_decide_step(self) -> None:
        """Move to the next decided step, or so many."""
        self.send(DecideStep(self._keys.take_count() or 1))

    def action_draw_sample(self) -> None:
        """Draw one sample, or so many."""
        self.send(DrawSample(self._keys.take_count() or 1))

    def action_draw_vote(self) -> None:
        """Draw until one vote is counted, or so many."""
        self.send(DrawVote(self._keys.take_count() or 1))

    def action_next_dissent(self) -> None:
        """Run to the next step with dissent."""
        self.send(RunUntil(NEXT_DISSENT))
