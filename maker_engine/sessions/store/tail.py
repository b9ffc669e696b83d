"""The end of a session's record: its links are checked whenever it is opened, which costs a moment at any length."""

from __future__ import annotations

from maker_engine.sessions.store import chain, storage
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.reader import Reader, Row
from maker_engine.sessions.store.schema import step_of

TAIL_STEPS = 1_000
"""Steps whose links are checked whenever a session is opened."""


def check_tail(reader: Reader) -> None:
    """Check the record of a branch and the links of its last steps: what is done whenever a session is opened.

    Raises:
        SessionError: Something is not as it was written.
    """
    for branch in reader.branches:
        if chain.seal(branch, reader.record(branch.id).items()) != branch.seal:
            raise storage.damaged(reader.path, "the record of the run has been changed")
    last = reader.branch.steps
    first = max(0, last - TAIL_STEPS)
    link, expected = reader.link_before(first), first
    for row in reader.rows(first, last):
        if step_of(row.id) != expected or link_of(reader, link, row) != row.chain:
            raise storage.damaged(reader.path, f"step {expected + 1:,} is not as it was written")
        link, expected = row.chain, expected + 1
    if expected != last:
        raise storage.damaged(reader.path, f"step {expected + 1:,} is missing")
    if link != reader.branch.chain:
        raise storage.damaged(reader.path, f"step {last:,} is not the last one that was written")


def link_of(reader: Reader, before: bytes, row: Row) -> bytes:
    """Return the link that a row should have after the one `before`; empty where the row cannot be read."""
    try:
        votes = decompress(row.votes, reader.dictionary())
        return chain.link(before, row.id, row.n, row.flags, (row.action, row.state_hash, votes))
    except Exception:  # noqa: BLE001 - damaged bytes, or a column of another type
        return b""
