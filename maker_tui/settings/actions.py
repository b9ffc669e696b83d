"""Every action that has a key, found by looking through the screens and panes there are."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from maker_engine.core.errors import InputError
from maker_tui.settings.keymap import Keymap, NamedKeys, bindings_of


class Action(NamedTuple):
    """Something that has a key.

    Attributes:
        keys: Its usual ones, comma-separated.
        help_text: What it does.
    """

    keys: str
    help_text: str


def all_actions() -> dict[str, Action]:
    """Return every action by its name, those that belong together one after the other."""
    actions: dict[str, Action] = {}
    for owner in sorted(_owners(), key=lambda one: one.__name__):
        for binding in bindings_of(owner):
            name = str(binding.id)
            before = actions.get(name, Action("", binding.tooltip or binding.description))
            keys = dict.fromkeys([*filter(None, before.keys.split(",")), *binding.key.split(",")])
            actions[name] = before._replace(keys=",".join(keys))
    return dict(sorted(actions.items()))


def check(keymap: Keymap) -> None:
    """Make sure that a user's keys name actions that exist, and that none takes the key of another.

    Raises:
        InputError: One does not exist, or two would have the same key in the same place.
    """
    actions = all_actions()
    for name in keymap:
        if name not in actions:
            near = get_close_matches(name, actions, 1)
            mend = f"did you mean {near[0]}?" if near else "maker config init writes a file with all of them"
            raise InputError(f"no action is called {name}: {mend}")
    changed = {
        name: keys for name, keys in keymap.items() if set(keys.split(",")) != set(actions[name].keys.split(","))
    }
    for chain in _chains():
        _check_chain(chain, changed)


def _check_chain(chain: list[Binding], changed: Keymap) -> None:
    """Look for clashes among bindings that are in force together; those of the usual keys are meant."""
    taken: dict[str, Binding] = {}
    for binding in sorted(chain, key=lambda one: one.id in changed):
        name = str(binding.id)
        for key in changed.get(name, binding.key).split(","):
            other = taken.setdefault(key, binding)
            if other.action != binding.action and other.id != name and (name in changed or other.id in changed):
                raise InputError(f"{name} and {other.id} both have the key {key}: give one of them another")


def _chains() -> Iterator[list[Binding]]:
    owners = _owners()
    app = [binding for owner in owners if issubclass(owner, App) for binding in bindings_of(owner)]
    for owner in owners:
        if issubclass(owner, Screen):
            around = [*bindings_of(owner), *app]
            beside = [bindings_of(widget) for _, widget in getattr(owner, "HELP_OF", ())] or [[]]
            yield from ([*bindings, *around] for bindings in beside)


def _owners() -> set[type[NamedKeys]]:
    """Find all classes with keys; their modules are imported first."""
    for folder in ("maker_tui.screens", "maker_tui.widgets"):
        for module in pkgutil.iter_modules(importlib.import_module(folder).__path__, f"{folder}."):
            importlib.import_module(module.name)
    importlib.import_module("maker_tui.app")
    found: set[type[NamedKeys]] = set()
    coming = [NamedKeys]
    while coming:
        below = [one for one in coming.pop().__subclasses__() if one.__module__.startswith("maker_tui.")]
        found.update(below)
        coming += below
    return found
