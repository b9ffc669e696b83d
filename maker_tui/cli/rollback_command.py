"""`maker sessions rollback`: the world is put back to what it was at a step of a session, and that is verified."""

from __future__ import annotations

import argparse

from maker_engine.options import table
from maker_engine.output import say, say_json, versioned
from maker_engine.printable import one_line
from maker_tui.cli import record_commands
from maker_tui.cli.library_commands import NAME
from maker_tui.cli.option_flags import add_options, given
from maker_tui.cli.parsing import Parser
from maker_tui.cli.record_commands import Verbs

DESCRIPTION = (
    "Put what a run has changed, such as the database of a migration, back to what it was at one of its steps, verify"
    " it, and add a fork that begins there. Exit status: 0 verified, 1 not put back, 2 bad input."
)
ALLOWED = (table.find("allow"),)


def add_verb(verbs: Verbs[Parser]) -> None:
    """Add the command."""
    parser = verbs.add_parser(
        "rollback", help="put the world back to one of its steps", description=DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("session", metavar=NAME)
    parser.add_argument("--at", type=int, required=True, metavar="STEP", help="the step before which it is put back")
    parser.add_argument("--fork", type=int, metavar="N", help="of which of its runs (default the newest)")
    add_options(parser, ALLOWED, "none, whatever its run was allowed")
    parser.add_argument("--trust", action="store_true", help="agree to what a session from elsewhere names")
    parser.add_argument("--task", metavar="PATH", help="needed for a session of a task run from a path")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.set_defaults(act=_rollback)


def _rollback(chosen: argparse.Namespace) -> int:
    from maker_engine.runtime.rollback import plan_rollback, roll_back  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up
    from maker_tui.runs.resuming import session_name  # noqa: PLC0415 - start-up

    path = find(chosen.session)
    family = record_commands.family_of(chosen, path)
    plan = plan_rollback(path, chosen.at - 1, chosen.fork, family)
    found = roll_back(plan, given(chosen, ALLOWED).get("allow", ()), trusted=chosen.trust)
    if chosen.json:
        say_json(versioned({"step": chosen.at, "fork": found.fork, "verified": True, "value": found.value}))
        return 0
    on = "" if found.fork is None else f"; maker sessions resume {session_name(path)} goes on there"
    say(one_line(f"step {chosen.at:,}: {found.words}{on}", 600))
    return 0
