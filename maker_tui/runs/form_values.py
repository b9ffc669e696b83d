"""What the new-run form holds while it is open, and where that comes from: settings, a profile, an earlier run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress

from maker_engine import catalogue
from maker_engine.core.errors import InputError
from maker_engine.options.table import OPTIONS
from maker_tui.runs.order_form import OWN, TASK, text_of, texts_of
from maker_tui.settings.run_defaults import PROFILE_VARIABLE, load_defaults, with_defaults

OWN_TASK = ":own"
"""The choice of a task by its path; no installed task can be called so."""
FIRST = "hanoi"
"""The form opens on the target to calibrate on, where it is installed."""
TROUBLE = "trouble"
"""Where the reason is kept that the settings were not used."""


def usual_values(profile: str | None = None) -> dict[str, str]:
    """Return what the fields hold by the settings, with a profile of theirs; all defaults where they cannot be used."""
    defaults = {option.name: text_of(option, option.default) for option in OPTIONS}
    try:
        return {**defaults, **texts_of(with_defaults({}, profile, attended=True))}
    except InputError as error:
        return {**defaults, TROUBLE: str(error)}


def profile_values(profile: str) -> dict[str, str]:
    """Return what the fields of all options hold by a profile; by the other settings where it is empty."""
    return {name: value for name, value in usual_values(profile).items() if name != TROUBLE}


class FormValues:
    """The values of all fields by their keys, mounted or not.

    Attributes:
        opened: The groups that are open, by name.
        profile: The profile that the fields were filled from at first, empty for none.
        profiles: The profiles there are, the empty one first.
        trouble: Why the settings were not used, empty where they were.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.opened: set[str] = set()
        self._values = dict(values)
        self.trouble = self._values.pop(TROUBLE, "")
        self.profiles: list[str] = [""]
        with suppress(InputError):  # it is said already
            self.profiles += load_defaults().profiles
        named = os.environ.get(PROFILE_VARIABLE, "").strip()
        self.profile = named if named in self.profiles else ""
        self._adopt_task()

    def _adopt_task(self) -> None:
        names = catalogue.names()
        name = self._values.get(TASK) or (FIRST if FIRST in names else next(iter(names), OWN_TASK))
        if name not in names and name != OWN_TASK:
            self._values[OWN] = name
            name = OWN_TASK
        self._values[TASK] = name

    def update(self, values: Mapping[str, str]) -> None:
        """Take values over."""
        self._values.update(values)
        self._adopt_task()

    def get(self, key: str) -> str | None:
        """Return what a field holds, None where no one has filled it yet."""
        return self._values.get(key)

    def all(self) -> dict[str, str]:
        """Return what every field holds."""
        return dict(self._values)

    def toggle(self, group: str) -> None:
        """Open a group, or close it."""
        self.opened ^= {group}

    @property
    def task(self) -> str:
        """The choice among the installed tasks, `OWN_TASK` for another."""
        return self._values[TASK]

    @property
    def is_own(self) -> bool:
        """True where the task is named by a path."""
        return self.task == OWN_TASK

    @property
    def task_name(self) -> str:
        """The name or path of the task, empty where none is typed yet."""
        return self._values.get(OWN, "").strip() if self.is_own else self.task
