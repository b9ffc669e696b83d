"""`maker check-model`: what a model takes, reports and answers, by two or three real calls, before a run is ordered."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import complain, end_progress, say, say_json, show_progress, versioned
from maker_tui.cli.parsing import Parser
from maker_tui.text.words import checking_words

if TYPE_CHECKING:
    from maker_engine.core.record.events import Event
    from maker_engine.core.record.model_check import ModelCheck
    from maker_engine.runtime.order import PreparedRun

FITS, STOPS = 0, 2
FIRST = "hanoi"
"""The task whose first step is asked where none is named."""
EXAMPLES = """\
examples:
  maker check-model openai/gpt-6-luna
  maker check-model openai/gpt-6-luna --reasoning none --task cube
  maker check-model hosted_vllm/qwen --api-base http://127.0.0.1:8000/v1 --json

exit status: 0 nothing stops a run (there may be warnings), 1 the provider could not be asked, 2 something is to be
  changed first
"""


def check_model(arguments: Sequence[str]) -> int:
    """Run `maker check-model`; return the exit status.

    Raises:
        InputError: The model cannot be used as ordered, or there is no such task.
        ProviderError: It did not answer, for a reason that may pass.
    """
    chosen = _parser().parse_args(arguments)
    prepared = _prepared(chosen)
    check = asyncio.run(_checked(prepared))
    if chosen.json:
        say_json(versioned(check.to_json()))
    else:
        from maker_tui.text.check_lines import check_rows  # noqa: PLC0415 - `--help` draws no table

        say(*check_rows(check))
    if check.refusal:
        complain(check.refusal)
        return STOPS
    return FITS


def _parser() -> Parser:
    from maker_tui.cli.flags import add_sampling, add_timeout  # noqa: PLC0415 - it brings the engine in

    parser = Parser(
        prog="maker check-model",
        description="Ask a model two or three times for a task's first step; say what fits a run and what does not.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("model", metavar="MODEL", help="a LiteLLM name, such as openai/gpt-6-luna")
    parser.add_argument("--api-base", metavar="URL", help="endpoint of a local or private server")
    parser.add_argument("--task", metavar="NAME", help=f"whose first step is asked (default {FIRST}), by name or path")
    add_timeout(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_sampling(parser)
    return parser


def _prepared(chosen: argparse.Namespace) -> PreparedRun:
    from maker_engine import catalogue  # noqa: PLC0415 - start-up
    from maker_engine.runtime.order import prepare  # noqa: PLC0415 - start-up
    from maker_engine.runtime.order_options import order_of  # noqa: PLC0415 - start-up
    from maker_tui.cli.option_flags import given  # noqa: PLC0415 - start-up

    name = chosen.task or (FIRST if FIRST in catalogue.names() else next(iter(catalogue.names()), ""))
    if not name:
        raise InputError("no task is installed: name one with --task PATH")
    return prepare(order_of(name, {}, None, given(chosen)))


async def _checked(prepared: PreparedRun) -> ModelCheck:
    from maker_engine.core.record.events import CircuitOpened, SampleFailed  # noqa: PLC0415 - start-up
    from maker_engine.runtime.calls import Caller, CallPolicy  # noqa: PLC0415 - start-up
    from maker_engine.runtime.clock import SystemClock  # noqa: PLC0415 - start-up
    from maker_engine.runtime.preflight import Preflight, trial_of  # noqa: PLC0415 - start-up

    plan = prepared.plan

    said: set[str] = set()

    def news() -> None:
        show_progress(checking_words(checking.place))

    def tell(event: Event) -> None:
        if isinstance(event, SampleFailed | CircuitOpened) and event.message not in said:
            said.add(event.message)  # a server that is down fails in the same words every few seconds
            complain(f"waiting for the provider: {event.message}")

    try:
        await plan.model.check()
        manner = CallPolicy(plan.concurrency, plan.timeout_s, plan.near)
        caller = Caller(plan.model, SystemClock(), tell, manner)
        trial = trial_of(plan, 0, plan.task.start())
        checking = Preflight(plan, trial, 0, caller, lambda _check, _request: True, news)
        await checking.run()
    finally:
        await plan.model.aclose()
        end_progress()
    if checking.failure is not None:
        raise checking.failure
    return checking.check()
