"""The new-run form: what to solve, with which model, how careful, and what that will take."""

from __future__ import annotations

from collections.abc import Mapping
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
from textual.widgets import Button, Input, Select
from textual.worker import get_current_worker

from maker_engine import catalogue
from maker_engine.core.errors import InputError, MakerError
from maker_engine.printable import one_line
from maker_tui.parts.maker_screen import MakerScreen
from maker_tui.runs.form_values import FormValues, profile_values, usual_values
from maker_tui.runs.order_form import (
    FIELDS,
    FIRST_FIELDS,
    GROUP_FIELDS,
    OWN,
    TASK,
    hints,
    option_fields,
    read_order,
)
from maker_tui.runs.plan_form import plan_values
from maker_tui.runs.prepared import PreparedRun, RunOrder, Speed, measured_speed, missing_key_of, model_words, prepare
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.forecast_pane import ForecastPane
from maker_tui.widgets.key_bar import KeyBar, keys_of
from maker_tui.widgets.line_view import LineView
from maker_tui.widgets.option_rows import PROFILE, GroupLine, OrderRows
from maker_tui.widgets.strips import HeadLine

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask

SETTLE_S = 0.15
"""The forecast waits until typing pauses for so long."""
NO_PATH = "name a Python file, or a folder, with a task: it is loaded when it is found"


class Form(VerticalScroll, inherit_bindings=False):
    """The fields; the arrows are left to the screen, for which they go from field to field however few rows fit."""


class NewRun(MakerScreen):
    """Asks for an order and shows its forecast.

    Args:
        values: What the fields hold at first, by their keys; what is left out is as the settings say.
        error: What is said of them, such as why a run could not be started; empty for nothing.
        speed: Says how many samples a second this machine draws in a run; called in a thread.
    """

    CSS_PATH = "new_run.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "start", tooltip="start the run; on the line of a group, open it"),
        Binding("escape", "app.pop_screen", "back", tooltip="back, without a run"),
        Binding("tab", "app.focus_next", "next field", tooltip="to the next field; where a name is typed, complete it"),
        Binding("shift+tab,up", "app.focus_previous", "field before", show=False, tooltip="to the field before"),
        Binding("down", "app.focus_next", "next field", show=False, tooltip="to the next field"),
        Binding("space", "choose", "choose", tooltip="open the list of a field that has one"),
        Binding("f4", "plan", "plan", tooltip="plan it: what other figures would bring, and curves"),
        Binding("f1,question_mark", "help", "help", tooltip="keys and words of this screen"),
    ]

    HELP_TITLE = "new run"
    HELP_WORDS = (
        "Order a run. The forecast follows every change; figures not known yet are listed as assumed.",
        "A group of options says what it holds; enter on its line opens it. Every option of maker run is here.",
        "Nothing is called and nothing is kept before the run starts.",
    )

    class Ordered(Message):
        """A run was ordered and is ready to start; `values` are those that the form held."""

        def __init__(self, prepared: PreparedRun, values: Mapping[str, str]) -> None:
            super().__init__()
            self.prepared = prepared
            self.values = values

    class _Prepared(Message):
        """An order was checked in a thread; it is ready, with what is said of its model and a key it lacks."""

        def __init__(self, prepared: PreparedRun, *, start: bool) -> None:
            super().__init__()
            order = prepared.order
            self.prepared = prepared
            self.start = start
            self.model_words = "" if order.voters else model_words(order.model)
            self.missing = missing_key_of(order)

    class _Refused(Message):
        """An order was checked in a thread, and cannot be used."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class _Measured(Message):
        """This machine's speed is known for an order that was checked."""

        def __init__(self, prepared: PreparedRun, speed: float | None) -> None:
            super().__init__()
            self.prepared = prepared
            self.speed = speed

    def __init__(
        self, values: Mapping[str, str] | None = None, *, error: str = "", speed: Speed = measured_speed
    ) -> None:
        super().__init__()
        self._names = catalogue.names()
        self._held = FormValues(usual_values() | dict(values or {}))
        self._rows = OrderRows(self._held, self._api_base)
        self._first_error = error or self._held.trouble
        self._speed = speed
        self._family: type[AnyTask] | None = None
        self._hints = hints(FIELDS)
        self._settling: Timer | None = None
        self._forecast = ForecastPane(id="forecast")
        self._word = LineView(id="word")
        self._refused = False
        self._wrong: dict[str, str] | None = None
        self._ordered = False
        self._prepared: PreparedRun | None = None
        self._missing, self._no_task = "", NO_PATH

    def compose(self) -> ComposeResult:
        """Form on the left, forecast on the right, one line for hints and errors."""
        yield HeadLine(id="head")
        with Horizontal(id="order"):
            with Form(id="form", can_focus=False) as form:
                form.border_title = Content("order")
                yield from self._rows.first(self._names)
            with Vertical(id="expected"):
                yield self._forecast
                yield Button(Content("Start the run"), id="start", variant="primary", compact=True)
        yield self._word
        yield KeyBar(keys_of(self.BINDINGS))

    def _api_base(self) -> str:
        return self.values["api_base"].strip()

    async def on_mount(self) -> None:
        """Fill in the task's options."""
        self.query_one("#head", HeadLine).tell("new run", facts=("a task, a model and a margin k",))
        self._tell_groups()
        await self._choose()
        self.query_one(f"#{TASK}").focus()
        if self._first_error:
            self.show_error(self._first_error)

    @property
    def values(self) -> dict[str, str]:
        """What every field holds, by its key, those of closed groups included."""
        held = self._held.all()
        for entry in self.query(".entry"):
            if isinstance(entry, Input):
                held[entry.id or ""] = entry.value
            elif isinstance(entry, Select):
                held[entry.id or ""] = "" if entry.value is Select.NULL else str(entry.value)
        return held

    async def fill(self, values: Mapping[str, str]) -> None:
        """Put values into the fields, by their keys; other fields stay as they are."""
        self._held.update({**self.values, **values})
        with self.prevent(Input.Changed, Select.Changed):
            for entry in self.query(".entry"):
                held = self._held.get(entry.id or "")
                if isinstance(entry, Input) and held is not None:
                    entry.value = held
                elif isinstance(entry, Select) and held is not None:
                    entry.value = self._held.task if entry.id == TASK else held
        self._tell_groups()
        await self._choose()

    def show_error(self, text: str) -> None:
        """Say what is wrong, until something is changed; the run can be ordered again."""
        self._ordered, self._wrong = False, self.values
        self._refuse(text)

    def refuse_start(self, reason: str) -> None:
        """Show, whole, why the run that was ordered here could not be started; the fields stay as they were."""
        self.show_error(reason)

    def on_screen_resume(self) -> None:
        """Take an order again: the run that was started from here has been left."""
        self._ordered = False

    async def _choose(self) -> None:
        """Bring the task's own options in."""
        name, family = self._chosen_task(), None
        self.query_one("#own").display = self._held.is_own
        options = self.query_one("#options", Vertical)
        self._no_task = NO_PATH
        try:
            family = catalogue.find(name) if name else None
        except InputError as error:
            self._no_task = str(error)
        if family is not self._family or family is None:
            self._family = family
            await options.remove_children()
        if family is not None and not options.children:
            fields = option_fields(family)
            self._hints = hints([*fields, *FIELDS]) | {TASK: family.summary}
            await options.mount_all(widget for field in fields for widget in self._rows.of(field))
        self._settle()

    def _chosen_task(self) -> str:
        """Return the name or the path of the task, empty where none is typed yet."""
        self._held.update(self.values)
        return self._held.task_name

    async def on_group_line_toggled(self, message: GroupLine.Toggled) -> None:
        """Open a group, or close it; its fields are made when it is first opened."""
        message.stop()
        place = self.query_one(f"#fields-{message.key}", Vertical)
        self._held.update(self.values)
        self._held.toggle(message.key)
        if not place.children:
            fields = next(fields for group, fields in GROUP_FIELDS if group.name == message.key)
            await place.mount_all(widget for field in fields for widget in self._rows.of(field))
        self._tell_groups()

    def _tell_groups(self) -> None:
        values = self.values
        for group, fields in GROUP_FIELDS:
            opened = group.name in self._held.opened
            self.query_one(f"#group-{group.name}", GroupLine).tell(opened=opened, fields=fields, values=values)
            self.query_one(f"#fields-{group.name}").display = opened

    async def on_select_changed(self, message: Select.Changed) -> None:
        """Follow a choice."""
        message.stop()
        if message.select.id == PROFILE:
            await self.fill(profile_values(str(message.value)))
        elif message.select.id == TASK:
            await self._choose()
        self._settle()

    async def on_input_changed(self, message: Input.Changed) -> None:
        """Follow what is typed."""
        message.stop()
        if message.input.id == OWN:
            await self._choose()
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
        elif isinstance(widget, GroupLine):
            words = "Enter opens these options, and closes them."
        self._tell(words, "quiet")

    def _tell(self, words: str, role: str) -> None:
        most = None if self._refused else 2  # an error is shown whole
        rows = [(one, role) for one in wrapped(words, max(20, self.size.width - 2), most) if one]
        if self._missing and not self._refused:
            rows.insert(0, (f"⚠ {self._missing}", "warn"))
        self._word.styles.height = max(2, len(rows))
        self._word.show([line((f" {one}", style)) for one, style in rows])

    def action_plan(self) -> None:
        """Ask for the plan screen, with what is known of this run."""
        self.opener.plan(plan_values(self.values, self._prepared))

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
        self._tell_groups()
        name = self._chosen_task()
        if self._family is None:
            self._refuse(self._no_task)
            return
        try:
            order = read_order(name, self._family, self.values)
        except InputError as error:
            self._refuse(str(error))
            return
        self.run_worker(
            partial(self._prepare, order, self._family, start=start), thread=True, exclusive=True, group="prepare"
        )

    def _prepare(self, order: RunOrder, family: type[AnyTask], *, start: bool) -> None:
        try:
            prepared = prepare(order, family)
        except MakerError as error:
            self.post_message(self._Refused(str(error)))
            return
        self.post_message(self._Prepared(prepared, start=start))
        if not start and not get_current_worker().is_cancelled:  # it is when another order came meanwhile
            self.post_message(self._Measured(prepared, self._speed(prepared)))

    def on_new_run__prepared(self, message: _Prepared) -> None:
        """Show the forecast; go, if that was asked for."""
        self._prepared = message.prepared
        self._missing = message.missing
        self._hints["model"] = message.model_words or hints(FIRST_FIELDS)["model"]
        if self._wrong != self.values:  # what was wrong with these is still to be read
            self._wrong = None
            self._refused = False
            self._hint(self.focused)
        self._forecast.show_forecast(message.prepared.forecast, message.prepared.order.target)
        self._forecast.show_table(message.prepared.forecasts())
        if message.start and self._missing:  # LiteLLM would say the same, some seconds later
            self._refuse(f"{self._missing}: set it in the environment before maker starts, or choose another model")
        elif message.start and not self._ordered:
            self._ordered = True
            self._tell(f"starting {message.prepared.task.title}, {message.prepared.task.label} …", "strong")
            self.post_message(self.Ordered(message.prepared, self.values))

    def on_new_run__refused(self, message: _Refused) -> None:
        """Show what is wrong."""
        self._refuse(message.reason)

    def on_new_run__measured(self, message: _Measured) -> None:
        """Show how long the run will take on this machine."""
        self._forecast.show_speed(message.prepared.forecast, message.speed)

    def _refuse(self, reason: str) -> None:
        self._refused = True
        self._forecast.show_forecast(None)
        self._tell(f"✖ {one_line(reason)}", "bad")
