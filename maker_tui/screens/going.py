"""Keys that go from step to step of a run: back and forth, to the next red flag, dissent, or wrong step."""

from __future__ import annotations

from functools import partial

from textual.binding import Binding, BindingType

from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.schema import StepFlag
from maker_tui.runs.records import Records
from maker_tui.screens.counting import Counting

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


class Going(Counting):
    """A screen with one step in view. Its subclass knows which, and shows another."""

    @property
    def marks(self) -> Marks:
        """What is remarkable about the steps, as far as it has been read."""
        raise NotImplementedError

    @property
    def place(self) -> int:
        """The step in view, 0-based."""
        raise NotImplementedError

    @property
    def records(self) -> Records | None:
        """The record of the run, None while there is none."""
        raise NotImplementedError

    @property
    def in_between(self) -> bool:
        """Whether a step was gone to: at the end of a run, its first wrong step is simply the next one."""
        return True

    def go_to(self, step: int) -> None:
        """Show `step`, 0-based, or the nearest one there is."""
        raise NotImplementedError

    def action_go(self, by: int) -> None:
        """Go `by` steps, as often as was typed before."""
        self.go_to(self.place + by * (self.take_count() or 1))

    def action_near(self, kind: str, by: int) -> None:
        """Go to the nearest step of a kind, as often as was typed before."""
        if self.records is not None:
            self.records.look(self.marks.catch_up, partial(self._nearest, kind, by, self.take_count() or 1))

    def action_next_wrong(self) -> None:
        """Go to the next wrong step, from the last one to the first."""
        if self.records is not None:
            self.records.look(self.marks.catch_up, partial(self._next_wrong, self.take_count() or 1))

    def _next_wrong(self, times: int, _: bool) -> None:
        marks, step, round_again = self.marks, self.place, False
        for _time in range(times):
            found = marks.after(step, StepFlag.WRONG)
            if found is None:
                round_again, found = True, marks.after(-1, StepFlag.WRONG)
            if found is None:
                self.notify("no step is known to be wrong", title="nothing there", markup=False, timeout=3)
                return
            step = found
        if step == self.place:
            self.notify(f"step {step + 1:,} is the only wrong one", title="nothing else", markup=False, timeout=3)
        elif round_again and self.in_between:
            self.notify("after the last wrong step, the first again", title="round", markup=False, timeout=3)
        self.go_to(step)

    def _nearest(self, kind: str, by: int, times: int, _: bool) -> None:
        step, seek = self.place, self.marks.after if by > 0 else self.marks.before
        for _time in range(times):
            found = seek(step, _KINDS[kind])
            if found is None:
                where = "after" if by > 0 else "before"
                told = f"no {'red flag' if kind == 'flagged' else 'dissent'} {where} step {step + 1:,}"
                self.notify(told, title="nothing there", markup=False, timeout=3)
                break
            step = found
        if step != self.place:
            self.go_to(step)
