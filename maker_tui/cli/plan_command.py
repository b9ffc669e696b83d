"""`maker plan`: what the scaling laws expect of a run, before it is ordered."""

from __future__ import annotations

import argparse
import math

from maker_engine.core.errors import InputError
from maker_engine.output import say, say_json, versioned
from maker_tui.cli.parsing import MOST_STEPS, Parser, count


def add_plan(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to those of `maker`."""
    plan = commands.add_parser("plan", help="say what the scaling laws expect of a run", allow_abbrev=False)
    plan.add_argument("--steps", type=count, required=True, metavar="S", help="steps of the run, such as 1e6")
    plan.add_argument("--p", type=float, required=True, metavar="P", help="that a valid sample is right; above 0.5")
    plan.add_argument("--v", type=float, default=1.0, metavar="V", help="that a sample carries no red flag (default 1)")
    plan.add_argument("--target", type=float, default=0.95, metavar="T", help="that the run is right (default 0.95)")
    plan.add_argument("--k", type=count, metavar="N", help="margin to plan with (default the smallest for the target)")
    plan.add_argument(
        "--tokens", type=_two, metavar="IN,OUT", help="of a sample, on average; with --price what the run costs"
    )
    plan.add_argument("--price", type=_two, metavar="IN,OUT", help="dollars per million tokens")
    plan.add_argument("--json", action="store_true", help="print one JSON object")
    plan.set_defaults(act=_plan)


def _two(text: str) -> tuple[float, float]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 2 or not all(math.isfinite(one) and one >= 0 for one in numbers):
        raise argparse.ArgumentTypeError(f"must be two numbers such as 500,200, got {text!r}")
    return numbers[0], numbers[1]


def _plan(chosen: argparse.Namespace) -> int:
    from maker_engine.core import scaling  # noqa: PLC0415 - `--help` does not need the engine

    if chosen.steps > MOST_STEPS:
        raise InputError(f"steps must be at most 2^64, got {chosen.steps:,}")
    if (chosen.tokens is None) != (chosen.price is None):
        raise InputError("--tokens and --price go together: the cost of a run needs both")
    least = scaling.k_min(chosen.p, chosen.steps, chosen.target)
    k = least if chosen.k is None else chosen.k
    samples = chosen.steps * scaling.expected_samples(chosen.p, k, chosen.v)
    cost = None if chosen.price is None else samples * _usd(chosen.tokens, chosen.price)
    figures: dict[str, float | None] = {
        "steps": chosen.steps,
        "p": chosen.p,
        "v": chosen.v,
        "target": chosen.target,
        "k": k,
        "k_min": least,
        "p_solve": scaling.run_success(chosen.p, k, chosen.steps),
        "votes": chosen.steps * scaling.expected_votes(chosen.p, k),
        "samples": samples,
        "cost_usd": cost,
    }
    if chosen.json:
        say_json(versioned(figures))
        return 0
    given = "" if chosen.k is None else f"; the figures below are those of k = {k}"
    say(
        f"k_min    {least}    smallest margin to be right with probability {chosen.target:g} or more (Eq. 14){given}",
        f"p_solve  {figures['p_solve']:.6f}    that every step is decided rightly (Eq. 13)",
        f"votes    {figures['votes']:,.0f}    {scaling.expected_votes(chosen.p, k):.3f} a step (Eq. 16)",
        f"samples  {samples:,.0f}    flagged ones included, v = {chosen.v:g} (Eq. 19)",
    )
    if cost is not None:
        say(f"cost     ${cost:,.2f}    {'{:g} tokens in, {:g} out a sample'.format(*chosen.tokens)} (Eq. 20)")
    return 0


def _usd(tokens: tuple[float, float], price: tuple[float, float]) -> float:
    from maker_engine.core import scaling  # noqa: PLC0415 - start-up, likewise

    return scaling.sample_cost(*tokens, price[0] / 1e6, price[1] / 1e6)
