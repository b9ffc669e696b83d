"""A migration from what the user gives: a folder or maker's own form, a database, and limits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .demo import ROWS, project
from .problem import DEMO, FORMAT, Change, Problem, checked, dialect_of, from_text, since
from .readers import TOOLS, read_folder
from .readers.parts import Folder

SQUAWK_S = 20.0


def load_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make a problem of the user's options and a folder; without a folder, the demo.

    Raises:
        ProblemError: It is none.
    """
    if source is None:
        if options.get("database"):
            raise ProblemError("--database needs the folder of its migrations: give it with --problem FOLDER")
        rows = _number(options, "rows", ROWS, 100)
        name, files, database = "shop", project(), f"{DEMO}{rows}"
        left_out: Any = ()
    else:
        whole = _json(source)
        if whole.get("format") == FORMAT:
            return _with(from_text(whole), options)
        name, files = _files(whole)
        left_out = whole.get("left_out") if isinstance(whole.get("left_out"), list) else ()
        database = _database(str(options.get("database") or ""))
    tool = str(options.get("tool") or "")
    if tool not in ("", *TOOLS):
        raise ProblemError(f"--tool {one_line(tool, 30)} is not known: {', '.join(TOOLS)}")
    folder = Folder(name, files, dialect_of(database))
    for path in left_out:
        folder.note(one_line(str(path), 100), 1, "is not UTF-8 text and was not read")
    title, tool, changes = read_folder(folder, tool)
    if folder.dialect == "postgres":
        changes = _linted(changes)
    problem = Problem(one_line(title, 60), tool, database, changes, notes=tuple(folder.notes))
    return checked(_with(problem, options))


def _with(problem: Problem, options: Mapping[str, int | str]) -> Problem:
    """Return a problem with what the user chose beside the folder."""
    apply = problem.apply or options.get("apply") == "yes"
    if apply and problem.database.startswith(DEMO):
        raise ProblemError("--apply changes a database of yours: name it with --database")
    if apply and options.get("revert") == "yes":
        raise ProblemError("--revert takes everything back, which is for a copy alone: leave --apply or --revert out")
    whole = checked(replace(problem, until=""))
    return checked(
        replace(
            since(whole, str(options["since"])) if options.get("since") else whole,
            apply=apply,
            revert=problem.revert or options.get("revert") == "yes",
            max_downtime=_number(options, "max_downtime", problem.max_downtime, 0),
            until=str(options.get("to") or ""),
            batch_rows=_number(options, "batch_rows", problem.batch_rows, 1),
            verify_seconds=_number(options, "verify_seconds", problem.verify_seconds, 1),
            ask_rows=_number(options, "ask_rows", problem.ask_rows, 0),
        )
    )


def _number(options: Mapping[str, int | str], name: str, usual: int, least: int) -> int:
    value = options.get(name, usual)
    if type(value) is not int or not least <= value <= 1_000_000_000:
        flag = f"--{name.replace('_', '-')}"
        raise ProblemError(f"{flag} must be a whole number of at least {least}, got {str(value)[:20]!r}")
    return value


def _json(source: str) -> dict[str, Any]:
    try:
        whole = json.loads(source)
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict):
        raise ProblemError("the problem is not a folder of migrations: give one with --problem FOLDER")
    return whole


def _files(whole: dict[str, Any]) -> tuple[str, dict[str, str]]:
    files = whole.get("files")
    if not isinstance(files, dict) or not all(isinstance(one, str) for pair in files.items() for one in pair):
        raise ProblemError("the problem is not a folder of migrations: give one with --problem FOLDER")
    return one_line(str(whole.get("folder", "migrations")), 60), files


def _database(place: str) -> str:
    """Return the database as it is kept: a file as its whole path, an address without a password."""
    if not place:
        raise ProblemError("a folder of migrations needs a database: --database FILE, or postgresql://USER@HOST/NAME")
    if "://" not in place:
        return place if place.startswith(DEMO) else os.path.realpath(os.path.expanduser(place))  # noqa: PTH111 - never raises
    if dialect_of(place) != "postgres":
        raise ProblemError(
            f"{one_line(place.partition('://')[0], 20)}:// is not known: postgresql:// is, and files of SQLite"
        )
    if ":" in place.partition("://")[2].rpartition("@")[0] and "${env:" not in place:
        raise ProblemError("a password does not belong into a command: write postgresql://USER:${env:NAME}@HOST/NAME")
    return place


def _linted(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Add what squawk says against each change, where it is installed; it is evidence, and decides nothing."""
    program = shutil.which("squawk")
    if program is None:
        return changes
    with tempfile.TemporaryDirectory() as place:
        paths = []
        for number, change in enumerate(changes):
            path = Path(place) / f"{number}.sql"
            path.write_text(";\n".join(one.sql for one in change.deploy) + ";\n", encoding="utf-8")
            paths.append(str(path))
        try:
            ran = subprocess.run(  # noqa: S603 - a program by its whole path
                [program, "--reporter", "json", *paths], capture_output=True, text=True, timeout=SQUAWK_S, check=False
            )
            said = [(Path(one["file"]).stem, f"{one['rule_name']}: {one['message']}") for one in json.loads(ran.stdout)]
        except (OSError, ValueError, LookupError, TypeError, subprocess.SubprocessError):
            return changes
    return tuple(
        replace(change, evidence=tuple(one_line(words, 160) for stem, words in said if stem == str(number)))
        for number, change in enumerate(changes)
    )
