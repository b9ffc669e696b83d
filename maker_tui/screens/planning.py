"""The plan screen: what a run would take and how likely it would be right, before a new run is ordered with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.timer import Timer
from textual.widgets import Input, Select
from textual.worker import get_current_worker

from maker_engine.core.errors import InputError
from maker_engine.planning.plan import Purchase, plan
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.runs.plan_form import FIELDS, INDEPENDENT, read_plan, run_values
from maker_tui.text.plan_lines import lines
from maker_tui.text.plan_plots import PLOTS, plot
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.option_rows import row
from maker_tui.widgets.strips import HeadLine

SETTLE_S = 0.15
"""The plan waits until typing pauses for so long."""
LEAST_PLOT_ROWS = 10
ROOMY_ROWS = 24
"""From this height on a curve has room below the plan; in a lower window it takes its place."""
NAME_CELLS = 9


class Planning(MakerScreen):
    """Shows a plan, and hands it to the new-run form.

    Args:
        values: What fields hold at first, by their keys.
    """

    CSS_PATH = "planning.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "start", tooltip="order a new run with this k, rule and law"),
        Binding("escape", "app.pop_screen", "back", tooltip="back"),
        Binding("f7", "turn", "next plot", tooltip="the next curve: P(solve) over k, the samples over p, s and m"),
        Binding("tab", "app.focus_next", "next field", tooltip="to the next field"),
        Binding("shift+tab,up", "app.focus_previous", "field before", show=False, tooltip="to the field before"),
        Binding("down", "app.focus_next", "next field", show=False, tooltip="to the next field"),
        Binding("space", "choose", "choose", show=False, tooltip="open the list of a field that has one"),
        Binding("f1,question_mark", "help", "help", tooltip="keys and words of this screen"),
    ]

    HELP_TITLE = "plan"
    HELP_WORDS = (
        "What a run would take, by the paper's formulas or exactly under a law of p. Nothing is called.",
        "The odds hold if steps are as p or the law says. Steps that are wrong more often than right no k fixes.",
        "maker calibrate measures the law of a model; enter orders a run with what is planned here.",
    )

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._first = {field.key: field.default for field in FIELDS} | dict(values or {})
        self._settling: Timer | None = None
        self._pane = LinePane("planned", id="planned")
        self._word = LineView(id="word")
        self._plot = -1  # none was asked for: the first, where there is room below the plan
        self._sound = False
        self._hints = {field.key: field.hint for field in FIELDS}

    def compose(self) -> ComposeResult:
        """Fields on the left, the plan and a curve on the right."""
        yield HeadLine(id="head")
        with Horizontal(id="order"):
            with VerticalScroll(id="form", can_focus=False) as form:
                form.border_title = Content("plan")
                for field in FIELDS:
                    yield from row(field, self._first[field.key])
            yield self._pane
        yield self._word
        yield KeyBar(keys_of(self.BINDINGS))

    def on_mount(self) -> None:
        """Work the plan out."""
        self.query_one("#head", HeadLine).tell("plan", facts=("k, odds, votes, dollars and hours",))
        self.query_one("#steps").focus()
        self._settle()

    @property
    def values(self) -> dict[str, str]:
        """What every field holds, by its key."""
        held = {INDEPENDENT: self._first.get(INDEPENDENT, "")}
        for entry in self.query(".entry"):
            if isinstance(entry, Input):
                held[entry.id or ""] = entry.value
            elif isinstance(entry, Select):
                held[entry.id or ""] = str(entry.value)
        return held

    def on_input_changed(self, message: Input.Changed) -> None:
        """Follow what is typed."""
        message.stop()
        self._settle()

    def on_select_changed(self, message: Select.Changed) -> None:
        """Follow a choice."""
        message.stop()
        self._settle()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter in a field orders a run."""
        message.stop()
        self.action_start()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what the field in focus is for."""
        if self._sound:
            self._tell(self._hints.get(event.widget.id or "", ""), "quiet")

    def on_resize(self, event: Resize) -> None:
        """Lay the plan out in the new size."""
        super().on_resize(event)
        self._settle()

    def action_choose(self) -> None:
        """Open the list of the field in focus."""
        if isinstance(self.focused, Select):
            self.focused.action_show_overlay()

    def action_turn(self) -> None:
        """Draw another curve."""
        self._plot = self._plot + 2 if self._plot < 0 and self._has_room else self._plot + 1
        if self._plot >= len(PLOTS):
            self._plot = -1
        self._look_over()

    def action_start(self) -> None:
        """Order a run with this plan, if there is one."""
        try:
            plan(read_plan(self.values))
        except InputError as error:
            self._refuse(str(error))
            return
        self.opener.planned(run_values(self.values))

    @property
    def _has_room(self) -> bool:
        return self._pane.size.height >= ROOMY_ROWS

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, self._look_over)

    def _look_over(self) -> None:
        try:
            want = read_plan(self.values)
        except InputError as error:
            self._refuse(str(error))
            return
        size = self._pane.size.width, self._pane.size.height
        self.run_worker(partial(self._work_out, want, size), thread=True, exclusive=True, group="plan")

    def _work_out(self, want: Purchase, size: tuple[int, int]) -> None:
        try:
            shown = planned_lines(want, PLOTS[self._plot] if self._plot >= 0 else "", *size)
        except InputError as error:
            self._say(self._refuse, str(error))
        else:
            self._say(self._show, shown)

    def _say(self, how: object, what: object) -> None:
        if callable(how) and not get_current_worker().is_cancelled:
            self.app.call_from_thread(how, what)

    def _show(self, shown: list[Text]) -> None:
        self._sound = True
        self._pane.show(shown)
        focused = self.focused
        self._tell(self._hints.get((focused.id or "") if focused is not None else "", ""), "quiet")

    def _refuse(self, reason: str) -> None:
        self._sound = False
        self._pane.show([line(("no plan for these fields", "quiet"))])
        self._tell(reason, "bad")

    def _tell(self, words: str, role: str) -> None:
        rows = wrapped(words, max(20, self.size.width - 2))
        self._word.styles.height = max(2, len(rows))
        self._word.show([line((f" {one}", role)) for one in rows])


def planned_lines(want: Purchase, over: str, width: int, height: int) -> list[Text]:
    """Lay a plan out, and a curve below it where there is room; a curve that is asked for takes its place else.

    Raises:
        InputError: It cannot be planned so.
    """
    if over and height < ROOMY_ROWS:
        return plot(want, over, width, height)
    shown: list[Text] = []
    for text in lines(want, plan(want), ()):
        name, rest = text[:NAME_CELLS], text[NAME_CELLS:]
        figure, _, words = rest.partition("    ")
        rows = wrapped(f"{figure}  {words}", max(16, width - NAME_CELLS))
        for place, one in enumerate(rows):
            head = (name, "label") if place == 0 else " " * NAME_CELLS
            marked = place == 0 and one.startswith(figure)
            pieces = [(figure, "strong"), (one[len(figure) :], "quiet")] if marked else [(one, "quiet")]
            shown.append(line(head, *pieces))
    room = height - len(shown) - 1
    if room < LEAST_PLOT_ROWS or height < ROOMY_ROWS:
        return shown
    try:
        return [*shown, line(), *plot(want, over or PLOTS[0], width, room)]
    except InputError as error:
        return [*shown, line(), line((str(error), "quiet"))]
