"""Keys that go from step to step of a run: back and forth, to the next red flag, dissent, or wrong step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.binding import Binding, BindingType

from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.runs.records import Records

if TYPE_CHECKING:
    from maker_tui.parts.counted_keys import CountedKeys
    from maker_tui.parts.maker_screen import MakerScreen

GOING_KEYS: list[BindingType] = [
    Binding("left_square_bracket", "go(-1)", "back", key_display="[", tooltip="a step back; 10[ goes ten"),
    Binding("right_square_bracket", "go(1)", "forth", key_display="]", tooltip="a step forth; 10] goes ten"),
    Binding("left_curly_bracket", "near('flagged', -1)", "flag before", key_display="{",
            tooltip="to the step with a red flag before"),
    Binding("right_curly_bracket", "near('flagged', 1)", "next flag", key_display="}",
            tooltip="to the next step with a red flag"),
    Binding("left_parenthesis", "near('dissent', -1)", "dissent before", key_display="(",
            tooltip="to the step with dissent before"),
    Binding("right_parenthesis", "near('dissent', 1)", "next dissent", key_display=")",
            tooltip="to the next step with dissent"),
    Binding("exclamation_mark", "next_wrong", "next wrong", key_display="!",
            tooltip="to the next step that the oracle disagrees with; after the last one, to the first"),
]  # fmt: skip
_KINDS = {"flagged": StepFlag.FLAGGED, "dissent": StepFlag.DISSENT}


class StepInView(Protocol):
    """Who has one step of a run in view, and shows another."""

    @property
    def marks(self) -> Marks:
        """What is remarkable about the steps, as far as it has been read."""

    @property
    def place(self) -> int:
        """The step in view, 0-based."""

    @property
    def records(self) -> Records | None:
        """The record of the run, None while there is none."""

    @property
    def in_between(self) -> bool:
        """Whether the step was gone to: at the end of a run, its first wrong step is simply the next one."""

    def go_to(self, step: int) -> None:
        """Show `step`, 0-based, or the nearest one there is."""


class StepNavigator:
    """Goes from step to step.

    Args:
        screen: Says where there is nothing to go to.
        view: Has a step in view.
        keys: Count the keys.
    """

    def __init__(self, screen: MakerScreen, view: StepInView, keys: CountedKeys) -> None:
        self._screen = screen
        self._view = view
        self._keys = keys

    def action_go(self, by: int) -> None:
        """Go `by` steps, as often as was typed before."""
        self._view.go_to(self._view.place + by * (self._keys.take_count() or 1))

    def action_near(self, kind: str, by: int) -> None:
        """Go to the nearest step of a kind, as often as was typed before."""
        self._seek(partial(self._nearest, kind, by))

    def action_next_wrong(self) -> None:
        """Go to the next wrong step, from the last one to the first."""
        self._seek(self._next_wrong)

    def _seek(self, go: Callable[[int, bool], None]) -> None:
        """Have `go` called with the count once all that is remarkable has been read."""
        if self._view.records is not None:
            self._view.records.look(self._view.marks.catch_up, partial(go, self._keys.take_count() or 1))

    def _next_wrong(self, times: int, _: bool) -> None:
        marks, step, round_again = self._view.marks, self._view.place, False
        for _time in range(times):
            found = marks.after(step, StepFlag.WRONG)
            if found is None:
                round_again, found = True, marks.after(-1, StepFlag.WRONG)
            if found is None:
                self._say("nothing there", "no step is known to be wrong")
                return
            step = found
        if step == self._view.place:
            self._say("nothing else", f"step {step + 1:,} is the only wrong one")
        elif round_again and self._view.in_between:
            self._say("round", "after the last wrong step, the first again")
        self._view.go_to(step)

    def _nearest(self, kind: str, by: int, times: int, _: bool) -> None:
        step, seek = self._view.place, self._view.marks.after if by > 0 else self._view.marks.before
        for _time in range(times):
            found = seek(step, _KINDS[kind])
            if found is None:
                where = "after" if by > 0 else "before"
                words = f"no {'red flag' if kind == 'flagged' else 'dissent'} {where} step {step + 1:,}"
                self._say("nothing there", words)
                break
            step = found
        if step != self._view.place:
            self._view.go_to(step)

    def _say(self, title: str, words: str) -> None:
        self._screen.notify(words, title=title, markup=False, timeout=3)
