"""Steering a run by hand on the workbench: stepping, breakpoints, probes, other settings from here on, and forks."""

from __future__ import annotations

import getpass
from collections.abc import Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.message import Message

from maker_engine.core.commands import (
    MOST_BREAKPOINTS,
    ChangeSettings,
    Command,
    Decide,
    DecideStep,
    DrawSample,
    DrawVote,
    Probe,
    RunUntil,
    SetBreak,
)
from maker_engine.core.decomposition import Gather, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.filters import parse_filter
from maker_engine.core.prompts import asked_by
from maker_engine.core.responses import Flag, Prompt
from maker_engine.models.pool import VOTER_FORM
from maker_engine.printable import one_line
from maker_tui.runs.fork_wish import EDITED, ForkWish, parse_wish
from maker_tui.screens.asking import Asking, Hear
from maker_tui.screens.travel import Travelling
from maker_tui.widgets.break_list import BreakList
from maker_tui.widgets.entry_line import EntryLine
from maker_tui.widgets.filter_line import FilterLine

if TYPE_CHECKING:
    from maker_engine.runtime.stops import Breakpoint
    from maker_engine.runtime.view import RunView
    from maker_tui.runs.bridge import RunSource
    from maker_tui.widgets.prompt_editor import PromptEditor

PROBES = 3
"""Probes for an edited prompt, where no count was typed."""
NEXT_DISSENT = parse_filter("dissent")

STEP_KEYS: list[BindingType] = [
    Binding("n", "decide_step", "step", tooltip="run to the next decided step, then pause; 5n decides five"),
    Binding("s", "draw_sample", "sample", tooltip="draw one sample, then pause; 5s draws five"),
]
STOP_KEYS: list[BindingType] = [
    Binding("b", "break_at", "break", tooltip="hold at every step of which a filter comes to hold"),
    Binding("B", "breaks", "breakpoints", tooltip="list the breakpoints: hits, on and off, take away"),
    Binding("u", "until", "until", tooltip="run until a filter comes to hold"),
    Binding("U", "next_dissent", "to dissent", tooltip="run to the next step with dissent"),
    Binding("S", "draw_vote", "one vote", tooltip="draw samples until one has voted, then pause; 3S waits for three"),
    Binding("e", "probe", "probe", tooltip="ask the model about the open step, not counted; 5e asks five times"),
    Binding("E", "edit_prompt", "edit prompt", tooltip="edit the open step's prompt and probe with it, not counted"),
    Binding("K", "change_k", "k", tooltip="vote by another k from here on; 5K makes it 5"),
    Binding("O", "change_voters", "voters", tooltip="let other voters answer from here on"),
    Binding("F", "fork", "fork", tooltip="another run from the step in view on, with changes"),
]


class Stepping(Travelling):
    """A workbench whose run is steered by hand. Its subclass sends the commands, and yields the rows to ask in."""

    class ForkAsked(Message):
        """A fork is to be made, and gone on with."""

        def __init__(self, wish: ForkWish) -> None:
            super().__init__()
            self.wish = wish

    def __init__(self, source: RunSource) -> None:
        super().__init__(source)
        self._entry = EntryLine(id="entry")
        self._filter_entry = FilterLine(id="filter-entry")
        self._breaks = BreakList(id="breakpoints")
        self._asking = Asking((self._entry, self._filter_entry))
        self._refused = ""
        self._edited: tuple[int, Prompt] | None = None
        self._probes = PROBES
        self._editor: PromptEditor | None = None

    def send_command(self, command: Command) -> None:
        """Wish something of the run, or say why it cannot be wished."""
        raise NotImplementedError

    @property
    def breakpoints(self) -> Sequence[Breakpoint]:
        """The breakpoints there are."""
        view = self._source.view()
        return () if view is None else view.breakpoints

    def steer(self, view: RunView) -> None:
        """Show what has come of wishes: breakpoints, and changes that were refused."""
        self._breaks.refresh_points(self.breakpoints)
        if view.refused != self._refused:
            self._refused = view.refused
            if view.refused:
                self._cannot("not changed", view.refused)

    def _cannot(self, title: str, reason: str) -> None:
        self.notify(one_line(reason, 400), title=title, severity="error", markup=False)

    def typed(self, event: Key) -> bool:
        """Give a key to the row that is up."""
        if self._breaks.up:
            self._breaks.feed(event)
            return True
        return self._asking.typed(event)

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is up."""
        self._asking.pasted(event)

    def on_break_list_wished(self, message: BreakList.Wished) -> None:
        """Turn or drop a breakpoint."""
        self.send_command(message.command)

    def cannot_steer(self, *, resumes: bool = False) -> bool:
        """Say so before anything is typed if the run cannot be steered.

        Args:
            resumes: What is to be typed goes on with a run that has stopped.
        """
        del resumes
        return False

    def action_decide_step(self) -> None:
        """Go on to the next decided step, or so many."""
        self.send_command(DecideStep(self.take_count() or 1))

    def action_draw_sample(self) -> None:
        """Draw one sample, or so many."""
        self.send_command(DrawSample(self.take_count() or 1))

    def action_draw_vote(self) -> None:
        """Draw until one vote is counted, or so many."""
        self.send_command(DrawVote(self.take_count() or 1))

    def action_next_dissent(self) -> None:
        """Run to the next step with dissent."""
        self.send_command(RunUntil(NEXT_DISSENT))

    def action_until(self) -> None:
        """Ask for a filter to run until."""
        if self.back_to_now() or self.cannot_steer(resumes=True):
            return
        self._ask_filter("run until", lambda text: self.send_command(RunUntil(parse_filter(text))))

    def action_break_at(self) -> None:
        """Ask for a filter to hold at."""
        if len(self.breakpoints) >= MOST_BREAKPOINTS:
            self._cannot("no further breakpoint", f"{MOST_BREAKPOINTS} are the most: B lists them, x takes one away")
            return
        self._ask_filter("break at", lambda text: self.send_command(SetBreak(parse_filter(text))))

    def ask_line(self, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Let a line be typed."""
        self._asking.ask(self._entry, prompt, text, hint, hear)

    def _ask_filter(self, prompt: str, hear: Hear) -> None:
        self._asking.ask(self._filter_entry, prompt, "", "", hear)

    def action_breaks(self) -> None:
        """List the breakpoints."""
        self._breaks.offer(self.breakpoints)

    def action_probe(self) -> None:
        """Ask the model about the open step."""
        self.send_command(Probe(self.take_count() or 1, getpass.getuser()))

    def action_edit_prompt(self) -> None:
        """Edit the prompt of the step in view: to probe with it, or for a fork of a run that is over."""
        if not self.edits_for_a_fork and self.back_to_now():
            return
        self._probes = self.take_count() or PROBES
        prompt = self.prompt_in_view()
        if prompt is None:
            if not self.cannot_steer():
                self._cannot("nothing to edit", "no agent is asked anything at the open step")
            return
        if self._editor is None:
            from maker_tui.widgets.prompt_editor import PromptEditor  # noqa: PLC0415 - 50 ms that few runs need

            self._editor = PromptEditor(id="prompt-editor")
            self.mount(self._editor, before=self._entry)
        self._editor.call_after_refresh(self._editor.begin, prompt)

    @property
    def edits_for_a_fork(self) -> bool:
        """True where a prompt of the past can be edited, since no run is there that it could be sent for."""
        return False

    def prompt_in_view(self) -> Prompt | None:
        """Return what the agents of the open step read, as it was edited last."""
        view = self._source.view()
        if view is None or view.snapshot.open is None:
            return None
        if self._edited is not None and self._edited[0] == view.snapshot.open.step:
            return self._edited[1]
        own = asked_by(self._source.task.step(view.snapshot.state))
        return None if own is None else view.snapshot.open.prompt_in_effect(own)

    def on_prompt_editor_done(self, message: PromptEditor.Done) -> None:
        """Probe with the prompt as edited, and keep it for a fork."""
        view = self._source.view()
        if message.prompt is not None and view is not None and view.snapshot.open is not None:
            self._edited = (view.snapshot.open.step, message.prompt)
        self.send_command(Probe(self._probes, getpass.getuser(), message.prompt))
        self.focus_votes()

    def on_prompt_editor_left(self) -> None:
        """Give the focus back."""
        self.focus_votes()

    def focus_votes(self) -> None:
        """Focus the votes."""
        raise NotImplementedError

    def action_change_k(self) -> None:
        """Change k to the number typed before, or ask for one."""
        number = self.take_count()
        if self.back_to_now() or self.cannot_steer():
            return
        if number is not None:
            self._change_k(str(number))
            return
        self._asking.ask(
            self._entry, "k from here on", "", "votes ahead · enter changes it · esc leaves", self._change_k
        )

    def _change_k(self, text: str) -> None:
        if not (text.strip().isascii() and text.strip().isdigit()) or int(text[:9]) < 1:
            raise InputError(f"k is a whole number of at least 1, not {one_line(text, 40)!r}")
        self.send_command(ChangeSettings(getpass.getuser(), k=int(text[:9])))

    def action_change_voters(self) -> None:
        """Ask for another pool of voters."""
        if self.back_to_now() or self.cannot_steer():
            return
        hint = f"{VOTER_FORM}, more after ' + '"
        self._asking.ask(self._entry, "voters from here on", "", hint, self._change_voters)

    def _change_voters(self, text: str) -> None:
        voters = tuple(voter.strip() for voter in text.split(" + "))
        self.send_command(ChangeSettings(getpass.getuser(), voters=voters))

    def ask_decision(self) -> bool:
        """Ask what a step without a candidate is decided as; False where agents are asked nothing."""
        view = self._source.view()
        step = None if view is None else self._source.task.step(view.snapshot.state)
        if view is None or not isinstance(step, Vote | Gather):
            return False
        hint = r"as the prompt has it · \n is a new line · esc leaves"
        self._asking.ask(self._entry, "decide as", "", hint, partial(self._decide, view.snapshot.state))
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
            raise InputError(f"{one_line(text, 40)!r} is no answer here: {wrong.reason}")
        self.send_command(Decide(answer, getpass.getuser()))

    def offered_changes(self, view: RunView, step: int) -> str:
        """Return what the line that asks for a fork is filled in with."""
        raise NotImplementedError

    def fork_at(self, step: int) -> None:
        """Ask for a fork at another step than the one in view."""
        if step != self.place:
            self.go_to(step)
        self.action_fork()

    def action_fork(self) -> None:
        """Ask what a fork at the step in view is to do differently."""
        view = self._source.view()
        if view is None or view.snapshot.started is None:
            return
        step = self.place
        offered = self.offered_changes(view, step)
        if self._edited is not None and self._edited[0] == step:
            offered = f"{offered} {EDITED}".strip()
        hint = "enter goes on there · model= voter= seed= note= break="
        self._asking.ask(self._entry, f"fork at step {step + 1:,}", offered, hint, partial(self._fork, view, step))

    def _fork(self, view: RunView, step: int, text: str) -> None:
        changes, note, edited, more = parse_wish(text)
        if edited and (self._edited is None or self._edited[0] != step):
            raise InputError(f"no prompt was edited for step {step + 1:,}: E edits one")
        prompt = self._edited[1] if edited and self._edited is not None else None
        breaks = (*(str(point.filter) for point in self.breakpoints if point.on), *more)
        family = type(self._source.task)
        wish = ForkWish(view.session, self._source.branch, step, changes, note, prompt, breaks, family)
        self.post_message(self.ForkAsked(wish))
