"""What is asked: every field of every row whose content is another one's is decided once, with that other one."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import SPAN, Codebook, Field
from maker_engine.suggestion import suggestion
from maker_engine.tables.row import Row, Rows

LONGEST_TEXT = 20_000
"""Characters of all that an agent sees of a row; a longer one is not asked about, and is given back as failed."""
EMPTY, TOO_LONG = "the row is empty", f"the row has more than {LONGEST_TEXT:,} characters"
_NOT_ASKED = 0xFFFFFFFF
_TOO_LONG = 0xFFFFFFFE


class Unit(NamedTuple):
    """One thing to decide.

    Attributes:
        row: The first row that it is asked of.
        id: That row's id.
        field: What is asked.
    """

    row: Row
    id: str
    field: Field


class Units:
    """What is asked of a table, in the order of its rows, and for each row in the order of the fields.

    It holds sixteen bytes a row.

    Args:
        table: The rows.
        codebook: What is asked of them.

    Attributes:
        shown: The columns that agents see.
        digests: Of each row that is asked about, in order: of its id and of all that a prompt may say of it.

    Raises:
        InputError: The codebook names a column that is not there or not shown, or two rows have one id.
    """

    def __init__(self, table: Rows, codebook: Codebook) -> None:
        self.table, self.codebook = table, codebook
        for name in filter(None, (codebook.id, *codebook.show, *(_of(one) for one in codebook.fields))):
            if name not in table.columns:
                near = suggestion(name, table.columns)
                raise InputError(f"there is no column {name!r}; the table has {', '.join(table.columns[:20])}{near}")
        self.shown = codebook.show or tuple(name for name in table.columns if name != codebook.id)
        for field in codebook.fields:
            if (column := _of(field)) and column not in self.shown:
                raise InputError(
                    f"field {field.name!r} is a passage of {column!r}, which agents do not see: add it to show"
                )
        self._index()

    def _index(self) -> None:
        digests, lengths, whole = array("Q"), bytearray(), array("Q")
        ids = array("Q") if self.codebook.id else None
        for row in self.table:
            text = "\0".join(row.text(name) for name in self.shown)
            digests.append(_digest(text))
            whole.append(_digest(f"{self.id_of(row)}\0{text}"))
            bare = len(text) - text.count("\0")
            lengths.append(0 if not bare or text.isspace() else 2 if bare > LONGEST_TEXT else 1)
            if ids is not None:
                ids.append(_digest(row.text(self.codebook.id)))
        if ids is not None:
            self._refuse_twice(ids)
        self._first, self._place = array("I"), array("I")
        self.digests = array("Q")
        places: dict[int, int] = {}
        for number, digest in enumerate(digests):
            if lengths[number] != 1:
                self._place.append(_TOO_LONG if lengths[number] else _NOT_ASKED)
                continue
            place = places.setdefault(digest, len(self._first))
            if place == len(self._first):
                self._first.append(number)
                self.digests.append(whole[number])
            self._place.append(place)

    def _refuse_twice(self, ids: Sequence[int]) -> None:
        """Refuse ids that come twice."""
        seen: set[int] = set()
        for number, digest in enumerate(ids):
            if digest in seen:
                twice = self.table.row(number).text(self.codebook.id)
                raise InputError(f"two rows have the id {twice!r}, the second is row {number + 1:,}: leave id out")
            seen.add(digest)

    def __len__(self) -> int:
        """How many things there are to decide."""
        return len(self._first) * len(self.codebook.fields)

    @property
    def distinct(self) -> int:
        """How many rows are asked about."""
        return len(self._first)

    def __getitem__(self, number: int) -> Unit:
        place, field = divmod(number, len(self.codebook.fields))
        row = self.table.row(self._first[place])
        return Unit(row, self.id_of(row), self.codebook.fields[field])

    def id_of(self, row: Row) -> str:
        """Return a row's id: its own, or one made of its content."""
        return row.text(self.codebook.id) if self.codebook.id else row.content_id()

    def asked_at(self, row: int) -> int | str:
        """Return the number of the first thing that is asked of a row, 0-based, or why nothing is asked of it."""
        place = self._place[row]
        if place >= _TOO_LONG:
            return TOO_LONG if place == _TOO_LONG else EMPTY
        return place * len(self.codebook.fields)

    def is_first(self, row: int) -> bool:
        """Return whether the row is the one that is asked about, and not one with the same content."""
        place = self._place[row]
        return place < _TOO_LONG and self._first[place] == row

    def rows(self) -> Iterator[Row]:
        """Give the rows that are asked about."""
        return (self.table.row(number) for number in self._first)


def units_in(task: AnyTask) -> Units | None:
    """Return what a task asks of the rows of a table, None where it is about none."""
    units = getattr(getattr(task, "problem", None), "units", None)
    return units if isinstance(units, Units) else None


def passage_of(row: Row, field: Field, shown: Sequence[str]) -> str:
    """Return the text that a span is taken from: the column that the field names, else all that is shown."""
    if field.form != SPAN:
        return ""
    column = _of(field)
    return row.text(column) if column else "\n".join(row.text(name) for name in shown)


def _of(field: Field) -> str:
    return str(dict(field.details).get("of", ""))


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
