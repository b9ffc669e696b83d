"""`maker calibrate`: measures models on sampled steps of a task, and recommends which one to run it with, and how."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import complain, end_progress, say, say_json, show_progress, versioned
from maker_tui.cli.parsing import MOST_STEPS, Parser, count

if TYPE_CHECKING:
    from maker_engine.calibration.steps import Drawn
    from maker_engine.calibration.sweep import Calibration
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.core.record.events import Event
    from maker_engine.runtime.order import RunOrder

SAMPLED_STEPS, CALLS = 300, 5
MOST_SAMPLED, MOST_CALLS = 100_000, 20
ASSUMED_STEPS = 1_000
"""Steps of the run where it is unknown how many it takes."""
ACCEPTED = (
    "api_base", "seed", "temperature", "first_temperature", "reasoning", "max_tokens", "max_reasoning_tokens", "target",
    "flags", "constrain", "concurrency", "timeout", "rpm", "tpm", "limit_usd", "prices",
)  # fmt: skip
"""The options of a run that a calibration takes."""
LABELS_BYTES = 64 * 1024 * 1024
EXAMPLES = """\
examples:
  maker calibrate hanoi --disks 10 --model sim:p=0.98 --model sim:p=0.9,price_out=0.2
  maker calibrate hanoi --disks 20 --model openai/gpt-6-luna --model openai/gpt-6-mini --limit-usd 2
  maker calibrate ./mine.py --model openai/gpt-6-luna --from last
  maker calibrate hanoi --disks 10 --model sim --json > plan.json; maker run hanoi --disks 10 --plan plan.json

The same command again continues where it stopped, and draws nothing that is on record.
exit status: 0 a model can be recommended, 1 none can, 2 bad input
"""


def calibrate(arguments: Sequence[str]) -> int:
    """Run `maker calibrate`; return the exit status.

    Raises:
        InputError: It cannot be done as ordered.
    """
    from maker_engine.calibration.report import calibration_json, recommended  # noqa: PLC0415 - `--help` needs none
    from maker_engine.calibration.sweep import calibrate as sweep  # noqa: PLC0415 - start-up

    task = arguments[0] if arguments and not arguments[0].startswith("-") else None
    if task is None and not {"-h", "--help"} & set(arguments):
        raise InputError("name the task first: maker calibrate TASK --model MODEL; maker tasks lists them")
    chosen = calibrate_parser(task).parse_args(arguments)
    ordered, truth = _ordered(chosen)
    progress: dict[str, int] = {}

    def on_progress(model: str, steps: int) -> None:
        progress[model] = steps
        show_progress(" · ".join(f"{name}: {done:,} of {len(ordered.places):,}" for name, done in progress.items()))

    try:
        measured = asyncio.run(sweep(ordered, on_progress, _tell))
    except KeyboardInterrupt:
        complain("stopped: what was drawn is on record, and the same command continues from there")
        raise
    finally:
        end_progress()
    if chosen.json:
        say_json(versioned(calibration_json(measured, ordered.sought, truth)))
    else:
        from maker_tui.text.calibration_lines import calibration_lines  # noqa: PLC0415 - `--help` draws no table

        say(*calibration_lines(measured, ordered.sought, truth))
    return 0 if recommended(measured) is not None else 1


def calibrate_parser(task_name: str | None) -> Parser:
    """Make the parser, with the flags of `task_name` where it is known.

    Raises:
        InputError: There is no such task.
    """
    from maker_engine import catalogue  # noqa: PLC0415 - it brings the engine in
    from maker_engine.options.table import find  # noqa: PLC0415 - start-up
    from maker_tui.cli.flags import add_problem  # noqa: PLC0415 - start-up
    from maker_tui.cli.option_flags import add_options  # noqa: PLC0415 - start-up

    parser = Parser(
        prog="maker calibrate",
        description="Ask models a few times at sampled steps of a task, without voting. Say which to take, with which\n"
        "rule, at what odds and price, and what the sample cannot rule out.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("task", help="what is to be solved, by name or path")
    _add_sample(parser)
    if task_name is not None:
        add_problem(parser, catalogue.find(task_name))
    add_options(parser.add_argument_group("model, red flags and limits"), map(find, ACCEPTED))
    return parser


def _add_sample(parser: Parser) -> None:
    """Add the flags that say who is measured, and where."""
    parser.add_argument(
        "--model", dest="models", action="append", required=True, metavar="MODEL",
        help="a model, several times; settings of its own behind it: 'MODEL temperature=0.5 reasoning=low'",
    )  # fmt: skip
    parser.add_argument(
        "--steps", type=count, default=SAMPLED_STEPS, metavar="N", help=f"steps to sample (default {SAMPLED_STEPS})"
    )
    parser.add_argument(
        "--calls", type=count, default=CALLS, metavar="N",
        help=f"calls a step (default {CALLS}); one shows the mean p alone, not how it differs from step to step",
    )  # fmt: skip
    parser.add_argument(
        "--run-steps", type=count, metavar="S", help="steps of the run that is planned (default as the task has it)"
    )
    sources = parser.add_mutually_exclusive_group()
    sources.add_argument(
        "--from", dest="recorded", metavar="SESSION",
        help="sample the steps of a recorded run of this problem; its decisions are taken to be right",
    )  # fmt: skip
    sources.add_argument(
        "--labels", type=Path, metavar="FILE", help='sample labelled states: {"state": …, "answer": …} a line'
    )
    parser.add_argument(
        "--executor", default="local", metavar="local|dask[=ADDRESS]",
        help="where calls are made: in this process, or on a Dask cluster (extra: dask), by default one of its own",
    )  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="draw again what an earlier command has on record")
    parser.add_argument("--json", action="store_true", help="print one JSON object, which maker run --plan takes")


def _ordered(chosen: argparse.Namespace) -> tuple[Calibration, str]:
    """Make the order; return with it where the truth comes from."""
    from maker_engine import catalogue  # noqa: PLC0415 - `--help` needs none of these
    from maker_engine.blame import blaming  # noqa: PLC0415 - start-up
    from maker_engine.calibration.estimate import Sought  # noqa: PLC0415 - start-up
    from maker_engine.calibration.sweep import Calibration  # noqa: PLC0415 - start-up
    from maker_tui.cli.flag_orders import problem_from  # noqa: PLC0415 - start-up

    for name, value, most in (("--steps", chosen.steps, MOST_SAMPLED), ("--calls", chosen.calls, MOST_CALLS)):
        if not 1 <= value <= most:
            raise InputError(f"{name} must be 1 to {most:,}, got {value:,}")
    if chosen.run_steps is not None and not 1 <= chosen.run_steps <= MOST_STEPS:
        raise InputError(f"--run-steps must be 1 to 2^64, got {chosen.run_steps:,}")
    models = tuple(dict.fromkeys(chosen.models))
    options, source = problem_from(chosen)
    family = catalogue.find(chosen.task)
    order = _order(chosen, models)
    with blaming(family):
        task = family.load(options, source)
        drawn = _drawn(chosen, task, order.seed)
    steps = chosen.run_steps or task.expected_steps or (drawn.total if drawn.total > 1 else ASSUMED_STEPS)
    sought = Sought(steps, order.target, order.concurrency)
    name = catalogue.located(chosen.task)
    calibration = Calibration(
        name, task, models, order, drawn.places, chosen.calls, sought, order.limit_usd, chosen.executor, chosen.fresh
    )
    return calibration, drawn.truth


def _order(chosen: argparse.Namespace, models: Sequence[str]) -> RunOrder:
    """Make the order of the runs whose calls are drawn: the first model's, which the others share."""
    from maker_engine.models.pool import parse_voter  # noqa: PLC0415 - `--help` needs none of these
    from maker_engine.models.prices import read_prices  # noqa: PLC0415 - start-up
    from maker_engine.models.profile import PREFIX  # noqa: PLC0415 - start-up
    from maker_engine.options.table import find  # noqa: PLC0415 - start-up
    from maker_engine.runtime.order_options import order_of  # noqa: PLC0415 - start-up
    from maker_tui.cli.option_flags import given  # noqa: PLC0415 - start-up
    from maker_tui.settings.config import prices  # noqa: PLC0415 - start-up
    from maker_tui.settings.run_defaults import with_defaults  # noqa: PLC0415 - start-up

    values = given(chosen, map(find, ACCEPTED))
    names = [parse_voter(model).model for model in models]
    settled = with_defaults({**values, "model": names[0]}, attended=False)
    kept = {name: value for name, value in settled.items() if name in ACCEPTED}
    typed = kept.pop("prices", ())
    real = [name for name in names if name.partition(":")[0] != PREFIX]
    order = order_of(chosen.task, {}, None, {**kept, "model": names[0], "k": 1, "preflight": False})
    stated = {**prices(), **read_prices(typed, real)} if real else {}
    return replace(order, prices=stated)


def _drawn(chosen: argparse.Namespace, task: AnyTask, seed: int) -> Drawn:
    from maker_engine.calibration import steps  # noqa: PLC0415 - `--help` needs none of these
    from maker_engine.input_files import read_named  # noqa: PLC0415 - start-up
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up

    if chosen.recorded is not None:
        return steps.from_session(find(chosen.recorded), task, chosen.steps, seed)
    if chosen.labels is not None:
        return steps.from_labels(read_named(chosen.labels, "labels", LABELS_BYTES), task, chosen.steps, seed)
    return steps.from_oracle(task, chosen.steps, seed)


def _tell(event: Event) -> None:
    """Say what is waited for."""
    from maker_engine.core.record.events import SampleFailed  # noqa: PLC0415 - with what it is of

    if isinstance(event, SampleFailed):
        complain(f"waiting for the provider: {event.message}")
