"""Flags of the options of a run, made from the one table of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from maker_engine.core.errors import InputError
from maker_engine.options.kinds import Value
from maker_engine.options.option import RunOption
from maker_engine.options.table import BY_NAME, OPTIONS

_MENDS = {"undecided": "another policy", "hopeless": "stop or warm"}


def add_options(group: argparse._ActionsContainer, options: Iterable[RunOption], default: str = "") -> None:
    """Add a flag for each option; a flag that is not given leaves nothing behind.

    Args:
        group: Where.
        options: Which.
        default: What holds without the flag, empty for the option's own default.
    """
    for option in options:
        text = verbatim(f"{option.help} (default {default})" if default else option.full_help)
        if option.is_switch:
            group.add_argument(
                option.flag, dest=option.name, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS,
                help=text,
            )  # fmt: skip
        else:
            group.add_argument(
                *option.flags, dest=option.name, metavar=option.kind.metavar, default=argparse.SUPPRESS, help=text,
                action="append" if option.kind.several else "store",
            )  # fmt: skip


def given(arguments: argparse.Namespace, options: Iterable[RunOption] = OPTIONS) -> dict[str, Value]:
    """Return the values of those of the options that were given, by their names.

    Raises:
        InputError: One cannot have such a value.
    """
    found = vars(arguments)
    return {option.name: option.value_of(found[option.name]) for option in options if option.name in found}


def refuse_unattended(values: Mapping[str, Value]) -> None:
    """Refuse what needs a person in a run that no one attends.

    Raises:
        InputError: A value does; the text names the flag and the fix.
    """
    for name, value in values.items():
        option = BY_NAME[name]
        if option.needs_person(value):
            shown = "" if option.kind.several else f" {value}"
            mend = f"name {_MENDS[name]}" if name in _MENDS else f"the {name}"
            raise InputError(f"{option.flag}{shown} needs a person: leave --headless out, or {mend}")


def verbatim(text: str) -> str:
    """Keep argparse from taking a per cent sign for one of its own."""
    return text.replace("%", "%%")
