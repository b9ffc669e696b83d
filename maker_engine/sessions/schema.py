"""The session file's layout: one SQLite database a session, ordered by integers only, never by time."""

from __future__ import annotations

from enum import IntFlag

APPLICATION_ID = 0x4D4B5231
"""Marks a SQLite file as one of ours."""
FORMAT = 1
"""Layout version, in `user_version`."""
SNAPSHOT_STEPS = 256
"""A state is kept this often; one in between is the one before plus at most so many answers."""
BRANCH_BITS = 40
"""A row's id is branch << 40 | step: the order of a run and of its forks in one integer."""

SCHEMA = """
CREATE TABLE meta  (k TEXT PRIMARY KEY, v TEXT) WITHOUT ROWID;
CREATE TABLE branch(id INTEGER PRIMARY KEY, parent INT, fork_step INT, created INT, note TEXT);
CREATE TABLE blob  (h TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID;
CREATE TABLE step  (id INTEGER PRIMARY KEY, n INT, flags INT, action BLOB, state_hash BLOB, chain BLOB, votes BLOB);
CREATE TABLE snap  (id INTEGER PRIMARY KEY, state TEXT, totals TEXT);
CREATE TABLE vote  (id INTEGER PRIMARY KEY, body BLOB);
CREATE INDEX step_flag ON step(id) WHERE flags <> 0;
INSERT INTO branch VALUES (0, NULL, 0, 0, 'main');
"""

# FULL: a power cut loses nothing that was acknowledged. mmap off: a truncated file must be an error, not a signal.
WRITER_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA journal_size_limit=16777216",
    "PRAGMA busy_timeout=5000",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
)


class StepFlag(IntFlag):
    """What is remarkable about a step, in `step.flags`."""

    DISSENT = 1
    FLAGGED = 2
    WRONG = 4
    FAILED_CALLS = 8
    NOT_BY_VOTES_ALONE = 16
