"""Saves what is sound in a damaged session into a new one: every step before the damage, each proved by its link."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, SessionError
from maker_engine.core.record import decisions
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import (
    Event,
    ModelChecked,
    RunStarted,
    SampleArrived,
    SampleFailed,
    StepDecided,
    WrongDecisionFound,
)
from maker_engine.core.record.model_check import ModelCheck
from maker_engine.core.record.registry import events_of
from maker_engine.core.record.run_kinds import MODEL_CHECK
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Sample
from maker_engine.sessions.integrity.pages import Pages, RawRow
from maker_engine.sessions.queries.saved import task_of
from maker_engine.sessions.store import chain, origin, schema
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.journal import ALL, Journal
from maker_engine.sessions.store.packing import open_packed, undense, unpack
from maker_engine.sessions.store.schema import StepFlag, row_id
from maker_engine.sessions.store.times import unpack_times

_STEP_COLUMNS = (7, 8)
"""Columns of a step in format 2, and in this one."""
_NAMES = tuple(field.name for field in fields(RunStarted))


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was saved.

    Attributes:
        path: The new session.
        steps: Steps saved, counted from the start; the next one is the first bad one.
        whole: True when that is every step the run had.
    """

    path: Path
    steps: int
    whole: bool


def salvage(path: Path, to: Path, branch: int = 0, family: type[AnyTask] | None = None) -> Salvaged:
    """Write the sound steps of one run of a session into a new session. The damaged file is not touched.

    Args:
        path: The damaged file, its log beside it.
        to: The new file, which must not exist.
        branch: Which of its runs.
        family: As for `saved.open_saved`.

    Raises:
        SessionError: Not even the order of the run can be read.
        InputError: The new file cannot be made.
    """
    try:
        found = _Found(Pages(path).rows())
    except OSError as error:
        raise SessionError(f"session {path} cannot be read: {error.strerror}") from None
    record = found.record(branch)
    if record is None:
        raise SessionError(f"nothing can be saved of {path}: the order of the run is lost")
    task = task_of(record, family)
    sound, whole = found.sound(branch)
    own = found.is_own(path, branch)
    journal = Journal(to, task, record["order"], keep=record["order"].get("keep", ALL), own=own)
    try:
        book = _Book(journal, task)
        book.take(RunStarted(**{name: record["started"][name] for name in _NAMES}))
        for check in found.checks(branch):
            book.take(ModelChecked(check))
        for one in sound:
            book.decided(one)
        for entry in _open_entries(found, branch, task) if whole else ():
            for event in events_of(len(sound), entry):
                book.take(event)
        for step, sample in _early_samples(found, branch, task, len(sound)):
            book.take(SampleArrived(step, *sample))
    finally:
        journal.close()
    return Salvaged(to, len(sound), whole)


class _Book:
    """Writes the new session."""

    def __init__(self, journal: Journal, task: AnyTask) -> None:
        self._journal = journal
        self._task = task
        self._run = RunState()
        self._state = task.start()
        journal.follow(self._run.totals, float)

    def take(self, event: Event) -> None:
        self._run.record(event)
        self._journal.record(event)

    def decided(self, sound: _Sound) -> None:
        step = self._run.totals.steps
        for entry in unpack(sound.votes(), self._task, sound.times()):
            for event in events_of(step, entry):
                self.take(event)
        _, _, flags, action, *_ = sound.row.values
        answer = decisions.decode(self._task, undense(action))
        self._state = self._task.apply(self._state, answer)
        if flags & StepFlag.FAILED_CALLS:
            self.take(SampleFailed(step, 0, "unknown", "a call failed", 0.0))
        self.take(StepDecided(step, answer, self._state))
        if flags & StepFlag.WRONG:
            self.take(WrongDecisionFound(step, answer, None))


class _Sound(NamedTuple):
    """A row that is proved by its link, with the dictionary that its votes need."""

    row: RawRow
    dictionary: bytes | None

    @property
    def link(self) -> bytes:
        return bytes(self.row.values[5])

    def votes(self) -> bytes:
        return decompress(self.row.values[6], self.dictionary)

    def times(self) -> Any:
        """Return when it was sampled; None in format 2, or where that is damaged: it is in no link."""
        try:
            packed, times = self.votes(), (*self.row.values, None)[7]
            unpack_times(times, len(open_packed(packed).rows))
        except (ValueError, TypeError):
            return None
        return times

    def follows(self, before: bytes) -> bool:
        _, samples, flags, action, state_hash, link, *_ = self.row.values
        try:
            content = (action, state_hash, self.votes())
        except Exception:  # noqa: BLE001 - damaged bytes, or the wrong dictionary
            return False
        return self.row.id is not None and chain.link(before, self.row.id, samples, flags, content) == link


class _Found:
    """Rows by what they look like; which table they are of is not written beside them."""

    def __init__(self, rows: Iterable[RawRow]) -> None:
        self._steps: dict[int, list[RawRow]] = {}
        self._branches: dict[int, chain.Branch] = {}
        self._spare: dict[str, list[bytes]] = {}
        self._votes: dict[int, tuple[bytes, Any]] = {}
        for row in rows:
            if row.id is None:
                self._take_keyless(row.values)
                continue
            match row.values:
                case (None, int(), int(), bytes(), bytes(), bytes(), bytes(), *_) if len(row.values) in _STEP_COLUMNS:
                    self._steps.setdefault(row.id, []).append(row)
                case (None, int() | None, int(), int(), int(), bytes(), bytes()):
                    one = chain.Branch(row.id, *row.values[1:])
                    if one.id not in self._branches or self._branches[one.id].steps <= one.steps:
                        self._branches[one.id] = one
                case (None, str(key), bytes(value)):
                    self._spare.setdefault(key, []).append(value)
                case (None, bytes(body), bytes(digest)) if chain.digest(row.id, body) == digest:  # of format 2
                    self._votes[row.id] = body, None
                case (None, bytes(body), times, bytes(digest)) if chain.digest(row.id, body, times) == digest:
                    self._votes[row.id] = body, times
        self._dictionaries = [None, *self._spare.get(schema.DICTIONARY, [])]

    def _take_keyless(self, values: tuple[Any, ...]) -> None:
        match values:
            case (int(branch), str(key), str(value)):
                self._spare.setdefault(f"{key}/{branch}", []).append(value.encode())
            case (str(key), bytes(value)):
                self._spare.setdefault(key, []).append(value)

    def record(self, branch: int) -> dict[str, Any] | None:
        """Return the order and the first event of a run, None when they are lost."""
        found = {}
        for key in ("order", "started"):
            for value in self._spare.get(f"{key}/{branch}", []):
                try:
                    found[key] = json.loads(value)
                except ValueError:
                    continue
        return found if len(found) == 2 and all(isinstance(value, dict) for value in found.values()) else None

    def checks(self, branch: int) -> list[ModelCheck]:
        """Return what a check of the run's model found, where that can be read."""
        for value in self._spare.get(f"{MODEL_CHECK}/{branch}", []):
            try:
                return [ModelCheck.of(json.loads(value))]
            except (ValueError, RecursionError, InputError):
                continue
        return []

    def is_own(self, path: Path, branch: int) -> bool:
        """Return whether a run was ordered here, as far as what is left of its record shows it."""
        kept: dict[str, list[str]] = {
            key: [value.decode(errors="replace") for value in self._spare.get(f"{key}/{branch}", [])]
            for key in ("order", origin.SIGNED, origin.IMPORTED)
        }
        if not kept[origin.SIGNED]:
            return origin.is_own(path, {key: values[0] for key, values in kept.items() if values})
        pairs = product(kept["order"], kept[origin.SIGNED])
        return any(origin.is_own(path, {"order": order, origin.SIGNED: signed}) for order, signed in pairs)

    def sound(self, branch: int) -> tuple[list[_Sound], bool]:
        """Return a run's rows from its first step up to the last that is linked, and whether that is all of them."""
        known = self._branches.get(branch)
        sound: list[_Sound] = []
        if known is not None and known.parent is not None and known.parent < known.id:
            sound = self.sound(known.parent)[0][: known.fork_step]
            if len(sound) < known.fork_step:
                return sound, False
        while (after := self._after(sound[-1].link if sound else b"", row_id(branch, len(sound)))) is not None:
            sound.append(after)
        return sound, known is not None and known.chain == (sound[-1].link if sound else b"")

    def votes(self, branch: int) -> list[tuple[bytes, Any]]:
        """Return what happened in a run's open step, up to the first entry that is lost."""
        found: list[tuple[bytes, Any]] = []
        while (vote := self._votes.get(row_id(branch, len(found)))) is not None:
            found.append(vote)
        return found

    def early(self, branch: int) -> list[tuple[int, bytes, Any]]:
        """Return what a run has received for steps before their turn, by step and sample: each proves itself."""
        first, end = schema.ahead_rows(branch)
        rows = sorted(row for row in self._votes if first <= row < end)
        return [(schema.early_step(row), *self._votes[row]) for row in rows]

    def _after(self, link: bytes, row: int) -> _Sound | None:
        for one in self._steps.get(row, []):
            for dictionary in self._dictionaries:
                sound = _Sound(one, dictionary)
                if sound.follows(link):
                    return sound
        return None


def _open_entries(found: _Found, branch: int, task: AnyTask) -> list[Entry]:
    """Unpack what happened in the open step."""
    return [entry for body, times in found.votes(branch) for entry in unpack(body, task, times)]


def _early_samples(found: _Found, branch: int, task: AnyTask, steps: int) -> Iterator[tuple[int, Sample]]:
    """Unpack what was received for steps that are not among the first `steps`, where they do not depend on those."""
    for step, body, times in found.early(branch) if task.independent else ():
        sample = unpack(body, task, times)[0]
        if step >= steps and isinstance(sample, Sample):
            yield step, sample
