"""Rows of the new-run form: a field to type in or to choose from, a line that opens a group, and which there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Blur, Click, Focus, Resize
from textual.message import Message
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Label, Select

from maker_engine.printable import one_line, printable
from maker_tui.runs.form_values import OWN_TASK, FormValues
from maker_tui.runs.order_form import FIRST_FIELDS, GROUP_FIELDS, OWN, PROBLEM, TASK, Field, summary_of
from maker_tui.text.roles import line
from maker_tui.widgets.completing import ModelSuggester, PathSuggester
from maker_tui.widgets.line_view import LineView

PROFILE = "profile"
_PATHS = ("problem", OWN, "session")
"""Fields that hold a path."""


class Choice(Select[str], inherit_bindings=False):
    """A list to choose from; enter is left to the form, and the arrows go from field to field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "show_overlay", "choose", show=False)]


class Entry(Input):
    """A field to type in; tab completes what was typed, where it can, and else moves to the next field.

    What it holds is made printable, since Textual draws it as it is: it may come from anyone's session.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "complete", show=False)]

    _met: str | None = None

    def validate_value(self, value: str) -> str:
        """Make what comes in, by whatever way, printable."""
        return printable(value)

    def on_focus(self, _event: Focus) -> None:
        """Complete nothing that was there before."""
        self._met = self.value

    def action_complete(self) -> None:
        """Take what is suggested, or continue."""
        before = self.value
        if before != self._met and self.cursor_position == len(before):
            self.action_cursor_right()
        if self.value == before:
            self.screen.focus_next()


class GroupLine(LineView, can_focus=True):
    """Represents a group of fields, says what they hold, and opens them with enter.

    Args:
        key: Which group it is.
        title: What it is called.
    """

    DEFAULT_CSS = """
    GroupLine { height: 1; }
    GroupLine:focus { background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space,right,left", "open_group", "open", show=False)]

    class Toggled(Message):
        """The group is to be opened, or closed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, key: str, title: str) -> None:
        super().__init__(id=f"group-{key}")
        self.key = key
        self._title = title
        self._opened = False
        self._held: tuple[Sequence[str], Sequence[str]] = ((), ())

    def tell(self, *, opened: bool, fields: Sequence[Field], values: Mapping[str, str]) -> None:
        """Show whether the group is open, what in it differs from the defaults, and what it holds else."""
        self._opened, self._held = opened, summary_of(fields, values)
        self._lay_out()

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def on_focus(self, _event: Focus) -> None:
        """Look as a row in focus."""
        self._lay_out()

    def on_blur(self, _event: Blur) -> None:
        """Look as any row."""
        self._lay_out()

    def _lay_out(self) -> None:
        mark = "▾" if self._opened else "▸"
        changed, usual = self._held
        shown: list[str | tuple[str, str]] = [(f"{mark} ", "key"), (self._title, "key" if self.has_focus else "label")]
        if not self._opened:
            shown += [("  ", ""), (", ".join(map(one_line, changed)), "strong")]
            rest = ", ".join(map(one_line, usual))
            shown.append((f"{', ' if changed and rest else ''}{rest}", "quiet"))
        self.show([line(*shown)])

    def action_open_group(self) -> None:
        """Open the group, or close it."""
        self.post_message(self.Toggled(self.key))

    def on_click(self, event: Click) -> None:
        """As enter does."""
        event.stop()
        self.action_open_group()


def row(field: Field, held: str | None = None, suggester: Suggester | None = None) -> ComposeResult:
    """Make one row of the form: a label and an entry.

    Args:
        field: What it is for.
        held: What it holds, None for its default.
        suggester: What completes it.
    """
    entry: Widget
    value = field.default if held is None else held
    if field.choices:
        known = [chosen for _, chosen in field.choices]
        choices = [(Content(printable(shown)), chosen) for shown, chosen in field.choices]
        chosen = value if value in known else field.default
        entry = Choice(choices, value=chosen, allow_blank=False, compact=True, id=field.key, classes="entry")
    else:
        entry = Entry(
            value, placeholder=printable(field.empty), compact=True, id=field.key, classes="entry", suggester=suggester
        )
        entry.cursor_blink = False  # half a kilobyte a second, for nothing
    yield Horizontal(Label(Content(printable(field.label))), entry, classes="field")


class OrderRows:
    """Makes rows that hold what is known by then.

    Args:
        held: What the fields hold.
        api_base: Returns the server's address that is typed, empty for none: its models complete a model's name.
    """

    def __init__(self, held: FormValues, api_base: Callable[[], str]) -> None:
        self._held = held
        self._api_base = api_base

    def first(self, names: Sequence[str]) -> ComposeResult:
        """Make all rows that are there at first; those of the task and of the groups have places of their own.

        Args:
            names: The installed tasks.
        """
        tasks = (*((name, name) for name in names), ("a file or folder of your own", OWN_TASK))
        yield from row(Field(TASK, "task", "What to solve.", tasks[0][1], tasks), self._held.task)
        with Vertical(id="own", classes="fields"):
            yield from self.of(Field(OWN, "task path", "Python file, or folder, with a task of yours. Tab completes."))
        if len(self._held.profiles) > 1:
            profiles = tuple((name or "none", name) for name in self._held.profiles)
            field = Field(PROFILE, "profile", "Options from the settings file.", "", profiles)
            yield from row(field, self._held.profile)
        yield Vertical(id="options", classes="fields")
        for field in (*PROBLEM, *FIRST_FIELDS):
            yield from self.of(field)
        for group, _ in GROUP_FIELDS:
            yield GroupLine(group.name, group.title)
            yield Vertical(id=f"fields-{group.name}", classes="fields")

    def of(self, field: Field) -> ComposeResult:
        """Make the row of a field."""
        if field.key == "model":
            yield from row(field, self._held.get(field.key), ModelSuggester(self._api_base))
        else:
            suggester = PathSuggester(tasks=field.key == OWN) if field.key in _PATHS else None
            yield from row(field, self._held.get(field.key), suggester)
