"""The forecast for each k as a table: what one more vote ahead buys, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from maker_engine.forecast import Forecast
from maker_tui.text.figures import NONE, chance, dollars, duration, fit, short
from maker_tui.text.roles import line

_COLUMNS = (("k", 5), ("P(solve)", 15), ("votes", 8), ("samples", 9), ("cost", 11), ("time", 10))
"""Columns with their cells, the last ones left out where there is no room."""
MARK_CELLS = 8


def seconds_of(forecast: Forecast, speed: float | None) -> float | None:
    """Return how long a run takes: as long as its model, or as this machine where the model answers at once."""
    if forecast.wall_s or not forecast.samples:
        return forecast.wall_s
    return None if speed is None else forecast.samples / speed


def k_table(
    forecasts: Sequence[Forecast], chosen: int, target: float, width: int, speed: float | None = None
) -> list[Text]:
    """Lay the forecasts out in `width` cells, a row a k.

    Args:
        forecasts: One for each k, ascending.
        chosen: The k that the run takes, whose row is marked.
        target: The chance of the whole run being right that is wanted; the rows that reach it say so by a glyph.
        width: Cells across.
        speed: Samples a second that this machine draws of a model that answers at once, None where that is not known.
    """
    columns, used = [], MARK_CELLS
    for name, cells in _COLUMNS:
        used += cells
        if used > width:
            break
        columns.append((name, cells))
    rows = [line(("".join(name.rjust(cells) for name, cells in columns), "label"))]
    for one in forecasts:
        reaches = one.p_solve is not None and one.p_solve >= target
        told = {
            "k": f"{'✔' if reaches else ' '} {one.k}",
            "P(solve)": chance(one.p_solve),
            "votes": NONE if one.votes is None else short(one.votes),
            "samples": NONE if one.samples is None else short(one.samples),
            "cost": dollars(one.cost_usd),
            "time": duration(seconds_of(one, speed)),
        }
        role = "strong" if one.k == chosen else "plain" if reaches else "quiet"
        mark = (" ◀ taken" if one.k == chosen else "", "accent")
        rows.append(line(("".join(fit(told[name], cells, right=True) for name, cells in columns), role), mark))
    return [*rows, line((f"✔ reaches the target of {chance(target)}", "label"))]
