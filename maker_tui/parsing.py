"""The command line's parser."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NoReturn

from maker_engine.output import complain, say_text

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line that names the mend, and leaves with status 2."""

    def error(self, message: str) -> NoReturn:
        """Report a wrong flag."""
        complain(f"{message} (see {self.prog} --help)")
        raise SystemExit(2)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:  # noqa: ARG002 - argparse's own name
        """Print help and versions through the gate: a stranger's task writes some of it."""
        if message:
            say_text(message)


def add_no_preflight(group: argparse._ActionsContainer) -> None:
    """Add the flag that leaves the check of the model out."""
    told = "do not check a real model by two or three calls before the first step (default: it is checked)"
    group.add_argument("--no-preflight", dest="preflight", action="store_false", help=told)
