"""Kill -9 at random moments, in the middle of commits and in the middle of checkpoints, until the run has ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
import struct
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from tests.crash import child, judging
from tests.crash.child import ACK, Job, Leg
from tests.crash.judging import NOTHING, Acked, Losses, Stands

WORKERS = multiprocessing.get_context("forkserver")
"""A child starts from a process that has everything loaded and no thread: in milliseconds, and it may be killed."""
WORKERS.set_forkserver_preload(["tests.crash.child"])

ANYWHEN, COMMIT, CHECKPOINT = "at random", "in a commit", "in a checkpoint"
AIMS = (ANYWHEN, COMMIT, CHECKPOINT)
LONGEST_S = 60.0
_BACKFILL, _BACKFILL_AT = struct.Struct("=I28xI"), 96
"""Where the log's index says how much of it has been taken into the file (wal.c: WalCkptInfo)."""
FEW_PAGES = 12
STOPPED_S = 0.001
"""After which a child that was sent the signal has stopped."""
RUNS_A_KILL = 10
"""A harness that needs more runs than this for a kill cannot hit what it aims at."""


@dataclass
class Killing:
    """What came of the kills."""

    hit: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    equal: int = 0
    acked: int = 0
    losses: Losses = field(default_factory=Losses)

    @property
    def kills(self) -> int:
        """How many children were killed."""
        return self.hit.total()

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "kills", self.kills
        yield "   inside a commit", self.hit[COMMIT]
        yield "   inside a checkpoint", self.hit[CHECKPOINT]
        yield "   elsewhere", self.hit[ANYWHEN]
        yield "flushes acknowledged", self.acked
        yield "acknowledged steps or votes lost", len(self.losses.lost)
        yield "steps applied twice or changed", len(self.losses.twice)
        yield "findings of verify", len(self.losses.findings)
        yield "runs driven to their end", self.runs
        yield "   with the head of the run that was never killed", self.equal


def kill(number: int, seed: int, directory: Path, jobs: dict[str, Job]) -> Killing:
    """Kill so many children, and resume each run to its end."""
    dice = Random(seed)
    killing = Killing()
    expected: dict[str, dict[int, bytes]] = {}
    names = list(jobs)
    while killing.kills < number and killing.runs < RUNS_A_KILL * number:
        name = names[killing.runs % len(names)]
        if name not in expected:
            expected[name] = judging.resumed(directory / f"whole-{len(expected)}.maker", jobs[name])
        path = directory / f"run-{killing.runs}.maker"
        _to_its_end(name, jobs[name], path, dice, killing, number)
        killing.runs += 1
        if (head := judging.heads(path)) == expected[name]:
            killing.equal += 1
        else:
            killing.losses.heads.append(f"{path.name}, {name}: its heads are {head}")
    return killing


def _to_its_end(name: str, job: Job, path: Path, dice: Random, killing: Killing, most: int) -> None:
    """Kill and resume a run until it has ended; the last of all kills made, it is left alone."""
    acked: Acked = {}
    before: dict[int, Stands] = {}
    marks = path.with_suffix(".marks")
    while not job.over(path):
        aim = AIMS[killing.kills % len(AIMS)] if killing.kills < most else ""
        marks.write_bytes(bytes(1))
        leg = Leg(
            name, path, marks,
            pages=FEW_PAGES if aim == CHECKPOINT else 0,
            die_in=dice.randint(1, 12) if aim == COMMIT else 0,
            seed=dice.randrange(2**32),
        )  # fmt: skip
        recovered = _backfill(path)[1]  # what is left of the kill before is found again, and is no checkpoint
        if _leg(leg, aim, dice.uniform(0, 0.3), recovered, acked, killing):
            killing.hit[_where(path, marks, recovered)] += 1
        where = f"{path.name}, {name}, kill {killing.kills} {aim}"
        after = judging.judge(path, acked, where, killing.losses)
        for branch, one in before.items():
            if one.links and (branch not in after or after[branch].links[: one.steps] != one.links):
                killing.losses.twice.append(f"{where}: steps that were stored are other ones now")
        before = after


def _leg(leg: Leg, aim: str, after_s: float, recovered: int, acked: Acked, killing: Killing) -> bool:
    """Start a child and kill it as the aim says; True when it was killed, False when it had ended before."""
    ours, theirs = WORKERS.Pipe(duplex=False)
    process = WORKERS.Process(target=child.work, args=(leg, theirs), daemon=True)
    process.start()
    theirs.close()
    ours.recv_bytes()  # it is about to begin
    begun = time.monotonic()
    while process.is_alive() and (passed := time.monotonic() - begun) < LONGEST_S:
        if passed > after_s and (aim == ANYWHEN or (aim == CHECKPOINT and _caught(process, leg.path, recovered))):
            process.kill()
            break
        _heard(ours, acked, killing, wait_s=0.0 if aim == CHECKPOINT else 0.001)
    process.join(LONGEST_S)
    _heard(ours, acked, killing, wait_s=0.0)
    ours.close()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"a child with the orders {leg} ended with {process.exitcode}")
    return process.exitcode != 0


def _heard(pipe: Connection, acked: Acked, killing: Killing, wait_s: float) -> None:
    with suppress(EOFError):
        while pipe.poll(wait_s):
            branch, steps, entries = ACK.unpack(pipe.recv_bytes())
            if (steps, entries) != NOTHING:  # a session that was killed before its first vote is begun anew
                acked[branch] = (steps, entries)
            killing.acked += 1
            wait_s = 0.0


def _caught(process: BaseProcess, path: Path, recovered: int) -> bool:
    """Whether a child has been stopped in a checkpoint, so that it is still there when the kill comes."""
    if process.pid is None or not _checkpointing(path, recovered):
        return False
    with suppress(ProcessLookupError):  # it has ended meanwhile
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(STOPPED_S)
        if _checkpointing(path, recovered):
            return True
        os.kill(process.pid, signal.SIGCONT)
    return False


def _checkpointing(path: Path, recovered: int) -> bool:
    """Whether the log is being taken into the file, by SQLite's own record of it; nobody has the file open here."""
    done, attempted = _backfill(path)
    return attempted > done and attempted != recovered


def _backfill(path: Path) -> tuple[int, int]:
    """Frames of the log that are in the file, and those that are, or were found to be, on their way into it."""
    try:
        index = os.open(path.with_name(path.name + "-shm"), os.O_RDONLY)
    except OSError:
        return 0, 0
    try:
        read = os.pread(index, _BACKFILL.size, _BACKFILL_AT)
    finally:
        os.close(index)
    return _BACKFILL.unpack(read) if len(read) == _BACKFILL.size else (0, 0)


def _where(path: Path, marks: Path, recovered: int) -> str:
    """Where a child was when it was killed."""
    if _checkpointing(path, recovered):
        return CHECKPOINT
    return COMMIT if marks.read_bytes()[0] else ANYWHEN
