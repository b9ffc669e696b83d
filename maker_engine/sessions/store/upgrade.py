"""Brings session files of older formats up to date: a new file is written beside the old one, then takes its place.

1 → 2   links cover flags and counts; branches have records of their own; what is outside the chain has digests;
        the order and the dictionary are there twice
2 → 3   the rows of a packed step begin with a tag; samples have a time; a snapshot says when it was taken
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from maker_engine.core.errors import MakerError, SessionBusyError, SessionError
from maker_engine.input_files import exists
from maker_engine.sessions.store import chain, schema, storage
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.commit import write_branch, write_state, write_votes
from maker_engine.sessions.store.compression import Compressor, decompress
from maker_engine.sessions.store.lock import WriterLock
from maker_engine.sessions.store.packing import dense, open_packed, repacked
from maker_engine.sessions.store.second import LAST_ROW, copy_second, pages

SUFFIX = ".new"
_PATIENCE_MS = 500
_HEADER, _PAGE_BYTES = 100, 4096
"""Bytes of a SQLite file's header, in which its owner's mark is, and of its first page, which holds no table yet."""


def bring_up(path: Path) -> bool:
    """Bring a file of an older format up to the present one; True when there was something to do.

    The old file is not changed before the new one is complete and durable.

    Raises:
        SessionError: It cannot be read, or the new file cannot be written.
    """
    if _format(path) == schema.FORMAT:
        return False
    path = path.resolve()  # a link must still lead there
    if not os.access(path.parent, os.W_OK):
        raise SessionError(f"session {path} has an older format, and cannot be brought up there: open a copy of it")
    with WriterLock(path):
        if (version := _format(path)) == schema.FORMAT:
            return False  # someone else has done it meanwhile
        twin = path.with_name(path.name + SUFFIX)
        if exists(twin) and not _is_cut_off(twin):
            raise SessionError(f"{twin} is where session {path} is to be brought up to date: move it elsewhere first")
        storage.remove(twin)
        try:
            with storage.reported(path), closing(sqlite3.connect(path, isolation_level=None)) as old:
                with closing(storage.create(twin)) as new:
                    _copy(version, old, new, path)
                _take_log_in(old, path)
        except BaseException:
            storage.remove(twin)
            raise
        twin.replace(path)
    return True


def _copy(version: int, old: sqlite3.Connection, new: sqlite3.Connection, path: Path) -> None:
    """Copy a file of an older format.

    Raises:
        SessionError: It is damaged.
        sqlite3.Error: It cannot be read, or the new file cannot be written.
    """
    try:
        (_copy_first if version == 1 else copy_second)(old, new, path)
    except (MakerError, sqlite3.Error):
        raise
    except Exception as error:  # a stranger's rows may be anything, under links that fit
        raise storage.damaged(path, f"it cannot be brought up to date ({type(error).__name__}: {error})") from error


def _format(path: Path) -> int:
    opened = storage.open_reader(path)
    opened.close()
    return opened.format


def _is_cut_off(twin: Path) -> bool:
    """Return whether a file is what an attempt that was cut off has left, and not a person's own."""
    with twin.open("rb") as file:
        head = file.read(_HEADER)
    marked = head[68:72] == schema.APPLICATION_ID.to_bytes(4)
    return not head or (head.startswith(b"SQLite format 3\0") and (marked or twin.stat().st_size <= _PAGE_BYTES))


def _take_log_in(old: sqlite3.Connection, path: Path) -> None:
    """Leave no log of the old file behind: it would be taken for one of the new file's.

    Raises:
        SessionBusyError: Someone is reading the old file.
    """
    try:
        old.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise SessionBusyError(f"session {path} has an older format and is being read: try again after that") from None


def meta_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the record of a file of format 1, values in JSON."""
    return dict(connection.execute("SELECT k, v FROM meta"))


def _copy_first(old: sqlite3.Connection, new: sqlite3.Connection, _: Path) -> None:
    """Copy a file of format 1, whose links did not cover enough to be checked."""
    meta = {key: str(value) for key, value in meta_of(old).items()}
    if not {"order", "started", "totals"} <= meta.keys():
        raise SessionError("its record is not complete")
    dictionary = next(iter(old.execute("SELECT v FROM blob WHERE h = 'dictionary'")), (None,))[0]
    steps, link, compressor = 0, b"", Compressor(dictionary)
    with new:
        new.execute("BEGIN IMMEDIATE")
        for page in pages(old, 0, LAST_ROW):
            rows = []
            for row, samples, flags, action, state_hash, _, votes in page:
                packed = _densely(decompress(votes, dictionary))
                link = chain.link(link, row, samples, flags, (action, state_hash, packed))
                rows.append((row, samples, flags, action, state_hash, link, compressor.compress(packed)))
            new.executemany("INSERT INTO step VALUES (?,?,?,?,?,?,?,NULL)", rows)
            steps += len(rows)
        for row, state, totals in old.execute("SELECT id, state, totals FROM snap"):
            write_state(new, (row, state, totals, None))
        votes = [(row, _densely(body), None) for row, body in old.execute("SELECT id, body FROM vote")]
        write_votes(new, votes)
        meta["open"] = str(len(votes))
        new.executemany("INSERT INTO meta VALUES (0,?,?)", meta.items())
        twice = [(f"{key}/0", meta[key].encode()) for key in ("order", "started")]
        if dictionary is not None:
            new.execute("INSERT INTO blob VALUES (?,?)", (schema.DICTIONARY, dictionary))
            twice.append((schema.DICTIONARY, dictionary))
        new.executemany("INSERT INTO spare (k, v) VALUES (?,?)", twice)
        write_branch(new, Branch(0, None, 0, int(meta.get("created", "0")), steps, link), meta.items())


def _densely(packed: bytes) -> bytes:
    """Make the answers of a packed step dense, which were JSON before."""
    step = open_packed(packed)
    return repacked(step._replace(answers=[dense(json.loads(answer)) for answer in step.answers]))
