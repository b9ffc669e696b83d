"""Tables with places of their own: of an SQLite database, by rowid, and of a Parquet file, by batches of rows.

Parquet is read by pyarrow, an extra. Both are opened for reading only.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from itertools import accumulate
from typing import Any
from urllib.parse import quote

from maker_engine.core.errors import InputError
from maker_engine.tables.content import Content
from maker_engine.tables.row import Row, Rows


class SqliteRows(Rows):
    """A table in a database.

    Args:
        content: The database.
        table: The table; empty for the only one.

    Raises:
        InputError: There is no such table, or it cannot be read by rowid.
    """

    kind = "sqlite"

    def __init__(self, content: Content, table: str = "") -> None:
        self._path = path = content.path or content.name
        try:
            self._connection = _connected(content)
            weakref.finalize(self, self._connection.close)
            self.table = self._chosen(table)
            cursor = self._connection.execute(f"SELECT * FROM {_quoted(self.table)} LIMIT 0")  # noqa: S608 - a quoted name
            self.columns = tuple(str(one[0]) for one in cursor.description)
            found = self._connection.execute(f"SELECT rowid FROM {_quoted(self.table)} ORDER BY rowid")  # noqa: S608 - likewise
            self._ids = array("q", (one[0] for one in found))
        except (sqlite3.Error, TypeError) as error:
            raise InputError(f"database {path} cannot be read: {error}; the table must have rowids") from None

    def _chosen(self, table: str) -> str:
        found = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        names = [str(one[0]) for one in found]
        if table in names:
            return table
        if not table and len(names) == 1:
            return names[0]
        listed = ", ".join(names) or "none"
        raise InputError(
            f"database {self._path} has no one table {table!r}: name it as {self._path}#TABLE; it has {listed}"
        )

    def __len__(self) -> int:
        return len(self._ids)

    def row(self, number: int) -> Row:
        """Return one row, 0-based."""
        query = f"SELECT * FROM {_quoted(self.table)} WHERE rowid = ?"  # noqa: S608 - a quoted name
        try:
            found = self._connection.execute(query, (self._ids[number],)).fetchone()
        except sqlite3.Error as error:
            raise InputError(f"database {self._path} cannot be read: {error}") from None
        return self._row(number, found)

    def __iter__(self) -> Iterator[Row]:
        found = self._connection.execute(f"SELECT * FROM {_quoted(self.table)} ORDER BY rowid")  # noqa: S608 - a quoted name
        return (self._row(number, cells) for number, cells in enumerate(found))

    def _row(self, number: int, cells: tuple[Any, ...] | None) -> Row:
        if cells is None:
            raise InputError(f"row {number + 1:,} of {self._path} is gone: the table has changed")
        if any(isinstance(cell, bytes) for cell in cells):
            raise InputError(f"row {number + 1:,} of {self._path} holds a blob: name the columns to show, without it")
        return Row(number, dict(zip(self.columns, cells, strict=True)))


def _connected(content: Content) -> sqlite3.Connection:
    if content.path is not None:
        address = f"file:{quote(os.fsencode(content.path.absolute()))}?mode=ro"
        return sqlite3.connect(address, uri=True, check_same_thread=False)
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    data = bytearray(content.data)
    data[18:20] = b"\1\1"  # one that was kept with a write-ahead log has none here, and is opened without
    connection.deserialize(bytes(data))
    return connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class ParquetRows(Rows):
    """A table in a Parquet file, of which some thousand rows are held, however large its row groups are.

    Args:
        content: The file.

    Raises:
        InputError: pyarrow is not installed, or the file is none of its kind.
    """

    kind = "parquet"

    def __init__(self, content: Content) -> None:
        try:
            from pyarrow import ArrowException, BufferReader  # noqa: PLC0415 - an extra
            from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - an extra
        except ImportError:
            raise InputError("Parquet needs pyarrow: pip install 'maker-workbench[parquet]'") from None
        try:
            self._file = ParquetFile(BufferReader(content.data) if content.path is None else content.path)
        except (ArrowException, OSError) as error:
            raise InputError(f"table {content.name} cannot be read as Parquet: {error}") from None
        self.columns = tuple(self._file.schema_arrow.names)
        sizes = (self._file.metadata.row_group(at).num_rows for at in range(self._file.num_row_groups))
        self._starts = [0, *accumulate(sizes)]
        self._held: OrderedDict[int, Any] = OrderedDict()
        self._going: tuple[int, int, Iterator[Any]] = (-1, 0, iter(()))
        self._reading = threading.Lock()  # a run and its screen may read at a time, in threads of their own

    def __len__(self) -> int:
        return int(self._starts[-1])

    def row(self, number: int) -> Row:
        """Return one row, 0-based."""
        group = bisect_right(self._starts, number) - 1
        place = number - self._starts[group]
        with self._reading:
            batch = self._batch(group, place // BATCH)
        return _plain_row(number, batch.slice(place % BATCH, 1).to_pylist()[0])

    def __iter__(self) -> Iterator[Row]:
        number = 0
        for batch in self._file.iter_batches(batch_size=BATCH):
            for values in batch.to_pylist():
                yield _plain_row(number, values)
                number += 1

    def _batch(self, group: int, wanted: int) -> Any:
        """Return a batch of a group, both 0-based; one that lies behind those held is read from the group's begin."""
        key = self._starts[group] + wanted * BATCH
        if key not in self._held:
            at, following, batches = self._going
            if at != group or following > wanted:
                following, batches = 0, self._file.iter_batches(batch_size=BATCH, row_groups=[group])
            for number in range(following, wanted + 1):
                self._held[self._starts[group] + number * BATCH] = next(batches)
                if len(self._held) > BATCHES_HELD:
                    self._held.popitem(last=False)
            self._going = group, wanted + 1, batches
        return self._held[key]


def _plain_row(number: int, values: dict[str, Any]) -> Row:
    return Row(number, {name: value if isinstance(value, _PLAIN) else str(value) for name, value in values.items()})


BATCH, BATCHES_HELD = 1_024, 24
"""Rows that are read at once, and how many of these are held: more rows than a run has in flight."""
_PLAIN = (str, int, float, bool, list, dict, type(None))
