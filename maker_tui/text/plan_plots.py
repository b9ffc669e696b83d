"""Curves of a plan: P(solve) over k, and the samples that the target takes over p, s and m."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from rich.text import Text

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import single
from maker_engine.core.voting import LEADS
from maker_engine.planning.plan import Purchase, samples, voted
from maker_tui.text.curves import Axis, Series, curves, percent, power
from maker_tui.text.figures import count

PLOTS = ("k", "p", "s", "m")
MOST_SAMPLES = 1e40
"""Curves are not drawn beyond it: no one buys that, and the rest would be flat."""
PLOT_COLUMNS, PLOT_ROWS = 78, 20


def plot(want: Purchase, over: str, columns: int = PLOT_COLUMNS, rows: int = PLOT_ROWS) -> list[Text]:
    """Draw P(solve) over k, or the samples, to the base of ten, over p, s or m."""
    if over == "k":
        return _over_k(want, columns, rows)
    spots, axis_texts, series = _spots(want, over)
    points = [(x, math.log10(found)) for x, there in spots if (found := _samples(there)) is not None]
    if not points:
        raise InputError(f"there is nothing to draw over {over}: no such plan reaches the target")
    least, most = math.floor(min(y for _, y in points)), math.ceil(max(y for _, y in points))
    drawn = [Series("", series, "accent", points)]
    x_axis = Axis(over, points[-1][0], axis_texts, points[0][0], whole=False)
    return curves(drawn, x_axis, Axis("samples", max(most, least + 1), power, least), columns, rows)


def _samples(want: Purchase) -> float | None:
    try:
        found = samples(want)
    except InputError:
        return None
    return found if 0 < found < MOST_SAMPLES else None


def _spots(want: Purchase, over: str) -> tuple[list[tuple[float, Purchase]], Callable[[float], str], str]:
    """Return the plans along an axis, how a place on it is written, and what is drawn."""
    if over == "p":
        ps = [min(1.0, 0.505 + 0.005 * place) for place in range(100)]
        return [(p, replace(want, law=single(p))) for p in ps], percent, "samples for the target, by p"
    if over == "s":
        each = 4 if want.rule == LEADS else 1  # a table takes its time
        tens = [place / 4 for place in range(0, 57, each)]
        return [(ten, replace(want, steps=round(10**ten))) for ten in tens], power, "samples for the target, by steps"
    tens = [place / 8 for place in range(33) if 10 ** (place / 8) <= want.steps]
    return [(ten, replace(want, m=round(10**ten))) for ten in tens], power, "samples for the target, by steps a call"


def _over_k(want: Purchase, columns: int, rows: int) -> list[Text]:
    planned = voted(replace(want, k=None, rule="ahead"))
    most = max(8, 2 * planned.k)
    each = max(1, most // 60)
    at = [(k, voted(replace(want, k=k, rule="ahead"))) for k in range(1, most + 1, each)]
    if want.independent:
        right = [(k, 1 - (one.wrong or 0.0) / want.steps) for k, one in at]
        series, drawn = [Series("", "answers that are right", "accent", right)], "right"
    else:
        target = Series("", f"target {want.target:g}", "quiet", [(1, want.target), (most, want.target)])
        series, drawn = [Series("", "P(solve)", "accent", [(k, one.p_solve) for k, one in at]), target], "P(solve)"
    return curves(series, Axis("k", most, count), Axis(drawn, 1.0, percent, whole=False), columns, rows)
