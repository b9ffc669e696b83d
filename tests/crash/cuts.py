"""Power cuts: what was not synced is dropped, cut off, reordered or torn, and the session holds what was promised."""

from __future__ import annotations

import pickle
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.crash import judging
from tests.crash.child import Job
from tests.crash.disk import STYLES, Disk
from tests.crash.judging import Acked, Losses
from tests.crash.kills import WORKERS
from tests.crash.recording import ACK, Order, Recording, record

FEW_PAGES = 20
FEW_FLUSHES = 3
LONGEST_S = 120.0


@dataclass
class Cutting:
    """What came of the cuts."""

    styles: Counter[str] = field(default_factory=Counter)
    unsynced: int = 0
    before_first: int = 0
    resumed: int = 0
    equal: int = 0
    losses: Losses = field(default_factory=Losses)
    control: int = 0
    control_bad: int = 0

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "power cuts", self.styles.total()
        for style in STYLES:
            yield f"   {style}", self.styles[style]
        yield "   with something not synced", self.unsynced
        yield "   before anything was acknowledged", self.before_first
        yield "acknowledged steps or votes lost", len(self.losses.lost)
        yield "steps twice", len(self.losses.twice)
        yield "findings of verify", len(self.losses.findings)
        yield "cut sessions resumed to their end", self.resumed
        yield "   with the head of the run that was never cut", self.equal
        yield "control: cuts with every sync ignored", self.control
        yield "   of them with a loss", self.control_bad


def recordings(directory: Path, jobs: list[str]) -> list[tuple[str, Recording]]:
    """Record each job from its start to its end, and gone on with by a second process that finds a log left behind."""
    found = []
    for number, job in enumerate(jobs):
        path = directory / f"recorded-{number}.maker"
        found.append((job, _recorded(Order(job, path, path.with_suffix(".ops"), FEW_PAGES))))
        path = directory / f"left-{number}.maker"
        before = _recorded(Order(job, path, path.with_suffix(".ops"), 0, FEW_FLUSHES))
        after = _recorded(Order(job, path, path.with_suffix(".ops"), FEW_PAGES * (number % 2)))
        after.acked = before.last_acked
        found.append((f"{job}, resumed", after))
    return found


def _recorded(order: Order) -> Recording:
    process = WORKERS.Process(target=record, args=(order,), daemon=True)
    process.start()
    process.join(LONGEST_S)
    if process.exitcode != 0:
        raise RuntimeError(f"the recording {order} ended with {process.exitcode}")
    return pickle.loads(order.result.read_bytes())  # noqa: S301 - our own child's


def cut(number: int, seed: int, directory: Path, jobs: dict[str, Job], resume_each: int = 10) -> Cutting:
    """Cut the power so many times, at any moment of the recorded runs."""
    dice = Random(seed)
    cutting = Cutting()
    made = recordings(directory, list(jobs))
    for index, (name, recording) in enumerate(made):
        share = number // len(made) + (index < number % len(made))
        expected = judging.heads(directory / f"recorded-{index // 2}.maker")
        again = _Again(list(jobs.values())[index // 2], expected, resume_each)
        _cut_one(name, recording, share, dice, directory / f"cuts-{index}", cutting, again)
        _control(recording, max(1, share // 4), dice, directory / f"control-{index}", cutting)
    return cutting


class _Again(NamedTuple):
    """How a cut session is gone on with, which end it has to come to, and how seldom that is done."""

    job: Job
    expected: dict[int, bytes]
    each: int


def _cut_one(
    name: str, recording: Recording, number: int, dice: Random, directory: Path,
    cutting: Cutting, again: _Again,
) -> None:  # fmt: skip
    for at, disk, acked in _moments(recording, number, dice, Disk(recording.base)):
        style = dice.choice(STYLES)
        cutting.styles[style] += 1
        cutting.unsynced += disk.unsynced
        path = _materialised(disk, style, dice, directory, recording.session)
        where = f"{name}, {style}, after operation {at}"
        found = judging.judge(path, acked, where, cutting.losses)
        cutting.before_first += not acked
        if found and cutting.styles.total() % again.each == 0:
            cutting.resumed += 1
            if judging.resumed(path, again.job) == again.expected:
                cutting.equal += 1
            else:
                cutting.losses.heads.append(f"{where}: resumed, it has another head")
        shutil.rmtree(directory)


def _control(recording: Recording, number: int, dice: Random, directory: Path, cutting: Cutting) -> None:
    """Cut with every sync ignored: a harness that finds no loss then can find none at all."""
    for at, disk, acked in _moments(recording, number, dice, Disk(recording.base, syncs=False)):
        losses = Losses()
        judging.judge(
            _materialised(disk, dice.choice(STYLES), dice, directory, recording.session), acked, str(at), losses
        )
        cutting.control += 1
        cutting.control_bad += bool(losses)
        shutil.rmtree(directory)


def _moments(recording: Recording, number: int, dice: Random, disk: Disk) -> Iterator[tuple[int, Disk, Acked]]:
    """Give so many random moments in order: how many operations are done, the disk, what is acknowledged."""
    moments = Counter(dice.randint(1, len(recording.ops)) for _ in range(number))
    acked: Acked = {} if recording.acked is None else {0: recording.acked}
    for at, op in enumerate(recording.ops, 1):
        if op[0] == ACK:
            acked = {0: op[2:]}
        else:
            disk.take(op)
        for _ in range(moments[at]):
            yield at, disk, acked


def _materialised(disk: Disk, style: str, dice: Random, directory: Path, session: str) -> Path:
    directory.mkdir()
    for name, content in disk.after_a_cut(style, dice).items():
        (directory / name).write_bytes(content)
    return directory / session
