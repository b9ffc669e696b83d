"""What a person does to the open step of a run by hand: vote for a candidate, strike one, decide it."""

from __future__ import annotations

import getpass
from collections.abc import Hashable
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

from maker_engine.core.decomposition import Gather, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.record.commands import BallotCommand, CastVote, Decide, Strike
from maker_engine.core.record.decisions import describe
from maker_engine.core.responses import Flag
from maker_engine.printable import one_line
from maker_tui.widgets.person_bar import PersonBar

if TYPE_CHECKING:
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.run_control import RunControl
    from maker_tui.runs.bridge import RunSource
    from maker_tui.widgets.prompt_line import PromptLine

HAND_KEYS: list[BindingType] = [
    Binding("v", "person('vote for')", "vote", show=False, tooltip="cast a vote of your own on the open step"),
    Binding("d", "person('decide')", "decide", show=False, tooltip="decide the open step yourself"),
    Binding("x", "person('strike')", "strike", show=False, tooltip="take a candidate off the ballot"),
]


class HandVotes:
    """Asks a person for a candidate, or for an answer where there is none, and sends it in their name.

    Args:
        screen: Shows what cannot be done.
        source: The run.
        control: Sends commands.
        prompt: The line to ask in.

    Attributes:
        bar: The row that asks for a candidate.
    """

    def __init__(self, screen: MakerScreen, source: RunSource, control: RunControl, prompt: PromptLine) -> None:
        self._screen = screen
        self._source = source
        self._control = control
        self._prompt = prompt
        self.bar = PersonBar(id="person")

    def action_person(self, verb: str) -> None:
        """Let a person vote for a candidate of the open step, decide it, or strike it."""
        if self._control.cannot_ask():
            return
        view = self._source.view()
        tally = None if view is None else view.snapshot.open
        if verb == "decide" and tally is not None and not tally.rows and self._ask_decision():
            return
        if tally is None or not tally.rows:
            words = "the open step has no candidate yet"
            self._screen.notify(words, title=f"nothing to {verb}", markup=False, timeout=3)
            return
        self.bar.ask(verb, [answer for answer, _ in tally.rows], partial(describe, self._source.task))

    def chosen(self, message: PersonBar.Chosen) -> None:
        """Do what the person said, in their name."""
        verbs: dict[str, type[BallotCommand]] = {"vote for": CastVote, "decide": Decide, "strike": Strike}
        self._control.send(verbs[message.verb](message.answer, getpass.getuser()))

    def _ask_decision(self) -> bool:
        """Ask what a step without a candidate is decided as; False where agents are asked nothing."""
        view = self._source.view()
        step = None if view is None else self._source.task.step(view.snapshot.state)
        if view is None or not isinstance(step, Vote | Gather):
            return False
        hint = r"as the prompt has it · \n is a new line · esc leaves"
        self._prompt.request("decide as", "", hint, partial(self._decide, view.snapshot.state))
        return True

    def _decide(self, state: Hashable, text: str) -> None:
        """Read an answer as a response would be read, and decide the open step as that."""
        task = self._source.task
        try:
            answer = task.read_decision(state, text.replace("\\n", "\n"))
            wrong = answer if isinstance(answer, Flag) else task.objection(state, answer)
        except Exception as error:  # noqa: BLE001 - a task may raise anything at what is no answer of it
            raise InputError(f"it cannot be read: {one_line(str(error), 80)}") from None
        if wrong is not None:
            raise InputError(f"{one_line(text, 40)!r} is not an answer here: {wrong.reason}")
        self._control.send(Decide(answer, getpass.getuser()))
