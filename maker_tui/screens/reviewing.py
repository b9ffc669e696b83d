"""What a run that went wrong shows on the workbench: its first wrong step, what is right there, and what may help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from maker_engine.core.outcomes import Outcome
from maker_engine.core.prompts import asked_by
from maker_engine.sessions.queries.mistakes import first_wrong, most_contested
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.screens.page import text_page
from maker_tui.screens.stepping import Stepping
from maker_tui.text.figures import count, ordinal
from maker_tui.text.mistake_words import advice_words, first_wrong_words, offered_changes, verdict_words
from maker_tui.text.words import Word, outcome_word
from maker_tui.widgets.key_bar import key_now, keys_of, named
from maker_tui.widgets.strips import Banner

if TYPE_CHECKING:
    from maker_engine.core.responses import Prompt
    from maker_engine.core.snapshot import Snapshot
    from maker_engine.runtime.view import RunView
    from maker_engine.sessions.queries.mistakes import WrongStep
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.bridge import RunSource
    from maker_tui.widgets.prompt_editor import PromptEditor

LOOKS = ("inspect", "table", "map", "plots")
ENDED_KEYS = (*LOOKS, "fork", "next-wrong", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Keys of the footer, by their names, most important first; those of a run that can go on begin with that."""
UNFINISHED_KEYS = ("continue", *ENDED_KEYS)
HELD_KEYS = ("probe", "decide", "vote", "fork", "continue", "inspect", "step", "edit-prompt", "leave", "help", "menu")
STUCK_KEYS = ("decide", "vote", "strike", "fork", "probe", "inspect", "edit-prompt", "leave", "help", "menu")
"""Where the open step has used up its samples: nothing goes on before a person has decided it."""
LOOKED_KEYS = (*LOOKS, "back", "leave", "help", "next-dissent", "dissent-before", "menu")
"""Of a run that another process drives: none that steers it."""
PAST_KEYS = (
    "back", "forth", "now", "fork", "next-wrong", "play", "dissent-before", "next-dissent", "inspect", "leave", "help",
    "menu",
)  # fmt: skip


def stuck_at(snapshot: Snapshot) -> int | None:
    """Return the step, 0-based, at which a run waits for a person to decide it; None where it does not."""
    tally = snapshot.open
    waits = snapshot.undecided and snapshot.paused and snapshot.outcome is None
    return tally.step if waits and tally is not None and tally.winner is None else None


class Reviewing(Stepping):
    """A workbench that knows which steps of its run are wrong. Its subclass has the banner."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, source: RunSource) -> None:
        super().__init__(source)
        self._banner = Banner()
        self._first_wrong: int | None = None
        self._contested: int | None = None
        self._reviewed = False
        self._offered: tuple[int, str] | None = None
        self._past_view: RunView | None = None

    # What is known of the steps.

    def wrong_at(self, step: int) -> WrongStep | None:
        """Return what is known of a step that is wrong, None where it is not known to be."""
        return None if self.run is None else self.run.wrong_steps.get(step)

    def offered_changes(self, view: RunView, step: int) -> str:
        """Offer what the record of the step recommends."""
        k = 1 if view.snapshot.started is None else view.snapshot.started.k
        wrong = self.wrong_at(step)
        edited = self._edited is not None and self._edited[0] == step
        text = "" if edited and wrong is not None and wrong.better_k is None else offered_changes(wrong, k)
        self._offered = step, text
        return text

    @property
    def edits_for_a_fork(self) -> bool:
        """True in the past of a run that has ended."""
        view = self._source.view()
        return view is not None and (view.snapshot.outcome is not None or not self._source.live)

    def prompt_in_view(self) -> Prompt | None:
        """Return what the agents of the step in view read, as it was edited last."""
        if not self.in_the_past or self._past_view is None:
            return super().prompt_in_view()
        if self._edited is not None and self._edited[0] == self.place:
            return self._edited[1]
        snapshot = self._past_view.snapshot
        own = asked_by(self._source.task.step(snapshot.state))
        return own if own is None or snapshot.open is None else snapshot.open.prompt_in_effect(own)

    def on_prompt_editor_done(self, message: PromptEditor.Done) -> None:
        """Keep the prompt of a step in the past for the fork that it is edited for: no run is there to probe."""
        if not self.in_the_past:
            return
        message.prevent_default()  # Textual calls the handler of each class, this one before that of its base
        if message.prompt is not None:
            self._edited = (self.place, message.prompt)
        self.focus_votes()
        self.action_fork()

    def reviewed(self, view: RunView) -> None:
        """Keep the moment in view, and offer a fork anew, unless something else was typed since the step was gone to.

        What is known of a step is read after it was gone to.
        """
        self._past_view = view
        step, text = self._offered or (-1, "")
        if self._entry.up and step == self.place and self._entry.text == text and self.wrong_at(step) is not None:
            self.action_fork()

    def review(self, view: RunView) -> None:
        """Find the first wrong step of a run that has ended, and show a failed one that was opened at it."""
        run, snapshot = self.run, view.snapshot
        if run is None or self._reviewed:
            return
        self._reviewed = True
        failed = snapshot.outcome is Outcome.UNSOLVED
        if not failed and not snapshot.totals.wrong:
            return

        def find(reader: Reader) -> tuple[int | None, int | None]:
            first = first_wrong(reader)
            return first, most_contested(reader, run.task) if first is None and failed else None

        opened = failed and not self._source.live
        run.records.look(find, partial(self._found, view, self.place, opened=opened), "review")

    def _found(self, view: RunView, place: int, steps: tuple[int | None, int | None], *, opened: bool) -> None:
        self._first_wrong, self._contested = steps
        step = self._contested if self._first_wrong is None else self._first_wrong
        if step is not None and opened and not self.in_the_past:
            if self._looking is not None and self._looking.place == place:
                self._looking.go_to(step)
            self.go_to(step)
        elif not self.in_the_past:
            self._banner.tell(self.end_word(view.snapshot), self.end_words(view.snapshot))

    # What is said.

    def end_word(self, snapshot: Snapshot) -> Word:
        """Name the end of a run; that it can go on is said first, since a long reason is cut."""
        word = outcome_word(snapshot.outcome)
        if snapshot.outcome in AT_ITS_END:
            return word
        return word._replace(text=f"{word.text}, {key_now(self.app, 'workbench.continue', 'c')} goes on")

    def end_words(self, snapshot: Snapshot) -> str:
        """Say why a run ended, and where it went wrong."""
        reason = snapshot.reason or "the program went away before the run ended; what was decided is here"
        if self._first_wrong is None:
            return reason
        key = key_now(self.app, "workbench.next-wrong", "exclamation_mark")
        return f"{reason} · {first_wrong_words(self._first_wrong, snapshot.totals.wrong, key)}"

    def past_words(self, told: str) -> str:
        """Say what is to be known of the step in view before anything else, then `told`."""
        run = self.run
        wrong = self.wrong_at(self.place)
        key = key_now(self.app, "workbench.fork", "F")
        if self.place == self._contested:
            place = f"step {ordinal(self.place)} has most votes against its decision"
            return f"{place}; no step is known to be wrong · {key} forks here · . is now"
        if run is None or wrong is None:
            return told
        place = f"step {ordinal(wrong.step)} of {count(wrong.steps)}"
        return f"{place} {verdict_words(wrong, run.describe)} · {advice_words(wrong)} · {key} forks here · . is now"

    def footer_bindings(self, snapshot: Snapshot, *, over: bool) -> list[str]:
        """Name the keys that are of use in the state the run is in; none for the usual ones."""
        if self.in_the_past:
            return list(PAST_KEYS)
        if over:
            finished = snapshot.outcome in AT_ITS_END
            return list(ENDED_KEYS if finished else UNFINISHED_KEYS)
        if self._source.writer is not None:
            return list(LOOKED_KEYS)
        if stuck_at(snapshot) is not None:
            return list(STUCK_KEYS)
        return list(HELD_KEYS) if snapshot.paused and snapshot.open is not None else []

    def show_footer(self, snapshot: Snapshot, *, over: bool) -> None:
        """Show the keys that are of use now."""
        view = self._source.view()
        names = self.footer_bindings(snapshot, over=over)
        if view is None or not view.snapshot.totals.wrong:
            names = [name for name in names if name != "next-wrong"]
        usual = keys_of(type(self).BINDINGS)
        for bar in self.footers:
            bar.offer(named(type(self).BINDINGS, names) if names else usual)

    def action_banner(self) -> None:
        """Show the banner's whole text where a part of it is cut."""
        if whole := self._banner.whole:
            self.app.push_screen(text_page("why", whole))

    def on_banner_opened(self, message: Banner.Opened) -> None:
        """A click on the banner does as its key."""
        message.stop()
        self.action_banner()
