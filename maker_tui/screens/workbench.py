"""The workbench: one run in four panes, and the keys that pause it, step it and leave it."""

from __future__ import annotations

import getpass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize

from maker_engine.core.commands import (
    CastVote,
    Command,
    Continue,
    Decide,
    Pause,
    PersonalCommand,
    Strike,
)
from maker_engine.core.decisions import describe
from maker_tui.runs.signals import Signals
from maker_tui.screens.base import HIGH_ROWS, SHORT_ROWS, NotStarted, backed_up
from maker_tui.screens.going_on import RESUME_KEY, STEPS
from maker_tui.screens.leaving import Leaving
from maker_tui.screens.model_check import CHECK_KEY, notice, open_check
from maker_tui.screens.panes import PaneLayout
from maker_tui.screens.personal import PersonalApp
from maker_tui.screens.reviewing import Reviewing, stuck_at
from maker_tui.screens.stepping import STEP_KEYS, STOP_KEYS
from maker_tui.screens.travel import PAST, TRAVEL_KEYS
from maker_tui.text.halt_words import HELD, halt_words
from maker_tui.text.words import (
    ASKING,
    CHECKING,
    SAVING,
    UNDECIDED,
    Word,
    checking_words,
    run_word,
    starting_word,
)
from maker_tui.widgets.key_bar import KeyBar, key_now, keys_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.meter import Meter
from maker_tui.widgets.person_bar import PersonBar
from maker_tui.widgets.progress_pane import ProgressPane
from maker_tui.widgets.red_flag_log import RedFlagLog
from maker_tui.widgets.strips import HeadLine
from maker_tui.widgets.task_board import TaskBoard
from maker_tui.widgets.vote_tally import VoteTally, alike
from maker_tui.widgets.wide_parts import DecidedPane, ResponsePane, RunStrip

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.runtime.view import RunView
    from maker_tui.runs.bridge import RunSource

POLL_S = 1 / 12
"""Often enough to look live, seldom enough for a slow link."""
BROKEN = Word("✖", "not started", "bad")
BY_HAND = (("vote", "v"), ("decide", "d"), ("strike", "x"))
LOOKING_ON = Word("◉", "read-only", "quiet")


class Workbench(Reviewing, Leaving, PaneLayout):
    """Shows a run and steers it.

    Args:
        source: The run.
    """

    CSS_PATH = "workbench.tcss"
    KEY_SCOPE = LAYOUT_NAME = "workbench"
    HORIZONTAL_BREAKPOINTS = [(0, "-two-columns"), (110, "-wide"), (140, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (SHORT_ROWS, "-usual"), (HIGH_ROWS, "-tall")]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", tooltip="pause the run, or go on; samples in flight still count"),
        *STEP_KEYS,
        Binding("c", "continue", "continue", tooltip="go on until something else stops the run, or with a stopped one"),
        Binding("q", "leave", "leave", tooltip="leave the run: stop and save it, or leave it running; it is asked"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("f", "filter", "filter", tooltip="narrow the red-flag log to one rule, the next one each time"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
        *TRAVEL_KEYS[:4],
        *STOP_KEYS,
        *TRAVEL_KEYS[4:],
        CHECK_KEY,
        Binding("enter", "banner", "read", show=False, tooltip="the whole of a message that is cut"),
        RESUME_KEY,
        Binding("a", "answer", "answer", show=False, tooltip="to the open question, and the document it is about"),
        Binding("v", "person('vote for')", "vote", show=False, tooltip="cast a vote of your own on the open step"),
        Binding("d", "person('decide')", "decide", show=False, tooltip="decide the open step yourself"),
        Binding("x", "person('strike')", "strike", show=False, tooltip="take a candidate off the ballot"),
    ]

    HELP_TITLE = "workbench"
    HELP_WORDS = (
        "One run: the state of its task, the votes on its open step, the discarded responses, and how far it is.",
        "Everything is saved as it happens. A number before a key is its count: 5n decides five steps.",
    )
    HELP_OF = (("in a pane", LinePane),)

    def __init__(self, source: RunSource) -> None:
        super().__init__(source)
        self._view: RunView | None = None
        self._signals = Signals()
        self._head = HeadLine()
        self._meter = Meter()
        self._person = PersonBar(id="person")
        self._board = TaskBoard(id="task-board")
        self._progress = ProgressPane(id="progress")
        self._tally = VoteTally(id="votes")
        self._flags = RedFlagLog(id="red-flags")
        self._decided, self._response = DecidedPane(id="decided"), ResponsePane(id="response")
        self._strip = RunStrip(self._decided, self._response, id="strip")

    def compose(self) -> ComposeResult:
        """Head line; four panes in two columns, and what a large window shows beside them; footer."""
        yield self._head
        yield self._banner
        yield self._strip
        with Horizontal(id="panes"):
            with Vertical(id="left", classes="column"):
                yield self._board
                yield self._progress
            with Vertical(id="right", classes="column"):
                yield self._tally
                yield self._flags
            with Vertical(id="far", classes="column"):
                yield self._decided
                yield self._response
        yield self._meter
        yield self._person
        yield self._entry
        yield self._filter_entry
        yield self._breaks
        yield self._leave
        yield KeyBar(keys_of(self.BINDINGS))

    @property
    def reachable_panes(self) -> tuple[LinePane, ...]:
        """Those of a small window, and in a large one the two beside them."""
        large = not self.has_class("-low") and (self.has_class("-broad") or self.has_class("-wide", "-tall"))
        return self._panes if large else self._panes[:4]

    @property
    def session_path(self) -> Path | None:
        """The session's file, None before the run has begun."""
        return None if self._view is None else self._view.session

    @property
    def source(self) -> RunSource:
        """The run shown."""
        return self._source

    def on_mount(self) -> None:
        """Begin to look at the run."""
        word = starting_word(self._source)
        self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=word)
        self.take_panes(self._board, self._tally, self._flags, self._progress, self._decided, self._response)
        self._bring_forward(self._board)
        self._bring_forward(self._tally)
        self._tally.focus()
        self._poll()
        self.set_interval(POLL_S, self._poll)

    def on_resize(self, _event: Resize) -> None:
        """Read what there is room for now."""
        self.call_after_refresh(self._strip.look)

    def _poll(self) -> None:
        if self._leaving or backed_up(self.app):
            return
        view = self._source.view()
        if view is not None and view is not self._view:
            self._view = view
            self.steer(view)
            if not self.in_the_past:
                self._show(view)
        if self._over and self._leave.up:
            self._leave.take_down()
        if self._source.error is not None and not self._over:
            self._over = True
            if self._view is None:
                self.post_message(NotStarted(self._source.error))
            self._banner.tell(BROKEN, self._source.error)
            self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=BROKEN)

    def _show(self, view: RunView) -> None:
        snapshot, live = view.snapshot, self._source.live
        self._show_panes(view, CHECKING if view.checking else run_word(snapshot, live=live))
        notice(self, view, live=live)
        if isinstance(self.app, PersonalApp):
            self.app.tell_terminal(self._signals.news(view, live=live, now=monotonic()))
        if (snapshot.outcome is not None or not live) and not self._over:
            self._over = True
            self._banner.tell(self.end_word(snapshot), self.end_words(snapshot))
            self.review(view)
        if self._source.writer is not None and not self._over:
            told = f"process {self._source.writer} drives this run, and you look on"
            self._banner.tell(LOOKING_ON, told)
        elif live and not self._over:
            self._ask_for_a_person(view)
        self.show_footer(snapshot, over=self._over)

    def show_past(self, view: RunView, told: str) -> None:
        """Show a moment of the past, and say so."""
        self._show_panes(view, PAST)
        self._banner.tell(PAST, self.past_words(told))
        self.reviewed(view)
        self.show_footer(view.snapshot, over=self._over)

    def show_now(self) -> None:
        """Show the run as it stands."""
        self._over = False
        self._banner.take_down()
        if self._view is not None:
            self._show(self._view)

    def _show_panes(self, view: RunView, word: Word) -> None:
        snapshot, family = view.snapshot, self._source.task
        started = snapshot.started
        if started is not None:
            self._head.tell(
                started.title,
                facts=(started.problem, started.model),
                badge="SIMULATED" if started.simulated else "",
                word=word,
            )
        self._board.show_state(family, snapshot.state)
        self._tally.entitle("votes", alike(view.copies))
        self._tally.show_votes(snapshot, partial(describe, family), view.copies, waiting=view.waiting)
        self._flags.show_flags(snapshot)
        self._progress.show_progress(view, word)
        self._meter.show_progress(view)
        self._strip.show_run(self.run, self.place if self.in_the_past else None)

    def _ask_for_a_person(self, view: RunView) -> None:
        """Say so while the run holds, or waits for somebody to settle its open step."""
        snapshot = view.snapshot
        if view.checking is not None:
            self._banner.tell(CHECKING, checking_words(view.checking))
        elif told := halt_words(view):
            self._banner.tell(HELD, told)
        elif (step := stuck_at(snapshot)) is not None:
            self._banner.tell(UNDECIDED, self._used_up(step))
        elif snapshot.question is not None:
            key = key_now(self.app, "workbench.answer", "a")
            self._banner.tell(ASKING, f"{key} answers: {snapshot.question.question}")
        else:
            self._banner.take_down()

    def _used_up(self, step: int) -> str:
        keys = [key_now(self.app, f"workbench.{name}", key) for name, key in BY_HAND]
        told = "{} votes, {} decides, {} strikes a candidate".format(*keys)
        return f"step {step + 1:,} has used up its samples: {told}"

    def send_command(self, command: Command) -> None:
        """Send a command to the run; where it waits for a person to decide its step, say that it cannot go on."""
        view = self._source.view()
        step = None if view is None or self.in_the_past or self._source.writer is not None else stuck_at(view.snapshot)
        if step is not None and isinstance(command, Continue | STEPS):
            self.notify(self._used_up(step), title="it cannot go on", markup=False, timeout=5)
        super().send_command(command)  # this too: what was decided just now may not be seen yet

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self._view is not None and self._view.snapshot.paused
        self.send_command(Continue() if paused else Pause())

    def action_continue(self) -> None:
        """Go on."""
        self.send_command(Continue())

    def action_person(self, verb: str) -> None:
        """Let a person vote for a candidate of the open step, decide it, or strike it."""
        if self.back_to_now() or self.cannot_steer():
            return
        tally = None if self._view is None else self._view.snapshot.open
        if verb == "decide" and tally is not None and not tally.rows and self.ask_decision():
            return
        if tally is None or not tally.rows:
            self.notify("the open step has no candidate yet", title=f"nothing to {verb}", markup=False, timeout=3)
            return
        self._person.ask(verb, [answer for answer, _ in tally.rows], partial(describe, self._source.task))

    def on_person_bar_chosen(self, message: PersonBar.Chosen) -> None:
        """Do what the person said, in their name."""
        verbs: dict[str, type[PersonalCommand]] = {"vote for": CastVote, "decide": Decide, "strike": Strike}
        self.send_command(verbs[message.verb](message.answer, getpass.getuser()))

    def on_person_bar_closed(self) -> None:
        """Give the focus back."""
        self._tally.focus()

    def action_answer(self) -> None:
        """Show the same run with its question; of a task that may ask, also where none is open."""
        asked = self._view is not None and self._view.snapshot.question is not None
        if not asked and not self._source.task.converses:
            self.notify("no question is open", title="nothing to answer", markup=False, timeout=3)
            return
        from maker_tui.screens.conversation import Conversation  # noqa: PLC0415 - it leads back here

        self.app.switch_screen(Conversation(self._source))

    def action_check(self) -> None:
        """Show what was found out about the model."""
        open_check(self, self._view)

    def focus_votes(self) -> None:
        """Focus the votes."""
        self._tally.focus()

    def action_filter(self) -> None:
        """Narrow the red-flag log."""
        self._flags.cycle_rule()
        self._bring_forward(self._flags)

    def show_saving(self) -> None:
        """Show that the run is being saved."""
        self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=SAVING)
