"""A session as text: JSON Lines with everything in it, one event a line, and CSV with a line a step.

The lines are described in docs/sessions.md. Everything a model said is in them as JSON strings in ASCII, so that
no escape code and no half character reaches a terminal or an editor.
"""

from __future__ import annotations

import csv
import io
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.record import decisions
from maker_engine.core.record.registry import line_of
from maker_engine.core.record.run_kinds import MODEL_CHECK
from maker_engine.core.record.values import to_json
from maker_engine.core.responses import Flag
from maker_engine.input_files import exists
from maker_engine.models.families import answered_of, by_family
from maker_engine.printable import one_line
from maker_engine.sessions.store.model_record import ADJUSTMENTS
from maker_engine.sessions.store.packing import undense
from maker_engine.sessions.store.prompt_digests import PROMPTS
from maker_engine.sessions.store.reader import Reader, StoredStep
from maker_engine.sessions.store.schema import StepFlag, step_of

NAME, VERSION = "maker-session", 2
COLUMNS = (
    "step", "answer", "samples", "votes", "flagged", "candidates", "margin", "dissent", "wrong", "by_person",
    "tokens_in", "tokens_out", "cost_usd", "latency_s",
)  # fmt: skip
EARLY = "early"
"""The event of a sample that an independent step received before its turn."""
PART = ".part"
"""Ends the name of a file until it is whole."""
_DATABASE = b"SQLite format 3\0"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(path: Path, task: AnyTask) -> Iterator[str]:
    """Give a whole session, its forks included, as JSON Lines.

    Raises:
        SessionError: It cannot be read.
    """
    with Reader(path) as reader:
        numbers = [branch.id for branch in reader.branches]
        name = json.loads(reader.record(0).get("name", '""'))
    yield to_json({"event": "session", "format": NAME, "version": VERSION, **({"name": name} if name else {})})
    for number in numbers:
        with Reader(path, number) as reader:
            yield from map(to_json, _run(reader, task))


def _run(reader: Reader, task: AnyTask) -> Iterator[dict[str, Any]]:
    """Give one branch's own events."""
    branch, meta = reader.branch, reader.meta()
    own = {"branch": branch.id}
    found = {key: meta[key] for key in (MODEL_CHECK, ADJUSTMENTS, PROMPTS) if key in meta}
    yield {
        "event": "run", **own, "parent": branch.parent, "from_step": branch.fork_step, "created": branch.created,
        "note": meta.get("note", ""), "order": meta["order"], "started": meta["started"], **found,
    }  # fmt: skip
    for row in reader.rows(branch.fork_step):
        stored = reader.stored(task, row)
        for entry in stored.entries:
            yield {"event": "", **own, "step": stored.step, **line_of(entry, task)}
        flags = [flag.name.lower() for flag in StepFlag if flag & stored.flags and flag.name]
        yield {
            "event": "decided", **own, "step": step_of(row.id), "answer": undense(row.action), "flags": flags,
            "link": row.chain.hex(),
        }  # fmt: skip
    for entry in reader.open_entries(task):
        yield {"event": "", **own, "step": branch.steps, **line_of(entry, task)}
    for step, samples in (reader.early_samples(task) if task.independent else {}).items():
        for sample in samples.values():
            yield {**own, "step": step, **line_of(sample, task), "event": EARLY}
    answered = by_family(answered_of(meta))
    yield {
        "event": "totals", **own, "totals": meta["totals"], "elapsed_s": meta["elapsed_s"],
        **({"answered_by": answered} if answered else {}),
    }  # fmt: skip
    if "ended" in meta:
        yield {"event": "ended", **own, **meta["ended"]}


def csv_lines(reader: Reader, task: AnyTask) -> Iterator[str]:
    """Give a line a step: what was decided, by which votes, and what it cost. Steps count from 1, as on the screen."""
    yield _csv_line(COLUMNS)
    for stored in reader.steps(task):
        yield _csv_line(safe(cell) for cell in _cells(stored, task))


def _csv_line(cells: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cells(stored: StoredStep, task: AnyTask) -> Iterable[object]:
    votes: dict[Any, int] = {}
    for sample in stored.samples:
        if not isinstance(sample.verdict, Flag):
            votes[sample.verdict] = votes.get(sample.verdict, 0) + 1
    rivals = [count for answer, count in votes.items() if answer != stored.answer]
    responses = [sample.response for sample in stored.samples]
    costs = [response.cost_usd for response in responses]
    return (
        stored.step + 1,
        decisions.describe(task, stored.answer),
        len(responses),
        sum(votes.values()),
        len(responses) - sum(votes.values()),
        len(votes),
        votes.get(stored.answer, 0) - max(rivals, default=0),
        int(bool(stored.flags & StepFlag.DISSENT)),
        int(bool(stored.flags & StepFlag.WRONG)),
        int(bool(stored.flags & StepFlag.NOT_BY_VOTES_ALONE)),
        sum(response.tokens_in or 0 for response in responses),
        sum(response.tokens_out or 0 for response in responses),
        "" if None in costs else round(sum(cost or 0 for cost in costs), 8),
        max((response.latency_s for response in responses), default=0.0),
    )


def safe(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula, and no terminal for a command."""
    if not isinstance(cell, str):
        return cell
    text = one_line(cell)
    return "'" + text if text.startswith(_FORMULA) else text


def write_new(to: Path, texts: Iterable[str]) -> None:
    """Write a text file that must not exist: it is there whole, or not at all.

    Raises:
        InputError: It exists, or cannot be written there.
    """
    if exists(to):
        raise InputError(f"{to} exists already: name another file")
    write_whole(to, texts)


def is_session(path: Path) -> bool:
    """Return whether a file is a database, as sessions are."""
    try:
        with path.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False


def write_whole(to: Path, texts: Iterable[str]) -> None:
    """Write a text file, or another in its place: it is there whole, or as it was.

    Raises:
        InputError: It cannot be written there.
    """
    part = to.with_name(f".maker-{secrets.token_hex(8)}{PART}")  # a name that no file of the user's has
    try:
        with part.open("x", encoding="utf-8", newline="") as out:
            out.writelines(texts)
            out.flush()
            os.fsync(out.fileno())
        part.replace(to)
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError):
            raise InputError(f"{to} cannot be written ({error.strerror}): name another place") from None
        raise
