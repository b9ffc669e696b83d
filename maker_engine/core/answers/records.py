"""Values that came from JSON, frozen, so that they can be votes and states: hashable, and compared exactly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


class Record(Mapping[str, Any]):
    """A JSON object that cannot be changed. Fields are read as `record["name"]` or `record.name`.

    Two are equal where their canonical JSON is: the order of keys does not count, and 1 is not true. Arrays within are
    tuples, objects are records.

    Args:
        fields: The fields; their values are frozen.
    """

    __slots__ = ("_fields", "_text")

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = {name: frozen(value) for name, value in fields.items()}
        self._text = json.dumps(thawed(self._fields), sort_keys=True, ensure_ascii=False)

    def __getitem__(self, name: str) -> Any:
        return self._fields[name]

    def __getattr__(self, name: str) -> Any:
        if name in Record.__slots__ or name not in self._fields:
            raise AttributeError(f"the record has no field {name!r}")
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Record) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Record({', '.join(f'{name}={value!r}' for name, value in self._fields.items())})"

    def __reduce__(self) -> tuple[type[Record], tuple[dict[str, Any]]]:
        return Record, (dict(self._fields),)


def frozen(value: Any) -> Any:
    """Freeze a value: arrays into tuples, objects into records, floats that are whole numbers into these."""
    if isinstance(value, Mapping):
        return value if isinstance(value, Record) else Record(value)
    if isinstance(value, list | tuple):
        return tuple(map(frozen, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def thawed(value: Any) -> Any:
    """Turn what `frozen` gave back into lists and dictionaries."""
    if isinstance(value, Mapping):
        return {name: thawed(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [thawed(one) for one in value]
    return value
