"""The workbench: one run in four panes, and the keys that pause it, step it and leave it."""

from __future__ import annotations

from functools import partial
from itertools import compress
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Paste, Resize

from maker_engine.core.record.decisions import describe
from maker_engine.core.task.acting import rolls_back
from maker_tui.parts.breakpoints import Breakpoints
from maker_tui.parts.check_notice import CHECK_KEY, notice, open_check
from maker_tui.parts.counted_keys import CountedKeys
from maker_tui.parts.forking import Forking
from maker_tui.parts.hand_votes import HAND_KEYS, HandVotes
from maker_tui.parts.leaving import Leaving
from maker_tui.parts.maker_screen import HIGH_ROWS, SHORT_ROWS, MakerScreen
from maker_tui.parts.pane_grid import PANE_KEYS, PaneGrid
from maker_tui.parts.prompt_editing import PromptEditing
from maker_tui.parts.review import Review
from maker_tui.parts.rows import PEOPLE_KEY, Rows
from maker_tui.parts.run_control import RESUME_KEY, STEP_KEYS, RunControl, stuck_at, stuck_words
from maker_tui.parts.run_footer import SOMETIMES, footer_keys, usual_keys
from maker_tui.parts.run_watch import RunWatch
from maker_tui.parts.steering import STOP_KEYS, Steering
from maker_tui.parts.step_navigator import StepNavigator
from maker_tui.parts.time_travel import TRAVEL_KEYS, TimeTravel
from maker_tui.settings.keymap import take_actions
from maker_tui.text.halt_words import HELD, halt_words
from maker_tui.text.words import (
    ASKING,
    BROKEN,
    CHECKING,
    LOOKING_ON,
    PAST,
    SAVING,
    UNDECIDED,
    Word,
    checking_words,
    end_words,
    run_word,
    starting_word,
)
from maker_tui.widgets.break_list import BreakList
from maker_tui.widgets.key_bar import KeyBar, key_now
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.person_bar import PersonBar
from maker_tui.widgets.progress_pane import Meter, ProgressPane
from maker_tui.widgets.prompt_line import Hear, PromptLine
from maker_tui.widgets.red_flag_log import RedFlagLog
from maker_tui.widgets.strips import HeadLine
from maker_tui.widgets.task_board import TaskBoard
from maker_tui.widgets.vote_tally import VoteTally, alike
from maker_tui.widgets.wide_parts import DecidedPane, ResponsePane, RunStrip

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.record.snapshot import Snapshot
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView
    from maker_tui.widgets.prompt_editor import PromptEditor
    from maker_tui.widgets.strips import Banner


class Workbench(MakerScreen):
    """Shows a run and steers it.

    Args:
        source: The run.
    """

    CSS_PATH = "workbench.tcss"
    KEY_SCOPE = "workbench"
    HORIZONTAL_BREAKPOINTS = [(0, "-two-columns"), (110, "-wide"), (140, "-broad")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (SHORT_ROWS, "-usual"), (HIGH_ROWS, "-tall")]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "pause", tooltip="pause the run, or continue; samples in flight still count"),
        *STEP_KEYS,
        Binding(
            "c", "continue", "continue", tooltip="continue until something else stops the run; resume a stopped one"
        ),
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
        PEOPLE_KEY,
        *HAND_KEYS,
        *PANE_KEYS,
    ]

    HELP_TITLE = "workbench"
    HELP_WORDS = (
        "One run: the state of its task, the votes on its open step, the discarded responses, and how far it is.",
        "Everything is saved as it happens. A number before a key is its count: 5n decides five steps.",
    )
    HELP_OF = (("in a pane", LinePane),)

    def __init__(self, source: RunSource) -> None:
        super().__init__()
        self._source = source
        self._watch = RunWatch(self, source, self._show_news, self._show_broken)
        self._compose_panes()
        self._compose_parts()

    def _compose_panes(self) -> None:
        self._head = HeadLine()
        self._meter = Meter()
        self._board = TaskBoard(id="task-board")
        self._progress = ProgressPane(id="progress")
        self._tally = VoteTally(id="votes")
        self._flags = RedFlagLog(id="red-flags")
        self._decided, self._response = DecidedPane(id="decided"), ResponsePane(id="response")
        self._strip = RunStrip(self._decided, self._response, id="strip")
        self._grid = PaneGrid("workbench", self._reach)
        self._prompt = PromptLine()

    def _compose_parts(self) -> None:
        """Make what acts on the run; each part knows those before it."""
        source, self._keys = self._source, CountedKeys(self, self._typed)
        self.travel = TimeTravel(self, source, self._keys, self)
        self._breaks = Breakpoints(self, source)
        self._control = RunControl(self, source, self.travel, self._breaks, self._keys)
        self._steering = Steering(self, self._control, self._breaks, self._prompt, self._keys)
        self._hand = HandVotes(self, source, self._control, self._prompt)
        self._editing = PromptEditing(self, source, self._control, self.travel, self._keys)
        self._forking = Forking(self, source, self.travel, self._breaks, self._editing, self._prompt)
        self._review = Review(self, source, self.travel)
        self._rows = Rows(self, source, self.travel, self._tally, self.show_now, self._keys)
        self.set_class(self._rows.independent, "-rows")
        self._progress.rows = self._rows.independent
        self._leaving = Leaving(self, source, self._control, self._show_saving)
        acting = (self._control, self._steering, self._hand, self._editing, self._forking)
        navigator = StepNavigator(self, self.travel, self._keys)
        take_actions(self, navigator, self.travel, *acting, self._review, self._rows, self._leaving, self._grid)

    def compose(self) -> ComposeResult:
        """Head line; four panes in two columns, and what a large window shows beside them; footer."""
        yield self._head
        yield self._review.banner
        yield self._strip
        with self._grid:
            with Vertical(id="left", classes="column"):
                yield self._board
                yield self._progress
            with Vertical(id="right", classes="column"):
                yield self._tally
                if self._rows.independent:
                    yield self._rows.pane
                yield self._flags
            with Vertical(id="far", classes="column"):
                yield self._decided
                yield self._response
        yield self._meter
        yield self._hand.bar
        yield self._prompt
        yield self._breaks.rows
        yield self._leaving.bar
        yield KeyBar(usual_keys(self.BINDINGS, paused=False))

    def _reach(self) -> int:
        """Return how many panes tab goes round: those of a small window, and in a large one the two beside them."""
        large = not self.has_class("-low") and (self.has_class("-broad") or self.has_class("-wide", "-tall"))
        return 6 if large else 4 + self._rows.independent

    @property
    def session_path(self) -> Path | None:
        """The session's file, None before the run has begun."""
        return self._watch.session

    @property
    def source(self) -> RunSource:
        """The run shown."""
        return self._source

    def on_mount(self) -> None:
        """Begin to look at the run."""
        word = starting_word(self._source)
        self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=word)
        panes = [self._board, self._tally, self._flags, self._progress, self._decided, self._response]
        if self._rows.independent:
            panes[2:5] = [self._rows.pane, self._flags, self._progress]
        self._grid.take_panes(*panes)
        self._grid.bring_forward(self._board)
        self._grid.bring_forward(self._tally)
        self._tally.focus()
        self._watch.begin()

    def on_resize(self, _event: Resize) -> None:
        """Read what there is room for now."""
        self.call_after_refresh(self._strip.look)

    async def on_unmount(self) -> None:
        """Close the record."""
        await self.travel.close()

    async def on_key(self, event: Key) -> None:
        """Take keys in the order they were typed."""
        await self._keys.feed(event)

    def _typed(self, event: Key) -> bool:
        """Give a key to the row that is up."""
        if self._leaving.typed(event):
            return True
        if self._breaks.rows.up:
            self._breaks.rows.feed(event)
            return True
        return self._prompt.typed(event)

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is up."""
        self._prompt.pasted(event)

    def _show_news(self, view: RunView) -> None:
        """Show a new view, unless the past is shown."""
        self._breaks.refresh()
        self._steering.show_refused(view.refused)
        if not self.travel.in_the_past:
            self._show(view)
        if self._control.over and self._leaving.bar.up:
            self._leaving.action_stay()

    def _show_broken(self, reason: str) -> None:
        if not self._control.over:
            self._control.over = True
            self._review.banner.tell(BROKEN, reason)
            self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=BROKEN)

    def _show(self, view: RunView) -> None:
        snapshot, live = view.snapshot, self._source.live
        word = run_word(snapshot, live=True) if live else end_words(view)[0]
        self._show_panes(view, CHECKING if view.checking else word)
        notice(self, view, live=live)
        self._watch.tell_terminal(view)
        if (snapshot.outcome is not None or not live) and not self._control.over:
            self._control.over = True
            self._review.show_end(view)
        if self._source.writer is not None and not self._control.over:
            words = f"process {self._source.writer} drives this run, and you look on"
            self._review.banner.tell(LOOKING_ON, words)
        elif live and not self._control.over:
            self._ask_for_a_person(view)
        self._show_footer(snapshot)

    def show_past(self, view: RunView, words: str) -> None:
        """Show a moment of the past, and say so."""
        self._show_panes(view, PAST)
        self._review.banner.tell(PAST, self._review.past_words(words))
        self._forking.offer_anew()
        self._show_footer(view.snapshot)

    def show_now(self) -> None:
        """Show the run as it is now."""
        self._control.over = False
        self._review.banner.take_down()
        if self._watch.view is not None:
            self._show(self._watch.view)

    def _show_panes(self, view: RunView, word: Word) -> None:
        snapshot, family = view.snapshot, self._source.task
        started = snapshot.started
        if started is not None:
            self._head.tell(
                started.title,
                facts=(started.problem, *self._rows.queue_words(snapshot.totals), started.model),
                badge="SIMULATED" if started.simulated else "",
                word=word,
            )
        self._board.show_state(family, snapshot.state)
        if not self._rows.pinned:
            self._tally.entitle("votes", alike(view.copies))
            self._tally.show_votes(
                snapshot, partial(describe, family), view.copies, waiting=view.waiting, acts=bool(view.awaits)
            )
        self._rows.show(view)
        self._flags.show_flags(snapshot)
        self._progress.show_progress(view, word)
        self._meter.show_progress(view)
        self._strip.show_run(self.travel.run, self.travel.place if self.travel.in_the_past else None)

    def _ask_for_a_person(self, view: RunView) -> None:
        """Say so while the run holds, or waits for someone to settle its open step."""
        snapshot = view.snapshot
        if view.checking is not None:
            self._review.banner.tell(CHECKING, checking_words(view.checking, view.trouble))
        elif words := halt_words(view):
            self._review.banner.tell(HELD, words)
        elif (step := stuck_at(snapshot)) is not None:
            self._review.banner.tell(UNDECIDED, stuck_words(self.app, step))
        elif snapshot.question is not None:
            key = key_now(self.app, "workbench.answer", "a")
            self._review.banner.tell(ASKING, f"{key} answers: {snapshot.question.question}")
        else:
            self._review.banner.take_down()

    def _show_footer(self, snapshot: Snapshot) -> None:
        """Show the keys that are of use now."""
        view = self._source.view()
        wrong = view is not None and view.snapshot.totals.wrong > 0
        keys = footer_keys(
            self.BINDINGS,
            snapshot,
            past=self.travel.in_the_past,
            over=self._control.over,
            read_only=self._source.writer is not None,
            acts=view is not None and bool(view.awaits),
            of_use=[*compress(SOMETIMES, (wrong, rolls_back(self._source.task), self._rows.independent))],
        )
        for bar in self.footers:
            bar.offer(keys)

    def fork_at(self, step: int) -> None:
        """Ask for a fork at a step, 0-based."""
        self._forking.fork_at(step)

    def ask_line(self, prompt: str, text: str, hint: str, hear: Hear) -> None:
        """Let a line be typed."""
        self._prompt.request(prompt, text, hint, hear)

    def interrupt(self) -> None:
        """Pause the run, and ask what is to become of it; the second time, or where it has ended, leave."""
        self._leaving.interrupt()

    def on_break_list_command_given(self, message: BreakList.CommandGiven) -> None:
        """Turn or drop a breakpoint."""
        self._control.send(message.command)

    def on_prompt_editor_done(self, message: PromptEditor.Done) -> None:
        """Probe with the prompt as edited; one of the past is for a fork."""
        for_a_fork = self._editing.done(message.prompt)
        self._tally.focus()
        if for_a_fork:
            self._forking.action_fork()

    def on_prompt_editor_left(self) -> None:
        """Give the focus back."""
        self._tally.focus()

    def on_person_bar_chosen(self, message: PersonBar.Chosen) -> None:
        """Do what the person said, in their name."""
        self._hand.chosen(message)

    def on_person_bar_closed(self) -> None:
        """Give the focus back."""
        self._tally.focus()

    def on_banner_opened(self, message: Banner.Opened) -> None:
        """Handle a click on the banner as its key."""
        message.stop()
        self._review.action_banner()

    def action_answer(self) -> None:
        """Show the same run with its question; of a task that may ask, also where none is open."""
        asked = self._watch.view is not None and self._watch.view.snapshot.question is not None
        if not asked and not self._source.task.converses:
            self.notify("no question is open", title="nothing to answer", markup=False, timeout=3)
            return
        self.opener.conversation(self._source)

    def action_check(self) -> None:
        """Show what was found out about the model."""
        open_check(self, self._watch.view)

    def action_filter(self) -> None:
        """Narrow the red-flag log."""
        self._flags.cycle_rule()
        self._grid.bring_forward(self._flags)

    def _show_saving(self) -> None:
        """Show that the run is being saved, and nothing else from now on."""
        self._watch.over = True
        self._head.tell(self._source.task.title, facts=(self._source.task.label,), word=SAVING)
