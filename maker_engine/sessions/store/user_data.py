"""Where a user's data lies: the library of sessions, and what belongs to this installation."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

from maker_engine.input_files import path_of

FOLDER = "sessions"
"""Of the user's own library, under `home()`."""


def home() -> Path:
    """Return the directory that sessions live under: `MAKER_HOME`, or the user data directory.

    Raises:
        InputError: The variable names no path.
    """
    given = os.environ.get("MAKER_HOME")
    return path_of(given) if given else user_data_path("maker", appauthor=False)


def library() -> Path:
    """Return the directory of the user's own library."""
    return home() / FOLDER
