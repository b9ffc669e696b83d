"""The rows of the new-run form: the task, what it is solved with, and the groups of options."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from maker_tui.runs.form_values import OWN_TASK, FormValues
from maker_tui.runs.order_form import FIRST_FIELDS, GROUP_FIELDS, OWN, PROBLEM, TASK, Field
from maker_tui.widgets.completing import ModelSuggester, PathSuggester
from maker_tui.widgets.option_rows import GroupLine, row

PROFILE = "profile"
_PATHS = ("problem", OWN, "session")
"""Fields that hold a path."""


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
