"""Problems from files: a problem file of the task's, or a saved session, whose problem is taken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError, MakerError
from maker_engine.input_files import read_named

LARGEST_PROBLEM = 16 * 1024 * 1024
SESSION = ".maker"
"""How the name of a session file ends."""


def read_problem(path: Path) -> str:
    """Read a problem file, or the problem of a session.

    Raises:
        InputError: It is not there, not text, larger than 16 MiB, or a session that cannot be read.
    """
    if path.suffix != SESSION:
        return read_named(path, "problem file", LARGEST_PROBLEM)
    source = order_in(path).get("source")
    if not isinstance(source, str):
        raise InputError(f"session {path} keeps no problem")
    return source


def order_in(path: Path) -> Mapping[str, Any]:
    """Return the order of a session, as it keeps it; no code of its task is run.

    Raises:
        InputError: It cannot be read.
    """
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - few problems lie in sessions
    from maker_engine.sessions.store.upgrade import bring_up  # noqa: PLC0415 - start-up

    try:
        bring_up(path)
        with Reader(path) as reader:
            order: Mapping[str, Any] = reader.meta()["order"]
    except MakerError as error:
        raise InputError(str(error)) from None
    return order
