"""The flags of `maker run`: the engine's, and those of the task that is named."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask, Option
from maker_engine.options.option import GROUPS
from maker_engine.options.table import find, of_group
from maker_tui.cli import progress
from maker_tui.cli.log_flags import add_log
from maker_tui.cli.option_flags import add_options, verbatim
from maker_tui.cli.parsing import Parser
from maker_tui.terminal.hangup import add_flag

RUN_EXAMPLES = """\
examples:
  maker run hanoi --disks 7
  maker run hanoi --disks 10 --model sim --headless --json
  maker run hanoi --disks 8 --model sim:p=0.9,v=0.95,latency=0.2 --k 5 --rule first
  maker run hanoi --problem towers.json --strategy state
  maker run hanoi --disks 5 --model openai/gpt-6-luna --limit-usd 1
  maker run hanoi --disks 5 --model hosted_vllm/qwen --api-base http://127.0.0.1:8000/v1
  maker run hanoi --disks 8 --plan plan.json
  maker run hanoi --profile cheap          options from [profile.cheap] of the settings file

An option that is not given is as --profile (or MAKER_PROFILE) says, else as MAKER_MODEL, else as [run] of the settings
file, else its default.
"""


OPTION = "option_"
"""Marks the flags that a task brings with it."""
SWITCH = ("no", "yes")
"""The choices of a task's option whose flag alone means yes."""
SAMPLING = ("temperature", "first_temperature", "reasoning", "max_tokens", "max_reasoning_tokens")
"""The options that say how a model is to sample."""


def run_parser(task_name: str | None) -> Parser:
    """Make the parser of `maker run`, with the flags of `task_name` where it is known.

    Raises:
        InputError: There is no such task.
    """
    parser = Parser(
        prog="maker run",
        description="Solve a problem step by step, voting on every step.",
        epilog=RUN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("task", help=f"what to solve: {', '.join(catalogue.names())}, or the path of a file or folder")
    if task_name is not None:
        add_problem(parser, catalogue.find(task_name))
    for group in GROUPS:
        add_options(parser.add_argument_group(group.title), of_group(group))
    _add_terminal(parser)
    return parser


def add_problem(parser: Parser, task: type[AnyTask], *, former: bool = False) -> None:
    """Add the flags that choose a problem of `task`; with `former` also those that they were before.

    An option whose flag the command has for something else cannot be chosen there.
    """
    taken = {flag for action in parser._actions for flag in action.option_strings}  # noqa: SLF001 - argparse offers no other way to ask
    group = parser.add_argument_group(f"problem ({task.title})")
    group.add_argument("--problem", type=Path, metavar="FILE", help=verbatim(task.source_help or "a problem file"))
    parser.set_defaults(problem_folders=task.takes_folder)
    for option in task.options:
        if option.flag not in taken:
            _add(group, option, option.flag, verbatim(option.help_text))
        if former and option.formerly:
            _add(group, option, f"--{option.formerly}", argparse.SUPPRESS)


def _add(group: argparse._ArgumentGroup, option: Option, flag: str, help_text: str) -> None:
    kind: type = type(option.default)
    if option.choices == SWITCH:
        group.add_argument(flag, dest=OPTION + option.name, nargs="?", const=SWITCH[1], choices=SWITCH, help=help_text)
        return
    if option.several:
        group.add_argument(flag, dest=OPTION + option.name, action=_Lines, nargs="+", metavar="FILE", help=help_text)
        return
    group.add_argument(
        flag,
        dest=OPTION + option.name,
        type=kind,
        choices=option.choices,
        metavar=None if option.choices else ("N" if kind is int else "TEXT"),
        help=help_text,
    )


class _Lines(argparse.Action):
    """Joins several values into one, a line each, whether they are given at once or one after the other."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, flag: str | None = None
    ) -> None:
        """Add the values; an empty one, as an unset variable of a shell gives it, would pass unnoticed."""
        if not all(str(value).strip() for value in values):
            parser.error(f"{flag} has an empty value: name a file, or leave it out")
        before = getattr(namespace, self.dest, None)
        setattr(namespace, self.dest, "\n".join([*([before] if before else []), *map(str, values)]))


def add_sampling(parser: Parser) -> None:
    """Add the flags that say how a model is to sample."""
    add_options(parser.add_argument_group("sampling"), map(find, SAMPLING))


def add_timeout(group: argparse._ActionsContainer) -> None:
    """Add the flag that bounds a call."""
    add_options(group, [find("timeout")])


def _add_terminal(parser: Parser) -> None:
    group = parser.add_argument_group("settings and terminal")
    group.add_argument("--profile", metavar="NAME", help="take options from [profile.NAME] of the settings file "
                       "(default MAKER_PROFILE, else none)")  # fmt: skip
    group.add_argument("--plan", type=Path, metavar="FILE", help="take model, settings and rule from what maker "
                       "calibrate --json printed; refused where the run is not asked as was measured")  # fmt: skip
    add_flag(group)
    group.add_argument("--headless", action="store_true", help="run in the plain terminal, without the app")
    progress.add_flag(group)
    add_log(group)
    group.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")
