"""`maker open`: a saved session in the app, from the library or any file."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError
from maker_engine.output import ask
from maker_engine.printable import one_line
from maker_tui.cli.library_commands import NAME
from maker_tui.cli.parsing import Parser
from maker_tui.terminal.hangup import NO_MOUSE

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.core.decomposition import AnyTask
    from maker_engine.sessions.library.task_code import TaskCode
    from maker_tui.runs.bridge import RunSource
    from maker_tui.settings.memory import Memory

VIEWS = {"workbench": "", "inspect": "inspector", "table": "steps", "map": "map", "plots": "plots",
         "schedule": "schedule"}  # fmt: skip
"""What `--view` takes, and the view of the app that it means."""
DESCRIPTION = (
    "Open a saved session in the app: @ or last for the newest, @2 for the one before it, its file name, its own name,"
    " the start of one of these, or any session file, which is not changed."
)


def add_command(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker open` to the command line."""
    parser = commands.add_parser("open", help="open a saved session in the app", description=DESCRIPTION,
                                 allow_abbrev=False)  # fmt: skip
    parser.add_argument("session", metavar=NAME)
    parser.add_argument("--step", type=int, metavar="N", help="show step N, 1 for the first (default where it ended)")
    parser.add_argument("--view", choices=VIEWS, default="workbench", help="what to show (default workbench)")
    parser.add_argument("--fork", type=int, metavar="N", help="which of its runs, 0 for the first (default the newest)")
    parser.add_argument("--task", metavar="PATH", help="where the code of its task is; it is run")
    parser.add_argument("--no-mouse", dest="mouse", action="store_false", help=NO_MOUSE)
    parser.set_defaults(act=_open)


def _open(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - `--help` does not need SQLite
    from maker_tui.cli.launch import open_session  # noqa: PLC0415 - start-up

    path = find(chosen.session)
    step = None if chosen.step is None else _checked(path, chosen.fork, chosen.step)
    opened = partial(_opened, path, chosen.fork, chosen.task)
    return open_session(opened, VIEWS[chosen.view], step, mouse=chosen.mouse)


def _checked(path: Path, branch: int | None, step: int) -> int:
    """Return a step, 0-based, that was given 1-based.

    Raises:
        InputError: The run has no such step.
    """
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    with Reader(path, branch) as reader:
        last = reader.steps_done() + (0 if "ended" in reader.meta() else 1)
    if not 1 <= step <= max(1, last):
        raise InputError(f"--step is 1 to {max(1, last):,} in this run, not {step:,}")
    return step - 1


def _opened(path: Path, branch: int | None, task: str | None, memory: Memory) -> RunSource:
    from maker_tui.runs.opening import answered, consider, open_source, remember  # noqa: PLC0415 - start-up

    opening = consider(path, branch, memory, task)
    if opening.ask is not None:
        agreed = _agreed(opening.ask)
        remember(memory, opening.ask, agreed=agreed)
        opening = answered(opening, agreed=agreed)
    return open_source(opening)


def agreed_family(session: Path) -> type[AnyTask] | None:
    """Return the class of a session's task where it lies in a file that the user agrees to run; None for any other.

    It is asked on a terminal only, and once for the same code.
    """
    from maker_tui.runs.opening import answered, consider, remember  # noqa: PLC0415 - start-up
    from maker_tui.settings.memory import Memory  # noqa: PLC0415 - start-up

    memory = Memory()
    try:
        opening = consider(session, None, memory)
    except MakerError:  # what needs the task says what is wrong with the session
        return None
    if opening.ask is not None and sys.stdin.isatty() and sys.stderr.isatty():
        agreed = _agreed(opening.ask)
        remember(memory, opening.ask, agreed=agreed)
        opening = answered(opening, agreed=agreed)
    return opening.family


def _agreed(code: TaskCode) -> bool:
    """Ask on the terminal whether code may be run; only a plain yes is one."""
    ask(f"run code from {one_line(str(code.path), 300)}? y/N ")
    return sys.stdin.readline(80).strip().casefold() in ("y", "yes")
