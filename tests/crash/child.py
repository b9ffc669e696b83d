"""What a child of the harness does, and the marks it leaves for its parent while it does it.

A child drives a real run on a real file; nothing of the product is replaced. Three things are added from outside: each
state that `Journal.flush` has acknowledged goes into a pipe, a byte of shared memory says whether a commit is under
way, and a child that is told to die in a commit kills itself from a second thread, while SQLite has let go of Python:
the interpreter lock that this thread then holds keeps the commit from ending between the look and the kill.
"""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from threading import Thread

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import SessionError
from maker_engine.core.record.events import Outcome
from maker_engine.runtime import continuing, intervals as pace
from maker_engine.runtime.continuing import fork, prepare_resume
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.exchange import export
from maker_engine.sessions.queries import forks
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store import file_system as places, storage
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.reader import Reader

ACK = struct.Struct("<3q")
"""Branch, steps and entries of the open step, as they are acknowledged."""
NOISY = "sim:p=0.8,v=0.85"
K = 4
LONGEST_DELAY_S = 0.001
OFTEN_S = 0.005


@dataclass(frozen=True)
class Job:
    """What a child does to a session file.

    Attributes:
        act: Does it, or goes on with it where an earlier child was killed; called again until it returns.
        over: Tells whether nothing is left to do.
    """

    act: Callable[[Path], None]
    over: Callable[[Path], bool]


def order(path: Path, model: str = NOISY, disks: int = 8) -> RunOrder:
    """A run that takes some hundred steps, with dissent and flags in it."""
    return RunOrder("hanoi", {"disks": disks}, model=model, k=K, session=path)


def solving(model: str = NOISY, disks: int = 8, *, shared: bool = False) -> Job:
    """Solve a problem in one session, from the start or from where it is; `shared`: as on a network file system."""

    def act(path: Path) -> None:
        # Flat out a run commits so seldom that few accidents would meet a commit.
        pace.BREATH_S = pace.FLUSH_S = OFTEN_S
        with _taken_for_shared() if shared else nullcontext():
            prepared = prepare_resume(path, {}) if _begun(path) else prepare(order(path, model, disks))
            asyncio.run(drive(prepared, Inbox(), lambda _: None))

    return Job(act, _solved)


@contextmanager
def _taken_for_shared() -> Iterator[None]:
    """Have the journal take the directory for one on a network: no log then, but a journal to roll back."""
    is_shared = places.is_shared
    places.is_shared = lambda _: True
    try:
        yield
    finally:
        places.is_shared = is_shared


def _begun(path: Path) -> bool:
    """Whether there is a run in the file; what was cut off before its first step's first vote is removed."""
    try:
        with Reader(path) as reader:
            begun = "started" in reader.meta()
    except SessionError:
        begun = False
    if not begun:
        storage.remove(path)
    return begun


def _solved(path: Path) -> bool:
    try:
        return open_saved(path).run.outcome in (Outcome.SOLVED, Outcome.UNSOLVED)
    except SessionError:
        return False


def forking(times: int, disks: int = 5) -> Job:
    """Solve a problem, then fork it again and again, each fork run to its end."""
    base = solving(disks=disks)

    def act(path: Path) -> None:
        while not over(path):
            if _solved(path):
                done = _branches(path)
                fork(path, 7 * done % (2**disks - 1), {"k": K + done % 2}, branch=done // 2)
            base.act(path)

    def over(path: Path) -> bool:
        return _solved(path) and _branches(path) > times

    return Job(act, over)


def exporting(times: int, disks: int = 5) -> Job:
    """Solve a problem, then export it again and again; an export is there whole, or it is not there."""
    base = solving(disks=disks)

    def act(path: Path) -> None:
        if not _solved(path):
            base.act(path)
        task = open_saved(path).task
        for number in range(times):
            to = path.with_suffix(f".{number}.jsonl")
            if not to.exists():
                export.write_new(to, (line + "\n" for line in export.lines(path, task)))

    def over(path: Path) -> bool:
        texts = [path.with_suffix(f".{number}.jsonl") for number in range(times)]
        written = [text.read_bytes() for text in texts if text.exists()]
        if len(set(written)) > 1:
            raise RuntimeError(f"an export of {path} is not whole")
        return len(written) == times and _solved(path)

    return Job(act, over)


def _branches(path: Path) -> int:
    with Reader(path) as reader:
        return len(reader.branches)


SOLVING: dict[str, Job] = {
    "answers at once": solving(disks=9),
    "steps in flight": solving(f"{NOISY},latency=0.002"),
    "on a network": solving(shared=True),
}
"""What the power fails under: its recorder knows the journal's own connection, and nobody else's."""
JOBS: dict[str, Job] = {**SOLVING, "forking": forking(30), "exporting": exporting(20, disks=7)}
"""What is killed."""
SMALL_SOLVING: dict[str, Job] = {
    "small, at once": solving(disks=6),
    "small, in flight": solving(f"{NOISY},latency=0.001", disks=5),
    "small, on a network": solving(disks=6, shared=True),
}
SMALL_JOBS: dict[str, Job] = {
    **SMALL_SOLVING,
    "small, forking": forking(4, disks=4),
    "small, exporting": exporting(3),
}
OTHER_JOBS: dict[str, Job] = {
    "long, in flight": solving(f"{NOISY},latency=0.002", disks=18),
}
ALL_JOBS = JOBS | SMALL_JOBS | OTHER_JOBS


@dataclass(frozen=True)
class Leg:
    """One child's orders.

    Attributes:
        job: Name of what it does.
        path: The session.
        marks: A file of at least one byte, shared with the parent: 1 while a commit is under way.
        pages: Pages of log after which SQLite takes it into the file, 0 for its own number.
        die_in: It kills itself in this commit, counted from 1, or in the first one after it that it hits; 0 for never.
        seed: Of the delay after which it does.
    """

    job: str
    path: Path
    marks: Path
    pages: int = 0
    die_in: int = 0
    seed: int = 0


def work(leg: Leg, pipe: Connection) -> None:
    """Do a leg's job, to its end or to the kill."""
    report_acknowledged(lambda journal: pipe.send_bytes(ACK.pack(journal._branch.id, *journal.position)))
    _report_forks(pipe)
    _mark_commits(leg)
    pipe.send_bytes(b"")
    ALL_JOBS[leg.job].act(leg.path)


def _report_forks(pipe: Connection) -> None:
    """Tell of every fork that has been added, in this process, from now on."""
    add = forks.add_fork

    def told(path: Path, task: AnyTask, new: forks.NewFork) -> int:
        number = add(path, task, new)
        pipe.send_bytes(ACK.pack(number, new.step, len(new.entries)))
        return number

    continuing.forks.add_fork = told


def report_acknowledged(tell: Callable[[Journal], None]) -> None:
    """Tell of every flush that has returned, in this process, from now on."""
    flush = Journal.flush

    def told(journal: Journal) -> None:
        flush(journal)
        tell(journal)

    Journal.flush = told


def _mark_commits(leg: Leg) -> None:
    with leg.marks.open("r+b") as file:
        marks = mmap.mmap(file.fileno(), 1)
    delay_s = Random(leg.seed).uniform(0, LONGEST_DELAY_S)
    left = leg.die_in

    class Marked(sqlite3.Connection):
        def __init__(self, *args: object, **named: object) -> None:
            super().__init__(*args, **named)
            if leg.pages:
                self.execute(f"PRAGMA wal_autocheckpoint={leg.pages}")

        def __exit__(self, *error: object) -> bool | None:
            nonlocal left
            left -= 1
            if left == 0:
                Thread(target=_die_in_commit, args=(marks, delay_s), daemon=True).start()
            marks[0] = 1
            try:
                return super().__exit__(*error)
            finally:
                marks[0] = 0

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **named: connect(*args, **{"factory": Marked, **named})


def _die_in_commit(marks: mmap.mmap, delay_s: float) -> None:
    """Kill this process some time into a commit, or at the very beginning of the next where it was over by then."""
    while True:
        while not marks[0]:
            time.sleep(0)  # lets go of the interpreter
        time.sleep(delay_s)
        if marks[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        delay_s = 0
