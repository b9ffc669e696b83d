"""One row of a table, and what every kind of table offers."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar

ID_BYTES = 6
"""Bytes of an id that is made of a row's content: 2⁴⁸ of them."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read.

    Attributes:
        number: Its place in the file, 0-based, the header not counted.
        values: Its cells by column. A row that is too short lacks columns; a text table holds texts only.
    """

    number: int
    values: Mapping[str, Any]

    def text(self, column: str) -> str:
        """Return a cell as text: empty where there is none, JSON for what is no text."""
        value = self.values.get(column)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def content_id(self) -> str:
        """Return an id made of the whole content: equal rows have equal ones."""
        content = json.dumps(self.values, ensure_ascii=False, sort_keys=True, default=str)
        return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).hexdigest()


class Rows(ABC):
    """A table that is read a row at a time.

    Class attributes:
        kind: How the table is written, such as "csv".

    Attributes:
        columns: The names of all columns, in order. What a longer row has beyond the header is "column N".
        notes: What was noticed while reading, a sentence each.
    """

    kind: ClassVar[str]
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @abstractmethod
    def __len__(self) -> int:
        """How many rows there are."""

    @abstractmethod
    def row(self, number: int) -> Row:
        """Return one row, 0-based.

        Raises:
            InputError: It can no longer be read.
        """

    def __iter__(self) -> Iterator[Row]:
        return (self.row(number) for number in range(len(self)))
