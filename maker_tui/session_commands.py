"""`maker sessions`: keeping the library, and going on from a session."""

from __future__ import annotations

import argparse

from maker_tui.library_commands import NAME, add_verbs
from maker_tui.parsing import Parser

DESCRIPTION = "A session is named by its path, or in the library by its file name or the start of just one."


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker sessions` to the command line."""
    sessions = commands.add_parser("sessions", help="list and keep saved sessions, or go on from one",
                                  description=DESCRIPTION)  # fmt: skip
    verbs = sessions.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_verbs(verbs)
    resume = verbs.add_parser("resume", help="go on from where a session stands", allow_abbrev=False)
    resume.add_argument("session", metavar=NAME)
    resume.add_argument("--task", metavar="FILE.py:Class", help="needed for a session of a task run from a file")
    resume.add_argument("--limit-samples", type=int, metavar="N", help="new limit on the whole run's samples")
    resume.add_argument("--limit-usd", type=float, metavar="USD", help="new limit in dollars")
    resume.add_argument("--limit-tokens", type=int, metavar="N", help="new limit on tokens")
    resume.add_argument("--limit-minutes", type=float, metavar="M", help="new limit on going time")
    resume.add_argument("--max-samples", type=int, metavar="N", help="new limit on the samples of a step")
    resume.add_argument("--undecided", metavar="POLICY", help="stop, ask or escalate:MODEL")
    resume.add_argument("--headless", action="store_true", help="in the plain terminal, without the app")
    resume.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")
    resume.set_defaults(act=_resume)


def _resume(chosen: argparse.Namespace) -> int:
    from maker_engine import catalogue  # noqa: PLC0415
    from maker_engine.runtime.order import prepare_resume  # noqa: PLC0415
    from maker_engine.sessions.library import find  # noqa: PLC0415

    headless = chosen.headless or chosen.json
    names = ("limit_samples", "limit_usd", "limit_tokens", "max_samples", "undecided")
    changes = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    if chosen.limit_minutes is not None:
        changes["limit_seconds"] = 60 * chosen.limit_minutes
    family = None if chosen.task is None else catalogue.find(chosen.task)
    prepared = prepare_resume(find(chosen.session), {**changes, "apart": not headless}, family)
    if headless:
        from maker_tui.headless import run_headless  # noqa: PLC0415

        return run_headless(prepared, as_json=chosen.json)
    from maker_tui.launch import open_run  # noqa: PLC0415

    return open_run(prepared)
