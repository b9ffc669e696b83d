"""Checks what is beside a session's steps: SQLite's pages, the records, what is kept twice, the open steps' votes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from maker_engine.core.errors import SessionError
from maker_engine.sessions.store import chain
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.reader import Reader, own_rows
from maker_engine.sessions.store.schema import EARLY, ahead_rows, branch_of, early_step, open_rows, row_id


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written.

    Attributes:
        branch: Where, None when it is in no branch.
        step: First step that is bad, 0-based; None when it is not in a step.
        what: What is wrong, in one line.
    """

    branch: int | None
    step: int | None
    what: str

    def __str__(self) -> str:
        """Describe it in one line."""
        where = "" if not self.branch else f"fork {self.branch}: "
        return f"{where}{self.what}" if self.step is None else f"{where}step {self.step + 1:,}: {self.what}"


@contextmanager
def reporting(findings: list[Finding], branch: int | None = None, step: int | None = None) -> Iterator[None]:
    """Make a finding of whatever is raised: damaged bytes may fail anywhere, in the task too."""
    try:
        yield
    except SessionError as error:
        findings.append(Finding(branch, step, str(error)))
    except Exception as error:  # noqa: BLE001 - see above
        findings.append(Finding(branch, step, f"it cannot be read: {type(error).__name__}: {error}"))


def outside(reader: Reader) -> list[Finding]:
    """Check what is in no step."""
    findings: list[Finding] = []
    for part in (_pages, _copies, _ends, _votes):
        with reporting(findings):
            findings += part(reader)
    return findings


def _pages(reader: Reader) -> Iterator[Finding]:
    for (finding,) in reader.query("PRAGMA integrity_check(3)"):
        if finding != "ok":
            yield Finding(None, None, f"SQLite says: {finding}")


def _ends(reader: Reader) -> Iterator[Finding]:
    """Check that no branch has a row after its last step, and that every row is of a branch."""
    numbers = {branch.id for branch in reader.branches}
    for table in ("step", "snap", "vote"):
        for (row,) in reader.query(f"SELECT min(id) FROM {table} UNION SELECT max(id) FROM {table}"):  # noqa: S608
            if row is not None and branch_of(row) not in numbers:
                yield Finding(None, None, f"there is a {table} of fork {branch_of(row)}, which does not exist")
    for (number,) in reader.query("SELECT DISTINCT branch FROM meta"):
        if number not in numbers:
            yield Finding(None, None, f"there is a record of fork {number}, which does not exist")
    for branch in reader.branches:
        end = own_rows(branch.id)[1]
        for table, last in (("step", branch.steps - 1), ("snap", branch.steps)):
            beyond = f"SELECT 1 FROM {table} WHERE id > ? AND id < ? LIMIT 1"  # noqa: S608 - ours
            if reader.query(beyond, row_id(branch.id, last), end):
                yield Finding(branch.id, branch.steps, f"there is a {table} of it, and it is not decided")


def _votes(reader: Reader) -> Iterator[Finding]:
    """Check the open steps' votes."""
    for branch in reader.branches:
        votes = reader.query("SELECT * FROM vote WHERE id >= ? AND id < ? ORDER BY id", *open_rows(branch.id))
        for index, (row, body, times, digest) in enumerate(votes):
            if row != row_id(branch.id, index) or chain.digest(row, body, times) != digest:
                yield Finding(branch.id, branch.steps, "a vote on it has been changed")
        if len(votes) != json.loads(reader.record(branch.id).get("open", "0")):
            yield Finding(branch.id, branch.steps, "a vote on it is missing")
        yield from _early(reader, branch)


def _early(reader: Reader, branch: Branch) -> Iterator[Finding]:
    """Check the samples that arrived before the turn of their step."""
    rows = reader.query("SELECT * FROM vote WHERE id >= ? AND id < ? ORDER BY id", *ahead_rows(branch.id))
    for row, body, times, digest in rows:
        if early_step(row) < branch.steps or chain.digest(row, body, times) != digest:
            yield Finding(branch.id, early_step(row), "a sample of it has been changed")
    if len(rows) != json.loads(reader.record(branch.id).get(EARLY, "0")):
        yield Finding(branch.id, branch.steps, "a sample of a step ahead of it is missing")


def _copies(reader: Reader) -> Iterator[Finding]:
    """Check the records, and that what is there twice is there twice."""
    spares = reader.query("SELECT k, v FROM spare")
    spare = dict(spares)
    if len(spare) != len(spares):
        yield Finding(None, None, "something is kept more than twice")
    for key, value in reader.query("SELECT k, v FROM blob"):
        if spare.pop(key, None) != value:
            yield Finding(None, None, f"the two copies of the {key} differ")
    for branch in reader.branches:
        record = reader.record(branch.id)
        if chain.seal(branch, record.items()) != branch.seal:
            yield Finding(branch.id, None, "the record of the run has been changed")
        for key in ("order", "started"):
            if spare.pop(f"{key}/{branch.id}", b"") != record.get(key, "null").encode():
                yield Finding(branch.id, None, f"the two copies of the {key} differ")
    for key in spare:
        yield Finding(None, None, f"there is a second copy of {key!r}, and no first")
