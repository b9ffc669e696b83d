"""Reads the documented export into a fresh session: the one way for a stranger's run to come in.

A stranger's file is data: every field is checked, sizes are limited, the task is an installed one found by its id, and
what comes out is a file that we wrote, whose every vote decides what it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from maker_engine.core import decisions
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.events import (
    Event,
    ModelChecked,
    Outcome,
    RunEnded,
    RunStarted,
    SampleFailed,
    StepDecided,
    WrongDecisionFound,
)
from maker_engine.core.responses import Flag, Prompt, Response, Sample
from maker_engine.core.snapshot import Totals
from maker_engine.sessions import export, forks, storage
from maker_engine.sessions.asides import Change, Probe
from maker_engine.sessions.checked import adjustments_in, check_in
from maker_engine.sessions.journal import ALL, Journal
from maker_engine.sessions.moment import moment
from maker_engine.sessions.packing import Act, Entry, events_of
from maker_engine.sessions.reader import Reader
from maker_engine.sessions.saved import task_of
from maker_engine.sessions.upkeep import rename
from maker_engine.sessions.verify import verify

LONGEST_LINE = 32 * 2**20
MOST_BRANCHES = 10_000
_KINDS = frozenset({"voted", "decided", "struck", "escalated", "reused", "answered", "amended"})
_STARTED = tuple(field.name for field in fields(RunStarted))
_KIND_OF: dict[str, type] = {"cost_known": bool, "cost_usd": float}
_TOTALS = {field.name: _KIND_OF.get(field.name, int) for field in fields(Totals)}
_REFUSED = (MakerError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)
"""What a line that is not as documented may raise, in us or in the task that decodes it."""

Value = TypeVar("Value")


def import_lines(lines: Iterable[str], to: Path, family: type[AnyTask] | None = None) -> int:
    """Write an exported session as a new file; return how many steps it has.

    Args:
        lines: The export's lines.
        to: The new file, which must not exist.
        family: As for `saved.open_saved`.

    Raises:
        InputError: A line is not as documented; it is named. Nothing is left of the new file.
    """
    made = _Import(to, family)
    number = 0
    try:
        for line in lines:
            number += 1
            made.take(_event(line))
        steps = made.finish()
    except BaseException as error:
        made.abandon()
        if isinstance(error, _REFUSED):
            what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) and error.args else str(error)
            raise InputError(f"line {number:,} is not part of an exported session: {what}") from None
        raise
    return steps


def _event(line: str) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise InputError(f"longer than {LONGEST_LINE:,} characters")
    event = json.loads(line)
    if not isinstance(event, dict):
        raise InputError("it is no JSON object")
    return event


def _of(event: dict[str, Any], key: str, kind: type[Value]) -> Value:
    """Return a field of the right type; a bool is no int, and an int will do for a float."""
    value = event[key]
    if kind is float and type(value) is int:
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise InputError(f"{key!r} is no {kind.__name__}")
    return value


def _maybe(event: dict[str, Any], key: str, kind: type[Value]) -> Value | None:
    return None if event[key] is None else _of(event, key, kind)


class _Import:
    """Takes an export's events in, in their order."""

    def __init__(self, to: Path, family: type[AnyTask] | None) -> None:
        self._to = to
        self._family = family
        self._task: AnyTask | None = None
        self._journal: Journal | None = None
        self._state: Any = None
        self._step = 0
        self._branches = 0
        self._made = False
        self._link: str | None = None
        self._begun = False
        self._name = ""
        self._adjustments: tuple[str, ...] = ()

    def take(self, event: dict[str, Any]) -> None:
        """Take one event in."""
        name = _of(event, "event", str)
        if not self._begun:
            if name != "session" or event.get("format") != export.NAME or event.get("version") != export.VERSION:
                raise InputError(f"it should begin with an event 'session' of version {export.VERSION}")
            self._begun = True
            self._name = _of(event, "name", str) if "name" in event else ""
            return
        if name == "run":
            self._run(event)
            return
        if self._journal is None or _of(event, "branch", int) != self._branches - 1:
            raise InputError("its run has not begun")
        match name:
            case "sample" | "act" | "probe" | "changed":
                self._entry(event)
            case "decided":
                self._decided(event)
            case "totals":
                self._totals(event)
            case "ended":
                outcome = Outcome(_of(event, "outcome", str))
                self._journal.record(RunEnded(outcome, _of(event, "reason", str)))
            case _:
                raise InputError(f"there is no event {name!r}")

    def finish(self) -> int:
        """Close the file and check it; return its steps."""
        self._close()
        if self._task is None:
            raise InputError("it ends before its run begins")
        checked = verify(self._to, self._task)
        if checked.findings:
            raise InputError(str(checked.findings[0]))
        if self._name:
            rename(self._to, self._name)
        return checked.steps

    def abandon(self) -> None:
        """Leave nothing behind."""
        if self._made:
            with suppress(MakerError):
                self._close()
            storage.remove(self._to)

    def _close(self) -> None:
        journal, self._journal = self._journal, None
        link, self._link = self._link, None
        if journal is not None:
            journal.close()
            if link is not None and link != journal.link.hex():
                raise InputError("the steps before it are not those that its link stands for")

    def _run(self, event: dict[str, Any]) -> None:
        self._close()
        number, parent = _of(event, "branch", int), _maybe(event, "parent", int)
        order, told = _of(event, "order", dict), _of(event, "started", dict)
        if number != self._branches or number >= MOST_BRANCHES or (parent is None) != (number == 0):
            raise InputError(f"run {number} is out of its order")
        started = RunStarted(**{name: told[name] for name in _STARTED})
        check, self._adjustments = check_in(event), adjustments_in(event)
        keep = order.get("keep", ALL)
        if self._task is None:
            self._task = task_of({"order": order}, self._family)
            self._journal = Journal(self._to, self._task, order, keep=keep)
            self._made = True
            self._state, self._step = self._task.start(), 0
        else:
            self._step = _of(event, "from_step", int)
            with Reader(self._to, parent) as reader:
                run = moment(reader, self._task, self._step, flags_shown=0)
            self._state = run.state
            new = forks.NewFork(
                _of(event, "parent", int), self._step, order, started, run.totals, note=_of(event, "note", str)
            )
            forks.add_fork(self._to, self._task, new)
            self._journal = Journal(self._to, self._task, order, number, keep)
        self._branches += 1
        self._journal.record(started)
        if check is not None:
            self._journal.record(ModelChecked(check))

    def _entry(self, event: dict[str, Any]) -> None:
        task, journal = self._task, self._journal
        if task is None or journal is None or _of(event, "step", int) != self._step:
            raise InputError("it is of another step")
        entry: Entry
        name = event["event"]
        if name == "changed":
            entry = _change(event)
        elif name == "probe":
            said = self._verdict(event, task), _response(event)
            entry = Probe(_of(event, "probe", int), _of(event, "who", str), *said, _prompt(event))
        elif name == "act":
            kind = _of(event, "kind", str)
            if kind not in _KINDS:
                raise InputError(f"there is no act {kind!r}")
            answer = None if event["answer"] is None else decisions.decode(task, event["answer"])
            entry = Act(kind, _of(event, "who", str), answer)
        else:
            entry = Sample(_of(event, "sample", int), self._verdict(event, task), _response(event))
        for happened in events_of(self._step, entry):
            journal.record(happened)

    def _verdict(self, event: dict[str, Any], task: AnyTask) -> Any:
        if ("flag" in event) == ("answer" in event):
            raise InputError("a sample has either an answer or a flag")
        if "flag" not in event:
            return decisions.decode(task, event["answer"])
        flag = _of(event, "flag", dict)
        return Flag(_of(flag, "rule", str), _of(flag, "reason", str), _of(flag, "excerpt", str))

    def _decided(self, event: dict[str, Any]) -> None:
        task, journal = self._task, self._journal
        if task is None or journal is None or _of(event, "step", int) != self._step:
            raise InputError("it is of another step")
        answer = decisions.decode(task, event["answer"])
        self._state = task.apply(self._state, answer)
        happened: list[Event] = [StepDecided(self._step, answer, self._state)]
        flags = _of(event, "flags", list)
        self._link = _of(event, "link", str) if "link" in event else None
        if "failed_calls" in flags:
            happened.insert(0, SampleFailed(self._step, 0, "unknown", "a call failed", 0.0))
        if "wrong" in flags:
            happened.append(WrongDecisionFound(self._step, answer, None))
        for one in happened:
            journal.record(one)
        self._step += 1

    def _totals(self, event: dict[str, Any]) -> None:
        told, elapsed = _of(event, "totals", dict), _of(event, "elapsed_s", float)
        totals = Totals.of({name: _of(told, name, kind) for name, kind in _TOTALS.items() if name in told})
        if self._journal is not None:
            self._journal.follow(totals, lambda: elapsed, lambda: self._adjustments)


def _prompt(event: dict[str, Any]) -> Prompt | None:
    prompt = _maybe(event, "prompt", dict)
    return None if prompt is None else Prompt(_of(prompt, "system", str), _of(prompt, "user", str))


def _change(event: dict[str, Any]) -> Change:
    voters = tuple(_of({"voters": one}, "voters", str) for one in _of(event, "voters", list))
    k = _maybe(event, "k", int)
    if k is not None and k < 1:
        raise InputError(f"k must be at least 1, got {k}")
    pool = voters, _of(event, "model", str), _of(event, "simulated", bool)
    return Change(_of(event, "who", str), k, *pool, _prompt(event))


def _response(event: dict[str, Any]) -> Response:
    return Response(
        text=_of(event, "text", str),
        tokens_in=_maybe(event, "tokens_in", int),
        tokens_out=_maybe(event, "tokens_out", int),
        finish_reason=_of(event, "finish_reason", str),
        cost_usd=_maybe(event, "cost_usd", float),
        latency_s=_of(event, "latency_s", float),
        model=_of(event, "model", str),
        tokens_reasoning=_maybe(event, "tokens_reasoning", int) if "tokens_reasoning" in event else None,
        shared=_of(event, "shared", int) if "shared" in event else 1,
    )
