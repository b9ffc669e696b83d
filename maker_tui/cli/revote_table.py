"""`maker sessions revote`: what another k, rule or set of red flags would have decided, as a table or for scripts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError
from maker_engine.core.record import decisions
from maker_engine.output import say, say_json, versioned
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.sessions.queries.revote import Difference, Revote
    from maker_tui.cli.parsing import Parser

AHEAD, FIRST = "ahead", "first"
SHOWN, NUMBERED = 10, 200
"""Differing steps that are written out, and those behind them that are named by their numbers."""
SHORT = (
    "short: the recorded samples decide nothing by that rule, so more would have been drawn; steps that a fork took "
    "over were decided with the k of the run it left"
)


def add_flags(parser: Parser) -> None:
    """Add what can be tried. Flags that `maker run` has too are called as there."""
    parser.add_argument("--fork", type=int, metavar="N", help="which of its runs (default the newest)")
    parser.add_argument("--k", type=int, action="append", metavar="K", help="margin to try; several times for several")
    parser.add_argument("--rule", "--voting", dest="rule", default=AHEAD, metavar="RULE",
                        help="ahead (k ahead, default), first (first to k), a table such as lead-table:2,7,9, or "
                             "certificate:0.001")  # fmt: skip
    parser.add_argument("--max-tokens", type=int, metavar="N", help="discard longer responses")
    parser.add_argument("--flags", choices=("all", "paper"),
                        help="judge the responses again by all red flags, or by the paper's two, length and format "
                             "(default: as they were judged in the run)")  # fmt: skip
    # As it was called before.
    parser.add_argument("--paper-flags", dest="flags", action="store_const", const="paper", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="a JSON object a line, with every step that differs")


def say_trials(path: Path, task: AnyTask, chosen: argparse.Namespace) -> None:
    """Print what each of the rules that are asked about would have decided.

    Raises:
        InputError: A k is less than 1.
        SessionError: The session cannot be read.
    """
    from maker_engine.core.red_flags import FlagRules  # noqa: PLC0415 - `--help` does not need the engine
    from maker_engine.core.voting import least_k, named_rule  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.revote import revote  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.record import whole  # noqa: PLC0415 - start-up

    if any(k < 1 for k in chosen.k or ()):
        raise InputError("k must be at least 1")
    with Reader(path, chosen.fork) as reader:
        meta = reader.meta()
        limit = chosen.max_tokens or whole(meta["order"], "max_tokens", 750)
        flags = FlagRules(limit, chosen.flags == "paper") if chosen.max_tokens or chosen.flags else None
        own = least_k(chosen.rule)
        margins = chosen.k or ([own] if ":" in chosen.rule else range(1, meta["started"]["k"] + 2))
        trials = [(chosen.rule, k) for k in margins]
        if chosen.k is None and chosen.rule == AHEAD:
            trials.append((FIRST, meta["started"]["k"]))
        if not chosen.json:
            say(f"{'rule':<12}{'same':>10}{'different':>10}{'short':>8}{'samples':>10}{'cost':>12}")
        short = 0
        for rule, k in trials:
            revoted = revote(reader, task, named_rule(rule, k), flags)
            short += revoted.short
            if chosen.json:
                say_json(_fields(rule, k, revoted, task))
            else:
                say(*_rows(rule, k, revoted, task))
        if short and not chosen.json:
            say(SHORT)


def _fields(rule: str, k: int, revoted: Revote, task: AnyTask) -> dict[str, object]:
    figures = {name: getattr(revoted, name) for name in ("same", "different", "short", "samples", "tokens")}
    differing = [
        {"step": one.step + 1, "decided": _described(one.decided, task), "would": _described(one.would, task)}
        for one in revoted.examples
    ]
    return versioned(
        {"rule": rule, "k": k, "decided_steps": revoted.steps, **figures, "cost_usd": revoted.cost_usd,
         "differing": differing}
    )  # fmt: skip


def _rows(rule: str, k: int, revoted: Revote, task: AnyTask) -> list[str]:
    name = f"{k} ahead" if rule == AHEAD else f"first to {k}" if rule == FIRST else one_line(rule, 40) + " "
    cost = "unknown" if revoted.cost_usd is None else f"${revoted.cost_usd:,.4f}"
    row = f"{name:<12}{revoted.same:>10,}{revoted.different:>10,}{revoted.short:>8,}{revoted.samples:>10,}{cost:>12}"
    differing = [one for one in revoted.examples if one.would is not None]
    lines = [_difference(one, task) for one in differing[:SHOWN]]
    if revoted.different > SHOWN:
        named = differing[SHOWN : SHOWN + NUMBERED]
        more = " …" if revoted.different > SHOWN + len(named) else ""
        lines.append(f"{revoted.different - SHOWN:,} more: {', '.join(f'{one.step + 1:,}' for one in named)}{more}")
    return [row, *(f"{'':<12}{line}" for line in lines)]


def _difference(one: Difference, task: AnyTask) -> str:
    return f"step {one.step + 1:,}: {_described(one.would, task)}, not {_described(one.decided, task)}"


def _described(answer: Any, task: AnyTask) -> str | None:
    return None if answer is None else one_line(decisions.describe(task, answer), 40)
