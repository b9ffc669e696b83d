"""How many moves each state of each phase is from its goal: built once by breadth-first search, then read from disk.

The file is only ever a shortcut. What it holds is known beforehand by its digest, so a damaged one, or one of another
version, is told at once and built anew; where it cannot be written, tables are built once a process.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from operator import add
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from .coordinates import PHASES, Phase, explore

DIGEST = "5db4da9388f6d09f25f63b8610efda000a7616c9784f76dd54186915492eb5f9"
"""SHA-256 of all tables, one after the other."""
FILE = "cube-tables.z"
UNKNOWN = 255

Rows: TypeAlias = list[tuple[int, ...]]
"""For each value of a property what each move makes of it."""

_TOTAL = sum(phase.size for phase in PHASES)
_loading = Lock()
_loaded: list[bytes] = []


def distances(phase: int) -> bytes:
    """Return the table of phase 0 to 3: for each state the number of moves to the goal, one byte each."""
    with _loading:  # the form and the run may both come to ask first, each in its thread
        if not _loaded:
            _loaded.extend(_cut(_read() or _built()))
    return _loaded[phase]


def folder() -> Path:
    """Return where the tables are kept: `MAKER_CACHE`, `MAKER_HOME`'s own cache, or the user's cache directory."""
    given, home = os.environ.get("MAKER_CACHE"), os.environ.get("MAKER_HOME")
    if given:
        return Path(given).expanduser()
    if home:
        return Path(home).expanduser() / "cache"
    from platformdirs import user_cache_path  # noqa: PLC0415 - only a cube that is stepped needs it

    return user_cache_path("maker", appauthor=False)


def build(phase: Phase) -> bytes:
    """Search breadth first from the goal: turns can be undone, so the way there is as long as the way back.

    A level is found from the one before it or, once that is the longer list, by looking at what is left: most states
    are far from the goal, and one neighbour of the level before tells (direction-optimizing search, Beamer 2012).
    """
    first, second = explore(phase.first, phase.moves).after, explore(phase.second, phase.moves).after
    width = len(second)
    firsts = [tuple(number * width for number in row) for row in first]
    seconds = [tuple(row) for row in second]
    table = bytearray([UNKNOWN]) * (len(first) * width)
    table[0], level, left, distance = 0, [0], len(table) - 1, 0
    while level:
        distance += 1
        search = _around if 2 * len(level) < left else _among
        level = search(table, level, distance, firsts, seconds)
        left -= len(level)
    return bytes(table)


def _around(table: bytearray, level: list[int], distance: int, firsts: Rows, seconds: Rows) -> list[int]:
    """Set and return the states one move from `level` that have no distance yet."""
    reached: list[int] = []
    for state in level:
        slow, fast = divmod(state, len(seconds))
        for after in map(add, firsts[slow], seconds[fast]):
            if table[after] == UNKNOWN:
                table[after] = distance
                reached.append(after)
    return reached


def _among(table: bytearray, _: list[int], distance: int, firsts: Rows, seconds: Rows) -> list[int]:
    """Set and return the states that have no distance yet and a neighbour of the distance before."""
    reached: list[int] = []
    state = table.find(UNKNOWN)
    while state >= 0:
        slow, fast = divmod(state, len(seconds))
        for after in map(add, firsts[slow], seconds[fast]):
            if table[after] == distance - 1:
                table[state] = distance
                reached.append(state)
                break
        state = table.find(UNKNOWN, state + 1)
    return reached


def _cut(whole: bytes) -> Iterator[bytes]:
    start = 0
    for phase in PHASES:
        yield whole[start : start + phase.size]
        start += phase.size


def _read() -> bytes | None:
    """Return what the file holds, None where it is not exactly what would be built."""
    try:
        packed = (folder() / FILE).read_bytes()
        whole = zlib.decompressobj().decompress(packed, _TOTAL)
    except (OSError, RuntimeError, ValueError, zlib.error):  # RuntimeError: nobody knows the home of `~user`
        return None
    return whole if hashlib.sha256(whole).hexdigest() == DIGEST else None


def _built() -> bytes:
    whole = b"".join(build(phase) for phase in PHASES)
    # No room, no right, no such place: the tables serve all the same.
    with suppress(OSError, RuntimeError, ValueError):
        _keep(whole)
    return whole


def _keep(whole: bytes) -> None:
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    draft = place / f"{FILE}.{os.getpid()}"
    try:
        draft.write_bytes(zlib.compress(whole))
        draft.replace(place / FILE)
    finally:
        draft.unlink(missing_ok=True)
