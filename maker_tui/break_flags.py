"""The flag that sets breakpoints, on every command that runs something in the app."""

from __future__ import annotations

import argparse

from maker_engine.core.errors import InputError


def add_breaks(group: argparse._ActionsContainer) -> None:
    """Add `--break`."""
    told = "hold at every step of which this comes to hold, several times: dissent, 'flag:length', 'votes>=5'"
    group.add_argument("--break", dest="breaks", action="append", default=[], metavar="FILTER", help=told)


def breaks_of(chosen: argparse.Namespace) -> tuple[str, ...]:
    """Return the breakpoints as they were written.

    Raises:
        InputError: One cannot be read, there are too many, or there is nobody to hold for.
    """
    from maker_engine.core.commands import MOST_BREAKPOINTS  # noqa: PLC0415 - not before there is one
    from maker_engine.core.filters import parse_filter  # noqa: PLC0415 - likewise

    if chosen.breaks and (chosen.headless or chosen.json):
        raise InputError("--break needs a person: leave --headless out, or the breakpoints")
    if (many := len(chosen.breaks)) > MOST_BREAKPOINTS:
        raise InputError(f"--break can be given {MOST_BREAKPOINTS} times, got {many}: join some of them by `or`")
    for text in chosen.breaks:
        parse_filter(text)
    return tuple(chosen.breaks)
