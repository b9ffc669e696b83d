"""Values of JSON as a record holds them: written compactly, and examined before they are trusted."""

from __future__ import annotations

import json
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

LARGEST = 10**30
"""More than any run counts or costs. A number of thousands of digits would spoil every line that shows it."""

EARLIEST_S, LATEST_S = -62_135_596_800.0, 253_402_300_799.0
"""The years 1 to 9999, in seconds since the epoch: a clock may be wrong, but what it said can be written down."""

to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""Writes JSON as compactly as it goes, in ASCII, so that lone surrogates survive every store."""


def fits(value: object, kind: Any) -> bool:
    """Return whether a value read from JSON is of a kind: a plain type, or a union of them.

    A whole number will do for a float, true for no number, and nothing that is not finite or beyond `LARGEST`.
    """
    if get_origin(kind) in (Union, UnionType):
        return any(fits(value, one) for one in get_args(kind))
    if kind is int:
        return type(value) is int and -LARGEST <= value <= LARGEST
    if kind is float:
        return fits(value, int) or (type(value) is float and -LARGEST <= value <= LARGEST)
    return kind not in (str, bool, bytes, NoneType, dict, list) or isinstance(value, kind)
