"""What is in an SQLite file: its tables, their rows and digests, keys that lead nowhere, and what made them."""

from __future__ import annotations

import hashlib
import json
import os
import queue
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import InputError

from .canonical import NOT_COUNTED, quoted, table_digest, whole_digest
from .sqlite_columns import Shape, Submit, column_digests, shape_of
from .sqlite_errors import mended
from .sqlite_files import reading
from .sqlite_parts import Known, Parts

BUSY_S = 5.0
LARGE_CACHE = "PRAGMA cache_size = -65536"
"""For what jumps about in a file, in KiB; to what goes through it in order, more than SQLite's 2,000 is a loss."""
_MOST_READERS = 4
_SMALL = 1 << 20
"""Bytes of a file that is not worth a thread."""
_SHADOWS = (
    "data", "idx", "content", "docsize", "config", "segments", "segdir", "stat", "node", "rowid", "parent",
)  # fmt: skip
"""Ends of names of the tables behind those of FTS5, FTS3, FTS4, R-tree and Geopoly; SQLite before 3.37 lists none."""


@contextmanager
def readers(
    connection: sqlite3.Connection, connect: Callable[[], AbstractContextManager[sqlite3.Connection]], size: int
) -> Iterator[Submit]:
    """Have what is submitted run with connections of its own, in threads; of a small file, at once with the given one.

    All of them see one state of the file, to the end.

    Args:
        connection: To the file. It is left in a transaction.
        connect: Opens another.
        size: Bytes of the file.
    """
    with ExitStack() as stack:
        opened = [] if size < _SMALL else [stack.enter_context(connect()) for _ in range(_readers())]
        for one in (connection, *opened):
            one.execute("BEGIN")
            one.execute("SELECT 1 FROM sqlite_master").fetchone()  # from now on nobody's commit comes between
        if not opened:
            yield partial(at_once, connection)
            return
        idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        for one in opened:
            one.text_factory = bytes
            idle.put(one)

        def run(work: Callable[[sqlite3.Connection], Any]) -> Any:
            one = idle.get()
            try:
                return work(one)
            finally:
                idle.put(one)

        pool = ThreadPoolExecutor(len(opened))
        stack.callback(pool.shutdown, cancel_futures=True)
        yield lambda work: pool.submit(run, work)


def _readers() -> int:
    return min(_MOST_READERS, os.cpu_count() or 1)


def at_once(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
    """Do something with a connection that gives texts as text, and meanwhile as bytes; return what is done already."""
    done: Future[Any] = Future()
    connection.text_factory = bytes
    try:
        done.set_result(work(connection))
    finally:
        connection.text_factory = str
    return done


class Survey:
    """A look at tables, under way in threads.

    Args:
        connection: It gives texts as text.
        submit: Has work done with other connections.
        tables: The tables, and what is known of them.
    """

    def __init__(self, connection: sqlite3.Connection, submit: Submit, tables: dict[str, Known | None]) -> None:
        self._connection = connection
        self._submit = submit
        self.other_rows: set[str] = set()
        """Tables whose number of rows is not the known one."""
        self._waits = [self._begun(shape_of(connection, name), known) for name, known in tables.items()]

    def _begun(self, shape: Shape, known: Known | None) -> Callable[[], tuple[Shape, Known]]:
        carried = known.columns if known is not None and shape.fixed and known.key == [*shape.key] else {}
        needed = [one for one in shape.columns if one not in carried]
        wait = self._counted(shape) if not needed else column_digests(self._connection, self._submit, shape, needed)

        def end() -> tuple[Shape, Known]:
            count, found = wait()
            if known is not None and count != known.rows:  # rows were replaced: nothing is where it was
                self.other_rows.add(shape.name)
                if carried:
                    return self._begun(shape, None)()
            return shape, Known(count, [*shape.key], {one: found.get(one) or carried[one] for one in shape.columns})

        return end

    def _counted(self, shape: Shape) -> Callable[[], tuple[int, dict[str, str]]]:
        order = f"SELECT count(*) FROM {quoted(shape.name)}"  # noqa: S608 - names are quoted
        found = self._submit(lambda connection: connection.execute(order).fetchone()[0])
        return lambda: (found.result(), {})

    def wait(self) -> dict[str, Known]:
        """Wait for the end; return what is known of each table now."""
        return {shape.name: known for shape, known in (end() for end in self._waits)}


class BrokenKeys:
    """Counts rows whose foreign key leads nowhere, in threads.

    Args:
        connection: It gives texts as text.
        submit: Has work done with other connections.
        written: What has been written since the last count, by table: columns, None for all; None for anything.
    """

    def __init__(
        self, connection: sqlite3.Connection, submit: Submit, written: dict[str, list[str] | None] | None
    ) -> None:
        self._connection = connection
        self._submit = submit
        self._begun: dict[str, Future[Any]] = {}
        self.begin(written)

    def begin(self, written: dict[str, list[str] | None] | None) -> None:
        """Begin to count in the tables whose keys, or the rows that they lead to, may have changed."""
        for name in tables_of(self._connection):
            rows = self._connection.execute(f"PRAGMA foreign_key_list({quoted(name)})").fetchall()
            if not rows or name in self._begun:
                continue
            if written is None or self._touched(name, rows, written) or _leads_to_no_key(self._connection, name):
                self._begun[name] = self._submit(partial(_broken_rows, name))

    def _touched(self, name: str, rows: Sequence[Any], written: dict[str, list[str] | None]) -> bool:
        small = {table.lower(): columns for table, columns in written.items()}
        for _, _, parent, own, theirs, *_ in rows:
            led = [str(theirs)] if theirs is not None else [*shape_of(self._connection, str(parent)).key]
            for table, columns in ((name, [str(own)]), (str(parent), led)):
                if table.lower() not in small:
                    continue
                changed = small[table.lower()]
                if changed is None or {one.lower() for one in changed} & {one.lower() for one in columns}:
                    return True
        return False

    def wait(self) -> dict[str, Json]:
        """Wait for the end; return how many rows there are of each table that was counted."""
        return {name: found.result() for name, found in self._begun.items()}


def _leads_to_no_key(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether a foreign key names columns that are not unique in their table: what SQLite calls a mismatch."""
    try:
        connection.execute(f"EXPLAIN PRAGMA foreign_key_check({quoted(name)})").fetchone()
    except sqlite3.OperationalError as error:
        if "foreign key mismatch" not in str(error):
            raise
        return True
    return False


def _broken_rows(name: str, connection: sqlite3.Connection) -> int:
    if _leads_to_no_key(connection, name):
        return 1  # however many rows there are, so that more of them are not more that is wrong
    connection.execute(LARGE_CACHE)
    try:
        return sum(1 for _ in connection.execute(f"PRAGMA foreign_key_check({quoted(name)})"))
    finally:
        connection.execute("PRAGMA cache_size = -2000")


def survey(
    connection: sqlite3.Connection, submit: Submit, only: Sequence[str] | None, parts: Parts
) -> tuple[dict[str, Json], dict[str, Known]]:
    """Look at tables: rows, digest, columns, and rows whose foreign key leads nowhere.

    Args:
        connection: It gives texts as text.
        submit: Has work done with other connections.
        only: The tables that may have changed, None for all.
        parts: What is known of this state.

    Returns:
        What is found, and what is known of each of the tables now.
    """
    names = tables_of(connection)
    virtual = virtual_tables(connection)  # what they show may lie in other tables
    examined = names if only is None else [name for name in names if name in only or name in virtual]
    written = None if only is None else parts.written if parts.head else dict.fromkeys(only)
    broken = BrokenKeys(connection, submit, written)
    look = Survey(connection, submit, {name: parts.tables.get(name) for name in examined})
    found = look.wait()
    broken.begin(dict.fromkeys(look.other_rows))
    tables: dict[str, Json] = {
        name: [one.rows, table_digest(name, one.rows, one.key, one.columns), [*one.columns]]
        for name, one in found.items()
    }
    return {
        "all": [*names], "tables": tables, "broken": broken.wait(), "schema": schema_of(connection),
    }, found  # fmt: skip


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that are counted: not SQLite's own, nor those in which a virtual one keeps itself.

    In those, the same rows lie in another way after other statements; and they are written unsaid, at a commit.
    """
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    shadows = {f"{name}_{part}".lower() for name in virtual_tables(connection) for part in _SHADOWS}
    return sorted(str(row[0]) for row in rows if row[0] not in NOT_COUNTED and str(row[0]).lower() not in shadows)


def virtual_tables(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the names of tables that a module makes: full-text indices, R-trees."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL %'")
    return frozenset(str(row[0]) for row in rows)


def schema_of(connection: sqlite3.Connection) -> Json:
    """Return what made the tables, indices, views and triggers: [type, name, SQL] of each."""
    rows = connection.execute(
        "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name"
    )
    return [
        [str(one) for one in row[:3]]
        for row in rows
        if row[3] not in NOT_COUNTED and not str(row[1]).startswith("sqlite_")
    ]


def schema_digest(connection: sqlite3.Connection) -> str:
    """Return a digest of what made the tables, indices, views and triggers."""
    return hashlib.sha256(json.dumps(schema_of(connection)).encode()).hexdigest()


def digest_of(path: Path) -> tuple[str, dict[str, int]]:
    """Return the digest of a database file, which is not changed, and the rows of its tables.

    Raises:
        InputError: It cannot be read.
    """

    @contextmanager
    def connect() -> Iterator[sqlite3.Connection]:
        place = f"file:{quote(str(path.absolute()))}?mode={reading(path)}"
        with closing(sqlite3.connect(place, uri=True, timeout=BUSY_S, check_same_thread=False)) as one:
            yield one

    try:
        with connect() as connection, readers(connection, connect, path.stat().st_size) as submit:
            found = Survey(connection, submit, dict.fromkeys(tables_of(connection))).wait()
    except sqlite3.Error as error:
        raise InputError(f"{path} cannot be read: {error}{mended(str(error))}") from None
    return _whole(found), {name: one.rows for name, one in found.items()}


def digest_now(connection: sqlite3.Connection) -> str:
    """Return the digest of a database by a connection alone, which may have it locked."""
    return _whole(Survey(connection, partial(at_once, connection), dict.fromkeys(tables_of(connection))).wait())


def _whole(found: Mapping[str, Known]) -> str:
    return whole_digest({name: table_digest(name, one.rows, one.key, one.columns) for name, one in found.items()})


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Return whether there is a table."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [name])
    return found.fetchone() is not None
