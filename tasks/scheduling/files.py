"""Puts a problem together: the rounds' text, the options, the calendars and the schedule that is repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files as packaged
from pathlib import Path
from typing import TypeVar
from unicodedata import normalize

from maker_engine.core.errors import InputError, ProblemError
from maker_engine.input_files import path_of, read_named
from maker_engine.printable import one_line

from .calendars import LARGEST, busy_times
from .problem import Interval, Person, Problem, Room, merged
from .reading import read_earlier, read_problem

Owner = TypeVar("Owner", Person, Room)
SAMPLES: tuple[str, ...] = ("rounds", "words", "impossible", "clocks")
KEYS = ("days", "zone", "hours", "lunch", "rooms")
"""Options that are what the rounds' file leaves out."""


def sample(name: str) -> str:
    """Return the text of a bundled sample."""
    return (packaged(__package__) / "data" / f"{name}.yaml").read_text("utf-8")


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make the problem that a user means.

    Raises:
        ProblemError: It is none.
    """
    name = str(options.get("sample", SAMPLES[0]))
    if source is None and name not in SAMPLES:
        raise ProblemError(f"sample must be one of {', '.join(SAMPLES)}, got {name!r}")
    text = sample(name) if source is None else source
    defaults = {key: _typed(key, str(value)) for key in KEYS if (value := options.get(key))}
    if repair := str(options.get("repair", "")):
        defaults["earlier"] = read_earlier(_read(repair, "schedule", LARGEST))
    problem, named = read_problem(text, defaults)
    paths = [Path(line) for line in str(options.get("calendars", "")).splitlines() if line.strip()]
    return with_calendars(problem, named, paths) if paths else problem


def _typed(key: str, text: str) -> object:
    """Turn an option into what a file would hold."""
    if key == "days":
        return text if ".." in text else [part.strip() for part in text.split(",")]
    if key != "rooms":
        return text
    rooms: dict[str, object] = {}
    for part in text.split(","):
        name, _, capacity = part.partition(":")
        rooms[name.strip()] = int(capacity) if capacity.strip().isdecimal() and len(capacity) < 6 else capacity
    return rooms


def with_calendars(problem: Problem, named: Mapping[str, str], paths: list[Path]) -> Problem:
    """Add the busy times of calendar files to whoever they belong to: by the name given in the rounds, or the file's.

    Raises:
        ProblemError: A file belongs to no one or cannot be read, or someone of a panel has none.
    """
    owners = {Path(file).name: name for name, file in named.items()}
    known = {one.id: one.zone for one in problem.people} | {one.id: problem.zone for one in problem.rooms}
    folded = {name.casefold(): name for name in known}
    busy: dict[str, list[Interval]] = {}
    for path in paths:
        text = _read(str(path), "calendar", LARGEST)
        stem = normalize("NFC", path.stem)
        owner = owners.get(path.name) or (stem if stem in known else folded.get(stem.casefold()))
        if owner is None:
            raise ProblemError(
                f"calendar {one_line(path.name, 80)} is nobody's: call it after a person, or name it as their calendar"
            )
        found = busy_times(text, path.name, problem.days[0], problem.days[-1], known[owner])
        busy.setdefault(owner, []).extend(found)
    if missing := sorted(set(named) - set(busy)):
        raise ProblemError(f"the calendar {named[missing[0]]} of {missing[0]} is not given: add it to --calendars")
    for one in problem.people:
        if one.id not in busy and one.id not in problem.candidates and not one.busy:
            raise ProblemError(f"{one.id} has no calendar: give {one.id}.ics, or busy times in the rounds")
    return replace(
        problem,
        people=tuple(_busier(one, busy.get(one.id, [])) for one in problem.people),
        rooms=tuple(_busier(one, busy.get(one.id, [])) for one in problem.rooms),
    )


def _busier(one: Owner, more: list[Interval]) -> Owner:
    return replace(one, busy=merged([*one.busy, *more]))


def _read(path: str, what: str, largest: int) -> str:
    try:
        return read_named(path_of(path), what, largest)
    except InputError as error:
        raise ProblemError(one_line(str(error), 300)) from None
