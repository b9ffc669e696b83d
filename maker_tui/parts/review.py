"""What a run that went wrong shows on the workbench: its first wrong step, what is right there, and what may help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from maker_engine.core.record.outcomes import Outcome
from maker_engine.sessions.queries.mistakes import first_wrong, most_contested
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.text.figures import count, ordinal
from maker_tui.text.mistake_words import advice_words, first_wrong_words, verdict_words
from maker_tui.text.words import Word, outcome_word
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.strips import Banner

if TYPE_CHECKING:
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.time_travel import TimeTravel
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView


class Review:
    """Knows which steps of a run are wrong, and says so in its banner.

    Args:
        screen: The screen.
        source: The run.
        travel: The moment in view.

    Attributes:
        banner: Says how the run ended, or why it waits.
    """

    def __init__(self, screen: MakerScreen, source: RunSource, travel: TimeTravel) -> None:
        self._screen = screen
        self._source = source
        self._travel = travel
        self.banner = Banner()
        self._first_wrong: int | None = None
        self._contested: int | None = None
        self._reviewed = False

    def show_end(self, view: RunView) -> None:
        """Say how a run ended, and look for its first wrong step; one that failed and was opened is shown at it."""
        self._tell_end(view.snapshot)
        run, snapshot = self._travel.run, view.snapshot
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
        run.records.look(find, partial(self._found, view, self._travel.place, opened=opened), "review")

    def _found(self, view: RunView, place: int, steps: tuple[int | None, int | None], *, opened: bool) -> None:
        self._first_wrong, self._contested = steps
        step = self._contested if self._first_wrong is None else self._first_wrong
        if self._travel.in_the_past:
            return
        if step is not None and opened:
            self._travel.follow(step, place)
        else:
            self._tell_end(view.snapshot)

    def _tell_end(self, snapshot: Snapshot) -> None:
        self.banner.tell(self._end_word(snapshot), self._end_words(snapshot))

    def _end_word(self, snapshot: Snapshot) -> Word:
        """Name the end of a run; that it can go on is said first, since a long reason is cut."""
        word = outcome_word(snapshot.outcome)
        if snapshot.outcome in AT_ITS_END:
            return word
        return word._replace(text=f"{word.text}, {key_now(self._screen.app, 'workbench.continue', 'c')} continues")

    def _end_words(self, snapshot: Snapshot) -> str:
        """Say why a run ended, and where it went wrong."""
        gone = "this fork has not ended" if self._source.branch else "the program went away before the run ended"
        reason = snapshot.reason or f"{gone}; what was decided is here"
        if self._first_wrong is None:
            return reason
        key = key_now(self._screen.app, "workbench.next-wrong", "exclamation_mark")
        return f"{reason} · {first_wrong_words(self._first_wrong, snapshot.totals.wrong, key)}"

    def past_words(self, words: str) -> str:
        """Say what is to be known of the step in view before anything else, then `words`."""
        run, place = self._travel.run, self._travel.place
        wrong = self._travel.wrong_at(place)
        key = key_now(self._screen.app, "workbench.fork", "F")
        if place == self._contested:
            where = f"step {ordinal(place)} has most votes against its decision"
            return f"{where}; no step is known to be wrong · {key} forks here · . is now"
        if run is None or wrong is None:
            return words
        where = f"step {ordinal(wrong.step)} of {count(wrong.steps)}"
        return f"{where} {verdict_words(wrong, run.describe)} · {advice_words(wrong)} · {key} forks here · . is now"

    def action_banner(self) -> None:
        """Show the banner's whole text where a part of it is cut."""
        if whole := self.banner.whole:
            self._screen.opener.page("why", whole)
