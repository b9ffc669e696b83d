"""What is asked of a session file after an accident, whatever the accident was."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from maker_engine.core.errors import EmptySessionError, SessionError
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import task_of
from maker_engine.sessions.store.reader import Reader
from tests.crash.child import Job

NOTHING = (0, 0)
Acked: TypeAlias = dict[int, tuple[int, int]]
"""Steps and entries of the open step that were acknowledged last, by branch."""


class Stands(NamedTuple):
    """How far a branch is: its steps, the entries of its open step, and the link of each of its steps."""

    steps: int
    entries: int
    links: tuple[bytes, ...]


@dataclass
class Losses:
    """What must not happen, each with its instances in words."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.twice or self.findings or self.heads)

    def told(self) -> list[str]:
        """Every instance, a line each."""
        return [*self.lost, *self.twice, *self.findings, *self.heads]


def stands(path: Path) -> dict[int, Stands]:
    """How far each branch of a session is.

    Raises:
        SessionError: It cannot be opened.
    """
    with Reader(path) as reader:
        numbers = [branch.id for branch in reader.branches]
    found: dict[int, Stands] = {}
    for number in numbers:
        with Reader(path, number) as reader:
            links = tuple(row.chain for row in reader.rows())
            entries = reader.open_entries(task_of(reader.meta()))
            found[number] = Stands(reader.steps_done(), len(entries), links)
    return found


def judge(path: Path, acked: Acked, where: str, losses: Losses) -> dict[int, Stands]:
    """Hold a file against what was acknowledged; return how far it is, an empty dict when there is no run in it yet."""
    try:
        found = stands(path)
    except EmptySessionError as error:
        if max(acked.values(), default=NOTHING) > NOTHING:
            losses.lost.append(f"{where}: {acked} was acknowledged, and now {error}")
        return {}
    except SessionError as error:
        if acked:
            losses.lost.append(f"{where}: {acked} was acknowledged, and now {error}")
        return {}
    for number, least in acked.items():
        stored = found[number][:2] if number in found else NOTHING
        if stored < least:
            losses.lost.append(f"{where}: {least} was acknowledged of branch {number}, {stored} is stored")
    for number, one in found.items():
        if len(one.links) != one.steps or len(set(one.links)) != one.steps:
            losses.twice.append(f"{where}: branch {number} has {len(one.links)} rows for {one.steps} steps")
    with Reader(path) as reader:
        task = task_of(reader.meta())
    losses.findings += [f"{where}: {finding}" for finding in verify(path, task).findings]
    return found


def heads(path: Path) -> dict[int, bytes]:
    """The end of each branch's chain: equal for two sessions only if every step of them is."""
    with Reader(path) as reader:
        return {branch.id: branch.chain for branch in reader.branches}


def resumed(path: Path, job: Job) -> dict[int, bytes]:
    """Go on with a session to its end; return its heads."""
    if not job.over(path):
        job.act(path)
    return heads(path)
