"""`maker sessions`: the library of sessions, and going on from one."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from maker_engine.printable import one_line
from maker_tui.hangup import add_flag
from maker_tui.parsing import Parser


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker sessions` to the command line."""
    sessions = commands.add_parser("sessions", help="list saved sessions, or go on from one")
    verbs = sessions.add_subparsers(title="commands", metavar="COMMAND", required=True)
    verbs.add_parser("ls", help="list the sessions, newest first").set_defaults(act=_list)
    resume = verbs.add_parser("resume", help="go on from where a session stands", allow_abbrev=False)
    resume.add_argument("session", type=Path, metavar="FILE")
    resume.add_argument("--task", metavar="FILE.py:Class", help="needed for a session of a task run from a file")
    resume.add_argument("--limit-samples", type=int, metavar="N", help="new limit on the whole run's samples")
    resume.add_argument("--limit-usd", type=float, metavar="USD", help="new limit in dollars")
    resume.add_argument("--limit-tokens", type=int, metavar="N", help="new limit on tokens")
    resume.add_argument("--limit-minutes", type=float, metavar="M", help="new limit on going time")
    resume.add_argument("--max-samples", type=int, metavar="N", help="new limit on the samples of a step")
    resume.add_argument("--undecided", metavar="POLICY", help="stop, ask or escalate:MODEL")
    resume.add_argument("--headless", action="store_true", help="in the plain terminal, without the app")
    resume.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")
    add_flag(resume)
    resume.set_defaults(act=_resume)


def _list(_: argparse.Namespace) -> int:
    from maker_engine.sessions.library import Library  # noqa: PLC0415 - only this command reads the library

    for one in Library().list():
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.created))
        steps = f"{one.steps_done:,}" + ("" if one.steps is None else f"/{one.steps:,}")
        model = f"{one.model}{' (simulated)' if one.simulated else ''}"
        told = one.damaged or f"{one.outcome or 'not ended'}, {steps} steps, {one.task}, {one.problem}, {model}"
        sys.stdout.write(f"{one.path}  {when}  {one_line(told)}\n")
    return 0


def _resume(chosen: argparse.Namespace) -> int:
    from maker_engine import catalogue  # noqa: PLC0415
    from maker_engine.runtime.order import prepare_resume  # noqa: PLC0415

    headless = chosen.headless or chosen.json
    names = ("limit_samples", "limit_usd", "limit_tokens", "max_samples", "undecided")
    changes = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    if chosen.limit_minutes is not None:
        changes["limit_seconds"] = 60 * chosen.limit_minutes
    family = None if chosen.task is None else catalogue.find(chosen.task)
    prepared = prepare_resume(chosen.session, {**changes, "apart": not headless}, family)
    if headless:
        from maker_tui.headless import run_headless  # noqa: PLC0415

        return run_headless(prepared, as_json=chosen.json, on_hangup=chosen.on_hangup)
    from maker_tui.launch import open_run  # noqa: PLC0415

    return open_run(prepared, chosen.on_hangup)
