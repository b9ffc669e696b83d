"""A disk that loses power: what was synced is on it, and of what was done since, any part.

A file that was synced survives as it was then. Of what was done to it since, any part may have reached the disk, in
any order, a write in pieces of 512 bytes. A directory's names are such content too: SQLite syncs them with the first
sync of a log or journal, and after a removal when it is told to be as careful as that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from tests.crash.recording import CREATE, DELETE, SYNC, SYNC_NAMES, TRUNCATE, WRITE, Op

SECTOR = 512
DROPPED, PREFIX, SHUFFLED, TORN = "all dropped", "a prefix kept", "a part kept, in any order", "torn at 512 bytes"
STYLES = (DROPPED, PREFIX, SHUFFLED, TORN)


@dataclass
class File:
    """A file's content, whatever its name: as it is on the disk, and what was done to it that may not be."""

    content: bytearray = field(default_factory=bytearray)
    pending: list[Op] = field(default_factory=list)
    synced: bool = False

    def after_a_cut(self, style: str, dice: Random) -> bytes:
        """What is in it when the power is back."""
        kept = survivors(self.pending, style, dice)
        if style == TORN and kept:
            kept[-1:] = _torn(kept[-1], dice)
        return bytes(_done(bytearray(self.content), kept))


class Disk:
    """Files as they are on a disk, and what was done to them that may not be.

    Args:
        base: What is there at first, all of it durable.
        syncs: False to ignore every sync.
    """

    def __init__(self, base: dict[str, bytes], *, syncs: bool = True) -> None:
        self._durable = {name: File(bytearray(content), synced=True) for name, content in base.items()}
        self._names = dict(self._durable)
        self._moves: list[tuple[str, File | None]] = []
        self._syncs = syncs

    @property
    def unsynced(self) -> bool:
        """Whether a cut can lose anything now."""
        return bool(self._moves) or any(file.pending for file in self._names.values())

    def take(self, op: Op) -> None:
        """Do one thing."""
        kind, name = op[:2]
        if kind == CREATE:
            self._names[name] = File()
            self._moves.append((name, self._names[name]))
        elif kind == DELETE:
            del self._names[name]
            self._moves.append((name, None))
        elif kind in (WRITE, TRUNCATE):
            self._names[name].pending.append(op)
        elif self._syncs:
            self._sync(kind, self._names.get(name))

    def _sync(self, kind: str, file: File | None) -> None:
        if kind == SYNC and file is not None:
            file.content, file.pending = _done(file.content, file.pending), []
        if kind == SYNC_NAMES or (file is not None and not file.synced):
            _rename(self._durable, self._moves)
            self._moves = []
        if file is not None:
            file.synced = True

    def after_a_cut(self, style: str, dice: Random) -> dict[str, bytes]:
        """The files that are there when the power is back."""
        names = dict(self._durable)
        _rename(names, survivors(self._moves, style, dice))
        return {name: file.after_a_cut(style, dice) for name, file in names.items()}


def survivors(pending: list[Op], style: str, dice: Random) -> list[Op]:
    """What of the things that were not synced reached the disk."""
    if style == DROPPED:
        return []
    if style == SHUFFLED:
        kept = [op for op in pending if dice.random() < 0.5]
        dice.shuffle(kept)
        return kept
    return pending[: dice.randint(0, len(pending))]


def _rename(names: dict[str, File], moves: list[tuple[str, File | None]]) -> None:
    for name, file in moves:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file


def _torn(op: Op, dice: Random) -> list[Op]:
    """Some sectors of a write."""
    if op[0] != WRITE:
        return [op]
    kind, name, offset, data = op
    edges = [0, *range(SECTOR - offset % SECTOR, len(data), SECTOR), len(data)]
    pieces = [(begin, end) for begin, end in pairwise(edges) if dice.random() < 0.5]
    return [(kind, name, offset + begin, data[begin:end]) for begin, end in pieces]


def _done(content: bytearray, ops: list[Op]) -> bytearray:
    for kind, _, place, *data in ops:
        if kind == TRUNCATE:
            content = content[:place].ljust(place, b"\0")
        else:
            content.extend(bytes(max(0, place - len(content))))
            content[place : place + len(data[0])] = data[0]
    return content
