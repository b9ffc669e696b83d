"""Tables with places of their own: of an SQLite database, by rowid, and of a Parquet file, by row group.

Parquet is read by pyarrow, an extra. Both are opened for reading only.
"""

from __future__ import annotations

import sqlite3
import weakref
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.errors import InputError
from maker_engine.tables.row import Row, Rows


class SqliteRows(Rows):
    """A table in a database.

    Args:
        path: The database.
        table: The table; empty for the only one.

    Raises:
        InputError: There is no such table, or it cannot be read by rowid.
    """

    kind = "sqlite"

    def __init__(self, path: Path, table: str = "") -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, check_same_thread=False
            )
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


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class ParquetRows(Rows):
    """A table in a Parquet file.

    Args:
        path: The file.

    Raises:
        InputError: pyarrow is not installed, or the file is none of its kind.
    """

    kind = "parquet"

    def __init__(self, path: Path) -> None:
        try:
            from pyarrow import ArrowException  # noqa: PLC0415 - an extra
            from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - an extra
        except ImportError:
            raise InputError("Parquet needs pyarrow: pip install 'maker-workbench[parquet]'") from None
        self._path = path
        try:
            self._file = ParquetFile(path)
        except (ArrowException, OSError) as error:
            raise InputError(f"table {path} cannot be read as Parquet: {error}") from None
        self.columns = tuple(self._file.schema_arrow.names)
        sizes = (self._file.metadata.row_group(at).num_rows for at in range(self._file.num_row_groups))
        self._starts = [0, *accumulate(sizes)]
        self._held: tuple[int, list[dict[str, Any]]] = (-1, [])

    def __len__(self) -> int:
        return int(self._starts[-1])

    def row(self, number: int) -> Row:
        """Return one row, 0-based."""
        group = bisect_right(self._starts, number) - 1
        held = self._held  # a run and its screen may read at a time, in threads of their own
        if held[0] != group:
            held = self._held = (group, self._file.read_row_group(group).to_pylist())
        values = held[1][number - self._starts[group]]
        plain = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in values.items()}
        return Row(number, plain)


_PLAIN = (str, int, float, bool, list, dict, type(None))
