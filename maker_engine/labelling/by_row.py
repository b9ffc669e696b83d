"""Values by the id of a row and the name of a field, held so that a million rows of them take some megabytes."""

from __future__ import annotations

from array import array
from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Hashable, Mapping
from hashlib import blake2b
from typing import Any, Generic, TypeVar

_T = TypeVar("_T", bound=Hashable)
_DIGEST = 8
"""Bytes of an id's digest; two of a million ids have one digest with probability 3 in 10⁸."""
_NONE = 0
_FEWEST_SLOTS = 8


class ByRow(Generic[_T]):
    """Values by row and field: eight bytes a row and four for each field of it, and each different value once.

    Args:
        ids: Digests of the rows' ids, ascending.
        at: By field, for each of them the place of its value, 1-based; 0 for none.
        values: By field, the different values.

    Raises:
        ValueError: These do not fit together.
    """

    def __init__(self, ids: array[int], at: Mapping[str, array[int]], values: Mapping[str, list[_T]]) -> None:
        self._ids, self._at, self._values = ids, at, values
        for name, places in at.items():
            if len(places) != len(ids) or max(places, default=_NONE) > len(values[name]):
                raise ValueError("values by row do not fit together")

    def __len__(self) -> int:
        """How many rows have a value."""
        return len(self._ids)

    def get(self, key: str) -> dict[str, _T]:
        """Return the values of the row with this id, by field; empty for a row that has none."""
        digest = _digest_of(key)
        row = bisect_left(self._ids, digest)
        if row == len(self._ids) or self._ids[row] != digest:
            return {}
        return {name: self._values[name][at[row] - 1] for name, at in self._at.items() if at[row] != _NONE}

    def packed(self) -> list[Any]:
        """Return it as JSON, which `unpacked` reads."""
        fields = {name: [self._values[name], _text(at)] for name, at in self._at.items()}
        return [_text(self._ids), fields]


class Gathering(Generic[_T]):
    """Gathers values by row, in some thirty bytes a row."""

    def __init__(self) -> None:
        self._ids = array("Q")
        self._slots = _slots_of(self._ids)
        self._at: dict[str, array[int]] = {}
        self._values: dict[str, list[_T]] = {}
        self._places: dict[str, dict[Hashable, int]] = {}

    def add(self, key: str, values: Mapping[str, _T]) -> bool:
        """Add a row's values; return whether it had none, or the same ones."""
        placed = {name: self._place(name, value) for name, value in values.items()}
        digest = _digest_of(key)
        found = _slot(self._slots, self._ids, digest)
        row = self._slots[found] - 1
        if row >= 0:
            return placed == {name: at[row] for name, at in self._at.items() if row < len(at) and at[row] != _NONE}
        self._ids.append(digest)
        self._slots[found] = len(self._ids)
        if 2 * len(self._ids) > len(self._slots):
            self._slots = _slots_of(self._ids)
        for name, place in placed.items():
            at = self._at[name]
            at.extend(array("I", [_NONE]) * (len(self._ids) - 1 - len(at)))
            at.append(place)
        return True

    def _place(self, name: str, value: _T) -> int:
        """Return the place of a value among those of a field, 1-based; 1 and 1.0 are two of them."""
        if name not in self._at:
            self._at[name], self._values[name], self._places[name] = array("I"), [], {}
        held = self._values[name]
        place = self._places[name].setdefault(value if isinstance(value, str) else (repr(value),), len(held) + 1)
        if place > len(held):
            held.append(value)
        return place

    def gathered(self) -> ByRow[_T]:
        """Return what was added."""
        ids = array("Q", sorted(self._ids))
        order = array("I", (self._slots[_slot(self._slots, self._ids, digest)] - 1 for digest in ids))
        found: dict[str, array[int]] = {}
        for name, at in self._at.items():
            at.extend(array("I", [_NONE]) * (len(ids) - len(at)))
            found[name] = array("I", (at[row] for row in order))
        return ByRow(ids, found, self._values)


def unpacked(value: Any) -> ByRow[str]:
    """Read texts by row that `packed` gave.

    Raises:
        ValueError, TypeError: They are not what it gives.
    """
    ids, fields = value
    texts = {str(name): [str(text) for text in one[0]] for name, one in dict(fields).items()}
    at = {str(name): array("I", b64decode(one[1], validate=True)) for name, one in dict(fields).items()}
    return ByRow(array("Q", b64decode(ids, validate=True)), at, texts)


def _slots_of(ids: array[int]) -> array[int]:
    """Return a table of slots with the place of each id, 1-based; at least every second slot is free."""
    size = _FEWEST_SLOTS
    while size < 3 * len(ids):
        size *= 2
    slots = array("I", [_NONE]) * size
    for place, digest in enumerate(ids, 1):
        slots[_slot(slots, ids, digest)] = place
    return slots


def _slot(slots: array[int], ids: array[int], digest: int) -> int:
    """Return the slot that has a digest, or would have it; digests are spread evenly, so it is among the next few."""
    mask = len(slots) - 1
    found = digest & mask
    while (place := slots[found]) != _NONE and ids[place - 1] != digest:
        found = (found + 1) & mask
    return found


def _digest_of(text: str) -> int:
    """Return the digest of an id."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST).digest(), "big")


def _text(numbers: array[int]) -> str:
    return b64encode(numbers.tobytes()).decode()
