"""Problems from files: a problem file of the task's, or a saved session, whose problem is taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError, MakerError
from maker_engine.input_files import is_folder, read_named

LARGEST_PROBLEM = 16 * 1024 * 1024
SESSION = ".maker"
"""How the name of a session file ends."""
MOST_FILES = 5_000
FOLDER = "folder"
"""The key of what a folder is read into: {"folder": name, "files": {relative path: text}, "left_out": [path]}."""


def read_problem(path: Path, *, folders: bool = False) -> str:
    """Read a problem file, the problem of a session, or, for tasks that take one, a folder with its files.

    Raises:
        InputError: It is not there, not text, larger than 16 MiB, or a session that cannot be read.
    """
    if folders and is_folder(path):
        return _folder_text(path)
    if path.suffix != SESSION:
        return read_named(path, "problem file", LARGEST_PROBLEM)
    source = order_in(path).get("source")
    if not isinstance(source, str):
        raise InputError(f"session {path} keeps no problem")
    return source


def _folder_text(folder: Path) -> str:
    """Return the files of a folder as JSON; those that are hidden, no text, or links out of it are left out."""
    files: dict[str, str] = {}
    left_out: list[str] = []
    left, root = LARGEST_PROBLEM, folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith((".", "__pycache__")) for part in name.split("/"))
        if hidden or not path.is_file() or not path.resolve().is_relative_to(root):
            continue
        size = path.stat().st_size
        if size > left or len(files) >= MOST_FILES:
            raise InputError(f"folder {folder} has more than {LARGEST_PROBLEM:,} bytes or {MOST_FILES:,} files to read")
        try:
            files[name] = read_named(path, "problem file", left)
        except InputError as error:
            if "is not UTF-8 text" not in str(error):
                raise
            left_out.append(name)
            continue
        left -= size
    return json.dumps({FOLDER: root.name, "files": files, "left_out": left_out}, ensure_ascii=False)


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
