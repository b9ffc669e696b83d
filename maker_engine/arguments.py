"""The command lines of commands that packages add: what is wrong is bad input, said in one line."""

from __future__ import annotations

import argparse
from typing import NoReturn

from maker_engine.core.errors import InputError


class Arguments(argparse.ArgumentParser):
    """Says what is wrong in one line, as bad input."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            InputError: Always.
        """
        raise InputError(f"{message} (see {self.prog} --help)")
