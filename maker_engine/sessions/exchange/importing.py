"""Reads the documented export into a fresh session: the one way for a stranger's run to come in.

A stranger's file is data: every field is checked, sizes are limited, the task is an installed one found by its id, and
what comes out is a file that we wrote, whose every vote decides what it says.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import msgpack

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, MakerError, StorageFullError
from maker_engine.core.record import fields as fields_of
from maker_engine.core.record.events import (
    Event,
    ModelChecked,
    Outcome,
    RunEnded,
    RunStarted,
    SampleArrived,
    SampleFailed,
    StepDecided,
    WrongDecisionFound,
)
from maker_engine.core.record.fields import LONGEST_LINE as LONGEST_LINE  # noqa: PLC0414 - whoever reads the lines
from maker_engine.core.record.registry import entry_in, events_of, is_entry
from maker_engine.core.record.sample_kinds import SAMPLE
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Sample
from maker_engine.input_files import exists
from maker_engine.models.families import answered_of, kept_of
from maker_engine.printable import one_line
from maker_engine.sessions.exchange import export
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.library.upkeep import rename
from maker_engine.sessions.queries import forks
from maker_engine.sessions.queries.saved import task_of
from maker_engine.sessions.store import chain, storage
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.former import untagged
from maker_engine.sessions.store.journal import ALL, Journal
from maker_engine.sessions.store.model_record import adjustments_in, check_in
from maker_engine.sessions.store.packing import open_packed
from maker_engine.sessions.store.prompt_digests import PROMPTS
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.record import check_order, check_record, check_started, check_totals
from maker_engine.sessions.store.time_travel import moment

MOST_BRANCHES = 10_000
VERSIONS = (1, export.VERSION)
"""Those that are read. Version 1 is of sessions of formats 1 and 2."""
ENDING = ".importing"
"""Ends the name of a session until all of it is there, so that no library ever lists half of one."""
_EVENTS = frozenset({"session", "run", "decided", export.EARLY, "totals", "ended"})
"""The events that are no entries."""
_STARTED = tuple(field.name for field in fields(RunStarted))


def import_lines(lines: Iterable[str], to: Path, family: type[AnyTask] | None = None) -> int:
    """Write an exported session as a new file; return how many steps it has.

    Args:
        lines: The export's lines.
        to: The new file, which must not exist.
        family: As for `saved.open_saved`.

    Raises:
        InputError: A line is not as documented; it is named, with its event. Or the file cannot be made.
        StorageFullError: The device is full.
    """
    if exists(to):
        raise InputError(f"session {to} exists already: name another file")
    storage.make_directory(to)
    made = _Import(to.with_name(f".{secrets.token_hex(8)}{ENDING}"), family)
    try:
        steps = made.taken(lines)
        made.move(to)
    except BaseException:
        made.abandon()
        raise
    return steps


class _Import:
    """Takes an export's events in, in their order, into a file of its own."""

    def __init__(self, path: Path, family: type[AnyTask] | None) -> None:
        self._path = path
        self._family = family
        self._task: AnyTask | None = None
        self._journal: Journal | None = None
        self._problem: tuple[Any, Any] = None, None
        self._state: Any = None
        self._step = 0
        self._branches = 0
        self._made = False
        self._link: str | None = None
        self._begun = False
        self._version = export.VERSION
        self._name = ""
        self._adjustments: tuple[str, ...] = ()

    def taken(self, lines: Iterable[str]) -> int:
        """Take all lines in; return the steps.

        Raises:
            InputError: A line is not as documented; it is named, with its event.
            StorageFullError: The device is full.
        """
        place = "its first line"
        try:
            for at, line in enumerate(lines, 1):
                place = f"line {at:,}"
                event = fields_of.event_in(line)
                name = event.get("event")
                if isinstance(name, str) and (name in _EVENTS or is_entry(name)):
                    place += f" ({name!r})"
                self._take(event)
            place = "its end"
            return self._finish()
        except StorageFullError:
            raise
        # Whatever is in a line may fail anywhere: in us, in SQLite, or in the task that reads an answer out of it.
        except Exception as error:
            kind = "" if isinstance(error, MakerError) else f"{type(error).__name__}: "
            what = one_line(str(error).replace(str(self._path), "the new session"))
            raise InputError(f"{place} is not part of an exported session: {kind}{what}") from error

    def _take(self, event: dict[str, Any]) -> None:
        name = fields_of.word(event, "event")
        if not self._begun:
            version = event.get("version")
            if name != "session" or event.get("format") != export.NAME or version not in VERSIONS:
                raise InputError(f"it should begin with an event 'session' of version {export.VERSION}")
            self._begun = True
            self._version = version
            self._name = fields_of.word(event, "name") if "name" in event else ""
            return
        if name == "run":
            self._run(event)
            return
        if self._journal is None or fields_of.of(event, "branch", int) != self._branches - 1:
            raise InputError("its run has not begun")
        self._event(name, event, self._journal)

    def _event(self, name: str, event: dict[str, Any], journal: Journal) -> None:
        match name:
            case "decided":
                self._decided(event)
            case export.EARLY:
                self._early(event)
            case "totals":
                self._totals(event)
            case "ended":
                journal.record(_ended(event))
            case _ if is_entry(name):
                self._entry(event)
            case _:
                raise InputError(f"there is no event {name!r}")

    def _finish(self) -> int:
        self._close()
        if self._task is None:
            raise InputError("it ends before its run begins")
        checked = verify(self._path, self._task)
        if checked.findings:
            raise InputError(str(checked.findings[0]))
        if self._name:
            rename(self._path, self._name)
        return checked.steps

    def move(self, to: Path) -> None:
        """Give the file, which is whole, its name.

        Raises:
            InputError: The name is taken.
        """
        storage.make_private(to)
        self._path.replace(to)

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._made:
            with suppress(Exception):
                self._close()
            storage.remove(self._path)

    def _close(self) -> None:
        journal, self._journal = self._journal, None
        link, self._link = self._link, None
        if journal is None:
            return
        journal.close()
        if link is not None and link != self._last_link(journal):
            raise InputError("the steps before it are not those that its link was made from")

    def _last_link(self, journal: Journal) -> str:
        """Return the last link of a branch as the export names it."""
        if self._version == export.VERSION:
            return journal.link.hex()
        with Reader(self._path, self._branches - 1) as reader:
            return last_link(reader).hex()

    def _run(self, event: dict[str, Any]) -> None:
        self._close()
        number, parent = fields_of.of(event, "branch", int), fields_of.maybe(event, "parent", int)
        order, started_fields, note = event.get("order"), event.get("started"), fields_of.word(event, "note")
        check_order(order)
        check_started(started_fields)
        check_record({"created": event.get("created", 0), PROMPTS: event.get(PROMPTS, [])})
        order, started_fields = cast("dict[str, Any]", order), cast("dict[str, Any]", started_fields)
        if number != self._branches or number >= MOST_BRANCHES or (parent is None) != (number == 0):
            raise InputError(f"run {number} is out of its order")
        started = RunStarted(**{name: started_fields[name] for name in _STARTED if name in started_fields})
        check, self._adjustments = check_in(event), adjustments_in(event)
        keep = order.get("keep", ALL)
        if self._task is None:
            self._task, self._problem = task_of({"order": order}, self._family), (order["task"], order["source"])
            self._journal = Journal(self._path, self._task, order, keep=keep, own=False)
            self._made = True
            self._state, self._step = self._task.start(), 0
        elif (order.get("task"), order.get("source")) != self._problem:
            raise InputError("a fork solves the problem of the run that it is forked from")
        else:
            self._step = fields_of.number(event, "from_step")
            with Reader(self._path, parent) as reader:
                run = moment(reader, self._task, self._step, flags_shown=0)
            self._state = run.state
            parent = fields_of.of(event, "parent", int)
            new = forks.NewFork(parent, self._step, order, started, run.totals, note=note, own=False)
            forks.add_fork(self._path, self._task, new)
            self._journal = Journal(self._path, self._task, order, number, keep, own=False)
        self._branches += 1
        self._journal.record(started)
        self._journal.note_prompts(event.get(PROMPTS, []))
        if check is not None:
            self._journal.record(ModelChecked(check))

    def _entry(self, event: dict[str, Any]) -> None:
        task, journal = self._task, self._journal
        if task is None or journal is None or fields_of.of(event, "step", int) != self._step:
            raise InputError("it is of another step")
        for happened in events_of(self._step, entry_in(event, task)):
            journal.record(happened)

    def _early(self, event: dict[str, Any]) -> None:
        task, journal, step = self._task, self._journal, fields_of.number(event, "step")
        if task is None or journal is None or not task.independent:
            raise InputError("no step of this task can be answered before its turn")
        sample = entry_in({**event, "event": SAMPLE.word}, task)
        if step < self._step or not isinstance(sample, Sample):
            raise InputError("the turn of its step is over")
        journal.record(SampleArrived(step, *sample))

    def _decided(self, event: dict[str, Any]) -> None:
        task, journal = self._task, self._journal
        if task is None or journal is None or fields_of.of(event, "step", int) != self._step:
            raise InputError("it is of another step")
        answer = fields_of.answer(event, task)
        self._state = task.apply(self._state, answer)
        happened: list[Event] = [StepDecided(self._step, answer, self._state)]
        flags = fields_of.names(event, "flags")
        self._link = fields_of.word(event, "link") if "link" in event else None
        if "failed_calls" in flags:
            happened.insert(0, SampleFailed(self._step, 0, "unknown", "a call failed", 0.0))
        if "wrong" in flags:
            happened.append(WrongDecisionFound(self._step, answer, None))
        for one in happened:
            journal.record(one)
        self._step += 1

    def _totals(self, event: dict[str, Any]) -> None:
        elapsed = fields_of.of(event, "elapsed_s", float)
        check_totals(event.get("totals"))
        totals = Totals.of(event["totals"])
        answered = answered_of(event)
        if self._journal is not None:
            more = kept_of(answered) if answered else {}
            self._journal.follow(totals, lambda: elapsed, lambda: more, lambda: self._adjustments)


def _ended(event: dict[str, Any]) -> RunEnded:
    outcome = fields_of.word(event, "outcome")
    if outcome not in set(Outcome):
        raise InputError(f"there is no outcome {outcome!r}")
    return RunEnded(Outcome(outcome), fields_of.word(event, "reason"))


def last_link(reader: Reader) -> bytes:
    """Return the link that a branch's last step had in a file of format 2, as an export of version 1 names it.

    It is empty before the first step.

    Raises:
        SessionError: The file is damaged.
    """
    link = b""
    for row in reader.rows():
        step = open_packed(decompress(row.votes, reader.dictionary()))
        parts = step.answers, step.texts, step.models, untagged(step.rows)
        packed: bytes = msgpack.packb(parts, unicode_errors="surrogatepass")
        link = chain.link(link, row.id, row.n, row.flags, (row.action, row.state_hash, packed))
    return link
