"""Reads one branch of a session, never writing to it; short reads, so that a writer's log does not grow."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from maker_engine.blame import fault_of
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import MakerError, SessionError
from maker_engine.core.record import decisions
from maker_engine.core.record.entries import Entry
from maker_engine.core.responses import Sample
from maker_engine.sessions.store import chain, schema, storage
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.lineage import Segment, branches_of, segments_of
from maker_engine.sessions.store.packing import dense, undense, unpack
from maker_engine.sessions.store.record import read_record
from maker_engine.sessions.store.schema import branch_of, row_id, step_of

_PAGE = 2_000  # rows a read: short enough not to hold a checkpoint up, long enough to be fast
_REASON = "reason"
_GIVEN_UP = dense({decisions.MARK: "undecided", _REASON: "", "ask_later": False}).partition(dense(_REASON))[0]
"""How the answer of a step that was given up begins, whatever the reason."""


class StoredStep(NamedTuple):
    """A decided step as it is now in the file; `step` is 0-based."""

    step: int
    flags: int
    answer: Any
    entries: list[Entry]

    @property
    def samples(self) -> list[Sample]:
        """Its counted samples, in the order of counting."""
        return [entry for entry in self.entries if isinstance(entry, Sample)]


class Row(NamedTuple):
    """A row of the step table as it is, the votes compressed."""

    id: int
    n: int
    flags: int
    action: bytes
    state_hash: bytes
    chain: bytes
    votes: bytes
    times: bytes | None


class Reader:
    """A read-only look into one session file.

    Args:
        path: The file.
        branch: Which branch, None for the newest.
        connection: An open connection to use, None to open the file.
        steady: Everything that is read is of one moment, whatever a writer adds; for short looks, since the
            writer's log grows meanwhile.

    Raises:
        SessionError: It is not there, not a session, damaged, or of another format; or it has no such branch.
    """

    def __init__(
        self,
        path: Path,
        branch: int | None = None,
        connection: sqlite3.Connection | None = None,
        *,
        steady: bool = False,
    ) -> None:
        self.path = path
        self._opened: storage.Opened | None
        if connection is None:
            self._opened = opened = storage.open_reader(path)
            self._connection = opened.connection
            if opened.format < schema.FORMAT:
                self.close()
                raise SessionError(f"session {path} has the older format {opened.format}: open it once to bring it up")
        else:
            self._opened, self._connection = None, connection
        self._dictionary: bytes | None = None
        try:
            if steady:
                self.query("BEGIN")
            self.branches = self._sound_branches()
            self.branch = self._chosen(branch)
            self.segments = segments_of(self.branch, self.branches)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()

    def meta(self, branch: int | None = None) -> dict[str, Any]:
        """Return what the file says of a branch, None for this one: order, started, totals, ended, created.

        Raises:
            SessionError: A value is not of the kind it has to be.
        """
        return self._read(self.record(self.branch.id if branch is None else branch))

    def note(self, key: str, default: Any, branch: int | None = None) -> Any:
        """Return one value of the record of a branch, None for this one; `default` where there is none.

        Raises:
            SessionError: As for `meta`.
        """
        texts = self.query(
            "SELECT k, v FROM meta WHERE branch = ? AND k = ?", self.branch.id if branch is None else branch, key
        )
        return self._read(dict(texts)).get(key, default)

    def _read(self, texts: dict[str, str]) -> dict[str, Any]:
        try:
            return read_record(texts)
        except ValueError as error:
            raise storage.damaged(self.path, error) from None

    def record(self, branch: int) -> dict[str, str]:
        """Return the record of a branch as it is now, values in JSON."""
        return dict(self.query("SELECT k, v FROM meta WHERE branch = ?", branch))

    def owner(self, step: int) -> int:
        """Return the branch that a step, 0-based, is stored with: by its order the step was voted on."""
        return next((one.branch for one in self.segments if one.first <= step < one.last), self.branch.id)

    def steps_done(self) -> int:
        """Return how many steps are decided."""
        return self.branch.steps

    def dictionary(self) -> bytes | None:
        """Return the file's compression dictionary, None while it has none."""
        if self._dictionary is None:
            rows = self.query("SELECT v FROM blob WHERE k = ?", schema.DICTIONARY)
            self._dictionary = rows[0][0] if rows else None
        return self._dictionary

    def rows(self, first: int = 0, last: int | None = None, flags: int = 0) -> Iterator[Row]:
        """Give the rows of steps `first` to `last` (0-based, exclusive; None for all), in order.

        Args:
            first: First step.
            last: Step after the last one.
            flags: Only the steps that carry one of these flags, 0 for every step.
        """
        return map(Row._make, self._columns("*", first, last, flags))

    def _columns(self, names: str, first: int, last: int | None, flags: int = 0) -> Iterator[tuple[Any, ...]]:
        """Give columns of steps in order, the id first; a page at a time."""
        end = self.branch.steps if last is None else last
        where = f"AND flags & {int(flags)} AND flags <> 0" if flags else ""
        for branch, begin, stop in self.segments:
            at, to = row_id(branch, max(begin, first)), row_id(branch, min(stop, end))
            while at < to:
                page = self.query(
                    f"SELECT {names} FROM step WHERE id >= ? AND id < ? {where} ORDER BY id LIMIT ?", at, to, _PAGE  # noqa: S608 - ours
                )  # fmt: skip
                yield from page
                at = page[-1][0] + 1 if len(page) == _PAGE else to

    def remarkable(self, first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
        """Give (step, flags) of the steps with a flag, in order, quickly; arguments as for `rows`."""
        return ((step_of(row), flags) for row, flags in self._columns("id, flags", first, last, -1))

    def undecided(self, first: int = 0, last: int | None = None) -> Iterator[int]:
        """Give those of steps `first` to `last` (0-based, exclusive) that were given up, in order, quickly."""
        begin = _GIVEN_UP.hex()
        found = self._columns(f"id, substr(action, 1, {len(_GIVEN_UP)}) = x'{begin}'", first, last)
        return (step_of(row) for row, given_up in found if given_up)

    def answers(self, task: AnyTask, first: int = 0, last: int | None = None) -> Iterator[Any]:
        """Give the decided answers of steps `first` to `last` (0-based, exclusive; None for all), in order."""
        for row, action in self._columns("id, action", first, last):
            try:
                answer = decisions.decode(task, undense(action))
            except Exception as error:
                raise self._unreadable(step_of(row), task, error) from error
            yield answer

    def actions(self, first: int = 0) -> Iterator[bytes]:
        """Give the decided answers from step `first` (0-based) on as they are packed, in order."""
        return (action for _, action in self._columns("id, action", first, None))

    def steps(self, task: AnyTask, first: int = 0, last: int | None = None, flags: int = 0) -> Iterator[StoredStep]:
        """Give decided steps whole, in order; arguments as for `rows`."""
        for row in self.rows(first, last, flags):
            yield self.stored(task, row)

    def last_steps(self, task: AnyTask, limit: int, before: int, flags: int = 0) -> list[StoredStep]:
        """Return the last `limit` steps before step `before`, in order; only those with one of `flags` if given."""
        where = f"AND flags & {int(flags)} AND flags <> 0" if flags else ""
        found: list[Row] = []
        for branch, begin, stop in reversed(self.segments):
            page = self.query(
                f"SELECT * FROM step WHERE id >= ? AND id < ? {where} ORDER BY id DESC LIMIT ?",  # noqa: S608 - ours
                row_id(branch, begin), row_id(branch, min(stop, before)), limit - len(found),
            )  # fmt: skip
            found += map(Row._make, page)
        return [self.stored(task, row) for row in reversed(found)]

    def stored(self, task: AnyTask, row: Row) -> StoredStep:
        """Unpack a row."""
        step = step_of(row.id)
        dictionary = self.dictionary()
        try:
            entries = unpack(decompress(row.votes, dictionary), task, row.times)
            return StoredStep(step, int(row.flags), decisions.decode(task, undense(row.action)), entries)
        except Exception as error:
            raise self._unreadable(step, task, error) from error

    def _unreadable(self, step: int, task: AnyTask, error: Exception) -> MakerError:
        """Blame the file for what is raised where a step (0-based) is unpacked, unless it is the task that fails."""
        if (fault := fault_of(type(task), error)) is not None:
            return fault
        return storage.damaged(self.path, f"step {step + 1:,} cannot be read ({type(error).__name__}: {error})")

    def snapshot(self, step: int) -> tuple[int, Any, dict[str, Any] | None]:
        """Return the newest snapshot at or before `step`: its step, the state's JSON value, the totals then.

        Where there is none: step 0, and None twice.

        Raises:
            SessionError: It is damaged.
        """
        for branch, begin, stop in reversed(self.segments):
            rows = self.query(
                "SELECT * FROM snap WHERE id >= ? AND id <= ? ORDER BY id DESC LIMIT 1",
                row_id(branch, begin),
                row_id(branch, min(stop, step)),
            )
            if rows:
                *kept, digest = rows[0]
                row, state, totals, _ = kept
                if chain.digest(*kept) != digest:
                    raise storage.damaged(self.path, f"the state kept at step {step_of(row) + 1:,} has been changed")
                return step_of(row), json.loads(state), json.loads(totals)
        return 0, None, None

    def state(self, task: AnyTask, step: int) -> Any:
        """Return the state before `step` (0-based): the snapshot before it, and the answers since."""
        begun, value, _ = self.snapshot(step)
        state = task.start() if value is None else task.decode_state(value)
        for answer in self.answers(task, begun, step):
            state = task.apply(state, answer)
        return state

    def open_entries(self, task: AnyTask) -> list[Entry]:
        """Return what happened so far in the step that is not decided yet, in order.

        Raises:
            SessionError: It is damaged.
        """
        rows = self.query("SELECT * FROM vote WHERE id >= ? AND id < ? ORDER BY id", *schema.open_rows(self.branch.id))
        number = self.branch.id
        for index, (row, body, times, digest) in enumerate(rows):
            if row != row_id(number, index) or chain.digest(row, body, times) != digest:
                raise storage.damaged(self.path, f"a vote on step {self.branch.steps + 1:,} has been changed")
        if len(rows) != self.note("open", 0):
            raise storage.damaged(self.path, f"a vote on step {self.branch.steps + 1:,} is missing")
        try:
            return [entry for _, body, times, _ in rows for entry in unpack(body, task, times)]
        except Exception as error:
            raise self._unreadable(self.branch.steps, task, error) from error

    def early_rows(self) -> list[int]:
        """Return the ids of the samples that arrived before the turn of their step."""
        return [row for (row,) in self.query("SELECT id FROM vote WHERE id >= ? AND id < ?", *self._early)]

    @property
    def _early(self) -> tuple[int, int]:
        return schema.ahead_rows(self.branch.id)

    def early_samples(self, task: AnyTask) -> dict[int, dict[int, Sample]]:
        """Return what was received for independent steps before their turn: by step, and by number, both 0-based.

        Raises:
            SessionError: It is damaged.
        """
        found: dict[int, dict[int, Sample]] = {}
        rows = self.query("SELECT * FROM vote WHERE id >= ? AND id < ? ORDER BY id", *self._early)
        if len(rows) != self.note(schema.EARLY, 0):
            raise storage.damaged(self.path, "a sample of a step ahead is missing")
        for row, body, times, digest in rows:
            step = schema.early_step(row)
            if chain.digest(row, body, times) != digest:
                raise storage.damaged(self.path, f"a sample of step {step + 1:,} has been changed")
            try:
                (sample,) = unpack(body, task, times)
            except Exception as error:
                raise self._unreadable(step, task, error) from error
            if isinstance(sample, Sample):
                found.setdefault(step, {})[sample.sample] = sample
        return found

    def link_before(self, step: int) -> bytes:
        """Return the chain's link at the step before `step`; empty at the first."""
        for branch, begin, stop in self.segments:
            if begin <= step - 1 < stop:
                rows = self.query("SELECT chain FROM step WHERE id = ?", row_id(branch, step - 1))
                return rows[0][0] if rows else b""
        return b""

    def query(self, sql: str, *values: object) -> list[Any]:
        """Run a query.

        Raises:
            SessionError: The file is damaged.
        """
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise storage.damaged(self.path, error) from None

    def _sound_branches(self) -> list[Branch]:
        try:
            return branches_of(self.query("SELECT * FROM branch ORDER BY id"))
        except ValueError as error:
            raise storage.damaged(self.path, error) from None

    def _chosen(self, branch: int | None) -> Branch:
        for one in self.branches:
            if branch in (None, one.id) and (branch is not None or one is self.branches[-1]):
                return one
        numbers = ", ".join(str(one.id) for one in self.branches)
        raise SessionError(f"session {self.path} has no fork {branch}: it has {numbers}")


def own_rows(branch: int) -> tuple[int, int]:
    """Return the first id of a branch's own rows and the id after the last."""
    return row_id(branch, 0), row_id(branch + 1, 0)


__all__ = ["Reader", "Row", "Segment", "StoredStep", "branch_of", "own_rows"]
