"""The conversation: a run that asks a person, with its question, the document it writes, and the vote."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Key, Paste, Resize

from maker_engine.core.record.commands import Continue, Pause
from maker_engine.core.record.decisions import describe
from maker_engine.core.record.snapshot import Tally
from maker_tui.parts.answering import Answering
from maker_tui.parts.check_notice import CHECK_KEY, notice, open_check
from maker_tui.parts.maker_screen import MakerScreen, act_on
from maker_tui.parts.messages import ResumeAsked, RunLeft
from maker_tui.parts.run_watch import RunWatch
from maker_tui.parts.writing import Writing
from maker_tui.runs.resuming import AT_ITS_END, Resumption
from maker_tui.settings.keymap import take_actions
from maker_tui.text.halt_words import HELD
from maker_tui.text.words import (
    ASKING,
    BROKEN,
    CHECKING,
    LOOKING_ON,
    SAVING,
    UNDECIDED,
    Word,
    checking_words,
    outcome_word,
    run_word,
    starting_word,
)
from maker_tui.widgets.document_pane import DocumentPane
from maker_tui.widgets.key_bar import KeyBar, key_now, keys_of, named
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.prompt_line import Hear, PromptLine
from maker_tui.widgets.question_pane import QuestionPane
from maker_tui.widgets.strips import Banner, HeadLine
from maker_tui.widgets.vote_tally import VoteTally, alike

if TYPE_CHECKING:
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView

ENDED_KEYS = ("workbench", "papers", "next-pane", "leave", "help", "menu")
"""Keys of the footer once nothing more can be said; where a question is open, the run can be continued."""
ROOM_FOR_ALL = 110
"""Columns from which on all panes are there at once; below, one at a time."""


class Conversation(MakerScreen):
    """Shows a run that asks persons, and lets them answer and change what it writes.

    Args:
        source: The run.
    """

    CSS_PATH = "conversation.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "answer", tooltip="answer with the marked options"),
        Binding("a", "say", "own words", tooltip="answer in your own words, beside the marked options"),
        Binding("tab", "pane(1)", "next pane", tooltip="to the next pane"),
        Binding("w", "bench", "workbench", tooltip="to the workbench, where every vote can be seen"),
        Binding("X", "export", "papers", tooltip="write the papers of the document as it is"),
        Binding("space", "pause", "pause", tooltip="pause the run, or continue"),
        Binding("q", "leave", "leave", tooltip="leave; everything is saved, and it can be resumed from here"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
        Binding("c", "resume", "continue", show=False, tooltip="resume a saved run"),
        Binding("I", "name", "who", show=False, tooltip="say who you are: every answer bears a name"),
        Binding("shift+tab", "pane(-1)", "pane before", show=False, tooltip="to the pane before"),
        CHECK_KEY,
    ]

    HELP_TITLE = "conversation"
    HELP_WORDS = (
        "A run that asks you where its agents disagree, and the document that it writes.",
        "Figures mark options, enter answers; a takes your own words. Your word outvotes agents.",
        "Every line of the document can be changed at any time; what rested on it is opened again.",
    )
    HELP_OF = (("in a pane", LinePane), ("in the document", DocumentPane))

    def __init__(self, source: RunSource) -> None:
        super().__init__()
        self._source = source
        self._watch = RunWatch(self, source, self._show, self._show_broken)
        self._interrupted = False
        self._head = HeadLine()
        self._banner = Banner("click shows all")
        self._tally = VoteTally(id="votes")
        self._prompt = PromptLine(passes=True)
        self._answering = Answering(self, source, self._prompt)
        self._question, self._document = self._answering.question, self._answering.document
        self._writing = Writing(self, source, self._document, self._prompt)
        take_actions(self, self._answering, self._writing)
        self._panes: tuple[LinePane, ...] = (self._question, self._document, self._tally)

    def compose(self) -> ComposeResult:
        """Head line; question beside document, the vote below them; a row to type in; footer."""
        yield self._head
        yield self._banner
        with Horizontal(id="talk"):
            yield self._question
            yield self._document
        yield self._tally
        yield self._prompt
        yield KeyBar(keys_of([*self.BINDINGS, *self._answering.bindings]))

    @property
    def source(self) -> RunSource:
        """The run shown."""
        return self._source

    @property
    def session_path(self) -> Path | None:
        """The session's file, None before the run has begun."""
        return self._watch.session

    def on_mount(self) -> None:
        """Begin to look at the run."""
        word = starting_word(self._source)
        self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=word)
        self._bring_forward(self._question)
        self._question.focus()
        self._watch.begin()

    def on_resize(self, event: Resize) -> None:
        """Show one pane at a time where there is no room for all."""
        self.set_class(event.size.width < ROOM_FOR_ALL, "-one")

    def _show_broken(self, reason: str) -> None:
        if not self._answering.over:
            self._answering.over = True
            self._banner.tell(BROKEN, reason)

    def _show(self, view: RunView) -> None:
        snapshot, family, live = view.snapshot, self._source.task, self._source.live
        started, asking = snapshot.started, snapshot.question is not None
        if started is not None:
            word = ASKING if asking and live and not self._answering.over else run_word(snapshot, live=live)
            word = CHECKING if view.checking else word
            badge = "SIMULATED" if started.simulated else ""
            self._head.tell(started.title, facts=(started.problem, started.model), badge=badge, word=word)
        before = self._question.question
        new = snapshot.question is not None and (before is None or before.question != snapshot.question.question)
        self._question.show_question(snapshot.question, snapshot.refused, family, snapshot.state)
        if new:
            self._bring_forward(self._question)
        self._writing.show_document(view)
        self._show_votes()
        self._tell(view)
        notice(self, view, live=live)
        self._watch.tell_terminal(view)

    @property
    def _step_in_view(self) -> int | None:
        """The step that decided on the line under the cursor, once someone has moved that; None for now."""
        pointed = self._document.pointed
        looking = self._document.held and self.focused is not self._question
        return pointed.step if pointed is not None and looking else None

    def _show_votes(self) -> None:
        """Show the vote under way; beside the document, once its cursor was moved, the vote on that line."""
        if self._watch.view is None:
            return
        snapshot, pointed, step = self._watch.view.snapshot, self._document.pointed, self._step_in_view
        if pointed is not None and step is not None and (rows := self._writing.ballots.get(step)):
            self._tally.entitle(f"votes on {pointed.id}")
            snapshot = replace(snapshot, open=None, decided=Tally(step, rows, winner=rows[0][0]))
        else:
            self._tally.entitle("votes", alike(self._watch.view.copies))
        copies = self._watch.view.copies if step is None else ""
        self._tally.show_votes(snapshot, partial(describe, self._source.task), copies)

    def on_document_pane_pointed(self) -> None:
        """Show the vote on another line."""
        self._show_votes()

    def _tell(self, view: RunView) -> None:
        """Say in the banner what a person has to know before anything else."""
        snapshot, live = view.snapshot, self._source.live
        simulated = snapshot.started is not None and snapshot.started.simulated
        if snapshot.outcome is not None or not live:
            self._answering.over = True
            reason = snapshot.reason or "the program went away before the run ended; what was decided is here"
            more = self._source.writer is None and snapshot.outcome not in AT_ITS_END
            self._banner.tell(outcome_word(snapshot.outcome), f"{reason}; c continues" if more else reason)
            for bar in self.footers:
                bar.offer(named(self.BINDINGS, ("continue", *ENDED_KEYS) if more else ENDED_KEYS))
        elif self._source.writer is not None:
            self._banner.tell(LOOKING_ON, f"process {self._source.writer} drives this run, and you look on")
            for bar in self.footers:
                bar.offer(named(self.BINDINGS, ENDED_KEYS))
        elif view.checking is not None:
            self._banner.tell(CHECKING, checking_words(view.checking, view.trouble))
        elif snapshot.hopeless is not None and snapshot.paused:
            self._banner.tell(HELD, "no sample of the open step can be used: w opens the vote, and says why")
        elif snapshot.undecided and snapshot.paused:
            self._banner.tell(UNDECIDED, "agents cannot agree on the open step: w opens the vote, where you decide it")
        elif simulated and self._source.task.simulation:
            self._banner.tell(Word("≈", "simulated", "warn"), self._source.task.simulation)
        else:
            self._banner.take_down()

    def action_pause(self) -> None:
        """Pause, or continue."""
        self._interrupted = False
        paused = self._watch.view is not None and self._watch.view.snapshot.paused
        self._answering.send(Continue() if paused else Pause())

    def action_resume(self) -> None:
        """Go on with a saved run."""
        if self._watch.view is not None and self._answering.over and self._source.writer is None:
            request = Resumption(self._watch.view.session, self._source.branch, family=type(self._source.task))
            self.post_message(ResumeAsked(request))

    def ask_line(self, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Let a line be typed."""
        self._prompt.request(prompt, text, hint, hear)

    async def on_key(self, event: Key) -> None:
        """Do what a key says before the next one is examined: what is typed fast must not become a command."""
        if self._prompt.typed(event) or self._answering.typed(event):
            event.stop()
            event.prevent_default()
            return
        await act_on(self.app, event, self)

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is being typed."""
        self._prompt.pasted(event)

    def on_question_pane_marked(self, message: QuestionPane.Marked) -> None:
        """Mark on a click, as a figure does."""
        self._question.mark(message.place)

    def interrupt(self) -> None:
        """Pause the run; the second time, or where it has ended, leave."""
        if self._answering.over or not self._source.live or self._source.writer is not None or self._interrupted:
            self.action_leave()
            return
        self._interrupted = True
        self._source.send(Pause())
        key = key_now(self.app, "app.interrupt", "ctrl+c")
        self.notify(f"{key} again to stop and save", title="paused", markup=False)

    def action_help(self) -> None:
        """Show the keys, those of the task's document among them."""
        self.opener.help(self, ("on the line of the document", self._answering.bindings))

    def action_bench(self) -> None:
        """Show the same run in the workbench; where the cursor was moved in the document, at the step of that line."""
        self.opener.workbench(self._source, self._step_in_view)

    def on_banner_opened(self, message: Banner.Opened) -> None:
        """Show the banner's whole text where a part of it is cut."""
        message.stop()
        if whole := self._banner.whole:
            self.opener.page("why", whole)

    def action_check(self) -> None:
        """Show what was found out about the model."""
        open_check(self, self._watch.view)

    def action_leave(self) -> None:
        """Leave; whoever opened the run closes it."""
        if not self._watch.over:
            self._watch.over = True
            self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=SAVING)
            self.post_message(RunLeft())

    def action_pane(self, by: int) -> None:
        """Go to another pane, bringing it into view."""
        now = self._panes.index(self.focused) if isinstance(self.focused, LinePane) else 0
        pane = self._panes[(now + by) % len(self._panes)]
        self._bring_forward(pane)
        self.call_after_refresh(pane.focus)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Keep the focused pane in front."""
        if isinstance(event.widget, LinePane):
            self._bring_forward(event.widget)
            self._show_votes()

    def _bring_forward(self, pane: LinePane) -> None:
        for other in self._panes:
            other.set_class(other is pane, "-front")
        self.query_one("#talk").set_class(pane is not self._tally, "-front")
