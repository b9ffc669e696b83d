"""The flag that says what happens to a step whose samples are all flagged, for every command that drives a run."""

from __future__ import annotations

import argparse

from maker_engine.core.hopeless import POLICIES
from maker_engine.options.table import BY_NAME
from maker_tui.cli.option_flags import refuse_unattended, verbatim


def add_hopeless(group: argparse._ActionsContainer) -> None:
    """Add the flag."""
    group.add_argument("--hopeless", choices=POLICIES, help=verbatim(BY_NAME["hopeless"].full_help))


def refuse_unattended_hold(arguments: argparse.Namespace) -> None:
    """Refuse to hold a run that nobody attends.

    Raises:
        InputError: It is headless, and to be held.
    """
    if arguments.headless or arguments.json:
        refuse_unattended({"hopeless": arguments.hopeless})
