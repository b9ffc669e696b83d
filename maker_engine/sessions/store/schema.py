"""The session file's layout: one SQLite database a session, ordered by integers only, never by time.

A session is a run and its forks. Each is a branch; a fork shares the steps before its first one with its parent, so
that forking copies nothing. What a single damaged page must not take away (the orders, the compression dictionary)
is in the file twice.
"""

from __future__ import annotations

from maker_engine.core.record.step_flags import StepFlag as StepFlag  # noqa: PLC0414 - a column of `step`

APPLICATION_ID = 0x4D4B5231
"""Marks a SQLite file as one of ours."""
FORMAT = 3
"""Layout version, in `user_version`."""
SNAPSHOT_STEPS = 256
"""A state is kept this often; one in between is the one before plus at most so many answers."""
BRANCH_BITS = 40
"""A row's id is branch << 40 | step: the order of a run and of its forks in one integer."""

AHEAD = 1 << BRANCH_BITS - 1
"""In the table of votes, ids from here on are of samples that arrived before the turn of their step: each says step and
sample, with `SAMPLE_BITS` for the latter. Below are the entries of the open step, counted up from 0."""
SAMPLE_BITS = 12
MOST_KEPT = 1 << BRANCH_BITS - 1 - SAMPLE_BITS
"""Steps, 0-based, for which that can be said."""
LAST_AHEAD = 1 << BRANCH_BITS

EARLY = "early"
"""Key of how many samples arrived before their turn, in the record of a branch that ever had any."""
DICTIONARY = "dictionary"
"""Key of the compression dictionary, in `blob` and in `spare`."""

TABLES: dict[str, str] = {
    "meta": "CREATE TABLE meta (branch INT, k TEXT, v TEXT, PRIMARY KEY (branch, k)) WITHOUT ROWID",
    "branch": (
        "CREATE TABLE branch (id INTEGER PRIMARY KEY, parent INT, fork_step INT, created INT, steps INT, chain BLOB,"
        " seal BLOB)"
    ),
    "blob": "CREATE TABLE blob (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID",
    "spare": "CREATE TABLE spare (id INTEGER PRIMARY KEY, k TEXT, v BLOB)",
    "step": (
        "CREATE TABLE step (id INTEGER PRIMARY KEY, n INT, flags INT, action BLOB, state_hash BLOB, chain BLOB,"
        " votes BLOB, times BLOB)"
    ),
    "snap": "CREATE TABLE snap (id INTEGER PRIMARY KEY, state TEXT, totals TEXT, at REAL, digest BLOB)",
    "vote": "CREATE TABLE vote (id INTEGER PRIMARY KEY, body BLOB, times BLOB, digest BLOB)",
    "step_flag": "CREATE INDEX step_flag ON step (id) WHERE flags <> 0",
}
"""Every object of the file with the statement that makes it. A file with any other is not opened."""

SCHEMA = ";".join(TABLES.values()) + ";"

# FULL: a power cut loses nothing that was acknowledged. mmap off: a truncated file must be an error, not a signal.
WRITER_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=16777216",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
)


def row_id(branch: int, step: int) -> int:
    """Return the id of a branch's row for a step; both are 0-based."""
    return branch << BRANCH_BITS | step


def ahead_id(branch: int, place: int) -> int:
    """Return the id of a branch's row of a sample that arrived early; `place` is from `AHEAD` to `LAST_AHEAD`."""
    return (branch << BRANCH_BITS) + place


def open_rows(branch: int) -> tuple[int, int]:
    """Return the first id of the entries of a branch's open step, and the id after the last."""
    return branch << BRANCH_BITS, ahead_id(branch, AHEAD)


def ahead_rows(branch: int) -> tuple[int, int]:
    """Return the first id of a branch's samples that arrived early, and the id after the last."""
    return ahead_id(branch, AHEAD), ahead_id(branch, LAST_AHEAD)


def early_step(row: int) -> int:
    """Return the step, 0-based, of the row of a sample that arrived early."""
    return (row & (AHEAD - 1)) >> SAMPLE_BITS


def branch_of(row: int) -> int:
    """Return the branch of a row's id."""
    return row >> BRANCH_BITS


def step_of(row: int) -> int:
    """Return the step of a row's id."""
    return row & ((1 << BRANCH_BITS) - 1)
