"""The verbs of `maker sessions` that keep the library: ls, path, rename, duplicate, rm, restore."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import end_progress, say, say_json, show_progress, versioned
from maker_engine.printable import one_line
from maker_engine.sessions.library.listing import DAMAGED, INTERRUPTED, RUNNING, Facet, Order, View, look, outcome_name
from maker_tui.cli.parsing import Parser
from maker_tui.text.figures import count_of, moment
from maker_tui.text.session_table import table

if TYPE_CHECKING:
    from maker_engine.sessions.library.library import SessionSummary

NAME = "NAME|FILE"


def add_verbs(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verbs to `maker sessions`."""
    ls = verbs.add_parser("ls", help="list the sessions, newest first; sessions alone does the same",
                          allow_abbrev=False)  # fmt: skip
    ls.add_argument("--search", default="", metavar="TEXT", help="only those with all of these words somewhere")
    orders = [order.value for order in Order]
    ls.add_argument("--sort", choices=orders, default="newest", help="what comes first (default newest)")
    ls.add_argument("--outcome", metavar="NAME", help="only those that ended so: solved, undecided, interrupted, …")
    ls.add_argument("--task", metavar="TASK", help="only those of this task")
    ls.add_argument("--model", metavar="MODEL", help="only those of this model")
    ls.add_argument("--paths", action="store_true", help="print their paths, one a line, and nothing else")
    ls.add_argument("--json", action="store_true", help="print one JSON array")
    ls.set_defaults(act=_list)
    path = verbs.add_parser("path", help="print where the sessions are, or the file of one")
    path.add_argument("session", nargs="?", metavar=NAME)
    path.set_defaults(act=_path)
    rename = verbs.add_parser("rename", help="give a session a name; '' removes it")
    rename.add_argument("session", metavar=NAME)
    rename.add_argument("name", metavar="NEW")
    rename.set_defaults(act=_rename)
    duplicate = verbs.add_parser("duplicate", help="copy a session into the library; print the copy's path")
    duplicate.add_argument("session", metavar=NAME)
    duplicate.set_defaults(act=_duplicate)
    remove = verbs.add_parser("rm", help="move sessions into the trash; nothing is erased")
    remove.add_argument("sessions", nargs="+", metavar=NAME)
    remove.set_defaults(act=_remove)
    restore = verbs.add_parser("restore", help="bring a session back from the trash; without a name, list the trash")
    restore.add_argument("session", nargs="?", metavar=NAME)
    restore.set_defaults(act=_restore)


def _list(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - `--help` does not need SQLite

    picks = {Facet.TASK: chosen.task, Facet.MODEL: chosen.model, Facet.OUTCOME: _outcome(chosen.outcome)}
    wanted = {facet: value for facet, value in picks.items() if value is not None}
    known = Library().list(lambda done, total: show_progress(f"reading {done:,} of {count_of(total, 'session')}"))
    end_progress()
    shown = look(known, View(chosen.search, wanted, Order(chosen.sort)))
    if chosen.json:
        say_json([*map(_fields, shown)])
    elif chosen.paths:
        say(*(str(one.path) for one in shown))
    elif sys.stdout.isatty():
        _say_table(known, shown)
    else:
        say(*map(_summary_line, shown))
    return 0


def _say_table(known: Sequence[SessionSummary], shown: Sequence[SessionSummary]) -> None:
    """Print a table for a person; where there is nothing in it, say why, and what to do."""
    if not known:
        say("no saved sessions yet: maker demo watches a simulated run, maker run TASK begins one of your own")
    elif not shown:
        say(f"no session of {len(known):,} is as asked: maker sessions lists them all")
    else:
        ranks = {one.path: rank for rank, one in enumerate(known, 1)}
        say(*table(shown, ranks, shutil.get_terminal_size().columns, time.time()))


def _fields(one: SessionSummary) -> dict[str, object]:
    """Return a line of the library for scripts, as docs/json.md describes it."""
    fields = asdict(one)
    path, decided, forks = (fields.pop(name) for name in ("path", "steps_done", "forks"))
    return versioned({"session": str(path), **fields, "decided_steps": decided, "fork_count": forks})


def _outcome(text: str | None) -> str | None:
    """Read the name of an outcome; a mistyped one is an error, not an empty list."""
    from maker_engine.core.record.events import Outcome  # noqa: PLC0415 - start-up

    name = None if text is None else text.replace("_", " ")
    known = [*(one.value.replace("_", " ") for one in Outcome), INTERRUPTED, RUNNING, DAMAGED]
    if name is not None and name not in known:
        raise InputError(f"there is no outcome {text!r}: name one of {', '.join(known)}")
    return name


def _summary_line(one: SessionSummary) -> str:
    steps = f"{one.steps_done:,}" + ("" if one.steps is None else f"/{one.steps:,}")
    model = f"{one.model}{' (simulated)' if one.simulated else ''}"
    name = f"{one.name}, " if one.name else ""
    line = one.damaged or f"{outcome_name(one)}, {name}{steps} steps, {one.task}, {one.problem}, {model}"
    return f"{one.path}  {moment(one.created)}  {one_line(line)}"


def _path(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    say(str(Library().directory if chosen.session is None else find(chosen.session)))
    return 0


def _rename(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    upkeep.rename(find(chosen.session), chosen.name)
    return 0


def _duplicate(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    say(str(upkeep.duplicate(find(chosen.session), Library().directory)))
    return 0


def _remove(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    # All are found before the first is moved: a mistyped name deletes nothing.
    for path in dict.fromkeys([find(text) for text in chosen.sessions]):
        trashed = upkeep.delete(path)
        ours = trashed in upkeep.trashed(Library().directory)
        say(f"deleted {path.stem}: maker sessions restore {path.stem if ours else trashed} brings it back")
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library import upkeep  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.library import Library  # noqa: PLC0415 - start-up

    library = Library().directory
    if chosen.session is not None:
        say(str(upkeep.restore(upkeep.find_trashed(chosen.session, library))))
        return 0
    trashed = upkeep.trashed(library)
    if not trashed and sys.stdout.isatty():  # what reads a pipe takes no lines for no sessions
        say("the trash is empty: there is no deleted session to restore")
    say(*(f"{one.stem}  deleted {moment(upkeep.deleted_at(one))}  {one}" for one in trashed))
    return 0
