"""Checks a session from its first byte to its last vote: nothing in it may have changed since it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask, Gather, Undecided, Vote
from maker_engine.core.errors import SessionError
from maker_engine.core.record import decisions
from maker_engine.core.record.registry import form_of
from maker_engine.core.record.sample_kinds import FOUND, SAMPLES
from maker_engine.core.record.values import to_json
from maker_engine.core.responses import Sample
from maker_engine.core.solving.effects import Outstanding
from maker_engine.core.voting import Enough, VotingRule, certificate_rule, named_rule
from maker_engine.sessions.queries.acting import outstanding
from maker_engine.sessions.store import chain, schema
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.packing import dense, open_packed, undense, unpack
from maker_engine.sessions.store.reader import Reader, Row
from maker_engine.sessions.store.redecide import recount, remarkable, rule_after
from maker_engine.sessions.store.schema import StepFlag, row_id, step_of
from maker_engine.sessions.store.side_checks import Finding, outside, reporting
from maker_engine.sessions.store.times import unpack_times

__all__ = ["Finding", "Verified", "verify"]

EARLIER = object()
"""In place of an answer: votes decided the step, and there are entries behind them."""
_ACTED = StepFlag.ACTED.value
_RECOUNTED = int(~(StepFlag.WRONG | StepFlag.FAILED_CALLS))


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of checking a session.

    Attributes:
        steps: Steps that were checked, and every vote in them counted again.
        findings: What is wrong, the first bad step of each branch first; empty for a sound session.
    """

    steps: int
    findings: tuple[Finding, ...]


def verify(path: Path, task: AnyTask, on_step: Callable[[int], None] = lambda _: None) -> Verified:
    """Check everything, and decide every step again from its recorded votes. Reads only, and asks no one.

    Args:
        path: The session.
        task: What it solves; applies the answers.
        on_step: Called now and then with how many steps are checked.
    """
    findings: list[Finding] = []
    branches: list[Branch] = []
    steps = 0
    with reporting(findings), Reader(path, steady=True) as reader:  # a writer may be going on
        branches = reader.branches
        findings += outside(reader)
    for branch in branches:
        with reporting(findings, branch.id), Reader(path, branch.id) as reader:
            one = _Branch(reader, task, branch, findings)
            for done in one.check():
                steps += 1
                if done % 5_000 == 0:
                    on_step(steps)
    findings.sort(key=lambda one: (one.step is None, one.branch or 0, one.step or 0))
    return Verified(steps, tuple(findings))


class _Branch:
    """Checks one branch's own steps."""

    def __init__(self, reader: Reader, task: AnyTask, branch: Branch, findings: list[Finding]) -> None:
        self._findings = findings
        self._reader = reader
        self._task = task
        self._branch = branch
        self._rule: VotingRule = _rule(reader)
        self._hashes: dict[int, bytes] = {}  # of the states that snapshots have to be equal to, by step
        self._next = branch.fork_step
        self._effects = Outstanding()

    def check(self) -> Iterator[int]:
        """Check, giving the number of each step that is sound; stops at the first bad one."""
        try:
            yield from self._chained()
        except SessionError as error:
            self._find(self._next, str(error))
        except Exception as error:  # noqa: BLE001 - damaged bytes may fail anywhere, in the task too
            self._find(self._next, f"it cannot be read: {type(error).__name__}: {error}")

    def _chained(self) -> Iterator[int]:
        branch, reader = self._branch, self._reader
        link = reader.link_before(self._next)
        state = reader.state(self._task, self._next)
        self._effects = outstanding(reader, self._task, self._next)
        for row in self._rows(self._next):
            if step_of(row.id) != self._next:
                break
            state = self._step(row, state, link)
            link = row.chain
            self._next += 1
            yield self._next
        if self._next != branch.steps:
            self._find(self._next, "it is missing")
        elif link != branch.chain:
            self._find(self._next - 1, "it is not the one that was written last")
        else:
            self._snapshots()

    def _rows(self, first: int) -> Iterator[Row]:
        """Give the rows from `first` on: one by one from where many cannot be read at once."""
        at = first
        try:
            for row in self._reader.rows(first, self._branch.steps):
                at = step_of(row.id) + 1
                yield row
        except SessionError:
            while at < self._branch.steps and (one := list(self._reader.rows(at, at + 1))):
                yield from one
                at += 1

    def _find(self, step: int | None, what: str) -> None:
        self._findings.append(Finding(self._branch.id, step, what))

    def _step(self, row: Row, state: Any, before: bytes) -> Any:
        """Check one row; return the state after it.

        Raises:
            SessionError: It is not as it was written, or its votes do not decide what it says.
        """
        task = self._task
        votes = decompress(row.votes, self._reader.dictionary())
        if chain.link(before, row.id, row.n, row.flags, (row.action, row.state_hash, votes)) != row.chain:
            raise SessionError("its link does not fit")
        packed = open_packed(votes)
        if row.times is not None:
            unpack_times(row.times, len(packed.rows))
        plain = packed.answers == [row.action] and all(one[0] in SAMPLES and one[FOUND] == 0 for one in packed.rows)
        if plain and len(packed.rows) == self._rule.k:
            # Nine steps in ten: nothing to count, and no need to make entries of it.
            flags, samples, sound = 0, len(packed.rows), True
        else:
            answer, flags, samples = self._recounted(votes, self._rule_of(row.action, state))
            voted = answer is not None and answer is not EARLIER
            sound = dense(decisions.encode(task, answer)) == row.action if voted else self._unvoted(row.action, answer)
        if not sound:
            raise SessionError("its votes do not decide what it says")
        if samples != row.n or flags != row.flags & _RECOUNTED:
            raise SessionError("its figures are not those of its votes")
        after = task.apply(state, decisions.decode(task, undense(row.action)))
        encoded = to_json(task.encode_state(after))
        if chain.state_hash(encoded) != row.state_hash:
            raise SessionError("the state it leads to is another one")
        if (step_of(row.id) + 1) % schema.SNAPSHOT_STEPS == 0:
            self._hashes[step_of(row.id) + 1] = row.state_hash
        return after

    def _unvoted(self, action: bytes, answer: Any) -> bool:
        """Return whether a step that its votes do not decide may be decided so: by the world, or as undecided."""
        done = decisions.decode(self._task, undense(action))
        if isinstance(done, Undecided):
            return answer is None and self._task.independent
        return decisions.is_outcome(done) and self._effects.decide(done)

    def _rule_of(self, action: bytes, state: Any) -> VotingRule:
        """Return what decided a step: the run's rule, a certificate, or that enough proposals were in."""
        step = self._task.step(state)
        if decisions.is_gathered(undense(action)):
            return Enough(step.n) if isinstance(step, Gather) else self._rule
        if isinstance(step, Vote) and step.certificate is not None:
            return named_rule(certificate_rule(step.certificate), self._rule.k)
        return self._rule

    def _recounted(self, votes: bytes, rule: VotingRule) -> tuple[Any, int, int]:
        """Decide a step again; return the answer, its flags and samples.

        The answer is None where nothing is decided, and `EARLIER` where that was before the last entry.
        """
        entries = unpack(votes, self._task)
        if any(form_of(entry).marks & _ACTED for entry in entries):
            self._effects.take_all(entries)
        answer, used = recount(entries, rule)
        self._rule = rule_after(entries, self._rule)
        samples = sum(isinstance(entry, Sample) for entry in entries)
        flags = remarkable(entries, gathered=isinstance(rule, Enough))
        return answer if used == len(entries) else EARLIER, int(flags), samples

    def _snapshots(self) -> None:
        """Check the states that are kept after some of the steps."""
        first, last = row_id(self._branch.id, 0), row_id(self._branch.id, self._branch.steps)
        for row, state, totals, at, digest in self._reader.query(
            "SELECT * FROM snap WHERE id >= ? AND id <= ?", first, last
        ):
            kept = self._hashes.pop(step_of(row), b"")
            if chain.digest(row, state, totals, at) != digest or chain.state_hash(state) != kept:
                self._find(step_of(row) - 1, "the state kept after it has been changed")
        for step in self._hashes:
            self._find(step - 1, "the state kept after it is missing")


def _rule(reader: Reader) -> VotingRule:
    meta = reader.meta()
    if "started" not in meta and not reader.steps_done():  # cut off before it began: nothing is to be counted again
        return named_rule("ahead", 1)
    started = meta["started"]
    return named_rule(started["rule"], started["k"])
