"""The flag that says what happens to a step whose samples are all flagged, for every command that drives a run."""

from __future__ import annotations

import argparse

from maker_engine.core.errors import InputError
from maker_engine.core.hopeless import HOLD, POLICIES


def add_hopeless(group: argparse._ActionsContainer) -> None:
    """Add the flag."""
    group.add_argument(
        "--hopeless",
        choices=POLICIES,
        help="where a dozen samples of a step in a row are flagged: hold (default in the app), stop (default without"
        " it), or warm: first a higher temperature, then a reminder of the form",
    )


def refuse_unattended_hold(arguments: argparse.Namespace) -> None:
    """Refuse to hold a run that nobody attends.

    Raises:
        InputError: It is headless, and to be held.
    """
    if (arguments.headless or arguments.json) and arguments.hopeless == HOLD:
        raise InputError("--hopeless hold needs a person: leave --headless out, or name stop or warm")
