"""The flag that sets breakpoints, on every command that runs something in the app."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from maker_engine.core.errors import InputError
from maker_engine.options.table import BY_NAME


def add_breaks(group: argparse._ActionsContainer) -> None:
    """Add `--break`."""
    option = BY_NAME["breakpoints"]
    group.add_argument(
        option.flag, dest="breaks", action="append", default=[], metavar=option.kind.metavar, help=option.help
    )


def breaks_of(chosen: argparse.Namespace) -> tuple[str, ...]:
    """Return the breakpoints as they were written.

    Raises:
        InputError: One cannot be read, there are too many, or there is no one to hold for.
    """
    if chosen.breaks and (chosen.headless or chosen.json):
        raise InputError("--break needs a person: leave --headless out, or the breakpoints")
    check_number(chosen.breaks)
    return tuple(BY_NAME["breakpoints"].value_of(chosen.breaks))


def check_number(breaks: Sequence[str]) -> None:
    """Refuse more breakpoints than a run can have.

    Raises:
        InputError: There are too many.
    """
    from maker_engine.core.record.commands import MOST_BREAKPOINTS  # noqa: PLC0415 - not before there is one

    if (many := len(breaks)) > MOST_BREAKPOINTS:
        raise InputError(f"--break can be given {MOST_BREAKPOINTS} times, got {many}: join some of them by `or`")
