"""Forks: another run from the step in view on, with what the record of that step recommends offered as its changes.

And rolling back: a fork before which the world is put back to that step.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_tui.parts.messages import ForkAsked, RollbackAsked
from maker_tui.runs.fork_request import EDITED, ForkRequest, parse_fork_request
from maker_tui.text.mistake_words import offered_changes

if TYPE_CHECKING:
    from maker_tui.parts.breakpoints import Breakpoints
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.prompt_editing import PromptEditing
    from maker_tui.parts.time_travel import TimeTravel
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView
    from maker_tui.widgets.prompt_line import PromptLine


class Forking:
    """Asks what a fork is to do differently, and asks the app for it.

    Args:
        screen: Posts `ForkAsked` and `RollbackAsked`.
        source: The run.
        travel: The step in view.
        breaks: The breakpoints that the fork begins with.
        editing: The prompt that was edited for it.
        prompt: The line to ask in.
    """

    def __init__(
        self,
        screen: MakerScreen,
        source: RunSource,
        travel: TimeTravel,
        breaks: Breakpoints,
        editing: PromptEditing,
        prompt: PromptLine,
    ) -> None:
        self._screen = screen
        self._source = source
        self._travel = travel
        self._breaks = breaks
        self._editing = editing
        self._prompt = prompt
        self._offered: tuple[int, str] | None = None

    def fork_at(self, step: int) -> None:
        """Ask for a fork at another step than the one in view."""
        if step != self._travel.place:
            self._travel.go_to(step)
        self.action_fork()

    def action_fork(self) -> None:
        """Ask what a fork at the step in view is to do differently."""
        view = self._source.view()
        if view is None or view.snapshot.started is None:
            return
        step = self._travel.place
        offered = self._offer(view, step)
        if self._editing.edited_at(step) is not None:
            offered = f"{offered} {EDITED}".strip()
        hint = "enter forks there · model= voter= seed= note= break="
        self._prompt.request(f"fork at step {step + 1:,}", offered, hint, partial(self._fork, view, step))

    def action_roll_back(self) -> None:
        """Ask the app to put the world back to the step in view."""
        view = self._source.view()
        if view is not None and view.snapshot.started is not None:
            family, place = type(self._source.task), self._travel.place
            self._screen.post_message(RollbackAsked(view.session, self._source.branch, place, family))

    def _offer(self, view: RunView, step: int) -> str:
        """Offer what the record of the step recommends."""
        k = 1 if view.snapshot.started is None else view.snapshot.started.k
        wrong = self._travel.wrong_at(step)
        edited = self._editing.edited_at(step) is not None
        text = "" if edited and wrong is not None and wrong.better_k is None else offered_changes(wrong, k)
        self._offered = step, text
        return text

    def offer_anew(self) -> None:
        """Offer what is known by now of the step in view, unless something else was typed since it was gone to.

        What is known of a step is read after it was gone to.
        """
        step, text = self._offered or (-1, "")
        asked = self._prompt.up and step == self._travel.place and self._prompt.text == text
        if asked and self._travel.wrong_at(step) is not None:
            self.action_fork()

    def _fork(self, view: RunView, step: int, text: str) -> None:
        changes, note, edited, more = parse_fork_request(text)
        prompt = self._editing.edited_at(step) if edited else None
        if edited and prompt is None:
            raise InputError(f"no prompt was edited for step {step + 1:,}: E edits one")
        breaks = (*self._breaks.filters_on, *more)
        family = type(self._source.task)
        request = ForkRequest(view.session, self._source.branch, step, changes, note, prompt, breaks, family)
        self._screen.post_message(ForkAsked(request))
