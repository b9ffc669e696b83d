"""Steering a run by what is typed: until where it runs, where it holds, its k and its voters from here on."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from maker_engine.core.errors import InputError
from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.commands import MOST_BREAKPOINTS, ChangeSettings, RunUntil, SetBreak
from maker_engine.models.pool import VOTER_FORM
from maker_engine.printable import one_line
from maker_tui.parts.filter_prompt import ask_filter

if TYPE_CHECKING:
    from maker_tui.parts.breakpoints import Breakpoints
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.run_control import RunControl
    from maker_tui.widgets.prompt_line import PromptLine

STOP_KEYS: list[BindingType] = [
    Binding("b", "break_at", "break", tooltip="hold at every step that begins to match a filter"),
    Binding("B", "breaks", "breakpoints", tooltip="list the breakpoints: hits, on and off, take away"),
    Binding("u", "until", "until", tooltip="run until a step matches a filter"),
    Binding("U", "next_dissent", "to dissent", tooltip="run to the next step with dissent"),
    Binding("S", "draw_vote", "one vote", tooltip="draw samples until one has voted, then pause; 3S waits for three"),
    Binding("e", "probe", "probe", tooltip="ask the model about the open step, not counted; 5e asks five times"),
    Binding("E", "edit_prompt", "edit prompt", tooltip="edit the open step's prompt and probe with it, not counted"),
    Binding("K", "change_k", "k", tooltip="vote by another k from here on; 5K makes it 5"),
    Binding("O", "change_voters", "voters", tooltip="let other voters answer from here on"),
    Binding("F", "fork", "fork", tooltip="another run from the step in view on, with changes"),
    Binding("Z", "roll_back", "roll back", show=False,
            tooltip="put back what the run has changed, such as a database, to the step in view; it is asked first"),
]  # fmt: skip


def say_error(screen: MakerScreen, title: str, reason: str) -> None:
    """Say why something was not done."""
    screen.notify(one_line(reason, 400), title=title, severity="error", markup=False)


class Steering:
    """Asks what is to be changed, and sends it.

    Args:
        screen: Shows what cannot be done.
        control: Sends commands.
        breaks: The run's breakpoints.
        prompt: The line to ask in.
        keys: Count the keys.
    """

    def __init__(
        self, screen: MakerScreen, control: RunControl, breaks: Breakpoints, prompt: PromptLine, keys: CountedKeys
    ) -> None:
        self._screen = screen
        self._control = control
        self._breaks = breaks
        self._prompt = prompt
        self._keys = keys
        self._refused = ""

    def show_refused(self, refused: str) -> None:
        """Say once why the change that was asked for last was not made; `refused` is empty where it was."""
        if refused != self._refused:
            self._refused = refused
            if refused:
                say_error(self._screen, "not changed", refused)

    def action_until(self) -> None:
        """Ask for a filter to run until."""
        if not self._control.cannot_ask(resumes=True):
            send = self._control.send
            ask_filter(self._prompt, "run until", "", lambda text: send(RunUntil(parse_filter(text))))

    def action_break_at(self) -> None:
        """Ask for a filter to hold at; those of a run that is over are kept for what comes of it."""
        if not self._control.over and self._control.cannot_steer():
            return
        if len(self._breaks.points) >= MOST_BREAKPOINTS:
            words = f"{MOST_BREAKPOINTS} are the most: B lists them, x takes one away"
            say_error(self._screen, "no further breakpoint", words)
            return
        send = self._control.send
        ask_filter(self._prompt, "break at", "", lambda text: send(SetBreak(parse_filter(text))))

    def action_breaks(self) -> None:
        """List the breakpoints."""
        self._breaks.rows.offer(self._breaks.points)

    def action_change_k(self) -> None:
        """Change k to the number typed before, or ask for one."""
        number = self._keys.take_count()
        if self._control.cannot_ask():
            return
        if number is not None:
            self._change_k(str(number))
            return
        self._prompt.request("k from here on", "", "votes ahead · enter changes it · esc leaves", self._change_k)

    def _change_k(self, text: str) -> None:
        if not (text.strip().isascii() and text.strip().isdigit()) or int(text[:9]) < 1:
            raise InputError(f"k is a whole number of at least 1, not {one_line(text, 40)!r}")
        self._control.send(ChangeSettings(getpass.getuser(), k=int(text[:9])))

    def action_change_voters(self) -> None:
        """Ask for another pool of voters."""
        if not self._control.cannot_ask():
            hint = f"{VOTER_FORM}, more after ' + '"
            self._prompt.request("voters from here on", "", hint, self._change_voters)

    def _change_voters(self, text: str) -> None:
        voters = tuple(voter.strip() for voter in text.split(" + "))
        self._control.send(ChangeSettings(getpass.getuser(), voters=voters))
