"""Forks: another run from any step of a session on, in the same file. Nothing is copied, whatever came before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask, Json
from maker_engine.core.errors import InputError
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import RunStarted
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.values import to_json
from maker_engine.sessions.store import chain, origin, storage
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.commit import Commit, vote_of, write
from maker_engine.sessions.store.lock import WriterLock
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import row_id

LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class ForkNode:
    """One branch in the tree of forks.

    Attributes:
        id: 0 for the run itself.
        parent: Where it was forked from, None for the run itself.
        fork_step: Its first own step, 0-based.
        depth: How many forks lie between it and the run itself.
        steps: Decided steps, shared ones included.
        expected: Steps it will take, None when that cannot be known.
        k: Margin it needs.
        model: Who answers.
        simulated: True for the simulated model.
        outcome: How it ended, None while it has not.
        note: What its maker says of it.
        created: Seconds since the epoch; for display only.
    """

    id: int
    parent: int | None
    fork_step: int
    depth: int
    steps: int
    expected: int | None
    k: int
    model: str
    simulated: bool
    outcome: str | None
    note: str
    created: int


def tree(reader: Reader) -> list[ForkNode]:
    """Return a session's branches, each behind its parent, in the order in which they were made.

    Raises:
        SessionError: The record of one of them is damaged.
    """
    children: dict[int | None, list[Branch]] = {}
    for branch in reader.branches:
        children.setdefault(branch.parent, []).append(branch)
    return list(_below(reader, children, None, 0))


def _below(
    reader: Reader, children: Mapping[int | None, Sequence[Branch]], parent: int | None, depth: int
) -> Iterator[ForkNode]:
    for branch in children.get(parent, ()):
        record = reader.meta(branch.id)
        if "started" not in record:
            raise storage.damaged(reader.path, f"fork {branch.id} was never started")
        started = record["started"]
        yield ForkNode(
            branch.id, parent, branch.fork_step, depth, branch.steps, started["steps"], started["k"], started["model"],
            started["simulated"], record.get("ended", {}).get("outcome"), record.get("note", ""), branch.created,
        )  # fmt: skip
        yield from _below(reader, children, branch.id, depth + 1)


def seed_of(seed: int, branch: int) -> int:
    """Return the seed of a fork's simulated model: its samples are drawn again, and the same each time."""
    return int.from_bytes(blake2b(b"%d/%d" % (seed, branch), digest_size=4).digest())


def no_such_step(step: int, done: int) -> InputError:
    """Say that a fork cannot begin at `step` (0-based) of a run of `done` decided steps."""
    return InputError(f"a fork begins at step 1 to {done + 1:,} of the run, not {step + 1:,}")


@dataclass(frozen=True, slots=True)
class NewFork:
    """A fork to be added.

    Attributes:
        parent: Branch to fork.
        step: First step that the fork decides itself, 0-based.
        order: What it is to run.
        started: The first event of its run.
        totals: What the run had spent when it reached that step.
        entries: What is done to the open step's ballot at once.
        note: For a person, at most 200 characters.
        own: As for `Journal`.
    """

    parent: int
    step: int
    order: Mapping[str, Json]
    started: RunStarted
    totals: Totals
    entries: Sequence[Entry] = ()
    note: str = ""
    own: bool = True


def add_fork(path: Path, task: AnyTask, fork: NewFork) -> int:
    """Add a fork to a session, in one transaction; return its number. It has yet to be run.

    Raises:
        InputError: There is no such step.
        SessionBusyError: The session is being written.
        SessionError: It cannot be written.
    """
    with WriterLock(path):
        with Reader(path, fork.parent) as reader:
            if not 0 <= fork.step <= reader.branch.steps:
                raise no_such_step(fork.step, reader.branch.steps)
            number = reader.branches[-1].id + 1
            link = reader.link_before(fork.step)
        meta: dict[str, Any] = {
            "order": fork.order, "started": asdict(fork.started), "totals": asdict(fork.totals), "elapsed_s": 0.0,
            "created": int(time.time()), "open": len(fork.entries), "note": fork.note[:LONGEST_NOTE],
        }  # fmt: skip
        if not fork.own:
            meta[origin.IMPORTED] = True
        elif (signature := origin.sign(to_json(fork.order))) is not None:
            meta[origin.SIGNED] = signature
        record = {key: to_json(value) for key, value in meta.items()}
        branch = Branch(number, fork.parent, fork.step, meta["created"], fork.step, link)
        branch = branch._replace(seal=chain.seal(branch, record.items()))
        commit = Commit(
            branch=branch,
            votes=[vote_of(row_id(number, index), entry, task) for index, entry in enumerate(fork.entries)],
            notes=record,
            copies={f"{key}/{number}": record[key].encode() for key in ("order", "started")},
        )
        connection = storage.connect(path)
        try:
            write(connection, path, commit)
        finally:
            connection.close()
    return number
