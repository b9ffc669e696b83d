"""Keys by the name of what they do: every binding has one, so that every key can be changed in the configuration.

A name is where the key works and what it does, as the help screen writes it: `workbench.pause`, `pane.page-down`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, _character_to_key, key_to_character

from maker_engine.core.errors import InputError
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from textual.app import App

Keymap = Mapping[str, str]
"""Names of actions to the keys that do them, comma-separated and as Textual writes them."""

MODIFIERS = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
_NAMES = {*KEY_NAME_REPLACEMENTS.values(), *(key.value.rpartition("+")[2] for key in Keys)}


class NamedKeys:
    """Names the bindings of every class derived from it. It comes before Textual's class, which collects them."""

    KEY_SCOPE: ClassVar[str] = ""
    """The first half of the names, empty for the class's own name."""
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init_subclass__(cls, **keywords: Any) -> None:
        scope = cls.KEY_SCOPE or re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
        if "BINDINGS" in vars(cls):
            cls.BINDINGS = [
                replace(one, id=one.id or f"{scope}.{_slug(one.description)}") if isinstance(one, Binding) else one
                for one in cls.BINDINGS
            ]
        super().__init_subclass__(**keywords)


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def take_actions(owner: NamedKeys, *parts: object) -> None:
    """Have keys of `owner` done by its parts: their `action_` methods become its own, as Textual looks them up.

    What its class does itself stays its own.
    """
    for part in parts:
        for name in vars(type(part)):
            if name.startswith("action_") and not hasattr(type(owner), name):
                setattr(owner, name, getattr(part, name))


def bindings_of(owner: type) -> list[Binding]:
    """Return the bindings that a class has of its own or from its bases, as far as they have names."""
    found: list[Binding] = []
    for each in owner.__mro__:
        found += [one for one in vars(each).get("BINDINGS", ()) if isinstance(one, Binding) and one.id is not None]
        if vars(each).get("_inherit_bindings") is False:  # it has no others, as Textual sees it
            break
    return found


def active_bindings(bindings: Iterable[BindingType], app: App[Any]) -> list[Binding]:
    """Return bindings with the keys that the user has given them."""
    keymap: Keymap = app._keymap  # noqa: SLF001 - Textual keeps it, and shows it to no one
    given = [one for one in bindings if isinstance(one, Binding)]
    return [
        replace(one, key=keymap[one.id], key_display=None) if one.id is not None and one.id in keymap else one
        for one in given
    ]


def read_keys(name: str, given: object) -> str:
    """Read the keys of one action.

    Args:
        name: The action, for the error.
        given: A string of keys with commas between them, or a list of keys.

    Raises:
        InputError: It is neither, or one of them is no key.
    """
    if isinstance(given, str):
        parts = [given] if given == "," else given.split(",")
    elif isinstance(given, list) and all(isinstance(part, str) for part in given):
        parts = given
    else:
        raise InputError(
            f'the keys of {name} must be text such as "space" or a list of such, got {_shown_value(given)}'
        )
    keys = [_key(name, part) for part in parts]
    if not keys:
        raise InputError(f"{name} is given no key: name one, or leave its line out for the usual one")
    return ",".join(dict.fromkeys(keys))


def _key(name: str, written: str) -> str:
    part = written.strip() or written
    *modifiers, base = part.split("+") if len(part) > 1 else [part]
    base = _character_to_key(base) if len(base) == 1 else base
    if (base not in _NAMES and key_to_character(base) is None) or not MODIFIERS.issuperset(modifiers):
        raise InputError(
            f"{name}: {_shown_value(written)} is not a key: write a character, a name such as space, escape, pageup or"
            f" f2, or one of these after ctrl+, alt+ or shift+"
        )
    return "+".join([*modifiers, base])


def _shown_value(value: object) -> str:
    return one_line(repr(value), 60)
