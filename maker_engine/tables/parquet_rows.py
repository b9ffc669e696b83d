"""Parquet by pyarrow, an extra: one row group at a time is held."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.tables.row import Row, Rows


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
        if self._held[0] != group:
            self._held = (group, self._file.read_row_group(group).to_pylist())
        values = self._held[1][number - self._starts[group]]
        plain = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in values.items()}
        return Row(number, plain)


_PLAIN = (str, int, float, bool, list, dict, type(None))
