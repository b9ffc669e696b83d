"""Writing sessions: the journal by itself, beside one row a sample in a plain table with the same guarantees."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.events import Event, RunStarted, SampleAsked, StepDecided, StepOpened, VoteCast
from maker_engine.core.responses import Flag
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.schema import WRITER_PRAGMAS
from tests.benchmarks import engine, plain
from tests.benchmarks.table import Row

MODEL, K = "sim:p=0.99", 3
REPEATS = 3
GROUP = 100
"""Steps of one commit, where commits are grouped."""


class Made(NamedTuple):
    """A run as events, made beforehand, so that only the writing is measured."""

    task: AnyTask
    started: RunStarted
    order: dict[str, object]
    steps: list[list[Event]]


def rows(disks: int = 14, single: int = 1_500, repeats: int = REPEATS) -> list[Row]:
    """Measure both ways of committing."""
    with tempfile.TemporaryDirectory() as directory:
        made = _made(disks, Path(directory) / "made.maker")
        one = _compared(made, made.steps[:single], 1, Path(directory), repeats)
        many = _compared(made, made.steps, GROUP, Path(directory), repeats)
    count = len(made.steps)
    mine, theirs = many.file_bytes / count, many.plain_bytes / count
    return [
        Row("durable steps a second, one commit a step", f"{one.ours:,.0f}", f"{one.theirs:,.0f} one row a sample",
            one.ours, "steps/s", 300, True),
        Row(f"durable steps a second, {GROUP} steps a commit", f"{many.ours:,.0f}",
            f"{many.theirs:,.0f} one row a sample", many.ours, "steps/s", 6_000, True),
        Row(f"on disk, every response kept, {count:,} steps", f"{many.file_bytes / 1e6:.1f} MB",
            f"{theirs:,.0f} bytes a step, one row a sample", mine, "bytes a step", 300),
    ]  # fmt: skip


class _Compared(NamedTuple):
    """Steps a second, ours and in a plain table, and the sizes of the two files."""

    ours: float
    theirs: float
    file_bytes: int
    plain_bytes: int


def _made(disks: int, path: Path) -> Made:
    prepared = engine.order(disks, MODEL, path, k=K)
    task, model, k = engine.parts(prepared)
    steps, state = [], task.start()
    for number in range(task.expected_steps or 0):
        step = task.step(state)
        votes: dict[object, int] = {}
        events: list[Event] = [StepOpened(number, state)]
        for sample in range(1_000):
            request = plain.request(step.prompt, number, sample)
            response = model.answer(request)
            answer = plain.read(task, state, response)
            if answer is None or isinstance(answer, Flag):
                continue
            events += [SampleAsked(number, sample), VoteCast(number, sample, answer, response)]
            if plain.wins(votes, answer, k):
                break
        state = task.apply(state, answer)
        steps.append([*events, StepDecided(number, answer, state)])
    return Made(task, prepared.plan.started, prepared.record(), steps)


def _compared(made: Made, steps: Sequence[list[Event]], group: int, directory: Path, repeats: int) -> _Compared:
    ours, theirs = [], []
    for number in range(repeats):
        path, table = directory / f"{group}-{number}.maker", directory / f"{group}-{number}.db"
        begun = time.perf_counter()
        _journal(made, steps, group, path)
        ours.append(len(steps) / (time.perf_counter() - begun))
        begun = time.perf_counter()
        _plain_table(made.task, steps, group, table)
        theirs.append(len(steps) / (time.perf_counter() - begun))
    return _Compared(median(ours), median(theirs), path.stat().st_size, table.stat().st_size)


def _journal(made: Made, steps: Sequence[list[Event]], group: int, path: Path) -> None:
    journal = Journal(path, made.task, made.order)
    journal.record(made.started)
    for number, events in enumerate(steps, 1):
        for event in events:
            journal.record(event)
        if number % group == 0:
            journal.flush()
    journal.close()


def _plain_table(task: AnyTask, steps: Sequence[list[Event]], group: int, path: Path) -> None:
    """Write what anybody would write first: a row a sample, a row a step, no packing and no hashes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    for pragma in WRITER_PRAGMAS:
        connection.execute(pragma)
    connection.execute("CREATE TABLE sample (step INT, n INT, answer TEXT, text TEXT, tin INT, tout INT, cost REAL,"
                       " latency REAL, model TEXT, PRIMARY KEY (step, n))")  # fmt: skip
    connection.execute("CREATE TABLE step (step INTEGER PRIMARY KEY, answer TEXT, state TEXT)")
    for first in range(0, len(steps), group):
        connection.execute("BEGIN IMMEDIATE")
        for events in steps[first : first + group]:
            connection.executemany("INSERT INTO sample VALUES (?,?,?,?,?,?,?,?,?)", _samples(task, events))
            decided = events[-1]
            assert isinstance(decided, StepDecided)
            answer, state = task.encode_answer(decided.answer), task.encode_state(decided.state)
            connection.execute("INSERT INTO step VALUES (?,?,?)", (decided.step, json.dumps(answer), json.dumps(state)))
        connection.execute("COMMIT")
    connection.close()


def _samples(task: AnyTask, events: Sequence[Event]) -> Iterator[tuple[object, ...]]:
    for event in events:
        if isinstance(event, VoteCast):
            one = event.response
            yield (event.step, event.sample, json.dumps(task.encode_answer(event.answer)), one.text, one.tokens_in,
                   one.tokens_out, one.cost_usd, one.latency_s, one.model)  # fmt: skip
