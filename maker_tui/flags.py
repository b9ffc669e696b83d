"""The flags of `maker run`: the engine's, and those of the task that is named."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import Any

from maker_engine import catalogue
from maker_engine.core.decomposition import AnyTask, Option
from maker_engine.core.errors import InputError
from maker_engine.input_files import read_named
from maker_engine.models.pool import VOTER_FORM
from maker_engine.models.sampling import (
    AUTO,
    DEFAULT,
    EFFORTS,
    REASONING_ROOM,
    Answers,
    Temperature,
    read_answers,
    read_temperature,
)
from maker_engine.runtime.order import RunOrder
from maker_tui import progress
from maker_tui.break_flags import add_breaks, breaks_of
from maker_tui.hangup import add_flag
from maker_tui.hopeless_flag import add_hopeless, refuse_unattended_hold
from maker_tui.log_flags import add_log
from maker_tui.parsing import Parser, add_no_preflight
from maker_tui.price_flags import add_prices
from maker_tui.pricing import priced

RUN_EXAMPLES = """\
examples:
  maker run hanoi --disks 7
  maker run hanoi --disks 10 --model sim --headless --json
  maker run hanoi --disks 8 --model sim:p=0.9,v=0.95,latency=0.2 --k 5
  maker run hanoi --problem towers.json --rule state
  maker run hanoi --disks 5 --model openai/gpt-6-luna --limit-usd 1
  maker run hanoi --disks 5 --model hosted_vllm/qwen --api-base http://127.0.0.1:8000/v1
"""


OPTION = "option_"
"""Marks the flags that a task brings with it."""


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
    _add_model(parser)
    add_sampling(parser)
    _add_voting(parser)
    _add_speed(parser)
    _add_record(parser)
    return parser


def add_problem(parser: Parser, task: type[AnyTask]) -> None:
    """Add the flags that choose a problem of `task`."""
    group = parser.add_argument_group(f"problem ({task.title})")
    group.add_argument("--problem", type=Path, metavar="FILE", help=_verbatim(task.source_help or "a problem file"))
    for option in task.options:
        _add(group, option)


def problem_from(arguments: argparse.Namespace) -> tuple[dict[str, int | str], str | None]:
    """Return the options that were chosen, and the text of the problem file.

    Raises:
        InputError: The file cannot be read.
    """
    flags = vars(arguments)
    options = {name.removeprefix(OPTION): value for name, value in flags.items() if _is_chosen(name, value)}
    return options, None if arguments.problem is None else read_problem(arguments.problem)


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    kind: type = type(option.default)
    if option.several:
        told = _verbatim(option.told)
        group.add_argument(option.flag, dest=OPTION + option.name, action=_Lines, nargs="+", metavar="FILE", help=told)
        return
    group.add_argument(
        option.flag,
        dest=OPTION + option.name,
        type=kind,
        choices=option.choices,
        metavar=None if option.choices else ("N" if kind is int else "TEXT"),
        help=_verbatim(option.told),
    )


class _Lines(argparse.Action):
    """Joins several values into one, a line each, whether they are given at once or one after the other."""

    def __call__(self, _: object, namespace: argparse.Namespace, values: Any, __: object = None) -> None:
        """Add the values."""
        before = getattr(namespace, self.dest, None)
        setattr(namespace, self.dest, "\n".join([*([before] if before else []), *map(str, values)]))


def _verbatim(text: str) -> str:
    """Keep argparse from taking a per cent sign for one of its own."""
    return text.replace("%", "%%")


def _add_model(parser: Parser) -> None:
    group = parser.add_argument_group("model")
    group.add_argument(
        "--model",
        default="sim",
        help="sim, sim:paper, sim:p=0.95,v=0.97,latency=0.3,hard=0.001 (simulated), or a LiteLLM name (default sim)",
    )
    group.add_argument(
        "--voter",
        dest="voters",
        action="append",
        default=[],
        metavar="SPEC",
        help=f"instead of --model, several times: '{VOTER_FORM}'; voters take turns",
    )
    group.add_argument("--api-base", metavar="URL", help="endpoint of a local or private server")
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the simulated model (default 0)")


def add_sampling(parser: Parser) -> None:
    """Add the flags that say how a model is to sample."""
    group = parser.add_argument_group("sampling")
    group.add_argument(
        "--temperature",
        type=_temperature,
        default=AUTO,
        metavar="T",
        help="of all samples but a step's first: auto (default: 0.1 where the model takes one), none, or a number",
    )
    group.add_argument(
        "--first-temperature",
        type=_temperature,
        default=AUTO,
        metavar="T",
        help="of each step's first sample: auto (default: 0 where the model takes one), none, or a number",
    )
    group.add_argument(
        "--reasoning", choices=EFFORTS, default=DEFAULT, help="how much the model is asked to reason (default: its own)"
    )
    group.add_argument(
        "--max-tokens",
        type=int,
        default=750,
        metavar="N",
        help="longest answer, else flagged (default 750); reasoning is not counted",
    )
    group.add_argument(
        "--max-reasoning-tokens",
        type=int,
        metavar="N",
        help=f"room for reasoning beside the answer, else flagged (default {REASONING_ROOM:,} where a model is known to"
        " reason)",
    )


def _add_voting(parser: Parser) -> None:
    group = parser.add_argument_group("voting")
    group.add_argument("--k", type=_margin, default=None, metavar="N|auto", help="votes ahead to decide (default auto)")
    group.add_argument(
        "--target",
        type=float,
        default=0.95,
        metavar="P",
        help="that the run is right, for --k auto (default 0.95)",
    )
    group.add_argument(
        "--flags",
        dest="paper_flags",
        choices=("all", "paper"),
        default="all",
        help="red flags: all (default), or the paper's two, length and format",
    )
    group.add_argument(
        "--constrain",
        choices=("schema", "grammar"),
        default="",
        help="have the provider hold answers to their form: by a JSON schema, or by a grammar (llama.cpp)",
    )
    group.add_argument(
        "--max-samples",
        type=int,
        metavar="N",
        help="most samples of a step (default 20 k, at least 100)",
    )
    group.add_argument(
        "--undecided",
        default="stop",
        metavar="POLICY",
        help="stop (default), ask (a person, in the app) or escalate:MODEL",
    )
    add_hopeless(group)


def _add_speed(parser: Parser) -> None:
    group = parser.add_argument_group("speed and faults")
    group.add_argument(
        "--n", type=_answers, default=AUTO, metavar="N|auto",
        help="most answers that one call may bring, its prompt paid for once: auto (default: all that a step needs now,"
             " where the model gives several and they differ), or a number; 1 for a call a sample",
    )  # fmt: skip
    group.add_argument(
        "--concurrency", type=int, default=8, metavar="N",
        help="most samples in flight (default 8); halved when calls time out, raised again when they are answered",
    )  # fmt: skip
    group.add_argument(
        "--window", type=int, default=8, metavar="N", help="most steps in flight; 1 never looks ahead (default 8)"
    )
    group.add_argument("--hedge", type=int, default=0, metavar="N", help="second calls for a step's slowest samples")
    group.add_argument(
        "--draft", default="", metavar="MODEL|task", help="predicts steps, blind to the votes and never one of them"
    )
    group.add_argument(
        "--max-waste",
        type=_share,
        default=0.1,
        metavar="10%",
        help="most samples drawn ahead for nothing, of all drawn so far, however the run ends (default 10%%)",
    )
    group.add_argument(
        "--reuse", action="store_true", help="take over the decision of an identical prompt; no independent vote then"
    )
    group.add_argument(
        "--count",
        choices=("launch", "arrival"),
        default="launch",
        help="in which order: launch (default), or arrival, which is biased towards fast answers",
    )
    add_timeout(group)
    group.add_argument("--rpm", dest="requests_per_minute", type=float, metavar="N", help="most requests a minute")
    group.add_argument("--tpm", dest="tokens_per_minute", type=float, metavar="N", help="most tokens a minute")


def add_timeout(group: argparse._ActionsContainer) -> None:
    """Add the flag that bounds a call."""
    group.add_argument(
        "--timeout", dest="timeout_s", type=float, default=120.0, metavar="S",
        help="seconds that a call may take from when its turn has come in the server's queue (default 120); a sample "
             "that timed out is asked for again with twice as many, up to 8 times",
    )  # fmt: skip


def _add_record(parser: Parser) -> None:
    group = parser.add_argument_group("limits and record")
    group.add_argument("--limit-samples", type=int, metavar="N", help="end as out of budget after so many samples")
    group.add_argument(
        "--limit-usd", type=float, metavar="USD", help="end as out of budget before a call that may go over it"
    )
    group.add_argument(
        "--limit-tokens", type=int, metavar="N",
        help="likewise; where a server reports none, one token for 4 characters counts",
    )  # fmt: skip
    group.add_argument(
        "--limit-minutes", type=float, metavar="M",
        help="end as out of budget after so many minutes, waits for the provider included and pauses not; calls in "
             "flight are then waited for only where their price is known",
    )  # fmt: skip
    add_no_preflight(group)
    add_prices(group)
    group.add_argument("--session", type=Path, metavar="FILE", help="session file to write; must not exist")
    group.add_argument("--keep", choices=("all", "dissent"), default="all",
                       help="texts of all responses (default), or only of steps with dissent or a flag")  # fmt: skip
    add_flag(group)
    add_breaks(group)
    group.add_argument("--headless", action="store_true", help="run in the plain terminal, without the app")
    progress.add_flag(group)
    add_log(group)
    group.add_argument("--json", action="store_true", help="headless, and one JSON object as the last line of stdout")


def _margin(text: str) -> int | None:
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number or auto, got {text!r}") from None


def _temperature(text: str) -> Temperature:
    try:
        return read_temperature(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _answers(text: str) -> Answers:
    try:
        return read_answers(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _share(text: str) -> float:
    number, percent = text.removesuffix("%"), text.endswith("%")
    try:
        return float(number) / (100 if percent else 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a share such as 10% or 0.1, got {text!r}") from None


def order_from(arguments: argparse.Namespace) -> RunOrder:
    """Make the order out of parsed flags. A run in the app keeps the provider's library out of the app's process.

    Raises:
        InputError: The problem file or a breakpoint cannot be read, or a headless run is to ask a person.
    """
    headless = arguments.headless or arguments.json
    if headless and arguments.undecided == "ask":
        raise InputError("--undecided ask needs a person: leave --headless out, or name another policy")
    refuse_unattended_hold(arguments)
    flags = vars(arguments)
    minutes = arguments.limit_minutes
    options, source = problem_from(arguments)
    made = {
        "options": options,
        "source": source,
        "voters": tuple(arguments.voters),
        "accept_models": tuple(arguments.accept_models),
        "breaks": breaks_of(arguments),
        "paper_flags": arguments.paper_flags == "paper",
        "limit_seconds": None if minutes is None else 60 * minutes,
        "apart": not headless,
        "attended": not headless,
    }
    # Every other flag is called as the field of the order that it fills.
    same = {field.name: flags[field.name] for field in fields(RunOrder) if field.name in flags}
    return priced(RunOrder(**{**same, **made}), arguments.price)


def _is_chosen(name: str, value: object) -> bool:
    return name.startswith(OPTION) and value is not None


LARGEST_PROBLEM = 16 * 1024 * 1024


def read_problem(path: Path) -> str:
    """Read a problem file.

    Raises:
        InputError: It is not there, not text, or larger than 16 MiB.
    """
    return read_named(path, "problem file", LARGEST_PROBLEM)
