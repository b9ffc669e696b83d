"""The new-run form: what to solve, with which model, how careful, and what that will take."""

from __future__ import annotations

import textwrap
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select

from maker_engine import catalogue
from maker_engine.core.errors import InputError, MakerError
from maker_engine.models.keys import missing_key
from maker_engine.printable import one_line, printable
from maker_engine.runtime.order import PreparedRun, RunOrder, prepare, real_models
from maker_tui.order_form import FIELDS, GROUPS, PROBLEM, Field, hints, option_fields, read_order
from maker_tui.roles import line
from maker_tui.screens.base import MakerScreen
from maker_tui.widgets.forecast_pane import ForecastPane
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask

SETTLE_S = 0.15
"""The forecast waits until typing pauses for so long."""
TASK_FIELD = "task-name"
FIRST = "hanoi"
"""The form opens on the target to calibrate on, where it is installed."""


class Choice(Select[str], inherit_bindings=False):
    """A list to choose from; enter is left to the form, and the arrows go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "show_overlay", "choose", show=False)]


class Form(VerticalScroll, inherit_bindings=False):
    """The fields; the arrows are left to the screen, for which they go from field to field however few rows fit."""


class NewRun(MakerScreen):
    """Asks for an order and shows its forecast."""

    CSS_PATH = "new_run.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "start", tooltip="start the run"),
        Binding("escape", "app.pop_screen", "back", tooltip="back, without a run"),
        Binding("tab", "app.focus_next", "next field", tooltip="to the next field"),
        Binding("shift+tab,up", "app.focus_previous", "field before", show=False, tooltip="to the field before"),
        Binding("down", "app.focus_next", "next field", show=False, tooltip="to the next field"),
        Binding("space", "choose", "choose", tooltip="open the list of a field that has one"),
        Binding("f1", "help", "help", tooltip="keys and words of this screen"),
    ]

    HELP_TITLE = "new run"
    HELP_WORDS = (
        "Order a run. The forecast follows every change; figures that nobody knows yet are listed as assumed.",
        "Nothing is called and nothing is written before the run starts.",
    )

    class Ordered(Message):
        """A run was ordered; it is ready to start."""

        def __init__(self, prepared: PreparedRun) -> None:
            super().__init__()
            self.prepared = prepared

    class _Prepared(Message):
        """An order was looked over in a thread; either it is ready, or `refusal` says why not."""

        def __init__(self, prepared: PreparedRun | None, refusal: str, *, start: bool) -> None:
            super().__init__()
            self.prepared = prepared
            self.refusal = refusal
            self.start = start

    def __init__(self) -> None:
        super().__init__()
        self._names = catalogue.names()
        self._family: type[AnyTask] | None = None
        self._hints = hints(FIELDS)
        self._settling: Timer | None = None
        self._forecast = ForecastPane(id="forecast")
        self._word = LineView(id="word")
        self._refused = False
        self._ordered = False
        self._missing = ""

    def compose(self) -> ComposeResult:
        """Form on the left, forecast on the right, one line for hints and errors."""
        yield HeadLine(id="head")
        with Horizontal(id="order"):
            with Form(id="form", can_focus=False) as form:
                form.border_title = Content("order")
                choices = tuple((name, name) for name in self._names)
                first = _first(self._names) if self._names else ""
                yield from _row(Field(TASK_FIELD, "task", "What to solve.", first, choices))
                yield Vertical(id="options")
                for field in PROBLEM:
                    yield from _row(field)
                for heading, fields in GROUPS:
                    yield Label(Content(heading), classes="group")
                    for field in fields:
                        yield from _row(field)
            with Vertical(id="expected"):
                yield self._forecast
                yield Button(Content("Start the run"), id="start", variant="primary", compact=True)
        yield self._word
        yield KeyBar(keys_of(self.BINDINGS))

    async def on_mount(self) -> None:
        """Fill in the first task's options."""
        self.query_one("#head", HeadLine).tell("new run", facts=("a task, a model and a margin k",))
        if not self._names:
            self._refuse("no task is installed")
            return
        await self._choose(_first(self._names))
        self.query_one(f"#{TASK_FIELD}").focus()

    async def _choose(self, name: str) -> None:
        """Bring the task's own options in."""
        try:
            self._family = catalogue.find(name)
        except InputError as error:
            self._family = None
            self._refuse(str(error))
            return
        fields = option_fields(self._family)
        self._hints = hints([*fields, *FIELDS]) | {TASK_FIELD: self._family.summary}
        rows = [widget for field in fields for widget in _row(field)]
        options = self.query_one("#options", Vertical)
        await options.remove_children()
        await options.mount_all(rows)
        self._settle()

    def _values(self) -> dict[str, str]:
        values: dict[str, str] = {}
        for entry in self.query(".entry"):
            if isinstance(entry, Input):
                values[entry.id or ""] = entry.value
            elif isinstance(entry, Select):
                values[entry.id or ""] = "" if entry.value is Select.NULL else str(entry.value)
        return values

    async def on_select_changed(self, message: Select.Changed) -> None:
        """Follow a choice."""
        message.stop()
        if message.select.id == TASK_FIELD and message.value is not Select.NULL:
            await self._choose(str(message.value))
        self._settle()

    def on_input_changed(self, message: Input.Changed) -> None:
        """Follow what is typed."""
        message.stop()
        self._settle()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter in a field starts the run."""
        message.stop()
        self.action_start()

    def on_button_pressed(self, message: Button.Pressed) -> None:
        """Start the run."""
        message.stop()
        self.action_start()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Say what the field in focus is for, unless there is an error to read."""
        if not self._refused:
            self._hint(event.widget)

    def _hint(self, widget: Widget | None) -> None:
        words = self._hints.get(widget.id or "", "") if widget is not None else ""
        if isinstance(widget, Select):
            words += " Space opens the list."
        self._tell(words, "quiet")

    def _tell(self, words: str, role: str) -> None:
        rows = [(row, role) for row in textwrap.wrap(words, max(20, self.size.width - 2))]
        if self._missing and not self._refused:
            rows.insert(0, (f"⚠ {self._missing}", "warn"))
        self._word.styles.height = max(2, len(rows))  # an error is shown whole
        self._word.show([line((f" {row}", role)) for row, role in rows])

    def action_choose(self) -> None:
        """Open the list of the field in focus."""
        if isinstance(self.focused, Select):
            self.focused.action_show_overlay()

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(SETTLE_S, partial(self._look_over, start=False))

    def action_start(self) -> None:
        """Start the run, if the order can be used."""
        if self._settling is not None:
            self._settling.stop()
        self._look_over(start=True)

    def _look_over(self, *, start: bool) -> None:
        if self._family is None:
            return
        try:
            order = read_order(str(self._values()[TASK_FIELD]), self._family, self._values())
        except InputError as error:
            self._refuse(str(error))
            return
        self.run_worker(partial(self._prepare, order, start=start), thread=True, exclusive=True, group="prepare")

    def _prepare(self, order: RunOrder, *, start: bool) -> None:
        try:
            message = self._Prepared(prepare(order), "", start=start)
        except MakerError as error:  # a stranger's task may fail here
            message = self._Prepared(None, str(error), start=start)
        self.post_message(message)

    def on_screen_resume(self) -> None:
        """Take an order again: the run that was started from here has been left."""
        self._ordered = False

    def on_new_run__prepared(self, message: _Prepared) -> None:
        """Show the forecast, or what is wrong; go, if that was asked for."""
        if message.prepared is None:
            self._refuse(message.refusal)
            return
        self._refused = False
        self._missing = missing_key(real_models(message.prepared.order), message.prepared.order.api_base)
        self._hint(self.focused)
        self._forecast.show_forecast(message.prepared.forecast, message.prepared.order.target)
        self._forecast.show_table(message.prepared.forecasts())
        if message.start and self._missing:  # LiteLLM would say the same, some seconds later
            self._refuse(f"{self._missing}: set it in the environment before maker starts, or choose another model")
        elif message.start and not self._ordered:
            self._ordered = True
            self.post_message(self.Ordered(message.prepared))

    def refuse_start(self, reason: str) -> None:
        """Show, whole, why the run that was ordered here could not be started; the fields stay as they were."""
        self._ordered = False
        self._refuse(reason)

    def _refuse(self, reason: str) -> None:
        self._refused = True
        self._forecast.show_forecast(None)
        self._tell(f"✖ {one_line(reason)}", "bad")


def _first(names: list[str]) -> str:
    return FIRST if FIRST in names else names[0]


def _row(field: Field) -> ComposeResult:
    """Make one row of the form: a label and an entry."""
    entry: Widget
    if field.choices:
        choices = [(Content(printable(shown)), value) for shown, value in field.choices]
        entry = Choice(choices, value=field.default, allow_blank=False, compact=True, id=field.key, classes="entry")
    else:
        entry = Input(field.default, placeholder=field.empty, compact=True, id=field.key, classes="entry")
        entry.cursor_blink = False  # half a kilobyte a second, for nothing
    yield Horizontal(Label(Content(printable(field.label))), entry, classes="field")
