"""One writer a session: a lock on a file beside it, held as long as the process lives, freed by kill -9 too."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from maker_engine.core.errors import SessionBusyError, SessionError

try:
    import fcntl
except ImportError as missing:
    raise ImportError("sessions are kept on Linux and macOS only (no fcntl here): on Windows, use WSL") from missing

SUFFIX = ".lock"
LOOKS, LOOK_S = 100, 0.001
"""How often, and how long, a writer lets someone pass who only asks whether there is one."""


class WriterLock:
    """The right to write one session; a context manager. Acquired at once, or not at all.

    The lock is on a file of its own: closing any handle of a database drops the locks SQLite has on it.

    Raises:
        SessionBusyError: Another process, or another run of this one, is writing the session.
        SessionError: The directory cannot be written.
    """

    def __init__(self, session: Path) -> None:
        self.path = _beside(session)
        looks = LOOKS
        while True:
            try:
                handle = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except OSError as error:
                message = f"session {session} cannot be written ({error.strerror}): it can only be viewed there"
                raise SessionError(message) from None
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if looks and _is_read_only(handle):
                    os.close(handle)
                    looks -= 1
                    time.sleep(LOOK_S)
                    continue
                holder = os.read(handle, 20).decode(errors="replace").strip() or "?"
                os.close(handle)
                raise SessionBusyError(
                    f"session {session} is being written by process {holder}: look at it meanwhile, or stop that one"
                ) from None
            if not _is_lock(handle):
                os.close(handle)
                raise SessionError(f"{self.path} is not maker's lock: move it elsewhere to write session {session}")
            if _is_at(handle, self.path):  # whoever held it before has not just removed the file
                break
            os.close(handle)
        with suppress(OSError):  # no room for so much as a number: it only shows others whom they wait for
            os.ftruncate(handle, 0)
            os.pwrite(handle, b"%d" % os.getpid(), 0)
        self._handle: int | None = handle

    def release(self) -> None:
        """Give the right back."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            if _is_at(handle, self.path):  # if ours was removed, what is there is another writer's
                with suppress(OSError):
                    self.path.unlink()
            os.close(handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def writer_of(session: Path) -> int | None:
    """Return the process that is writing a session, None when no one is."""
    try:
        handle = os.open(_beside(session), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        content = os.read(handle, 20).decode(errors="replace").strip()
        return int(content) if content.isdecimal() else 0
    else:
        return None
    finally:
        os.close(handle)


def _beside(session: Path) -> Path:
    """Return the lock's own file; one file, whatever links lead to the session."""
    real = session.resolve()
    return real.with_name(real.name + SUFFIX)


def _is_read_only(handle: int) -> bool:
    """Return whether it is only someone in `writer_of` who holds the lock, for a moment."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_lock(handle: int) -> bool:
    """Return whether a file has nothing in it, or a writer's number: it is emptied, and removed at the end."""
    content = os.pread(handle, 64, 0).strip()
    return not content or content.isdigit()


def _is_at(handle: int, path: Path) -> bool:
    try:
        there = path.stat()
    except OSError:
        return False
    mine = os.fstat(handle)
    return (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino)
