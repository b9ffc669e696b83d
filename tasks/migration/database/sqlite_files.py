"""Files of SQLite as files: how one is to be opened, whether two are equal, and copies of what nobody writes to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_HEADER, _CHUNK = 100, 1 << 20
"""Bytes of a file's header, and those that are compared at once."""


def reading(path: Path) -> str:
    """Return the mode in which a file is opened to be read.

    One in WAL mode can be read in a folder that cannot be written, unless its last pages are in the file beside it.
    """
    log = path.with_name(f"{path.name}-wal")
    closed = not log.exists() or not log.stat().st_size
    return "ro&immutable=1" if closed and not os.access(path.parent, os.W_OK, effective_ids=True) else "ro"


def is_newer(path: Path) -> bool:
    """Return whether a file says that this SQLite can read or write it no more; opened, it says so too late or not."""
    with path.open("rb") as file:
        header = file.read(20)
    return header.startswith(b"SQLite format 3\0") and max(header[18:20], default=0) > 2


def in_wal(path: Path) -> bool:
    """Return whether the last pages of a file may be in another one.

    No connection to it may be open: closing any handle of a file drops the locks that the process has on it.
    """
    with path.open("rb") as file:
        return file.read(20)[18:19] != b"\x01"


def same_pages(one: Path, other: Path) -> bool:
    """Return whether two files have the same pages; in the header, counters of writes differ by themselves."""
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
    """Return whether a crash has left something beside a file that has still to be put into it, or taken out of it."""
    return any(path.with_name(path.name + end).exists() for end in ("-journal", "-wal"))


def copied(source: Path, target: Path) -> bool:
    """Copy a file that nobody writes to; False where it has to be copied by SQLite."""
    if in_wal(source) or unfinished(source):
        return False
    shutil.copyfile(source, target)
    return True


def flushed(path: Path) -> None:
    """Wait until a file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove(path: Path) -> None:
    """Remove a file, and before it what a killed process left beside it: SQLite would mend the next one by that."""
    for suffix in ("-journal", "-wal", "-shm", ""):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
