"""The commands of `maker`, each of which does one thing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib.metadata import version

from maker_engine.core.errors import InputError
from maker_engine.input_files import is_file, path_of
from maker_tui.cli import (
    added_commands,
    calibrate_command,
    check_model_command,
    completion_command,
    config_commands,
    models_command,
    open_command,
    task_commands,
)
from maker_tui.cli.interview_command import run_arguments
from maker_tui.cli.parsing import Parser
from maker_tui.cli.plan_command import add_plan
from maker_tui.cli.session_commands import add_commands
from maker_tui.terminal.hangup import NO_MOUSE, add_flag

EXAMPLES = """\
examples:
  maker                                        open the app: saved sessions, new run
  maker demo                                   watch a live run of the simulated model
  maker run hanoi --disks 7                    a run in the app
  maker run hanoi --disks 10 --headless --json the same without it, for scripts
  maker interview "a simple task management API"
                                               what to build, and what not, before any code
  maker plan --steps 1048575 --p 0.9978        what the scaling laws say of such a run, and its cost
  maker calibrate hanoi --disks 10 --model A --model B --limit-usd 2
                                               which model, which k, what it costs, and what no vote can fix
  maker check-model openai/gpt-6-luna          two or three calls: does it fit a run, and what to change
  maker models luna                            models, their prices, and for which there is a key
  maker sessions                               saved sessions; maker sessions resume NAME continues one
  maker open last                              the newest in the app; @2, a name, a file; --step 12 --view table
  maker sessions rm NAME                       to the trash; maker sessions restore NAME brings it back
  maker config                                 settings, themes and keys: where they are; init writes the file
  maker tasks                                  what can be solved
  maker new-task mine                          a file with a working task of your own, to be changed
  maker check-task ./mine                      hold it to the contract; maker run ./mine solves it
  maker lint REQUIREMENTS.md                   quality gates for a requirements document

exit status: 0 solved and verified (check-task: kept), 1 ended without that, 2 bad input or a model that does not
  fit, 70 an error of our own (the run is saved), 74 standard output takes no more,
  129 the terminal went away, 130 stopped by a key, SIGINT or SIGTERM (both saved)
"""

SUFFIX = ".maker"


def act(given: list[str]) -> int:
    """Do what the words of a command line say; return the exit status."""
    if given[:1] == [completion_command.ASKED]:
        return completion_command.answer(given[1:])
    if given and given[0] in _WITH_A_TASKS_FLAGS:
        return _WITH_A_TASKS_FLAGS[given[0]](given[1:])
    given = _completed(given)
    parser, own = _parser(listing=given[:1] in (["-h"], ["--help"]))
    if given and given[0] not in own and given[0] in added_commands.names():
        return added_commands.run(given[0], given[1:])
    chosen = parser.parse_args(given)
    if chosen.reset_terminal:
        from maker_tui.terminal.sequences import reset_terminal  # noqa: PLC0415 - no other command needs it

        reset_terminal()
        return 0
    chosen.mouse = chosen.mouse and chosen.home_mouse  # a command's own default would undo what comes before it
    return int(chosen.act(chosen))


def _completed(given: list[str]) -> list[str]:
    """Put in the word that is left out: a session's file alone is opened, and `sessions` alone lists them."""
    if given and given[0].endswith(SUFFIX) and is_file(path_of(given[0])):
        return ["open", *given]
    if given[:1] == ["sessions"] and (len(given) == 1 or (given[1][:1] == "-" and given[1] not in ("-h", "--help"))):
        return ["sessions", "ls", *given[1:]]
    return given


def command_parser() -> Parser:
    """Make the parser of all commands, as far as their flags do not depend on a task."""
    return _parser(listing=False)[0]


def _parser(*, listing: bool) -> tuple[Parser, set[str]]:
    """Make the parser; return it with the names of the commands that are ours.

    Args:
        listing: Load the added commands, to show a line about each.
    """
    parser = Parser(
        prog="maker",
        description="Run and debug long LLM tasks in which not one step may be wrong (MAKER, arXiv 2511.09030).",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"maker {version('maker-workbench')}")
    parser.add_argument("--no-mouse", dest="home_mouse", action="store_false", help=NO_MOUSE)
    parser.add_argument(
        "--reset-terminal",
        action="store_true",
        help="end the keyboard, mouse and paste modes that a killed maker left behind in this terminal; of another "
        "terminal: > /dev/pts/N",
    )
    parser.set_defaults(act=_home, mouse=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_demo(commands)
    commands.add_parser("run", help="solve a problem; see maker run --help", add_help=False)
    commands.add_parser("interview", help="settle what to build, and what not, before any code", add_help=False)
    open_command.add_command(commands)
    task_commands.add_commands(commands)
    add_commands(commands)
    config_commands.add_command(commands)
    models_command.add_command(commands)
    completion_command.add_command(commands)
    commands.add_parser("check-model", help="check with two or three calls whether a model fits a run", add_help=False)
    commands.add_parser(
        "calibrate", help="measure models on sampled steps of a task; recommend k, with odds and price", add_help=False
    )
    add_plan(commands)
    own = set(commands.choices)
    for name in added_commands.names():
        if name not in own:
            commands.add_parser(name, help=added_commands.summary(name) if listing else None, add_help=False)
    return parser, own


def _add_demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = commands.add_parser("demo", help="watch a live run of the simulated model", allow_abbrev=False)
    demo.add_argument(
        "--real",
        metavar="URL|FILE.gguf",
        help="instead, 40 products by a real model, with k = 1 and k = 3: a server, or a model file (extra: local)",
    )
    demo.add_argument("--model", metavar="NAME", help="with --real: the model's name on that server")
    demo.add_argument("--headless", action="store_true", help="in the plain terminal, without the app; takes 45 s")
    add_flag(demo)
    demo.set_defaults(act=_demo)


def _run(arguments: list[str]) -> int:
    from maker_engine.runtime.order import prepare  # noqa: PLC0415 - `--help` does not need the engine
    from maker_tui.cli.flag_orders import order_from  # noqa: PLC0415 - start-up
    from maker_tui.cli.flags import run_parser  # noqa: PLC0415 - start-up

    task = arguments[0] if arguments and not arguments[0].startswith("-") else None
    if task is None and not {"-h", "--help"} & set(arguments):
        raise InputError("name the task first: maker run TASK [options]; maker tasks lists them")
    chosen = run_parser(task).parse_args(arguments)
    plan = None
    if chosen.plan is not None:
        from maker_engine.calibration.plan_file import read_plan  # noqa: PLC0415 - few runs have one

        plan = read_plan(chosen.plan, vars(chosen).get("model"))
    prepared = replace(prepare(order_from(chosen, {} if plan is None else plan.values)), log=chosen.log)
    if plan is not None:
        plan.check(prepared)
    if chosen.headless or chosen.json:
        from maker_tui.cli.headless import run_headless  # noqa: PLC0415 - start-up

        return run_headless(
            prepared, as_json=chosen.json, on_hangup=chosen.on_hangup, progress=chosen.progress, quiet=chosen.quiet
        )
    from maker_tui.cli.launch import open_run  # noqa: PLC0415 - start-up

    return open_run(prepared, chosen.on_hangup, mouse=chosen.mouse)


def _interview(arguments: list[str]) -> int:
    return _run(run_arguments(arguments))


def _home(chosen: argparse.Namespace) -> int:
    from maker_tui.cli.launch import open_home  # noqa: PLC0415 - start-up

    return open_home(mouse=chosen.mouse)


def _demo(chosen: argparse.Namespace) -> int:
    if chosen.real is not None:
        from maker_tui.cli import real_demo  # noqa: PLC0415 - start-up

        return real_demo.run(chosen.real, chosen.model)
    if chosen.model is not None:
        raise InputError("--model names a model on a server: give --real URL with it")
    from maker_tui.runs.demo import prepare_demo  # noqa: PLC0415 - start-up

    if chosen.headless:
        from maker_tui.cli.headless import run_headless  # noqa: PLC0415 - start-up

        return run_headless(prepare_demo(attended=False), as_json=False, on_hangup=chosen.on_hangup)
    from maker_tui.cli.launch import open_run  # noqa: PLC0415 - start-up

    return open_run(prepare_demo(), chosen.on_hangup, mouse=chosen.mouse)


_WITH_A_TASKS_FLAGS = {
    "run": _run,
    "interview": _interview,
    "check-task": task_commands.check,
    "check-model": check_model_command.check_model,
    "calibrate": calibrate_command.calibrate,
}
"""Commands whose flags are known once the task that they name is."""
