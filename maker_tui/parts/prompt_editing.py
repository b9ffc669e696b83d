"""Probes of the open step, and the prompt that is edited for them, or for a fork from the past of a run."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from maker_engine.core.record.commands import Probe
from maker_engine.core.record.prompts import asked_by
from maker_engine.core.responses import Prompt
from maker_tui.parts.steering import say_error

if TYPE_CHECKING:
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.run_control import RunControl
    from maker_tui.parts.time_travel import TimeTravel
    from maker_tui.runs.bridge import RunSource
    from maker_tui.widgets.prompt_editor import PromptEditor

PROBES = 3
"""Probes for an edited prompt, where no count was typed."""


class PromptEditing:
    """Edits the prompt of the step in view, and keeps what it was edited to.

    Args:
        screen: Takes the editor in, before its row `#entry`.
        source: The run.
        control: Sends probes.
        travel: The moment in view.
        keys: Count the keys.
    """

    def __init__(
        self, screen: MakerScreen, source: RunSource, control: RunControl, travel: TimeTravel, keys: CountedKeys
    ) -> None:
        self._screen = screen
        self._source = source
        self._control = control
        self._travel = travel
        self._keys = keys
        self._edited: tuple[int, Prompt] | None = None
        self._probes = PROBES
        self._editor: PromptEditor | None = None

    def edited_at(self, step: int) -> Prompt | None:
        """Return the prompt of a step, 0-based, as it was edited last; None where it was not."""
        return self._edited[1] if self._edited is not None and self._edited[0] == step else None

    def action_probe(self) -> None:
        """Ask the model about the open step."""
        self._control.send(Probe(self._keys.take_count() or 1, getpass.getuser()))

    def action_edit_prompt(self) -> None:
        """Edit the prompt of the step in view: to probe with it, or for a fork of a run that is over."""
        if not self._for_a_fork and self._travel.back_to_now():
            return
        self._probes = self._keys.take_count() or PROBES
        prompt = self._prompt_in_view()
        if prompt is None:
            if not self._control.cannot_steer():
                say_error(self._screen, "nothing to edit", "no agent is asked anything at the open step")
            return
        if self._editor is None:
            from maker_tui.widgets.prompt_editor import PromptEditor  # noqa: PLC0415 - start-up: 50 ms that few need

            self._editor = PromptEditor(id="prompt-editor")
            self._screen.mount(self._editor, before="#entry")
        self._editor.call_after_refresh(self._editor.begin, prompt)

    @property
    def _for_a_fork(self) -> bool:
        """True where a prompt of the past can be edited, since no run is there that it could be sent for."""
        view = self._source.view()
        return view is not None and (view.snapshot.outcome is not None or not self._source.live)

    def _prompt_in_view(self) -> Prompt | None:
        """Return what the agents of the step in view read, as it was edited last."""
        past = self._travel.in_the_past and self._travel.moment is not None
        view = self._travel.moment if past else self._source.view()
        tally = None if view is None else view.snapshot.open
        if view is None or (tally is None and not past):
            return None
        step = self._travel.place if past or tally is None else tally.step
        if (edited := self.edited_at(step)) is not None:
            return edited
        own = asked_by(self._source.task.step(view.snapshot.state))
        return own if own is None or tally is None else tally.prompt_in_effect(own)

    def done(self, prompt: Prompt | None) -> bool:
        """Probe with the prompt as edited (None: as it was), and keep it; in the past keep it, and return True."""
        if self._travel.in_the_past:  # no run is there to probe
            if prompt is not None:
                self._edited = (self._travel.place, prompt)
            return True
        view = self._source.view()
        if prompt is not None and view is not None and view.snapshot.open is not None:
            self._edited = (view.snapshot.open.step, prompt)
        self._control.send(Probe(self._probes, getpass.getuser(), prompt))
        return False
