"""The journal: writes a run into its session file as it goes. One writer, group commit, every commit durable."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Self

from maker_engine.core.decomposition import AnyTask, Json
from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.events import (
    CandidateStruck,
    Event,
    PersonDecided,
    PersonVoted,
    ResponseFlagged,
    RunEnded,
    RunStarted,
    SampleAsked,
    SampleFailed,
    StepDecided,
    StepEscalated,
    StepOpened,
    StepReused,
    VoteCast,
    WrongDecisionFound,
)
from maker_engine.core.responses import Flag
from maker_engine.core.state import Totals
from maker_engine.sessions import schema
from maker_engine.sessions.packing import Compressor, Entry, Sample, dense, entry_of, pack, pack_step, to_json
from maker_engine.sessions.reader import Reader
from maker_engine.sessions.schema import StepFlag


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an existing session stands, for a journal that goes on writing it.

    Attributes:
        chain: Hash that links its steps.
        entries: What happened in the open step so far.
        dictionary: Its compression dictionary, None while it has none.
    """

    chain: bytes
    entries: tuple[Entry, ...]
    dictionary: bytes | None

    @classmethod
    def of(cls, path: Path, task: AnyTask) -> Self:
        """Read it from a file.

        Raises:
            SessionError: It cannot be read.
        """
        with Reader(path) as reader:
            return cls(reader.chain(), tuple(reader.open_entries(task)), reader.dictionary())


class Journal:
    """Writes one session. Events are taken with `record` and are durable once `flush` has returned.

    Args:
        path: The file, which must not exist, unless `standing` is given.
        task: Encodes states and answers.
        order: What was asked for, as JSON; enough to start the same run again, without any key.
        standing: Where the existing file stands, None to make a new one.

    Raises:
        InputError: The file exists, or cannot be created there.
        SessionError: The existing file cannot be written.
    """

    def __init__(self, path: Path, task: AnyTask, order: Mapping[str, Json], standing: Standing | None = None) -> None:
        self.path = path
        self._task = task
        self._connection = _create(path) if standing is None else _connect(path)
        self._compressor = Compressor(None if standing is None else standing.dictionary)
        self._totals = Totals()
        self._elapsed: Callable[[], float] = float
        self._chain = b"" if standing is None else standing.chain
        self._open: list[Entry] = [] if standing is None else list(standing.entries)
        self._open_written = len(self._open)
        self._goes_on = standing is not None
        self._meta: dict[str, str] = {"order": to_json(order)}
        self._rows: list[list[object]] = []
        self._snaps: list[tuple[int, str, str]] = []
        self._failed_calls = 0
        self._dirty = True
        if standing is None:
            self._meta["created"] = str(int(time.time()))
            self.flush()

    def follow(self, totals: Totals, elapsed: Callable[[], float]) -> None:
        """Keep these live totals and the going time with the run: written at every flush."""
        self._totals, self._elapsed = totals, elapsed

    def record(self, event: Event) -> None:
        """Take one event in."""
        self._dirty = True
        match event:
            case SampleAsked() | StepOpened():
                pass  # nothing to keep, and half of all events
            case VoteCast():  # as `entry_of` does, without the call
                self._open.append(Sample(event.sample, event.answer, event.response))
            case StepDecided():
                self._decide(event)
            case (
                ResponseFlagged() | PersonVoted() | PersonDecided() | CandidateStruck() | StepEscalated() | StepReused()
            ):
                self._open.append(entry_of(event))
            case WrongDecisionFound():
                row = self._rows[-1]
                row[2] = int(str(row[2])) | StepFlag.WRONG
            case SampleFailed():
                self._failed_calls += 1
            case RunStarted():
                self._meta["started"] = to_json(asdict(event))
            case RunEnded():
                self._meta["ended"] = to_json({"outcome": event.outcome.value, "reason": event.reason})
            case _:
                pass  # pausing and going on leave no mark on the record

    def flush(self) -> None:
        """Make everything recorded so far durable, in one transaction.

        Raises:
            SessionError: It cannot be written; what was flushed before is safe.
        """
        if not self._dirty:
            return
        self._meta["totals"] = to_json(asdict(self._totals))
        self._meta["elapsed_s"] = f"{self._elapsed():.3f}"
        with _reported(self.path), self._connection as write:  # commits, or rolls back
            write.execute("BEGIN IMMEDIATE")
            if self._rows:
                write.executemany("INSERT INTO step VALUES (?,?,?,?,?,?,?)", self._rows)
                write.execute("DELETE FROM vote")
            if self._snaps:
                write.executemany("INSERT INTO snap VALUES (?,?,?)", self._snaps)
            for index, sample in enumerate(self._open[self._open_written :], self._open_written):
                write.execute("INSERT INTO vote VALUES (?,?)", (index, pack([sample], self._task)))
            dictionary = self._compressor.trained()
            if dictionary is not None:
                write.execute("INSERT INTO blob VALUES ('dictionary', ?)", (dictionary,))
            if self._goes_on:
                write.execute("DELETE FROM meta WHERE k = 'ended'")
            write.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", self._meta.items())
        self._rows, self._snaps, self._meta, self._goes_on = [], [], {}, False
        self._open_written = len(self._open)
        self._dirty = False

    def verify(self, task: AnyTask) -> list[str]:
        """Let the task check the solution as it stands in the file; safe in any thread. Return its findings."""
        with Reader(self.path) as reader:
            return task.verify(reader.answers(task))

    def close(self) -> None:
        """Write what is left and close; a file closed so needs no other file beside it."""
        try:
            self.flush()
        finally:
            self._connection.close()

    def _decide(self, event: StepDecided) -> None:
        packed, encoded = pack_step(self._open, self._task)
        action = dense(encoded[event.answer])
        state = to_json(self._task.encode_state(event.state))
        state_hash = blake2b(state.encode(), digest_size=8).digest()
        link = blake2b(self._chain, digest_size=16)
        link.update(b"%d%b%b%b" % (event.step, action, state_hash, packed))
        self._chain = link.digest()
        votes = self._compressor.compress(packed)
        samples, flags = self._remarkable(answers=len(encoded))
        self._rows.append([event.step, samples, flags, action, state_hash, self._chain, votes])
        if (event.step + 1) % schema.SNAPSHOT_STEPS == 0:
            self._snaps.append((event.step + 1, state, to_json(asdict(self._totals))))
        self._open, self._open_written, self._failed_calls = [], 0, 0

    def _remarkable(self, answers: int) -> tuple[int, int]:
        """Return how many samples the open step has, and what is remarkable about it.

        Args:
            answers: How many different answers it has, those that persons named included.
        """
        verdicts = [entry.verdict for entry in self._open if isinstance(entry, Sample)]
        if (
            answers == 1
            and len(verdicts) == len(self._open)
            and not self._failed_calls
            and Flag not in map(type, verdicts)
        ):
            return len(verdicts), 0  # most steps
        flags = 0
        if answers > 1 and len({verdict for verdict in verdicts if not isinstance(verdict, Flag)}) > 1:
            flags |= StepFlag.DISSENT
        if Flag in map(type, verdicts):
            flags |= StepFlag.FLAGGED
        if len(verdicts) < len(self._open):
            flags |= StepFlag.NOT_BY_VOTES_ALONE
        if self._failed_calls:
            flags |= StepFlag.FAILED_CALLS
        return len(verdicts), int(flags)


def _connect(path: Path) -> sqlite3.Connection:
    with _reported(path):
        connection = sqlite3.connect(path, isolation_level=None)
        for pragma in schema.WRITER_PRAGMAS:
            connection.execute(pragma)
        return connection


def _create(path: Path) -> sqlite3.Connection:
    """Make the file private before SQLite touches it, so that its -wal and -shm are private too."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise InputError(f"session {path} exists already: name another file") from None
    except OSError as error:
        message = f"session {path} cannot be created ({error.strerror}): name another place by --session or MAKER_HOME"
        raise InputError(message) from None
    with _reported(path):
        connection = _connect(path)
        connection.executescript(
            f"BEGIN; PRAGMA application_id={schema.APPLICATION_ID}; PRAGMA user_version={schema.FORMAT};"
            f"{schema.SCHEMA} COMMIT;"
        )
        return connection


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = f"session {path} cannot be written ({error}): free space or permissions, then start again"
    else:
        return
    raise SessionError(message)
