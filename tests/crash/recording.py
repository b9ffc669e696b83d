"""Records what SQLite does to the disk below a real journal; for a child process only.

Two copies of SQLite in one process break each other's locks, so here everything goes through APSW's: the standard
library's `sqlite3.connect` is replaced by an adapter with the few methods that are used.
"""

from __future__ import annotations

import os
import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias

import apsw

from tests.crash.child import ALL_JOBS, report_acknowledged

Op: TypeAlias = tuple[Any, ...]
"""What was done: its name, the file's, and its arguments."""
NAME, BELOW = "recording", "unix"
WRITE, TRUNCATE, SYNC, CREATE, DELETE, SYNC_NAMES, ACK = (
    "write", "truncate", "sync", "create", "delete", "sync the directory", "ack",
)  # fmt: skip


@dataclass
class Recording:
    """What a child did to the disk.

    Attributes:
        session: Name of the session's file.
        acked: Steps and entries that had been acknowledged then, None for none.
        base: What was there before, all of it durable.
        ops: What was done, in order, acknowledgements between.
    """

    session: str
    base: dict[str, bytes]
    acked: tuple[int, int] | None = None
    ops: list[Op] = field(default_factory=list)

    @property
    def last_acked(self) -> tuple[int, int] | None:
        """Steps and entries that were acknowledged in the end."""
        return next((op[2:] for op in reversed(self.ops) if op[0] == ACK), self.acked)


class Order(NamedTuple):
    """What to record.

    Attributes:
        job: Name of what the child does.
        path: The session.
        result: Where the recording goes.
        pages: Pages of log after which SQLite takes it into the file, 0 for its own number.
        flushes: The process is gone after so many, its files left as they are; 0 for never.
    """

    job: str
    path: Path
    result: Path
    pages: int = 0
    flushes: int = 0


def record(order: Order) -> None:
    """Do a job and write down what it does to the disk."""
    recording = Recording(order.path.name, on_disk(order.path))
    ops = recording.ops
    disk = _Disk(NAME, ops)

    def connect(path: object, **named: Any) -> _Connection:
        return _Connection(str(path), order.pages, uri=bool(named.get("uri")))

    def acknowledged(journal: Any) -> None:
        ops.append((ACK, "", *journal.position))
        if order.flushes and sum(op[0] == ACK for op in ops) >= order.flushes:
            order.result.write_bytes(pickle.dumps(recording))
            os._exit(0)

    sqlite3.connect = connect
    report_acknowledged(acknowledged)
    ALL_JOBS[order.job].act(order.path)
    order.result.write_bytes(pickle.dumps(recording))
    disk.unregister()


def on_disk(path: Path) -> dict[str, bytes]:
    """The files of a session, by name; the log's index is not among them, since a reboot takes it."""
    names = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-journal")]
    return {one.name: one.read_bytes() for one in names if one.exists()}


class _Disk(apsw.VFS):
    def __init__(self, name: str, ops: list[Op]) -> None:
        self._ops = ops
        super().__init__(name, BELOW)

    def xOpen(self, name: Any, flags: list[int]) -> _File:  # noqa: N802 - SQLite's name
        path = Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
        if not path.exists():
            self._ops.append((CREATE, path.name))
        elif path.stat().st_size == 0 and not any(op[1] == path.name for op in self._ops):
            self._ops += [(CREATE, path.name), (SYNC, path.name)]  # made before SQLite, and durable
        return _File(path, name, flags, self._ops)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        super().xDelete(filename, syncdir)
        self._ops.append((DELETE, Path(filename).name))
        if syncdir:
            self._ops.append((SYNC_NAMES, Path(filename).name))


class _File(apsw.VFSFile):
    def __init__(self, path: Path, name: Any, flags: list[int], ops: list[Op]) -> None:
        self._name, self._ops = path.name, ops
        super().__init__(BELOW, name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        self._ops.append((WRITE, self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        self._ops.append((TRUNCATE, self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        super().xSync(flags)
        self._ops.append((SYNC, self._name))


class _Rows(list[Any]):
    """What a query gave, as a cursor gives it."""

    def fetchall(self) -> list[Any]:
        return self

    def fetchone(self) -> Any:
        return self[0] if self else None


class _Connection:
    """An APSW connection with the face of the standard library's."""

    def __init__(self, path: str, pages: int, *, uri: bool) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | (apsw.SQLITE_OPEN_URI if uri else 0)
        with _translated():
            self._connection = apsw.Connection(path, flags=flags, vfs=NAME)
            if pages:
                self._connection.wal_autocheckpoint(pages)

    def execute(self, sql: str, values: Iterable[Any] = ()) -> _Rows:
        with _translated():
            return _Rows(self._connection.execute(sql, tuple(values)))

    def executemany(self, sql: str, rows: Iterable[Iterable[Any]]) -> None:
        with _translated():
            self._connection.executemany(sql, [tuple(row) for row in rows])

    executescript = execute

    def close(self) -> None:
        with suppress(
            apsw.IOError
        ):  # a read-only file cannot be locked to be tidied up, which SQLite takes in its stride
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._connection.in_transaction:
            self.execute("COMMIT" if kind is None else "ROLLBACK")


@contextmanager
def _translated() -> Iterator[None]:
    """Raise the standard library's error for APSW's."""
    try:
        yield
    except apsw.Error as error:
        translated = sqlite3.OperationalError(str(error))
        translated.sqlite_errorcode = getattr(error, "extendedresult", 0)
        raise translated from error
