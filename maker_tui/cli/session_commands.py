"""`maker sessions`: keeping the library, and going on from a session."""

from __future__ import annotations

import argparse
import getpass
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError
from maker_engine.core.solving.hopeless import POLICIES
from maker_engine.options import table
from maker_engine.options.table import BY_NAME
from maker_engine.output import say, say_json, versioned
from maker_engine.printable import one_line
from maker_tui.cli import look_commands, progress, record_commands
from maker_tui.cli.library_commands import NAME, add_verbs
from maker_tui.cli.log_flags import add_log
from maker_tui.cli.option_flags import add_options, given, refuse_unattended, verbatim
from maker_tui.cli.parsing import Parser, add_no_preflight
from maker_tui.runs.break_flags import add_breaks, breaks_of
from maker_tui.terminal.hangup import add_flag

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.runtime.order import PreparedRun

DESCRIPTION = (
    "A session is named by its path, by @ or last for the newest and @2 for the one before it, or in the library by its"
    " file name, by the name that rename gave it, or by the start of just one of these."
)

RESUMED = tuple(
    map(
        table.find,
        (
            "limit_samples", "limit_usd", "limit_tokens", "limit_minutes", "max_samples", "api_base", "timeout",
            "undecided", "max_tokens", "max_reasoning_tokens", "from_session", "out", "allow", "in_doubt",
        ),
    )
)  # fmt: skip
"""Options that a run may continue with another value of."""
FORKED = (table.find("allow"),)
"""Options that a fork, or a rollback, has none of unless they are given."""
ROLLBACK = (
    "Put what a run has changed, such as the database of a migration, back to what it was at one of its steps, verify"
    " it, and add a fork that begins there. Exit status: 0 verified, 1 not put back, 2 bad input."
)


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add `maker sessions` to the command line."""
    sessions = commands.add_parser("sessions", help="list and manage saved sessions, or resume one",
                                  description=DESCRIPTION)  # fmt: skip
    verbs = sessions.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_verbs(verbs)
    record_commands.add_verbs(verbs)
    look_commands.add_verbs(verbs)
    _add_fork(verbs)
    _add_rollback(verbs)
    resume = verbs.add_parser("resume", help="continue a session from where it stopped", allow_abbrev=False)
    resume.add_argument("session", metavar=NAME)
    resume.add_argument("--fork", type=int, metavar="N", help="which of its runs, 0 for the first (default the newest)")
    resume.add_argument("--task", metavar="PATH", help="needed for a session of a task run from a path")
    add_options(resume, RESUMED, "as the run was ordered")
    _add_prices(resume)
    _add_trust(resume)
    _add_hopeless(resume)
    resume.add_argument("--headless", action="store_true", help="in the plain terminal, without the app")
    resume.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")
    add_no_preflight(resume)
    add_flag(resume)
    progress.add_flag(resume)
    add_log(resume)
    add_breaks(resume)
    resume.set_defaults(act=_resume)


def _resume(chosen: argparse.Namespace) -> int:
    from maker_engine.runtime.continuing import prepare_resume  # noqa: PLC0415 - start-up
    from maker_engine.runtime.order_options import changes_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.lock import writer_of  # noqa: PLC0415 - start-up
    from maker_tui.runs.pricing import with_prices  # noqa: PLC0415 - start-up

    headless, breaks = chosen.headless or chosen.json, breaks_of(chosen)
    _refuse_unattended_hold(chosen)
    values = given(chosen, RESUMED)
    if headless:
        refuse_unattended(values)
    changes = changes_of(values)
    if chosen.hopeless is not None:
        changes["hopeless"] = chosen.hopeless
    path = find(chosen.session)
    family = record_commands.family_of(chosen, path)
    if not headless and writer_of(path) is not None:
        from maker_tui.cli.launch import open_view  # noqa: PLC0415 - start-up

        return open_view(path, family, mouse=chosen.mouse)
    changes |= {"apart": not headless, "attended": not headless, "breaks": breaks, **_unchecked(chosen)}
    changes = with_prices(path, chosen.fork, {**changes, "accept_models": chosen.accept_models}, chosen.price)
    return _run(prepare_resume(path, changes, family, chosen.fork, trusted=chosen.trust), chosen)


def _add_trust(parser: Parser) -> None:
    help_text = "agree to the server and the models that a session from elsewhere names"
    parser.add_argument("--trust", action="store_true", help=help_text)


def _unchecked(chosen: argparse.Namespace) -> dict[str, Any]:
    """Leave the check of the model out, where that is said; else the order says whether there is one."""
    return {} if chosen.preflight else {"preflight": False}


def _run(prepared: PreparedRun, chosen: argparse.Namespace) -> int:
    prepared = replace(prepared, log=chosen.log)
    if chosen.headless or chosen.json:
        from maker_tui.cli.headless import run_headless  # noqa: PLC0415 - start-up

        return run_headless(
            prepared, as_json=chosen.json, on_hangup=chosen.on_hangup, progress=chosen.progress, quiet=chosen.quiet
        )
    from maker_tui.cli.launch import open_run  # noqa: PLC0415 - start-up

    return open_run(prepared, chosen.on_hangup, mouse=chosen.mouse)


def _add_fork(verbs: argparse._SubParsersAction[Parser]) -> None:
    help_text = "Add a fork to a session, which shares every step before --at, and run it."
    fork = verbs.add_parser(
        "fork", help="begin another run from one of its steps", description=help_text, allow_abbrev=False
    )
    fork.add_argument("session", metavar=NAME)
    fork.add_argument("--at", type=int, required=True, metavar="STEP", help="the first step it decides itself")
    fork.add_argument("--fork", type=int, metavar="N", help="which of its runs to fork (default the newest)")
    fork.add_argument("--k", type=int, metavar="K", help="margin needed")
    fork.add_argument("--model", metavar="MODEL", help="who answers")
    fork.add_argument("--voter", action="append", metavar="VOTER", help="several times: a pool of voters")
    _add_prices(fork)
    fork.add_argument("--api-base", metavar="URL", help="another server than the run's")
    _add_trust(fork)
    fork.add_argument("--seed", type=int, metavar="N", help="of the simulated model (default one of the fork's own)")
    fork.add_argument(
        "--decide", metavar="JSON", help="what step STEP is decided as, as `show --step --json` writes it"
    )
    add_options(fork, FORKED, "none, whatever its run was allowed")
    fork.add_argument("--note", default="", metavar="TEXT", help="what it is for")
    fork.add_argument("--stay", action="store_true", help="only add it; resume runs it later")
    fork.add_argument("--task", metavar="PATH", help="needed for a session of a task run from a path")
    fork.add_argument("--headless", action="store_true", help="in the plain terminal, without the app")
    fork.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")
    add_no_preflight(fork)
    add_flag(fork)
    progress.add_flag(fork)
    add_log(fork)
    add_breaks(fork)
    fork.set_defaults(act=_fork)


def _fork(chosen: argparse.Namespace) -> int:
    from maker_engine.runtime.continuing import fork, prepare_resume  # noqa: PLC0415 - start-up
    from maker_engine.runtime.order_options import changes_of  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up
    from maker_tui.runs.pricing import with_prices  # noqa: PLC0415 - start-up

    breaks = breaks_of(chosen)
    path = find(chosen.session)
    family = record_commands.family_of(chosen, path)
    said = {name: getattr(chosen, name) for name in ("k", "model", "seed", "api_base")}
    changes = {name: value for name, value in said.items() if value is not None}
    changes |= changes_of(given(chosen, FORKED))
    if chosen.voter:
        changes["voters"] = tuple(chosen.voter)
    changes = with_prices(path, chosen.fork, {**changes, "accept_models": chosen.accept_models}, chosen.price)
    decision = None if chosen.decide is None else _decision(path, family, chosen.decide)
    number = fork(
        path, chosen.at - 1, changes, branch=chosen.fork, decision=decision, voter=getpass.getuser(), note=chosen.note,
        family=family, trusted=chosen.trust,
    )  # fmt: skip
    if chosen.stay:
        say(f"fork {number} of {path} begins at step {chosen.at:,}; maker sessions resume runs it")
        return 0
    screen = not (chosen.headless or chosen.json)
    changes = {"apart": screen, "attended": screen, "breaks": breaks, **_unchecked(chosen)}
    return _run(prepare_resume(path, changes, family, number, trusted=chosen.trust), chosen)


def _add_rollback(verbs: argparse._SubParsersAction[Parser]) -> None:
    help_text = "put the world back to one of its steps"
    rollback = verbs.add_parser("rollback", help=help_text, description=ROLLBACK, allow_abbrev=False)
    rollback.add_argument("session", metavar=NAME)
    rollback.add_argument("--at", type=int, required=True, metavar="STEP", help="the step before which it is put back")
    rollback.add_argument("--fork", type=int, metavar="N", help="of which of its runs (default the newest)")
    add_options(rollback, FORKED, "none, whatever its run was allowed")
    _add_trust(rollback)
    rollback.add_argument("--task", metavar="PATH", help="needed for a session of a task run from a path")
    rollback.add_argument("--json", action="store_true", help="one JSON object")
    rollback.set_defaults(act=_rollback)


def _rollback(chosen: argparse.Namespace) -> int:
    from maker_engine.runtime.rollback import plan_rollback, roll_back  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up
    from maker_tui.runs.resuming import session_name  # noqa: PLC0415 - start-up

    path = find(chosen.session)
    family = record_commands.family_of(chosen, path)
    plan = plan_rollback(path, chosen.at - 1, chosen.fork, family)
    found = roll_back(plan, getattr(chosen, "allow", ()), trusted=chosen.trust)
    if chosen.json:
        say_json(versioned({"step": chosen.at, "fork": found.fork, "verified": True, "value": found.value}))
        return 0
    on = "" if found.fork is None else f"; maker sessions resume {session_name(path)} continues there"
    say(one_line(f"step {chosen.at:,}: {found.words}{on}", 600))
    return 0


def _decision(path: Path, family: type[AnyTask] | None, text: str) -> Any:
    """Read an answer from JSON."""
    from maker_engine.sessions.queries.saved import open_saved  # noqa: PLC0415 - start-up

    task = open_saved(path, family).task
    try:
        return task.decode_answer(json.loads(text))
    except Exception:  # noqa: BLE001 - a task may raise anything at what is no answer of it
        raise InputError(f"--decide is not an answer of {task.name} in JSON: {one_line(text, 80)}") from None


def _add_hopeless(group: argparse._ActionsContainer) -> None:
    """Add the flag that says what happens to a step whose samples are all flagged."""
    group.add_argument("--hopeless", choices=POLICIES, help=verbatim(BY_NAME["hopeless"].full_help))


def _refuse_unattended_hold(arguments: argparse.Namespace) -> None:
    """Refuse to hold a run that no one attends.

    Raises:
        InputError: It is headless, and to be held.
    """
    if arguments.headless or arguments.json:
        refuse_unattended({"hopeless": arguments.hopeless})


def _add_prices(parser: argparse._ActionsContainer) -> None:
    """Add the flags that say what models cost, and which of them may answer."""
    price, accepted = BY_NAME["prices"], BY_NAME["accept_models"]
    for option, name in ((price, "price"), (accepted, "accept_models")):
        parser.add_argument(
            option.flag, dest=name, action="append", default=[], metavar=option.kind.metavar, help=verbatim(option.help)
        )
