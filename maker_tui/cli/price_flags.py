"""The flags that say what models cost, and which of them may answer."""

from __future__ import annotations

import argparse

from maker_engine.options.table import BY_NAME
from maker_tui.cli.option_flags import verbatim


def add_prices(parser: argparse._ActionsContainer) -> None:
    """Add the flags."""
    price, accepted = BY_NAME["prices"], BY_NAME["accept_models"]
    for option, name in ((price, "price"), (accepted, "accept_models")):
        parser.add_argument(
            option.flag, dest=name, action="append", default=[], metavar=option.kind.metavar, help=verbatim(option.help)
        )
