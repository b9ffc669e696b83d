"""The command line's parser."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line that names the mend, and leaves with status 2."""

    def error(self, message: str) -> NoReturn:
        """Report a wrong flag."""
        sys.stderr.write(f"maker: {message} (see {self.prog} --help)\n")
        raise SystemExit(2)


def add_no_preflight(group: argparse._ActionsContainer) -> None:
    """Add the flag that leaves the check of the model out."""
    told = "do not check a real model by two or three calls before the first step"
    group.add_argument("--no-preflight", dest="preflight", action="store_false", help=told)
