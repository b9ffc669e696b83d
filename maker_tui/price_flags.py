"""The flags that say what models cost, and which of them may answer."""

from __future__ import annotations

import argparse

FORM = "IN,OUT[,CACHED,WRITE]"


def add_prices(parser: argparse._ActionsContainer) -> None:
    """Add the flags."""
    parser.add_argument(
        "--price", action="append", default=[], metavar=FORM,
        help=f"what the model costs, in dollars per million tokens; of several, MODEL={FORM} for each (default: the "
             "settings file's [prices], then list prices)",
    )  # fmt: skip
    parser.add_argument(
        "--accept-model", dest="accept_models", action="append", default=[], metavar="NAME",
        help="a model that may answer in place of the one asked, or any; others stop the run (several times)",
    )  # fmt: skip
