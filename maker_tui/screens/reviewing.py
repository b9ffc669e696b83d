"""People's work on the rows of a table: one row, its labels by key, undo; how the votes went is shown once it is done.

Three lists are worked on alike: what the votes did not decide, gold, and an audit. In the last two nothing of the
votes is shown, and what an audit may say only when it is asked for: no answer before that can then be taken back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import Key, Paste, Resize

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line
from maker_engine.records.people import AUDIT, MOST_PEOPLE
from maker_tui.parts.maker_screen import MakerScreen, act_on
from maker_tui.text.figures import count
from maker_tui.text.roles import line
from maker_tui.text.words import run_word
from maker_tui.widgets.key_bar import KeyBar, keys_of, name_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.prompt_line import PromptLine
from maker_tui.widgets.review_lines import SHOWN, asked_lines, keys_of_labels, list_lines
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_engine.records.review import Asked
    from maker_tui.runs.labelling import Labelling

LOOK_S = 0.5
ROOM_FOR_BOTH = 110
"""Columns from which on what is known of the list is beside the row, and not below it."""
REACTION_S = 1.0
"""Keys of labels do nothing for so long after another person's answer has changed the row: they were for that one."""


class Reviewing(MakerScreen):
    """Asks a person about one thing after the other.

    Args:
        labelling: What is asked.
        leave: Called when the screen is left.
    """

    CSS_PATH = "reviewing.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "type", "answer", tooltip="type an answer"),
        Binding("enter", "give", "answer those", tooltip="answer the marked labels, where several may apply"),
        Binding("u", "undo", "take back", tooltip="take the last answer back, and answer again"),
        Binding("n", "skip", "next row", tooltip="leave this row for later"),
        Binding("J", "turn", "next list", tooltip="to the next list: the review, gold, the audit"),
        Binding("percent_sign", "claim", "claim", key_display="%",
                tooltip="what the audit may say so far; no answer before can be taken back then"),
        Binding("I", "name", "who", tooltip="say who you are: every answer bears a name"),
        Binding("M", "share", "people a row", show=False, tooltip="how many people are to answer each row"),
        Binding("q,escape", "leave", "leave", tooltip="leave; every answer is kept"),
        Binding("question_mark", "help", "help", tooltip="keys and words of this screen"),
        Binding("colon", "app.command_palette", "menu", tooltip="every command by name"),
    ]  # fmt: skip

    HELP_TITLE = "people and rows"
    HELP_WORDS = (
        "One row at a time: a key of a label answers, and the next one comes. Every answer is on the disk at once.",
        "Where several labels may apply, their keys mark them, and enter answers those that are marked.",
        "You are not shown how the votes went before you have answered; in gold and in an audit never.",
        "Rows come in while the run decides others. What other people answer meanwhile, elsewhere, is left out.",
    )
    HELP_OF = (("in the pane", LinePane),)

    def __init__(self, labelling: Labelling, leave: Callable[[], None]) -> None:
        super().__init__()
        self._labelling, self._leave = labelling, leave
        self._head = HeadLine()
        self._row, self._known = LinePane("row", id="row"), LinePane("list", id="known")
        self._prompt = PromptLine()
        self._marked: tuple[Asked | None, frozenset[str]] = None, frozenset()
        self._taken_at = -REACTION_S

    def compose(self) -> ComposeResult:
        """Head line; the row, and what is known of its list beside or below it; a line to type in; footer."""
        yield self._head
        with Horizontal(id="panes"):
            yield self._row
            yield self._known
        yield self._prompt
        yield KeyBar(self._keys())

    def on_mount(self) -> None:
        """Begin to look for rows."""
        for one in self._labelling.lists:
            one.changed = self._lay_out
        self._row.focus()
        self._look()
        self.set_interval(LOOK_S, self._look)

    def on_unmount(self) -> None:
        """Let nothing that is still being read come back here."""
        for one in self._labelling.lists:
            one.changed = _nothing

    def on_resize(self, _event: Resize) -> None:
        """Lay the row out once the panes have their new size."""
        self.set_class(self.size.width >= ROOM_FOR_BOTH, "-beside")
        self.call_after_refresh(self._lay_out)

    def _look(self) -> None:
        before = self._labelling.front.review.front
        self._try(self._labelling.front.more)
        if before is not None and self._labelling.front.review.front != before:
            self._taken_at = time.monotonic()
            self.notify(f"another person has answered {one_line(before.id, 40)}", title="next row", markup=False)
        self._tell_where()

    def _tell_where(self) -> None:
        source = self._labelling.source
        view = None if source is None else source.view()
        if source is None or view is None or view.snapshot.started is None:
            badge = "SIMULATED" if self._labelling.simulated else ""
            self._head.tell(self._labelling.task.title, facts=(self._labelling.task.label,), badge=badge)
            return
        snapshot, started = view.snapshot, view.snapshot.started
        totals = snapshot.totals
        place = f"{count(totals.steps - totals.undecided)} of {count(self._labelling.task.expected_steps)} decided"
        badge = "SIMULATED" if started.simulated else ""
        word = run_word(snapshot, live=source.live)
        self._head.tell(started.title, facts=(place, started.problem), badge=badge, word=word)

    def _lay_out(self) -> None:
        if not self.is_mounted:
            return
        front = self._labelling.front
        review, width = front.review, max(20, self._row.size.width)
        done = f"{count(review.answered)} answered, {count(review.left)} left"
        self._row.entitle(f"{front.kind} · {done} · {one_line(review.reviewer, 30)}")
        known = list_lines(
            front, self._labelling.lists, max(20, (self._known if self._beside else self._row).size.width)
        )
        size = (width, self._row.size.height)
        self._row.show([*asked_lines(front, size, self._marks), *([] if self._beside else [line(), *known])])
        self._known.show(known)
        for bar in self.footers:
            bar.offer(self._keys())

    @property
    def _beside(self) -> bool:
        return self.has_class("-beside")

    def _keys(self) -> list[Binding]:
        """Pick the keys that do something now."""
        front = self._labelling.front
        idle = {"claim"} if front.kind != AUDIT else set()
        idle |= {"answer", "next-row"} if front.review.unit is None else set()
        idle |= set() if front.review.can_undo else {"take-back"}
        idle |= set() if front.review.takes_several else {"answer-those"}
        idle |= {"next-list"} if len(self._labelling.lists) < 2 else set()
        return [one for one in keys_of(self.BINDINGS) if name_of(one) not in idle]

    async def on_key(self, event: Key) -> None:
        """Type into the line that is up; else take the key of a label, before anything else is done with it."""
        if self._prompt.typed(event):
            event.stop()
            event.prevent_default()
            return
        labels = self._labelling.front.review.labels()
        keys = keys_of_labels(labels)
        if event.key in keys:
            event.stop()
            event.prevent_default()
            if not self._just_taken:
                self._try(lambda: self._chosen(labels[keys.index(event.key)]))
        else:
            await act_on(self.app, event, self)

    def on_paste(self, event: Paste) -> None:
        """Paste into the line that is up."""
        self._prompt.pasted(event)

    @property
    def _just_taken(self) -> bool:
        """Whether the row was changed by another person's answer too short a time ago to have been read."""
        return time.monotonic() - self._taken_at < REACTION_S

    @property
    def _marks(self) -> frozenset[str]:
        """The marked labels of what is asked now."""
        about, labels = self._marked
        return labels if about == self._labelling.front.review.front else frozenset()

    def _chosen(self, label: str) -> None:
        """Answer a label, or mark it where several may apply; marked once more it is not."""
        review = self._labelling.front.review
        if not review.takes_several:
            self._answer(label)
            return
        self._marked = review.front, self._marks ^ {label}
        self._lay_out()

    def action_give(self) -> None:
        """Answer the labels that are marked."""
        if self._labelling.front.review.takes_several and not self._just_taken:
            self._try(lambda: self._answer(self._labelling.front.review.listed(self._marks)))

    def _answer(self, text: str) -> None:
        review = self._labelling.front.review
        if not review.answer(text):
            raise InputError(f"no answer here: {one_line(review.demand(), 200)}")
        self._row.scroll_lines_to(0)
        if review.unit is None:
            self._labelling.front.claim()
        self._lay_out()

    def action_type(self) -> None:
        """Ask for an answer."""
        asked = self._labelling.front.review.front
        if asked is not None:
            hint = f"{one_line(self._labelling.front.review.demand(), 200)} · esc takes it back"
            self._prompt.request("answer", "", hint, partial(self._typed, asked), longest=SHOWN)

    def _typed(self, asked: Asked, text: str) -> None:
        """Take what was typed about one row, which may no longer be asked about."""
        if self._labelling.front.review.front != asked:
            raise InputError(
                f"another person has answered {one_line(asked.id, 40)} meanwhile: esc, and the next one is here"
            )
        self._answer(text)

    def action_undo(self) -> None:
        """Take the last answer back."""
        if not self._labelling.front.review.can_undo:
            self.notify("no answer can be taken back", title="take back", markup=False, timeout=3)
        self._try(self._labelling.front.review.undo)
        self._lay_out()

    def action_skip(self) -> None:
        """Move to the next row."""
        self._labelling.front.review.skip()
        self._row.scroll_lines_to(0)
        self._lay_out()

    def action_turn(self) -> None:
        """Show the next list."""
        self._labelling.turn()
        self._look()
        self._lay_out()

    def action_claim(self) -> None:
        """Show what may be said."""
        if self._labelling.front.kind == AUDIT:
            self._labelling.front.claim()
        else:
            self.notify("only an audit shows what may be said", title="claim", markup=False, timeout=3)

    def action_name(self) -> None:
        """Ask who is at the keys."""
        self._prompt.request(
            "who are you?", self._labelling.front.review.reviewer, "enter · esc takes it back", self._named
        )

    def _named(self, text: str) -> None:
        if text.strip():
            self._labelling.rename(text.strip())
        self._lay_out()

    def action_share(self) -> None:
        """Ask how many people are to answer each row."""
        hint = f"1 to {MOST_PEOPLE}, each with a name (I) · esc takes it back"
        self._prompt.request("people a row", str(self._labelling.front.review.needs), hint, self._shared)

    def _shared(self, text: str) -> None:
        if not text.strip().isdecimal() or not 1 <= int(text.strip()[:3]) <= MOST_PEOPLE:
            raise InputError(f"people a row are a number from 1 to {MOST_PEOPLE}, not {one_line(text, 20)!r}")
        self._labelling.share(int(text))
        self._lay_out()

    def action_leave(self) -> None:
        """Leave; what is labelled as gold is written."""
        self._try(self._save)
        self._leave()

    def _save(self) -> None:
        if words := self._labelling.save_gold():
            self.app.notify(words, title="gold", markup=False)

    def _try(self, act: Callable[[], object]) -> None:
        """Do what reads or writes a file; say in a line why it cannot be done."""
        try:
            act()
        except InputError as error:
            self.app.notify(one_line(str(error)), title="people's answers", severity="error", markup=False)


def _nothing() -> None:
    """Do nothing."""
