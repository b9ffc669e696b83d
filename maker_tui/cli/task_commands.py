"""`maker tasks`, `maker new-task` and `maker check-task`: what can be solved, and how to make more of it."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError, TaskError
from maker_engine.output import say, say_json, say_text, versioned
from maker_engine.printable import one_line
from maker_engine.suggestion import suggestion
from maker_tui.cli.parsing import Parser
from maker_tui.text.figures import count_of

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask, Option
    from maker_engine.task_contract.subject import Subject
    from maker_engine.task_contract.suite import Check, Result

LIMIT_S = 60.0
"""Seconds a check may take."""
CHECK_EXAMPLES = """\
examples:
  maker check-task                        every installed task
  maker check-task hanoi --disks 7        one, on a problem of your own
  maker check-task ./mine --only picture  a folder; a single check
  maker check-task mine.py:Mine --json    a file; one JSON object, for scripts

exit status: 0 every promise that was checked is kept, 1 one is broken, 2 bad input
"""


def add_commands(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the commands on tasks to the command line."""
    tasks = commands.add_parser("tasks", help="list the tasks with their options", allow_abbrev=False)
    tasks.add_argument("--json", action="store_true", help="print one JSON object")
    tasks.set_defaults(act=_tasks)
    help_text = (
        "Write a file with a working task, or with --full a folder: prompt, rule, problem file, picture and tests."
    )
    new = commands.add_parser("new-task", help="create a task of your own", description=help_text, allow_abbrev=False)
    new.add_argument("name", metavar="NAME", help="name of the task and its file, such as bin_packing")
    new.add_argument("--full", action="store_true", help="write a folder with all that a task can have")
    new.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where to put it (default here)")
    new.set_defaults(act=_new)
    commands.add_parser("check-task", help="check a task by the contract; see maker check-task --help", add_help=False)


def _tasks(chosen: argparse.Namespace) -> int:
    from maker_engine import catalogue  # noqa: PLC0415 - start-up

    rows: list[dict[str, object]] = []
    for name in catalogue.names():
        try:
            task = catalogue.find(name)
        except InputError as error:  # one that is broken hides none of the others
            rows.append({"task": name, "broken": str(error)})
            if not chosen.json:
                say(f"{name:<12} {one_line(str(error), 400)}")
            continue
        rows.append(_task_fields(name, task))
        if not chosen.json:
            say(f"{name:<12} {task.title}: {task.summary}", *_option_lines(task))
    if chosen.json:
        say_json(versioned({"tasks": rows}))
    return 0


def _option_lines(task: type[AnyTask]) -> list[str]:
    """Say a line an option: what it is, its default, and what can be chosen."""
    width = max((len(option.flag) for option in task.options), default=0)
    return [f"{'':<12}   {option.flag:<{width}} {option.help_text}{_choices(option)}" for option in task.options]


def _choices(option: Option) -> str:
    return f": {', '.join(option.choices)}" if option.choices else ""


def _task_fields(name: str, task: type[AnyTask]) -> dict[str, object]:
    """Return a task for scripts, as docs/json.md describes it."""
    options = [
        {"option": one.flag, "help": one.help, "default": one.default,
         "choices": None if one.choices is None else [*one.choices]}
        for one in task.options
    ]  # fmt: skip
    fields = {"task": name, "title": task.title, "summary": task.summary, "problem_file": task.source_help}
    return {**fields, "options": options}


def _new(chosen: argparse.Namespace) -> int:
    from maker_engine.task_contract.scaffold import write_file, write_task  # noqa: PLC0415 - start-up

    made = (write_task if chosen.full else write_file)(chosen.name, chosen.to)
    shown = shlex.quote(str(made) if made.is_absolute() else f"./{made}")
    say(*(f"wrote {path}" for path in (sorted(made.iterdir()) if chosen.full else [made])))
    say("", f"now: maker check-task {shown}", f"     maker run {shown}")
    if chosen.full:
        say("     README.md there says what to change")
    return 0


def check(arguments: Sequence[str]) -> int:
    """Run `maker check-task`; return the exit status.

    Raises:
        InputError: There is no such task, check or problem.
    """
    from maker_engine import catalogue  # noqa: PLC0415 - start-up

    named = [arguments[0]] if arguments and not arguments[0].startswith("-") else []
    family = catalogue.find(named[0]) if named else None
    chosen = check_parser(family).parse_args(arguments[len(named) :])
    chosen.words = _without_only(arguments[len(named) :])
    if family is not None:
        return _check(named[0], family, chosen)
    return max((_check_installed(name, chosen) for name in catalogue.names()), default=0)


def _without_only(arguments: Sequence[str]) -> list[str]:
    """Leave out which checks were to be made."""
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--only":
            next(words)
        elif not word.startswith("--only="):
            rest.append(word)
    return rest


def _check_installed(name: str, chosen: argparse.Namespace) -> int:
    """Check one of several tasks: where it cannot be, the others are checked all the same."""
    from maker_engine import catalogue  # noqa: PLC0415 - start-up

    try:
        return _check(name, catalogue.find(name), chosen)
    except MakerError as error:
        say(f"✖ {name}: {one_line(str(error), 400)}")
        return 1


def check_parser(family: type[AnyTask] | None) -> Parser:
    """Make the parser of `maker check-task`, with the flags of the task where it is known."""
    from maker_engine.task_contract.subject import DEFAULT_STATES  # noqa: PLC0415 - start-up
    from maker_tui.cli.flags import add_problem  # noqa: PLC0415 - start-up

    parser = Parser(
        prog="maker check-task",
        usage="maker check-task [NAME | FILE | FOLDER] [options]",
        description="Hold a task to the contract of maker_engine.core.decomposition.Task.",
        epilog=CHECK_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--states", type=int, default=DEFAULT_STATES, metavar="N",
                        help=f"most distinct states to look at (default {DEFAULT_STATES:,})")  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random walks and texts (default 0)")
    parser.add_argument("--only", action="append", metavar="CHECK", help="this check alone; several times for several")
    parser.add_argument("--limit", type=float, default=LIMIT_S, metavar="S",
                        help=f"seconds a check may take (default {LIMIT_S:g})")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object a task")
    if family is not None:
        add_problem(parser, family, former=True)
    return parser


def _check(name: str, family: type[AnyTask], chosen: argparse.Namespace) -> int:
    from maker_engine.task_contract.slips import measured  # noqa: PLC0415 - start-up
    from maker_engine.task_contract.subject import prepare  # noqa: PLC0415 - start-up
    from maker_engine.task_contract.suite import Verdict, examine  # noqa: PLC0415 - start-up
    from maker_engine.task_contract.time_limit import RetriesExhaustedError, patience  # noqa: PLC0415 - start-up
    from maker_tui.cli.flag_orders import problem_from  # noqa: PLC0415 - start-up

    if chosen.states < 1 or chosen.limit <= 0:
        raise InputError("--states must be at least 1, --limit above 0")
    checks = _chosen_checks(chosen.only)
    options, source = problem_from(chosen) if "problem" in chosen else ({}, None)
    try:
        with patience(chosen.limit):
            subject = prepare(family, options, source, seed=chosen.seed, states=chosen.states)
    except RetriesExhaustedError as place:
        raise TaskError(f"{name}: load did not end within {chosen.limit:g} s; it was in {place}") from None
    except TaskError as error:
        raise TaskError(f"{name}: {error}") from error
    if not chosen.json:
        say(one_line(_opening(name, subject)))
    results: list[Result] = []
    for result in examine(subject, checks, chosen.limit):
        results.append(result)
        if not chosen.json:
            say_text(_lines(result, _again(name, chosen, result.check)))
    broken = sum(result.verdict is Verdict.BROKEN for result in results)
    found = None if chosen.only else measured(subject, chosen.limit)
    if chosen.json:
        slips = None if found is None else found.to_json()
        say_json(versioned({**_figures(name, subject, results), "slips": slips}))
    else:
        say(*([] if found is None else [f"  {'slips':<18} {found}"]), _sum(name, subject, results))
    return int(broken > 0)


def _chosen_checks(names: Sequence[str] | None) -> Sequence[Check]:
    from maker_engine.task_contract.suite import CHECKS  # noqa: PLC0415 - start-up

    known = {check.name: check for check in CHECKS}
    for name in names or ():
        if name not in known:
            raise InputError(f"there is no check {name!r}; known: {', '.join(known)}{suggestion(name, known)}")
    return [known[name] for name in names] if names else CHECKS


def _opening(name: str, subject: Subject) -> str:
    more = len(subject.problems) - 1
    others = f" and {more} more problem{'s' if more > 1 else ''}, one for each choice of an option" if more else ""
    return f"{name}: {subject.problems[0].title}{others}; seed {subject.seed}"


def _again(name: str, chosen: argparse.Namespace, check: Check) -> str:
    """Write the command that makes one check again, on the same problem with the same dice."""
    return f"maker check-task {shlex.join([name, *chosen.words, '--only', check.name])}"


def _lines(result: Result, again: str) -> str:
    from maker_engine.task_contract.suite import Verdict  # noqa: PLC0415 - start-up

    name = f"{result.check.name:<18}"
    if result.verdict is Verdict.KEPT:
        return f"✔ {name} {result.count:>9,} checked {result.seconds:>6.1f} s\n"
    if result.verdict in (Verdict.NOT_MADE, Verdict.NOT_OFFERED):
        return f"– {name} {result.verdict}: {one_line(result.difference)}\n"
    help_text = "".join(
        f"    {label:<8} {one_line(text, 400)}\n" for label, text in (*result.explanation, ("again", again))
    )
    return f"✖ {name} BROKEN\n{help_text}"


def _sum(name: str, subject: Subject, results: Sequence[Result]) -> str:
    from maker_engine.task_contract.suite import Verdict  # noqa: PLC0415 - start-up

    counts = {verdict: sum(result.verdict is verdict for result in results) for verdict in Verdict}
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    seconds = sum(result.seconds for result in results)
    return f"{name}: {words}; {count_of(subject.found, 'state')}, {seconds:.1f} s"


def _figures(name: str, subject: Subject, results: Sequence[Result]) -> dict[str, object]:
    from maker_engine.task_contract.suite import Verdict  # noqa: PLC0415 - start-up

    checks = [
        {
            "check": result.check.name,
            "verdict": result.verdict.value,
            "count": result.count,
            "seconds": round(result.seconds, 3),
            **(
                {"differs": result.difference, "state": result.state, "problem": result.problem}
                if result.difference
                else {}
            ),
            **({"rule": result.check.rule, "mend": result.check.mend} if result.verdict is Verdict.BROKEN else {}),
        }
        for result in results
    ]
    kept = all(result.verdict is not Verdict.BROKEN for result in results)
    return {"task": name, "kept": kept, "seed": subject.seed, "states": subject.found, "checks": checks}
