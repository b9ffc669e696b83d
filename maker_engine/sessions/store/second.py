"""A file of format 2, copied into one of the present format: everything in it is proved before it is written again.

New links are made of the new rows, so that nothing would show any more what was damaged in the old ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from maker_engine.sessions.store import chain, schema, storage
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.commit import write_branch, write_state, write_votes
from maker_engine.sessions.store.compression import Compressor, decompress
from maker_engine.sessions.store.packing import open_packed, repacked
from maker_engine.sessions.store.schema import BRANCH_BITS, row_id, step_of

LAST_ROW = 2**63 - 1
_PAGE = 2_000
_TABLES = schema.TABLES | {
    "snap": "CREATE TABLE snap (id INTEGER PRIMARY KEY, state TEXT, totals TEXT, digest BLOB)",
    "step": (
        "CREATE TABLE step (id INTEGER PRIMARY KEY, n INT, flags INT, action BLOB, state_hash BLOB, chain BLOB,"
        " votes BLOB)"
    ),
    "vote": "CREATE TABLE vote (id INTEGER PRIMARY KEY, body BLOB, digest BLOB)",
}
"""What a file of format 2 was made of."""


def copy_second(old: sqlite3.Connection, new: sqlite3.Connection, path: Path) -> None:
    """Copy a file of format 2, which is at `path`, in one transaction.

    Raises:
        SessionError: It is damaged, or holds what maker does not make.
    """
    storage.check_layout(old, path, _TABLES)
    branches = [Branch._make(row) for row in old.execute("SELECT * FROM branch ORDER BY id")]
    with new:
        new.execute("BEGIN IMMEDIATE")
        for table in ("meta", "blob", "spare"):
            rows = old.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - ours
            if rows:
                new.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608
        copy = _Copy(old, new, path)
        for branch in branches:
            copy.branch(branch)
        copy.beside_steps()


class _Copy:
    """Copies the branches of a file, each after its parent."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, path: Path) -> None:
        self._old, self._new, self._path = old, new, path
        found = next(iter(old.execute("SELECT v FROM blob WHERE k = ?", (schema.DICTIONARY,))), (None,))
        self._dictionary: bytes | None = found[0]
        self._compressor = Compressor(self._dictionary)
        self._branches: dict[int, Branch] = {}

    def branch(self, branch: Branch) -> None:
        """Copy the own steps of one branch.

        Raises:
            SessionError: It is not as it was written.
        """
        meta = self._old.execute("SELECT k, v FROM meta WHERE branch = ?", (branch.id,)).fetchall()
        if chain.seal(branch, meta) != branch.seal:
            raise storage.damaged(self._path, "the record of the run has been changed")
        link, linked = (self._before(branch, where) for where in (self._old, self._new))
        step = branch.fork_step
        for page in pages(self._old, row_id(branch.id, 0), row_id(branch.id + 1, 0)):
            rows = []
            for row in page:
                if step_of(row[0]) != step or not self._follows(link, row):
                    raise storage.damaged(self._path, f"step {step + 1:,} is not as it was written")
                number, samples, flags, action, state_hash, link, votes = row
                packed = _repacked(decompress(votes, self._dictionary))
                linked = chain.link(linked, number, samples, flags, (action, state_hash, packed))
                compressed = self._compressor.compress(packed)
                rows.append((number, samples, flags, action, state_hash, linked, compressed))
                step += 1
            self._new.executemany("INSERT INTO step VALUES (?,?,?,?,?,?,?,NULL)", rows)
        if step != branch.steps or link != branch.chain:
            raise storage.damaged(self._path, f"step {step:,} is not the last one that was written")
        self._branches[branch.id] = branch
        write_branch(self._new, branch._replace(chain=linked), meta)

    def _follows(self, link: bytes, row: Sequence[Any]) -> bool:
        number, samples, flags, action, state_hash, written, votes = row
        try:
            content = action, state_hash, decompress(votes, self._dictionary)
            return chain.link(link, number, samples, flags, content) == bytes(written)
        except Exception:  # noqa: BLE001 - damaged bytes, or a column of another type
            return False

    def _before(self, branch: Branch, where: sqlite3.Connection) -> bytes:
        """Return the link before a branch's first own step: that of whichever branch before it owns that step."""
        at: Branch | None = branch
        while at is not None and at.fork_step > branch.fork_step - 1:
            at = None if at.parent is None else self._branches.get(at.parent)
        if at is None or branch.fork_step == 0:
            return b""
        found = where.execute("SELECT chain FROM step WHERE id = ?", (row_id(at.id, branch.fork_step - 1),)).fetchone()
        return bytes(found[0]) if found else b""

    def beside_steps(self) -> None:
        """Copy the kept states and the votes of the open steps.

        Raises:
            SessionError: One has been changed.
        """
        for row, state, totals, digest in self._old.execute("SELECT * FROM snap ORDER BY id"):
            if chain.digest(row, state, totals) != digest:
                raise storage.damaged(self._path, f"the state kept at step {step_of(row) + 1:,} has been changed")
            write_state(self._new, (row, state, totals, None))
        votes = []
        for row, body, digest in self._old.execute("SELECT * FROM vote ORDER BY id"):
            if chain.digest(row, body) != digest:
                raise storage.damaged(self._path, f"a vote of run {row >> BRANCH_BITS} has been changed")
            votes.append((row, _repacked(body), None))
        write_votes(self._new, votes)


def _repacked(packed: bytes) -> bytes:
    """Pack a step as it is packed now."""
    return repacked(open_packed(packed))


def pages(old: sqlite3.Connection, first: int, end: int) -> Iterator[list[tuple[Any, ...]]]:
    """Give the rows of steps from the id `first` to before `end`, many at a time."""
    at, query = first, "SELECT * FROM step WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    while page := old.execute(query, (at, end, _PAGE)).fetchall():
        yield page
        at = page[-1][0] + 1
