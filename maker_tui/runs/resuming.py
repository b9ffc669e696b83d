"""How a stopped run continues: the command for it, and what is to be different, typed in one line of the app."""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.printable import one_line
from maker_engine.sessions.store.user_data import library

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.core.record.commands import Command

AT_ITS_END = frozenset(outcome for outcome in Outcome if outcome.concluded)
"""Every step is decided: there is nothing to continue with."""
_ENDS: dict[str | None, str] = {
    Outcome.SOLVED: "its result has passed the check",
    Outcome.INFEASIBLE: "that there is no solution is verified",
    Outcome.FINISHED: "its task has no check of the whole",
    Outcome.UNSOLVED: "its result failed the check",
}


@dataclass(frozen=True, slots=True)
class Resumption:
    """A saved run that is to continue in the app.

    Attributes:
        path: The session.
        branch: Which of its runs, None for the newest.
        changes: Fields of the order that differ.
        breaks: Breakpoints it continues with.
        first: What it is to do first, None to let it continue.
        family: The task's class, None for the installed one.
        asked: What ran out has been asked for.
        trusted: The user agrees to what a session from elsewhere names.
    """

    path: Path
    branch: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    breaks: tuple[str, ...] = ()
    first: Command | None = None
    family: type[AnyTask] | None = None
    asked: bool = False
    trusted: bool = False


def at_its_end(outcome: str | None, fork: str) -> str:
    """Say why a run does not continue, and what can be done; empty where it can continue.

    Args:
        outcome: How it ended.
        fork: How a fork of it is asked for, as a sentence.
    """
    if outcome not in AT_ITS_END:
        return ""
    return f"nothing is left to resume: every step is decided, and {_ENDS[outcome]}. {fork}"


def session_name(path: Path) -> str:
    """Return what names a session on the command line, quoted where a shell needs it."""
    return shlex.quote(path.stem if path.resolve().parent == library().resolve() else str(path))


def resume_command(path: Path, branch: int | None = None) -> str:
    """Return the command that continues a session, with every flag that it needs; empty where it cannot continue.

    Args:
        path: The session.
        branch: Which of its runs, None for the newest.
    """
    from maker_engine.catalogue import is_path  # noqa: PLC0415 - a run that is solved says nothing of the kind
    from maker_engine.sessions.store.exhausted_limit import shortage_in  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    try:
        with Reader(path, branch) as reader:
            record, older = reader.meta(), reader.branch.id != reader.branches[-1].id
    except MakerError:
        return ""
    if record.get("ended", {}).get("outcome") in AT_ITS_END:
        return ""
    words = ["maker sessions resume", session_name(path)]
    words += [f"--fork {branch}"] if older else []
    task, short = record.get("order", {}).get("task", ""), shortage_in(record)
    words += [f"--task {shlex.quote(task)}"] if is_path(task) else []
    return " ".join(words + ([] if short is None else [short.flag]))


def going_on_line(path: Path, branch: int | None = None) -> str:
    """Return the last line of a run's summary: how to continue with it, or to look on; empty where it has ended.

    Args:
        path: The session.
        branch: Which of its runs, None for the newest.
    """
    from maker_engine.sessions.store.lock import writer_of  # noqa: PLC0415 - a run that is solved does not need it

    if (writer := writer_of(path)) is not None:
        return f"look on  maker sessions resume {one_line(session_name(path), 4_000)}; kill {writer} stops it, saved\n"
    command = resume_command(path, branch)
    return f"resume   {one_line(command, 4_000)}\n" if command else ""


def parse_changes(text: str) -> dict[str, Any]:
    """Read what is to be different: `limit-usd=2 undecided=ask`, named as the flags of `maker sessions resume` are.

    Raises:
        InputError: A word is none of those, or its value cannot be used.
    """
    changes: dict[str, Any] = {}
    for word in _words(text):
        name, equals, value = word.removeprefix("--").partition("=")
        if name not in _READERS or not equals:
            known = ", ".join(f"{one}=" for one in _READERS)
            raise InputError(f"a run cannot be resumed with {one_line(word, 40)!r}: write {known}")
        order_field, read = _READERS[name]
        changes[order_field] = read(name, value)
    return changes


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        raise InputError("a quote is not closed") from None


def _number(name: str, value: str) -> float:
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} is a number above 0, not {one_line(value, 40)!r}")
    return number


def _whole(name: str, value: str) -> int:
    if (number := _number(name, value)) != int(number):
        raise InputError(f"{name} is a whole number, not {one_line(value, 40)!r}")
    return int(number)


_READERS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "limit-samples": ("limit_samples", _whole),
    "limit-usd": ("limit_usd", _number),
    "limit-tokens": ("limit_tokens", _whole),
    "limit-minutes": ("limit_seconds", lambda name, value: 60 * _number(name, value)),
    "max-samples": ("max_samples", _whole),
    "undecided": ("undecided", lambda _, value: value),
    "hopeless": ("hopeless", lambda _, value: value),
    "max-tokens": ("max_tokens", _whole),
    "accept-model": ("accept_models", lambda _, value: (value,)),
}
