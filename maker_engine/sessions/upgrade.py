"""Brings session files of older formats up to date: a new file is written beside the old one, then takes its place.

1 → 2   links cover flags and counts; branches have records of their own; what is outside the chain has digests;
        the order and the dictionary are there twice
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from maker_engine.core.errors import SessionError
from maker_engine.sessions import chain, schema, storage
from maker_engine.sessions.chain import Branch
from maker_engine.sessions.lock import WriterLock
from maker_engine.sessions.packing import decompress

SUFFIX = ".new"
_PAGE = 2_000


def bring_up(path: Path) -> bool:
    """Bring a file of an older format up to the present one; True when there was something to do.

    The old file is not changed before the new one is complete and durable.

    Raises:
        SessionError: It cannot be read, or the new file cannot be written.
    """
    opened = storage.open_reader(path)
    opened.connection.close()
    if opened.format == schema.FORMAT:
        return False
    with WriterLock(path):
        twin = path.with_name(path.name + SUFFIX)
        storage.remove(twin)  # of an attempt that was cut off
        with storage.reported(path):
            old = sqlite3.connect(path, isolation_level=None)
            try:
                new = storage.create(twin)
                try:
                    _copy(old, new)
                finally:
                    new.close()
            finally:
                old.close()  # the last to close takes the log in, so that nothing is left beside the file
        twin.replace(path)
    return True


def meta_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the record of a file of format 1, values in JSON."""
    return dict(connection.execute("SELECT k, v FROM meta"))


def _copy(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    meta = {key: str(value) for key, value in meta_of(old).items()}
    if not {"order", "started", "totals"} <= meta.keys():
        raise SessionError("its record is not complete")
    dictionary = next(iter(old.execute("SELECT v FROM blob WHERE h = 'dictionary'")), (None,))[0]
    steps, link = 0, b""
    with new:
        new.execute("BEGIN IMMEDIATE")
        for page in _pages(old):
            rows = []
            for row, samples, flags, action, state_hash, _, votes in page:
                content = (action, state_hash, decompress(votes, dictionary))
                link = chain.link(link, row, samples, flags, content)
                rows.append((row, samples, flags, action, state_hash, link, votes))
            new.executemany("INSERT INTO step VALUES (?,?,?,?,?,?,?)", rows)
            steps += len(rows)
        for row, state, totals in old.execute("SELECT id, state, totals FROM snap"):
            new.execute("INSERT INTO snap VALUES (?,?,?,?)", (row, state, totals, chain.digest(row, state, totals)))
        votes = [(row, body, chain.digest(row, body)) for row, body in old.execute("SELECT id, body FROM vote")]
        new.executemany("INSERT INTO vote VALUES (?,?,?)", votes)
        meta["open"] = str(len(votes))
        new.executemany("INSERT INTO meta VALUES (0,?,?)", meta.items())
        twice = [(f"{key}/0", meta[key].encode()) for key in ("order", "started")]
        if dictionary is not None:
            new.execute("INSERT INTO blob VALUES (?,?)", (schema.DICTIONARY, dictionary))
            twice.append((schema.DICTIONARY, dictionary))
        new.executemany("INSERT INTO spare (k, v) VALUES (?,?)", twice)
        branch = Branch(0, None, 0, int(meta.get("created", "0")), steps, link)
        sealed = branch._replace(seal=chain.seal(branch, meta.items()))
        new.execute("INSERT INTO branch VALUES (?,?,?,?,?,?,?)", sealed)


def _pages(old: sqlite3.Connection) -> Iterator[list[tuple[Any, ...]]]:
    at = 0
    while page := old.execute("SELECT * FROM step WHERE id >= ? ORDER BY id LIMIT ?", (at, _PAGE)).fetchall():
        yield page
        at = page[-1][0] + 1
