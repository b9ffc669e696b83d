"""Checks a session from its first byte to its last vote: nothing in it may have changed since it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import SessionError
from maker_engine.core.responses import Flag
from maker_engine.core.voting import VotingRule, named_rule
from maker_engine.sessions import chain, schema, storage
from maker_engine.sessions.chain import Branch
from maker_engine.sessions.packing import Sample, decompress, dense, open_packed, to_json, undense, unpack
from maker_engine.sessions.reader import Reader, Row, own_rows
from maker_engine.sessions.redecide import recount
from maker_engine.sessions.schema import StepFlag, branch_of, row_id, step_of

TAIL_STEPS = 1_000
"""Steps whose links are checked whenever a session is opened."""
_RECOUNTED = int(StepFlag.DISSENT | StepFlag.FLAGGED | StepFlag.NOT_BY_VOTES_ALONE)
_COLUMNS = 9  # of a sample's row; an act has three


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
        """In one line."""
        where = "" if not self.branch else f"fork {self.branch}: "
        return f"{where}{self.what}" if self.step is None else f"{where}step {self.step + 1:,}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of checking a session.

    Attributes:
        steps: Steps that were checked, and every vote in them counted again.
        findings: What is wrong, the first bad step of each branch first; empty for a sound session.
    """

    steps: int
    findings: tuple[Finding, ...]


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
        if step_of(row.id) != expected or _link(reader, link, row) != row.chain:
            raise storage.damaged(reader.path, f"step {expected + 1:,} is not as it was written")
        link, expected = row.chain, expected + 1
    if expected != last:
        raise storage.damaged(reader.path, f"step {expected + 1:,} is missing")
    if link != reader.branch.chain:
        raise storage.damaged(reader.path, f"step {last:,} is not the last one that was written")


def verify(path: Path, task: AnyTask, on_step: Callable[[int], None] = lambda _: None) -> Verified:
    """Check everything, and decide every step again from its recorded votes. Reads only, and asks nobody.

    Args:
        path: The session.
        task: What it solves; applies the answers.
        on_step: Told now and then how many steps are checked.
    """
    findings: list[Finding] = []
    steps = 0
    try:
        with Reader(path) as reader:
            findings += _outside(reader)
            numbers = [branch.id for branch in reader.branches]
        for number in numbers:
            with Reader(path, number) as reader:
                one = _Branch(reader, task)
                for done in one.check():
                    steps += 1
                    if done % 5_000 == 0:
                        on_step(steps)
                findings += one.findings
    except SessionError as error:
        findings.append(Finding(None, None, str(error)))
    return Verified(steps, tuple(sorted(findings, key=lambda one: one.step is None)))


def _outside(reader: Reader) -> Iterator[Finding]:
    """Check what is in no step."""
    for (told,) in reader.query("PRAGMA integrity_check(3)"):
        if told != "ok":
            yield Finding(None, None, f"SQLite says: {told}")
    numbers = {branch.id for branch in reader.branches}
    for table in ("step", "snap", "vote"):
        for (row,) in reader.query(f"SELECT min(id) FROM {table} UNION SELECT max(id) FROM {table}"):  # noqa: S608
            if row is not None and branch_of(row) not in numbers:
                yield Finding(None, None, f"there is a {table} of fork {branch_of(row)}, which does not exist")
    yield from _copies(reader)


def _copies(reader: Reader) -> Iterator[Finding]:
    """Check the records, and that what is there twice is there twice."""
    spare = dict(reader.query("SELECT k, v FROM spare"))
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


class _Branch:
    """Checks one branch's own steps."""

    def __init__(self, reader: Reader, task: AnyTask) -> None:
        self.findings: list[Finding] = []
        self._reader = reader
        self._task = task
        self._branch: Branch = reader.branch
        self._rule: VotingRule = _rule(reader)
        self._hashes: dict[int, bytes] = {}  # of the states that snapshots have to be equal to, by step

    def check(self) -> Iterator[int]:
        """Check, giving the number of each step that is sound; stops at the first bad one."""
        branch, reader = self._branch, self._reader
        expected = branch.fork_step
        try:
            link = reader.link_before(expected)
            state = reader.state(self._task, expected)
            for row in reader.rows(expected):
                if step_of(row.id) != expected:
                    break
                state = self._step(row, state, link)
                link = row.chain
                expected += 1
                yield expected
            if expected != branch.steps:
                self._find(expected, "it is missing")
            elif link != branch.chain:
                self._find(expected - 1, "it is not the one that was written last")
            else:
                self._beside(expected)
        except SessionError as error:
            self._find(self._first_unreadable(expected), str(error))
        except Exception as error:  # noqa: BLE001 - damaged bytes may fail anywhere, in the task too
            self._find(expected, f"it cannot be read: {type(error).__name__}: {error}")

    def _find(self, step: int | None, what: str) -> None:
        self.findings.append(Finding(self._branch.id, step, what))

    def _step(self, row: Row, state: Any, before: bytes) -> Any:
        """Check one row; return the state after it.

        Raises:
            ValueError: It is not as it was written, or its votes do not decide what it says.
        """
        task = self._task
        votes = decompress(row.votes, self._reader.dictionary())
        if chain.link(before, row.id, row.n, row.flags, (row.action, row.state_hash, votes)) != row.chain:
            raise ValueError("its link does not fit")
        packed = open_packed(votes)
        if len(packed.answers) == 1 and all(len(one) == _COLUMNS and one[1] == 0 for one in packed.rows):
            decided, flags, samples = json.loads(packed.answers[0]), 0, len(packed.rows)
            sound = samples == self._rule.k
        else:
            answer, flags, samples, sound = self._recounted(votes)
            decided = task.encode_answer(answer)
        if not sound or dense(decided) != row.action:
            raise ValueError("its votes do not decide what it says")
        if samples != row.n or flags != row.flags & _RECOUNTED:
            raise ValueError("its figures are not those of its votes")
        after = task.apply(state, task.decode_answer(undense(row.action)))
        encoded = to_json(task.encode_state(after))
        if chain.state_hash(encoded) != row.state_hash:
            raise ValueError("the state it leads to is another one")
        if (step_of(row.id) + 1) % schema.SNAPSHOT_STEPS == 0:
            self._hashes[step_of(row.id) + 1] = row.state_hash
        return after

    def _recounted(self, votes: bytes) -> tuple[Any, int, int, bool]:
        """Decide a step again; return the answer, its flags and samples, and whether the last entry decided it."""
        entries = unpack(votes, self._task)
        samples = [entry for entry in entries if isinstance(entry, Sample)]
        valid = {sample.verdict for sample in samples if not isinstance(sample.verdict, Flag)}
        flags = (
            StepFlag.DISSENT * (len(valid) > 1)
            | StepFlag.FLAGGED * any(isinstance(sample.verdict, Flag) for sample in samples)
            | StepFlag.NOT_BY_VOTES_ALONE * (len(samples) < len(entries))
        )
        answer, used = recount(entries, self._rule)
        return answer, int(flags), len(samples), answer is not None and used == len(entries)

    def _beside(self, steps: int) -> None:
        """Check the snapshots and the open step's votes."""
        reader, (first, last) = self._reader, own_rows(self._branch.id)
        for row, state, totals, digest in reader.query("SELECT * FROM snap WHERE id >= ? AND id < ?", first, last):
            if chain.digest(row, state, totals) != digest or chain.state_hash(state) != self._hashes.pop(
                step_of(row), b""
            ):
                self._find(step_of(row) - 1, "the state kept after it has been changed")
        for step in self._hashes:
            self._find(step - 1, "the state kept after it is missing")
        votes = reader.query("SELECT * FROM vote WHERE id >= ? AND id < ? ORDER BY id", first, last)
        for index, (row, body, digest) in enumerate(votes):
            if row != row_id(self._branch.id, index) or chain.digest(row, body) != digest:
                self._find(steps, "a vote on it has been changed")
        if len(votes) != json.loads(reader.record(self._branch.id).get("open", "0")):
            self._find(steps, "a vote on it is missing")

    def _first_unreadable(self, step: int) -> int:
        """Return the first step from `step` on whose row cannot be read by itself."""
        for one in range(step, self._branch.steps):
            try:
                if not list(self._reader.rows(one, one + 1)):
                    return one
            except SessionError:
                return one
        return step


def _rule(reader: Reader) -> VotingRule:
    started = reader.meta()["started"]
    return named_rule(started["rule"], started["k"])


def _link(reader: Reader, before: bytes, row: Row) -> bytes:
    try:
        votes = decompress(row.votes, reader.dictionary())
    except Exception:  # noqa: BLE001 - damaged bytes
        return b""
    return chain.link(before, row.id, row.n, row.flags, (row.action, row.state_hash, votes))
