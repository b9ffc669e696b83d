"""The fields of the plan screen, the plan that they make, and what of it a new run takes over."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law, single
from maker_engine.core.scaling import check_p
from maker_engine.law_files import read_law
from maker_engine.options.kinds import whole_number
from maker_engine.planning.plan import Purchase
from maker_engine.runtime.order import PreparedRun, prompt_tokens
from maker_tui.runs.order_form import Field

MOST_STEPS = 2**64
RULES = ("ahead", "lead-table")
INDEPENDENT = "independent"
"""Key of what no field shows: not empty where the run that is planned has steps that do not depend on each other."""
FIELDS = (
    Field("steps", "steps", "Steps of the run, such as 1e6.", "1e6"),
    Field("p", "p or law", "How often a valid sample is right; or a law of p: A to E, or a JSON file.", "0.99"),
    Field("v", "v", "How often a sample carries no red flag.", "0.97"),
    Field("target", "target", "How likely the run is to be right.", "0.95"),
    Field("k", "k", "Margin to plan with; empty for the smallest that reaches the target.", "", (), "the smallest"),
    Field("rule", "rule", "First to be ahead by k, or a table of leads under the law.", "ahead",
          (("ahead", "ahead"), ("lead-table", "lead-table"))),
    Field("tokens", "tokens", "Mean tokens in and out of a sample, such as 500,200.", "", (), "not known"),
    Field("price", "price", "Dollars per million tokens in and out, such as 0.4,1.6.", "", (), "not known"),
    Field("latency", "latency", "Seconds of a call.", "2"),
    Field("concurrency", "concurrency", "Most calls in flight.", "8"),
    Field("window", "window", "Most steps in flight; 1 never looks ahead.", "8"),
    Field("n", "n", "Answers that one call brings, its prompt paid for once.", "1"),
)  # fmt: skip


def read_plan(values: Mapping[str, str]) -> Purchase:
    """Return the plan that the fields make.

    Raises:
        InputError: A field cannot be used; the text names it.
    """
    steps = _whole(values, "steps")
    if steps > MOST_STEPS:
        raise InputError(f"steps must be at most 2^64, got {steps:,}")
    k = values["k"].strip()
    return Purchase(
        steps, _law(values["p"].strip()), _number(values, "v"), _number(values, "target"),
        _whole(values, "k") if k else None, values["rule"], 1, _two(values, "tokens"), _two(values, "price"),
        _number(values, "latency"), _whole(values, "concurrency"), _whole(values, "window"), _whole(values, "n"),
        independent=bool(values.get(INDEPENDENT)),
    )  # fmt: skip


def run_values(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the new-run form that a plan fills in, by their keys."""
    given = values["p"].strip()
    try:
        law = json.dumps([[float(given), 1.0]])
    except ValueError:
        law = given
    return {name: values[name].strip() for name in ("k", "target", "rule", "concurrency", "window", "n")} | {"law": law}


def _law(given: str) -> Law:
    try:
        p = float(given)
    except ValueError:
        return read_law(given)
    check_p(p)
    return single(p)


def _whole(values: Mapping[str, str], name: str) -> int:
    try:
        return whole_number(values[name])
    except InputError as error:
        raise InputError(f"{name} {error}") from None


def _number(values: Mapping[str, str], name: str) -> float:
    try:
        found = float(values[name])
    except ValueError:
        found = math.nan
    if not 0 <= found < math.inf:
        raise InputError(f"{name} must be a number from 0, got {values[name].strip()!r:.60}")
    return found


def _two(values: Mapping[str, str], name: str) -> tuple[float, float] | None:
    given = values[name].strip()
    if not given:
        return None
    try:
        first, second = (float(part) for part in given.split(","))
    except ValueError:
        first = second = math.nan
    if not (0 <= first < math.inf and 0 <= second < math.inf):
        raise InputError(f"{name} must be two numbers such as 500,200, got {given!r:.60}")
    return first, second


def plan_values(values: Mapping[str, str], prepared: PreparedRun | None) -> dict[str, str]:
    """Return what the plan screen begins with: fields of a run that is being ordered, and what is known of its model.

    Args:
        values: Fields of the new-run form.
        prepared: The same checked, None where it cannot be used yet.
    """
    taken = {name: values[name] for name in ("k", "target", "concurrency", "window") if values.get(name)}
    taken["k"] = "" if taken.get("k") == "auto" else taken.get("k", "")
    rule = values.get("rule", "").partition(":")[0]
    taken["rule"] = rule if rule in RULES else RULES[0]
    if prepared is None:
        return taken
    taken[INDEPENDENT] = "yes" if prepared.task.independent else ""
    figures = prepared.plan.model.figures
    known: dict[str, float | int | None] = {
        "steps": prepared.forecast.steps, "p": figures.p, "v": figures.v, "latency": figures.latency_s or None
    }  # fmt: skip
    taken |= {name: f"{value:.10g}" for name, value in known.items() if value is not None}
    if figures.classes:
        taken["p"] = json.dumps([[one.p, one.share] for one in figures.classes])
    if prepared.order.law is not None:
        taken["p"] = prepared.order.law
    if figures.tokens_out is not None:
        taken["tokens"] = f"{prompt_tokens(prepared.task):g},{figures.tokens_out:g}"
    if figures.usd_per_token_in is not None and figures.usd_per_token_out is not None:
        taken["price"] = f"{1e6 * figures.usd_per_token_in:g},{1e6 * figures.usd_per_token_out:g}"
    return taken
