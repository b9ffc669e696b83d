"""What `maker plan` prints: lines for people, and fields for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maker_engine.planning.plan import Planned, Purchase, p_needed

if TYPE_CHECKING:
    from maker_engine.planning.model_plans import Offer

Flag = tuple[Planned, float]


def fields(
    want: Purchase, planned: Planned, assumed: Sequence[str], budget: float | None, flag: Flag | None
) -> dict[str, object]:
    """Return the plan for a script."""
    return {
        "steps": want.steps,
        "p": want.law.mean,
        "hard_share": want.law.hard_share,
        "v": want.v,
        "target": want.target,
        "k": planned.k,
        "k_min": planned.k_min,
        "rule": f"lead-table:{planned.leads}" if planned.leads else "ahead",
        "p_solve": planned.p_solve,
        "undecided": planned.undecided,
        "wrong": planned.wrong,
        "votes": planned.votes,
        "samples": planned.samples,
        "calls": planned.calls,
        "usd": planned.usd,
        "cost_usd": planned.usd,
        "hours": planned.hours,
        "hours_in_order": planned.hours_in_order,
        "usd_batch": planned.usd_batch,
        "hours_batch": planned.hours_batch,
        "p_needed": p_needed(want.steps, want.target, planned.k, want.m),
        "p_for_budget": budget,
        "flag": None if flag is None else {"k": flag[0].k, "samples_share": flag[1], "p_solve": flag[0].p_solve},
        "assumed": list(assumed),
    }


def lines(want: Purchase, planned: Planned, assumed: Sequence[str]) -> list[str]:
    """Write the plan for a person."""
    over, unit = _over(want), "step" if want.m == 1 else f"call of {want.m} steps"
    each = planned.votes * want.m / want.steps
    needed = p_needed(want.steps, want.target, planned.k, want.m)
    rows = [
        _k_min(want, planned),
        *_leads(planned),
        _odds(want, planned),
        _row("votes", _number(planned.votes), f"{each:.3f} a {unit} (Eq. 16{over})"),
        _row("samples", _number(planned.samples), f"flagged ones included, v = {want.v:g} (Eq. 19)"),
    ]
    if want.n > 1:
        rows.append(_row("calls", _number(planned.calls), f"of up to {want.n} answers, each prompt paid for once"))
    if planned.usd is not None and want.tokens is not None:
        tokens = "{:g} tokens in, {:g} out a sample".format(*want.tokens)
        rows.append(_row("cost", f"${planned.usd:,.2f}", f"{tokens} (Eq. 20)"))
    elif want.price is not None:
        rows.append("cost     unknown    the tokens of a sample are not: --tokens IN,OUT")
    rows += [*_times(want, planned), _row("needs", f"p = {needed:.6g}", "on every step, for this k (Eq. 14)")]
    if want.law.hard_share:
        rows.append(
            _row("hard", f"{100 * want.law.hard_share:.3g} %", "of the steps: p < 0.5, and no vote fixes those")
        )
    return [*rows, *(f"assumed  {sentence}" for sentence in assumed)]


def _odds(want: Purchase, planned: Planned) -> str:
    if not want.independent or planned.wrong is None:
        return _row("p_solve", f"{planned.p_solve:.6f}", f"that every step is decided rightly (Eq. 13{_over(want)})")
    words = f"of the answers: {planned.wrong:,.3g} of {want.steps:,} wrong expected; none with {planned.p_solve:.4f}"
    return _row("right", f"{1 - planned.wrong / want.steps:.6f}", words)


def _row(name: str, figure: str, words: str) -> str:
    return f"{name:<9}{figure}    {words}"


def _times(want: Purchase, planned: Planned) -> list[str]:
    ahead = f"looking {want.window} steps ahead, {want.concurrency} calls at once, {want.latency_s:g} s each"
    plain = f"{_hours(planned.hours_in_order)} without; an estimate"
    rows = [_row("hours", _hours(planned.hours), f"{ahead}; {plain}")] if want.latency_s else []
    if planned.hours_batch is not None:
        cost = "" if planned.usd_batch is None else f", ${planned.usd_batch:,.2f}"
        rounds = round(planned.hours_batch * 3600 / want.batch_s)
        words = f"{rounds:,} batch{'' if rounds == 1 else 'es'}, where no step waits for another"
        rows.append(_row("batch", f"{_hours(planned.hours_batch)} at most{cost}", words))
    return rows


def _k_min(want: Purchase, planned: Planned) -> str:
    figures = f"the figures below are those of k = {planned.k}"
    if planned.k_min is None:
        reason = "some steps have p of 0.5 or less"
        return _row("k_min", "none", f"no k reaches {want.target:g}, since {reason}; {figures}")
    given = "" if planned.k == planned.k_min or planned.leads else f"; {figures}"
    aim = "by which no answer is wrong" if want.independent else "to be right"
    words = f"smallest margin {aim} with probability {want.target:g} or more (Eq. 14{_over(want)}){given}"
    return _row("k_min", str(planned.k_min), words)


def _leads(planned: Planned) -> list[str]:
    if not planned.leads:
        return []
    end = "more dissent is given up" if planned.leads.endswith(",") else "the last for any more dissent"
    leads = planned.leads.removesuffix(",")
    rows = [_row("leads", leads, f"lead needed after 0, 1, 2 … votes against; {end}")]
    if planned.undecided > 1e-6:
        words = "steps that the table leaves undecided, for a person or a stronger model"
        rows.append(_row("asked", f"{planned.undecided:,.3g}", words))
    return rows


def _over(want: Purchase) -> str:
    return "" if len(want.law.points) == 1 else " over the law"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value < 1e15 else f"{value:.4g}"


def _hours(hours: float) -> str:
    return f"{hours:,.2f} h" if hours < 1e6 else f"{hours:.3g} h"


def budget_line(usd: float, p: float | None) -> str:
    """Say which p a budget needs."""
    if p is None:
        return f"budget   ${usd:,.2f}    is too little even with p = 1"
    return f"budget   ${usd:,.2f}    does from p = {p:.6g} on"


def flag_line(given: tuple[float, float], with_it: Planned, share: float) -> str:
    """Say what a further flag is worth."""
    verdict = "it pays" if share < 1 else "it does not pay"
    now = f"with p = {given[0]:g} and v = {given[1]:g}: k = {with_it.k}"
    return f"flag     {now}, {100 * share:.1f} % of the samples: {verdict} (Eq. 19)"


def offer_fields(offer: Offer) -> dict[str, object]:
    """Return a model's plan for a script."""
    planned = offer.planned
    return {
        "model": offer.model,
        "p": None if offer.law is None else offer.law.mean,
        "v": offer.v if planned is not None else None,
        "reaches": offer.reaches,
        "k": None if planned is None else planned.k,
        "p_solve": None if planned is None else planned.p_solve,
        "samples": None if planned is None else planned.samples,
        "usd": None if planned is None else planned.usd,
        "hours": None if planned is None else planned.hours,
        "reason": offer.reason,
    }


def offer_rows(offers: Sequence[Offer]) -> list[str]:
    """Write the models as a table, the cheapest that reaches the target first."""
    width = max(5, *(len(one.model) for one in offers))
    rows = [f"  {'model':<{width}}{'p':>9}{'k':>6}{'P(solve)':>10}{'samples':>16}{'cost':>14}{'hours':>12}"]
    for place, one in enumerate(offers):
        if one.planned is None or one.law is None:
            rows.append(f"  {one.model:<{width}}  {one.reason}")
            continue
        planned = one.planned
        mark = "▶ " if place == 0 and one.reaches else "  "
        usd = "unknown" if planned.usd is None else f"${planned.usd:,.2f}"
        k = str(planned.k) if one.reaches else f"({planned.k})"
        rows.append(
            f"{mark}{one.model:<{width}}{one.law.mean:>9.5f}{k:>6}{planned.p_solve:>10.4f}{_number(planned.samples):>16}"
            f"{usd:>14}{planned.hours:>12,.1f}"
        )
    if any(one.planned is not None and not one.reaches for one in offers):
        rows.append("  (k): no k reaches the target with this model: some of its steps are hard")
    return rows
