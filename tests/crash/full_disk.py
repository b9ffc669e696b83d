"""A full device: nothing acknowledged is lost, and with room again the run goes on to the same end by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from maker_engine.core.errors import StorageFullError
from maker_engine.sessions.store import storage
from maker_engine.sessions.store.journal import Journal
from tests.crash import child, judging
from tests.crash.child import ACK, Job, Leg
from tests.crash.judging import Acked, Losses
from tests.crash.kills import LONGEST_S, WORKERS

SIZE = 16 * 2**20
LEAST, MOST = 4, 700
"""KiB that are left of it at first; a run that takes less than the most of them is never told."""
FULL = b"full"


@dataclass
class Filling:
    """What came of the full devices."""

    skipped: str = ""
    rounds: int = 0
    told: int = 0
    equal: int = 0
    losses: Losses = field(default_factory=Losses)

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "full devices", self.skipped or self.rounds
        yield "   told as such", self.told
        yield "acknowledged steps or votes lost", len(self.losses.lost)
        yield "findings of verify", len(self.losses.findings)
        yield "gone on to the same head", self.equal


def fill(rounds: int, seed: int, directory: Path, name: str, job: Job, most: int = MOST) -> Filling:
    """Fill the device so many times, each time at another moment of a run."""
    dice = Random(seed)
    filling = Filling()
    expected = judging.resumed(directory / "whole.maker", job)
    with small_device(directory / "device") as device:
        if device is None:
            filling.skipped = "skipped: nothing can be mounted here"
            return filling
        for number in range(rounds):
            filling.rounds += 1
            path = device / f"run-{number}.maker"
            ballast = device / "ballast"
            ballast.write_bytes(bytes(SIZE - dice.randrange(LEAST, most) * 1024))
            told = _through(Leg(name, path, _marks(directory)), ballast, filling)
            filling.told += told
            ballast.unlink(missing_ok=True)
            if not told:
                filling.losses.lost.append(f"round {number}: the device was full, and nobody said so")
            if (head := judging.resumed(path, job)) == expected:
                filling.equal += 1
            else:
                filling.losses.heads.append(f"round {number}: its heads are {head}")
            storage.remove(path)
    return filling


@contextmanager
def small_device(point: Path) -> Iterator[Path | None]:
    """Mount a small file system in memory; give None where that is not allowed."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    point.mkdir()
    if os.getuid() or mount is None or unmount is None:
        yield None
        return
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", point], check=False, capture_output=True
    )
    try:
        yield point if made.returncode == 0 else None
    finally:
        if made.returncode == 0:
            subprocess.run([unmount, "-l", point], check=True)


def _marks(directory: Path) -> Path:
    marks = directory / "marks"
    marks.write_bytes(bytes(1))
    return marks


def _through(leg: Leg, ballast: Path, filling: Filling) -> bool:
    """Run in a child that meets a full device, make room when it says so, and let it go on; True when it said so."""
    ours, theirs = WORKERS.Pipe(duplex=False)
    process = WORKERS.Process(target=_work, args=(leg, theirs), daemon=True)
    process.start()
    theirs.close()
    told = False
    acked: Acked = {}
    with suppress(EOFError):
        while True:
            message = ours.recv_bytes()
            if message == FULL and not told:
                told = True
                judging.judge(leg.path, acked, f"{leg.path.name}, while it is full", filling.losses)
                ballast.unlink()
            if len(message) == ACK.size:
                branch, *state = ACK.unpack(message)
                acked[branch] = (state[0], state[1])
    process.join(LONGEST_S)
    judging.judge(leg.path, acked, f"{leg.path.name}, afterwards", filling.losses)
    return told


def _work(leg: Leg, pipe: Connection) -> None:
    flush = Journal.flush

    def telling(journal: Journal) -> None:
        try:
            flush(journal)
        except StorageFullError:
            pipe.send_bytes(FULL)
            raise

    Journal.flush = telling
    try:
        child.work(leg, pipe)
    except StorageFullError:  # at its very beginning, where there is no run yet that could wait
        pipe.send_bytes(FULL)
