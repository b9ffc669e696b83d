"""Time travel on the workbench: the run as it was at any step, and the ways from there to look at it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.binding import Binding, BindingType

from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.time_travel import as_decided
from maker_tui.parts.step_navigator import GOING_KEYS
from maker_tui.runs.records import Records
from maker_tui.runs.view import RunView
from maker_tui.runs.viewed import ViewedRun
from maker_tui.text.figures import place_words, rate

if TYPE_CHECKING:
    from maker_engine.core.record.snapshot import Snapshot
    from maker_engine.sessions.queries.mistakes import WrongStep
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.opener import Views
    from maker_tui.runs.bridge import RunSource

PLAY_S = 1 / 12
PLAY_SPEED = 4
"""Steps a second."""

TRAVEL_KEYS: list[BindingType] = [
    Binding("i", "look('inspector')", "inspect", tooltip="everything about the step in view"),
    Binding("t", "look('steps')", "table", tooltip="every step in a table"),
    Binding("m", "look('map')", "map", tooltip="the whole run as a map"),
    Binding("p", "look('plots')", "plots", tooltip="vote race, convergence, length, votes a step"),
    Binding(
        "at",
        "look('schedule')",
        "schedule",
        show=False,
        key_display="@",
        tooltip="what was on when: effects and calls over time",
    ),
    *GOING_KEYS,
    Binding("slash", "find", "find", show=False, tooltip="find words in responses, or steps by a filter"),
    Binding("full_stop", "now", "now", key_display=".", tooltip="back from the past"),
    Binding("P", "play", "play", tooltip="play the run from the moment in view, or stop; 50P plays 50 steps a second"),
]


class ShowsMoments(Protocol):
    """Who shows a run at the moment in view."""

    def show_past(self, view: RunView, words: str) -> None:
        """Show a moment of the past, and say so."""

    def show_now(self) -> None:
        """Show the run as it is now."""

    def fork_at(self, step: int) -> None:
        """Ask for a fork at a step, 0-based."""


class TimeTravel:
    """Keeps the moment of a run that is in view.

    Args:
        screen: Shows what cannot be done.
        source: The run.
        keys: Count the keys.
        shows: Shows a moment.

    Attributes:
        moment: The moment of the past that was shown last, None for none.
    """

    def __init__(self, screen: MakerScreen, source: RunSource, keys: CountedKeys, shows: ShowsMoments) -> None:
        self._screen = screen
        self._source = source
        self._keys = keys
        self._shows = shows
        self.moment: RunView | None = None
        self._run: ViewedRun | None = None
        self._views: Views | None = None
        self._past: int | None = None
        self._speed = 0
        self._played = (0.0, 0)

    @property
    def in_the_past(self) -> bool:
        """True while another moment than now is shown, or about to be."""
        return self._past is not None

    @property
    def in_between(self) -> bool:
        """A step was gone to, unless the run is shown as it is now."""
        return self.in_the_past

    @property
    def run(self) -> ViewedRun | None:
        """The run to look at, None before it has a file."""
        view = self._source.view()
        if self._run is None and view is not None:
            self._run = ViewedRun(self._source, Records(view.session, self._source.branch, self._refuse))
        return self._run

    @property
    def marks(self) -> Marks:
        """What is remarkable about the steps."""
        return Marks() if self.run is None else self.run.marks

    @property
    def records(self) -> Records | None:
        """The record of the run."""
        return None if self.run is None else self.run.records

    @property
    def place(self) -> int:
        """The step in view."""
        if self._past is not None:
            return self._past
        view = self._source.view()
        if view is None:
            return 0
        tally = view.snapshot.open or view.snapshot.decided
        return 0 if tally is None else tally.step

    def wrong_at(self, step: int) -> WrongStep | None:
        """Return what is known of a step that is wrong, None where it is not known to be."""
        return None if self.run is None else self.run.wrong_steps.get(step)

    def back_to_now(self) -> bool:
        """Return to now, where a key would act on the run unseen; True where that was needed, and nothing else done."""
        if self._past is None:
            return False
        self.action_now()
        words = "nothing was done: the past was on the screen"
        self._screen.notify(words, title="back to now", markup=False, timeout=3)
        return True

    def _refuse(self, reason: str) -> None:
        self._screen.notify(reason, title="cannot be read", severity="error", markup=False)

    def go_to(self, step: int) -> None:
        """Show the run as it was when the votes of `step` were counted."""
        run = self.run
        if run is not None:
            self._past = max(0, step)
            run.records.look(partial(self._moment, run, self._past), self._arrived, "moment")

    def follow(self, step: int, place: int) -> None:
        """Go to `step`, and take the views along where they are still at `place`."""
        if self._views is not None and self._views.place == place:
            self._views.go_to(step)
        self.go_to(step)

    def _moment(self, run: ViewedRun, step: int, reader: Reader) -> tuple[int, int, Snapshot]:
        """Read a moment; the step, the decided steps now, and the step as it came out."""
        done = reader.steps_done()
        step = min(step, done)
        state = as_decided(reader, run.task, step)
        if step and state.open is None:  # the run is over: its last moment is its last step
            step -= 1
            state = as_decided(reader, run.task, step)
        run.look_into(reader, step)
        return step, done, state

    def _arrived(self, found: tuple[int, int, Snapshot]) -> None:
        view = self._source.view()
        if self._past is None or view is None:
            return
        self._past, done, state = found
        if self._past >= done - 1:
            self._speed = 0
        self.moment = RunView(state, 0.0, 0.0, view.session, view.max_tokens)
        playing = f"playing {rate(self._speed)} steps/s, P stops" if self._speed else "[ ] travel, P plays"
        self._shows.show_past(self.moment, f"{place_words(self._past, done)} · {playing} · . is now")

    def action_now(self) -> None:
        """Show the run as it is now."""
        if self._past is not None:
            self._past, self._speed = None, 0
            self._shows.show_now()

    def action_play(self) -> None:
        """Play on from the moment in view, from the beginning where that is the end; or stop."""
        asked = self._keys.take_count()
        if self._speed and asked is None:
            self._speed = 0
            self.go_to(self.place)
            return
        if not self._speed:
            self._screen.set_timer(PLAY_S, self._play)
        self._speed = asked or PLAY_SPEED
        last = 0 if self.run is None else self.run.records.steps - 1
        begin = 0 if self._past is None or self._past >= last else self._past
        self._played = (time.monotonic(), begin)
        self.go_to(begin)

    def _play(self) -> None:
        if self._speed and self._past is not None:
            begun, first = self._played
            self.go_to(first + int((time.monotonic() - begun) * self._speed))
            self._screen.set_timer(PLAY_S, self._play)

    def action_look(self, view: str) -> None:
        """Look at the run closely, at the step in view."""
        if self.run is None:
            return
        self._speed = 0
        if self._views is None:
            opener = self._screen.opener
            self._views = opener.views(self.run, (self.place, view), self.go_to, self._shows.fork_at)
        else:
            self._views.look_at(self.place, view)
        self._views.open()

    def action_find(self) -> None:
        """Look at the run closely, and ask for words or a filter at once."""
        self.action_look("inspector")
        if self._views is not None:
            self._views.find_at_once()

    async def close(self) -> None:
        """Close the record, and let go of the screen that looks at it."""
        if self._run is not None:
            self._run.records.close()
        if self._views is not None:
            await self._views.discard()
