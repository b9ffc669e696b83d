"""Files of SQLite as files: whether one was written to, whether two are equal, copies, and whose fault an error is."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

_HEADER, _CHUNK = 100, 1 << 20
"""Bytes of a file's header, and those that are compared at once."""
_OF_THE_FILE = (
    "locked", "readonly", "full", "I/O", "malformed", "not a database", "unable to open", "unsupported file format",
)  # fmt: skip
"""Words of errors that are no fault of a statement."""


def counter_of(path: Path) -> int:
    """Return how often a file has been written to, as its header counts it; −2 in WAL mode, which does not count."""
    with path.open("rb") as file:
        header = file.read(28)
    return int.from_bytes(header[24:28], "big") if header[18:19] == b"\x01" else -2


def same_pages(one: Path, other: Path) -> bool:
    """Tell whether two files have the same pages; in the header, counters of writes differ by themselves."""
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        first.seek(_HEADER)
        second.seek(_HEADER)
        while chunk := first.read(_CHUNK):
            if chunk != second.read(len(chunk)):
                return False
    return True


def unfinished(path: Path) -> bool:
    """Tell whether a crash has left something beside a file that has still to be put into it, or taken out of it."""
    return any(path.with_name(path.name + end).exists() for end in ("-journal", "-wal"))


def copied(source: Path, target: Path) -> bool:
    """Copy a file that nobody writes to; False where it has to be copied by SQLite."""
    if counter_of(source) < 0 or unfinished(source):
        return False
    shutil.copyfile(source, target)
    return True


def flushed(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def failed(path: Path, error: sqlite3.Error, where: str = "") -> EffectError:
    """Return what SQLite says as a fault of the statement, of the file or of who interrupted it."""
    words = str(error)
    kind = "database" if any(part in words for part in _OF_THE_FILE) else "sql"
    if words == "interrupted":
        kind = "state"
    return EffectError(kind, one_line(f"{where or path}: {words}", 300))
