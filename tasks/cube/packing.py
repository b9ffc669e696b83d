"""Writes the file of the tables: `python -m maker_tasks.cube.packing`. Its digest goes into `tables.py`."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable

from maker_engine.output import say

from .coordinates import PHASES
from .tables import FILE, HEAD, Table, build, little


def whole(tables: Iterable[Table]) -> bytes:
    """Write all tables one after the other, each behind the properties that its states are numbered by."""
    parts: list[bytes] = []
    for one in tables:
        for coordinate in (one.first, one.second):
            values = [*coordinate.numbers]
            parts += [HEAD.pack(len(values), len(values[0])), *values, *map(little, coordinate.after)]
        parts.append(one.distances)
    return b"".join(parts)


if __name__ == "__main__":
    built = whole(map(build, PHASES))
    FILE.write_bytes(zlib.compress(built, 9))
    say(f"{FILE} written, digest {hashlib.sha256(built).hexdigest()}")
