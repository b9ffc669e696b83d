"""Opening session files: as the one writer, or read-only. A file that is not exactly ours is never opened."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from maker_engine.core.errors import EmptySessionError, InputError, SessionError, StorageFullError
from maker_engine.input_files import exists, is_file
from maker_engine.sessions.store import file_system as places, schema
from maker_engine.sessions.store.lock import writer_of

LEAST_ROOM = 64 * 1024
"""Bytes that a log and its index take at least."""
SALVAGE = "maker sessions salvage saves what is sound in it"


class Opened(NamedTuple):
    """A file opened for reading.

    Attributes:
        connection: It reads only.
        format: The file's format.
        copy: Directory of the copy that is read instead, None when the file itself is.
    """

    connection: sqlite3.Connection
    format: int
    copy: tempfile.TemporaryDirectory[str] | None

    def close(self) -> None:
        """Close it, and remove the copy."""
        self.connection.close()
        if self.copy is not None:
            self.copy.cleanup()


def create(path: Path) -> sqlite3.Connection:
    """Make a new file with the layout and nothing in it; return the writer's connection.

    Raises:
        InputError: It exists, or cannot be created there.
        SessionError: It cannot be written.
    """
    make_private(path)
    return lay_out(path)


def lay_out(path: Path) -> sqlite3.Connection:
    """Give an empty file the layout; return the writer's connection. One that cannot be laid out is removed.

    Raises:
        SessionError: It cannot be written.
    """
    connection = None
    try:
        with reported(path):
            connection = connect(path, empty=True)
            connection.executescript(
                f"BEGIN; PRAGMA application_id={schema.APPLICATION_ID}; PRAGMA user_version={schema.FORMAT};"
                f"{schema.SCHEMA} COMMIT;"
            )
    except BaseException:
        abandon(path, connection)
        raise
    return connection


def begin_anew(path: Path) -> sqlite3.Connection:
    """Take a file over that holds no run, as its one writer; what was ordered in it goes.

    Raises:
        SessionError: It cannot be written.
    """
    with reported(path), closing(sqlite3.connect(path)) as connection:
        laid_out = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
    if not laid_out:
        return lay_out(path)
    connection = connect(path)
    try:
        with reported(path):
            tables = [name for name, sql in schema.TABLES.items() if sql.startswith("CREATE TABLE")]
            deletions = "".join(f"DELETE FROM {name};" for name in tables)  # noqa: S608 - names of our own
            connection.executescript(f"BEGIN; {deletions} COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def abandon(path: Path, connection: sqlite3.Connection | None) -> None:
    """Close and remove a file that was just made and is still empty, so that its name is free again."""
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.close()
    remove(path)


def make_private(path: Path) -> None:
    """Make an empty file for its owner alone, before SQLite touches it: its -wal and -shm are then private too.

    Raises:
        InputError: It exists, or cannot be created there.
    """
    make_directory(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # or a power cut takes the whole file, however well its content is written
        finally:
            os.close(directory)
    except FileExistsError:
        raise taken(path) from None
    except OSError as error:
        raise _no_place(path, error) from None


def taken(path: Path) -> InputError:
    """Say that there is something at the place of a new session."""
    return InputError(f"session {path} exists already: name another file")


def make_directory(path: Path) -> None:
    """Make the directory of a new file, for its owner alone.

    Raises:
        InputError: It cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _no_place(path, error) from None


def _no_place(path: Path, error: OSError) -> InputError:
    return InputError(
        f"session {path} cannot be created ({error.strerror}): name another place by --session or MAKER_HOME"
    )


def connect(path: Path, *, empty: bool = False) -> sqlite3.Connection:
    """Open a file as its one writer.

    On a file system that other machines write to as well, SQLite's log would corrupt it: there it does without the
    log, and no one else can read meanwhile.

    Args:
        path: The file.
        empty: Nothing has ever been in it.

    Raises:
        SessionError: It cannot be written.
    """
    with reported(path):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in schema.WRITER_PRAGMAS:  # first: making the log is to be as safe as writing to it
            connection.execute(pragma)
        if places.is_shared(path):
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=DELETE")
        else:
            if empty:  # there is nothing that a journal of making the log could bring back: that saves three syncs
                connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA journal_mode=WAL")
        return connection


def open_reader(path: Path) -> Opened:
    """Open a file for reading.

    Raises:
        SessionError: It is not there, not a session, damaged, or of a newer format.
    """
    if not is_file(path):
        raise SessionError(f"there is no session {path}")
    if not os.access(path, os.R_OK):
        raise SessionError(f"session {path} cannot be read: it belongs to another user")
    try:
        return Opened(*_opened_in_place(path), None)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_ROLLBACK and _rolled_back(path):
            return Opened(*_opened(path, path, "mode=ro"), None)
        if "locked" in str(error):
            raise SessionError(f"session {path} is being written, and cannot be read meanwhile there") from None
        if os.access(path.parent, os.W_OK) and not _no_room(error, path):
            raise damaged(path, error) from None
    try:
        return _open_elsewhere(path)
    except sqlite3.Error as error:
        raise damaged(path, error) from None
    except OSError as error:
        raise SessionError(f"session {path} cannot be read: {error.strerror}") from None


def open_at_rest(path: Path) -> Opened | None:
    """Open a file that no one is writing for one short look: without locks, in half the time.

    None where something lies beside it that belongs to it, or where it cannot be read so: `open_reader` says why. A
    writer who begins meanwhile may spoil the look; they change the file's time, by which it is seen to be old.

    Raises:
        SessionError: As for `open_reader`, as far as it shows here.
    """
    real = path.resolve()
    if any(os.path.lexists(f"{real}{suffix}") for suffix in ("-wal", "-journal")):
        return None
    try:
        return Opened(*_opened(real, path, "immutable=1"), None)
    except sqlite3.Error:
        return None


def _opened_in_place(path: Path) -> tuple[sqlite3.Connection, int]:
    connection, version = _opened(path, path, "mode=ro")
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        # Only a connection that may write removes the log's index again when it is the last to close.
        connection.close()
        connection, version = _opened(path, path, "mode=rw")
    return connection, version


def _rolled_back(path: Path) -> bool:
    """Undo the commit that was cut off on a file system without a log; what had been acknowledged stays."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        return False
    return True


def _open_elsewhere(path: Path) -> Opened:
    """Open a file where nothing can be written: what lies beside it can only be taken in where it can be."""
    path = path.resolve()
    beside = [path.with_name(path.name + suffix) for suffix in ("-wal", "-journal")]
    beside = [one for one in beside if one.exists() and one.stat().st_size]
    if not beside:
        return Opened(*_opened(path, path, "immutable=1"), None)
    copy = tempfile.TemporaryDirectory(prefix="maker-")
    try:
        twin = Path(copy.name) / path.name
        shutil.copyfile(path, twin)
        for one in beside:
            shutil.copyfile(one, twin.with_name(one.name))
        return Opened(*_opened(twin, path, "mode=rw"), copy)
    except BaseException:
        copy.cleanup()
        raise


def _opened(path: Path, named: Path, mode: str) -> tuple[sqlite3.Connection, int]:
    connection = sqlite3.connect(address_of(path, mode), uri=True, check_same_thread=False)
    try:
        version = _format(connection, named)
        for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
            connection.execute(f"PRAGMA {pragma}")
        if version == schema.FORMAT:
            check_layout(connection, named)
    except BaseException:
        connection.close()
        raise
    return connection, version


def address_of(path: Path, mode: str) -> str:
    """Return a file's address for SQLite; a name need not be UTF-8."""
    return f"file:{quote(os.fsencode(path.resolve()))}?{mode}"


def _format(connection: sqlite3.Connection, path: Path) -> int:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if not application and not version and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise empty(path)
    if application != schema.APPLICATION_ID:
        raise SessionError(f"{path} is not a session of maker")
    if version < 1:
        raise damaged(path, f"there is no format {version}")
    if version > schema.FORMAT:
        raise SessionError(f"session {path} has format {version}; update maker to read it")
    return version


def check_layout(connection: sqlite3.Connection, path: Path, tables: Mapping[str, str] = schema.TABLES) -> None:
    """Compare what the file holds with what we make: a trigger or a view in it would change what we read and write.

    Raises:
        SessionError: Something is missing, different or foreign; it is named.
    """
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master"))
    for name, sql in found.items():
        if tables.get(name) != sql:
            raise SessionError(f"session {path} holds {name!r}, which maker does not make so: it is not opened")
    for name in tables.keys() - found.keys():
        raise SessionError(f"session {path} is damaged: its {name} table is missing; {SALVAGE}")


def damaged(path: Path, error: object) -> SessionError:
    """Say that a file is damaged, and what to do."""
    return SessionError(f"session {path} is damaged: {error}; {SALVAGE}")


def empty(path: Path) -> EmptySessionError:
    """Say that there is no run in a file, and what to do."""
    if (writer := writer_of(path)) is not None:
        return EmptySessionError(f"session {path} is just being made by process {writer}: look again in a moment")
    return EmptySessionError(
        f"session {path} is empty: its process ended before there was a run in it; delete it, or begin it anew by the"
        " same maker run with --session and its path"
    )


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn what SQLite raises while writing into an error of ours.

    Raises:
        StorageFullError: The device is full.
        SessionError: Anything else.
    """
    try:
        yield
    except sqlite3.Error as error:
        failure = error
    else:
        return
    if _no_room(failure, path):
        raise StorageFullError(f"session {path} cannot be written: the device is full; free some room on it")
    raise SessionError(f"session {path} cannot be written ({failure}): free space or permissions, then start again")


def _no_room(error: sqlite3.Error, path: Path) -> bool:
    """Return whether it is for want of room; where the log's index cannot grow, SQLite only says that I/O failed."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code != sqlite3.SQLITE_IOERR:
        return code == sqlite3.SQLITE_FULL
    try:
        device = os.statvfs(path.parent)
    except OSError:
        return False
    return device.f_bavail * device.f_frsize < LEAST_ROOM


def remove(path: Path) -> None:
    """Remove a session's file and what lies beside it."""
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def is_empty(path: Path) -> bool:
    """Return whether a file is what a process leaves that ended while it made a session: without a run in it.

    Raises:
        SessionError: It cannot be read, or is no session.
    """
    try:
        opened = open_reader(path)
    except EmptySessionError:
        return True
    try:
        return opened.format == schema.FORMAT and is_bare(opened.connection)
    except sqlite3.Error as error:
        raise damaged(path, error) from None
    finally:
        opened.close()


def is_bare(connection: sqlite3.Connection) -> bool:
    """Return whether there is nothing of a run in a session's file, or no more than what was ordered."""
    if connection.execute("SELECT 1 FROM meta WHERE k = 'started'").fetchone():
        return False
    return not any(connection.execute(f"SELECT 1 FROM {name}").fetchone() for name in ("step", "snap", "vote"))  # noqa: S608 - ours


def is_left_empty(path: Path) -> bool:
    """Return whether a file is there, and there is no run in it; one that cannot be read may have one. Never raises."""
    try:
        return exists(path) and is_empty(path)
    except SessionError:
        return False
