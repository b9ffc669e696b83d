"""`maker plan`: what a run takes, and how likely it is to be right, before it is ordered."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError
from maker_engine.output import say, say_json, versioned
from maker_tui.cli.parsing import MOST_STEPS, Parser, count

if TYPE_CHECKING:
    from maker_engine.planning.plan import Purchase

RULES = ("ahead", "lead-table")


def add_plan(commands: argparse._SubParsersAction[Parser]) -> None:
    """Add the command to those of `maker`."""
    plan = commands.add_parser(
        "plan", help="estimate what a run costs and how likely it is to be right, before it starts", allow_abbrev=False
    )
    run = plan.add_argument_group("the run")
    run.add_argument("--steps", type=count, metavar="S", help="steps of the run, such as 1e6")
    run.add_argument("--task", metavar="NAME", help="take steps and prompt tokens from a task's problem instead")
    run.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the task's")
    run.add_argument("--independent", action="store_true",
                     help="no step depends on another, as rows of a table (of a task it is known)")  # fmt: skip
    run.add_argument("--target", type=float, default=0.95, metavar="T", help="that the run is right (default 0.95)")
    run.add_argument("--m", type=count, default=1, metavar="M", help="steps an agent answers in one call (default 1)")
    _add_model(plan.add_argument_group("the model"))
    _add_voting(plan.add_argument_group("voting and speed"))
    ask = plan.add_argument_group("what else to say")
    ask.add_argument("--budget", type=float, metavar="USD", help="say the smallest p with which so many dollars do")
    ask.add_argument(
        "--flag", type=two, metavar="P,V", help="say what a further red flag is worth that makes p and v these"
    )
    ask.add_argument("--models", metavar="FILE", help="a table of the models in a file of calibrations, cheapest first")
    ask.add_argument("--plot", choices=("k", "p", "s", "m"), help="draw P(solve) over k, or the samples over p, s or m")
    ask.add_argument("--json", action="store_true", help="print one JSON object")
    plan.set_defaults(act=_plan)


def _add_model(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--p", type=float, metavar="P", help="that a valid sample is right; above 0.5")
    group.add_argument(
        "--law", metavar="NAME|FILE", help="the law of p over the steps in place of one p: A to E, or a JSON file"
    )
    group.add_argument(
        "--model", metavar="MODEL", help="take prices from LiteLLM's table; of a simulated model everything"
    )
    group.add_argument("--v", type=float, metavar="V", help="that a sample carries no red flag (default 1)")
    group.add_argument("--tokens", type=two, metavar="IN,OUT", help="of a sample, on average; with --price the dollars")
    group.add_argument("--price", type=two, metavar="IN,OUT", help="dollars per million tokens")
    group.add_argument("--latency", type=float, metavar="S", help="seconds of a call (default 2, assumed)")


def _add_voting(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--k", type=count, metavar="N", help="margin to plan with (default the smallest for the target)")
    group.add_argument("--rule", "--voting", dest="rule", choices=RULES, default="ahead",
                       help="ahead by k (default), or a table of leads under the law of p")  # fmt: skip
    group.add_argument("--concurrency", type=count, default=8, metavar="N", help="most calls in flight (default 8)")
    group.add_argument("--window", type=count, default=8, metavar="N", help="most steps in flight (default 8)")
    group.add_argument("--n", type=count, default=1, metavar="N", help="answers that one call brings (default 1)")


def two(text: str) -> tuple[float, float]:
    """Read two numbers from 0."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != 2 or not all(math.isfinite(one) and one >= 0 for one in numbers):
        raise argparse.ArgumentTypeError(f"must be two numbers such as 500,200, got {text!r}")
    return numbers[0], numbers[1]


def _plan(chosen: argparse.Namespace) -> int:
    from maker_engine.planning.plan import flag_worth, p_for_budget, plan  # noqa: PLC0415 - `--help` does not need the engine
    from maker_tui.text import plan_lines  # noqa: PLC0415 - likewise

    if chosen.models is not None:
        return _compare(chosen)
    want, assumed = _wanted(chosen)
    if chosen.plot is not None:
        from maker_tui.text import plan_plots  # noqa: PLC0415 - likewise

        say(*(row.plain for row in plan_plots.plot(want, chosen.plot)))
        return 0
    planned = plan(want)
    budget = None if chosen.budget is None else p_for_budget(want, _above_zero("budget", chosen.budget))
    flag = None if chosen.flag is None else flag_worth(want, *chosen.flag)
    if chosen.json:
        say_json(versioned(plan_lines.fields(want, planned, assumed, budget, flag)))
        return 0
    say(*plan_lines.lines(want, planned, assumed))
    if chosen.budget is not None:
        say(plan_lines.budget_line(chosen.budget, budget))
    if flag is not None:
        say(plan_lines.flag_line(chosen.flag, *flag))
    return 0


def _compare(chosen: argparse.Namespace) -> int:
    from maker_engine.planning.model_plans import offers  # noqa: PLC0415 - `--help` does not need the engine
    from maker_tui.text import plan_lines  # noqa: PLC0415 - likewise

    if chosen.p is None and chosen.law is None:
        chosen.p = 1.0  # each model has its own
    want, _ = _wanted(chosen)
    found = offers(chosen.models, want)
    if chosen.json:
        models = [plan_lines.offer_fields(one) for one in found]
        say_json(versioned({"steps": want.steps, "target": want.target, "models": models}))
    else:
        say(*plan_lines.offer_rows(found))
    return 0


def _wanted(chosen: argparse.Namespace) -> tuple[Purchase, list[str]]:
    """Return what is to be planned, and what of it is assumed."""
    from maker_engine.planning.plan import Purchase  # noqa: PLC0415 - `--help` does not need the engine

    _check_shares(chosen)
    steps, tokens_in, independent = _of_task(chosen)
    figures = _figures(chosen)
    assumed: list[str] = []
    v = figures.get("v") if chosen.v is None else chosen.v
    latency = figures.get("latency_s") if chosen.latency is None else chosen.latency
    if latency is None:
        latency = 2.0
        assumed.append("a call takes 2 s: --latency says otherwise")
    tokens = chosen.tokens
    if tokens is None and tokens_in is not None and figures.get("tokens_out") is not None:
        tokens = tokens_in, figures["tokens_out"]
    price = chosen.price or figures.get("price")
    if chosen.model is None and (tokens is None) != (price is None):
        raise InputError("--tokens and --price go together: the cost of a run needs both")
    return Purchase(
        steps, _law(chosen, figures), 1.0 if v is None else v, chosen.target, chosen.k, chosen.rule, chosen.m, tokens,
        price, latency, chosen.concurrency, chosen.window, chosen.n, independent=independent,
    ), assumed  # fmt: skip


def _check_shares(chosen: argparse.Namespace) -> None:
    if chosen.v is not None and not 0 < chosen.v <= 1:
        raise InputError(f"v must lie above 0 and at most at 1, got {chosen.v:g}")
    if chosen.latency is not None and not 0 <= chosen.latency < math.inf:
        raise InputError(f"the latency must be a number of seconds from 0, got {chosen.latency:g}")


def _above_zero(name: str, value: float) -> float:
    if not 0 < value < math.inf:
        raise InputError(f"the {name} must be above 0, got {value:g}")
    return value


def _of_task(chosen: argparse.Namespace) -> tuple[int, float | None, bool]:
    """Return the steps, the prompt tokens of a task's first step, and whether no step depends on another."""
    if chosen.task is None:
        if chosen.steps is None:
            raise InputError("say how many steps the run has: --steps 1e6, or --task NAME")
        if chosen.steps > MOST_STEPS:
            raise InputError(f"steps must be at most 2^64, got {chosen.steps:,}")
        if chosen.steps < 1:
            raise InputError(f"steps must be at least 1, got {chosen.steps}")
        return chosen.steps, None, chosen.independent
    from maker_engine.runtime.order import RunOrder, prepare, prompt_tokens  # noqa: PLC0415 - only a task needs it

    options: dict[str, int | str] = {}
    for given in chosen.option:
        name, equals, value = given.partition("=")
        if not equals:
            raise InputError(f"--option is NAME=VALUE, such as disks=20, got {given[:60]!r}")
        options[name] = int(value) if value.lstrip("-").isdigit() and len(value) < 19 else value
    task = prepare(RunOrder(chosen.task, options), kept=False).task
    steps = chosen.steps or task.expected_steps
    if steps is None:
        raise InputError(f"task {task.name} does not know how many steps this problem takes: add --steps")
    return steps, prompt_tokens(task), task.independent or chosen.independent


def _figures(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return what is known of the model that is named."""
    if chosen.model is None:
        return {}
    from maker_engine.models.profile import PREFIX, parse_profile  # noqa: PLC0415 - likewise
    from maker_engine.planning.model_plans import listed  # noqa: PLC0415 - only where a model is named

    if chosen.model.partition(":")[0] != PREFIX:
        return {"price": listed(chosen.model)}
    profile = parse_profile(chosen.model)
    known = profile.figures
    return {
        "p": known.p, "v": known.v, "classes": known.classes, "tokens_out": known.tokens_out,
        "latency_s": known.latency_s, "price": (profile.price_in, profile.price_out),
    }  # fmt: skip


def _law(chosen: argparse.Namespace, figures: dict[str, Any]) -> Any:
    from maker_engine.core.forecasting.laws import single  # noqa: PLC0415 - `--help` does not need the engine
    from maker_engine.core.forecasting.step_classes import law_of  # noqa: PLC0415 - likewise
    from maker_engine.core.scaling import check_p  # noqa: PLC0415 - likewise
    from maker_engine.law_files import read_law  # noqa: PLC0415 - likewise

    if chosen.p is not None and chosen.law is not None:
        raise InputError("--p and --law are two ways to say the same: leave one of them out")
    if chosen.law is not None:
        return read_law(chosen.law)
    p = figures.get("p") if chosen.p is None else chosen.p
    if p is None:
        raise InputError("say how often a sample is right: --p 0.99, --law NAME|FILE, or --model sim:…")
    check_p(p)
    return law_of(figures["classes"]) if chosen.p is None and figures.get("classes") else single(p)
