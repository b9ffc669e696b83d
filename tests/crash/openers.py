"""A second opener: while one process writes a session another is refused at once, and can look at it all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maker_engine.core.errors import SessionBusyError, SessionError
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.lock import writer_of
from tests.crash import child
from tests.crash.child import Leg
from tests.crash.kills import LONGEST_S, WORKERS

JOB = "long, in flight"
"""Writes small commits for longer than anybody looks."""


@dataclass
class Opening:
    """What came of the second openers; times in seconds."""

    rounds: int = 0
    refused: int = 0
    free_at_once: int = 0
    looks: list[float] = field(default_factory=list)
    refusals: list[float] = field(default_factory=list)
    takeovers: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "second openers", self.rounds
        yield "   refused as long as the first one wrote", self.refused
        yield "   refused within, at the longest", _longest(self.refusals)
        yield "looks at a session that is being written", len(self.looks)
        yield "   that took, in the middle", _middle(self.looks)
        yield "   that took, at the longest", _longest(self.looks)
        yield "writers that could take over at once after kill -9", self.free_at_once
        yield "   that took, at the longest", _longest(self.takeovers)
        yield "failures", len(self.failures)


def _longest(times: list[float]) -> str:
    return f"{max(times, default=0) * 1000:.1f} ms"


def _middle(times: list[float]) -> str:
    return f"{sorted(times)[len(times) // 2] * 1000:.1f} ms" if times else "-"


def open_twice(rounds: int, seed: int, directory: Path, looks: int = 3) -> Opening:
    """Write in one process and come with a second; kill the first and take over; so many times, on one session."""
    dice = Random(seed)
    opening = Opening()
    path = directory / "run.maker"
    for number in range(rounds):
        opening.rounds += 1
        ours, theirs = WORKERS.Pipe(duplex=False)
        marks = directory / "marks"
        marks.write_bytes(bytes(1))
        process = WORKERS.Process(target=child.work, args=(Leg(JOB, path, marks), theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            for _ in range(dice.randint(4, 12)):  # the first message, and some flushes
                ours.recv_bytes()
            _come(path, process.pid or 0, looks, opening, f"round {number}")
        finally:
            process.kill()
            process.join(LONGEST_S)
            ours.close()
        _take_over(path, opening, f"round {number}")
    return opening


def _come(path: Path, writer: int, looks: int, opening: Opening, where: str) -> None:
    """Do what a second process may do, and may not."""
    begun = time.perf_counter()
    try:
        _journal(path).close()
        opening.failures.append(f"{where}: two write the session")
    except SessionBusyError as error:
        opening.refusals.append(time.perf_counter() - begun)
        told = f"process {writer}:" in str(error) and writer_of(path) == writer
        opening.refused += told
        if not told:
            opening.failures.append(f"{where}: not said to be process {writer}'s: {error}")
    for _ in range(looks):
        begun = time.perf_counter()
        try:
            open_saved(path)
        except SessionError as error:
            opening.failures.append(f"{where}: {error}")
        opening.looks.append(time.perf_counter() - begun)


def _take_over(path: Path, opening: Opening, where: str) -> None:
    begun = time.perf_counter()
    try:
        journal = _journal(path)
    except SessionError as error:
        opening.failures.append(f"{where}: {error}")
        return
    opening.takeovers.append(time.perf_counter() - begun)
    opening.free_at_once += 1
    journal.close()


def _journal(path: Path) -> Journal:
    saved = open_saved(path)
    return Journal(path, saved.task, saved.order, saved.branch)
