"""The forecast pane of the new-run form: what the scaling laws expect, and which of the figures are assumptions."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.text import Text
from textual.events import Resize

from maker_engine.forecast import Forecast
from maker_tui.figures import chance, count, dollars, duration, fit
from maker_tui.k_table import k_table
from maker_tui.roles import line
from maker_tui.widgets.line_pane import LinePane

NAME_CELLS, FIGURE_CELLS = 10, 11
TABLE_CELLS = 56
"""From this width on there is room for the table of every k."""


class ForecastPane(LinePane):
    """Shows a forecast, or that there is none for what the form holds."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("forecast", id=id)
        self._forecast: Forecast | None = None
        self._target = 0.95
        self._by_k: Sequence[Forecast] = ()

    def show_forecast(self, forecast: Forecast | None, target: float = 0.95) -> None:
        """Show what is expected; None while the form cannot be used."""
        self._forecast, self._target = forecast, target
        lines = forecast_lines(forecast, target, self.size.width)
        self.show([*lines, *self._table(len(lines))])

    def show_table(self, by_k: Sequence[Forecast]) -> None:
        """Show below the forecast what each k would bring, where there is room for all of it."""
        self._by_k = by_k
        self.show_forecast(self._forecast, self._target)

    def _table(self, above: int) -> list[Text]:
        if self._forecast is None or not self._by_k or self.size.width < TABLE_CELLS:
            return []
        rows = k_table(self._by_k, self._forecast.k, self._target, self.size.width)
        return [line(), *rows] if above + 1 + len(rows) <= self.size.height else []

    def on_resize(self, _event: Resize) -> None:
        """Wrap for the new width."""
        self.show_forecast(self._forecast, self._target)


def forecast_lines(forecast: Forecast | None, target: float, width: int) -> list[Text]:
    """Lay a forecast out in `width` cells."""
    if forecast is None:
        return [line(("no forecast for this form", "quiet"))]
    rows = [
        ("k", f"{forecast.k}", *_why(forecast, target)),
        ("steps", count(forecast.steps)),
        ("P(solve)", chance(forecast.p_solve), "that every step is decided rightly"),
        ("votes", count(forecast.votes), _each(forecast.votes, forecast.steps)),
        ("samples", count(forecast.samples), "the flagged ones among them"),
        ("cost", dollars(forecast.cost_usd)),
        ("time", duration(forecast.wall_s)),
    ]
    room = width - NAME_CELLS - FIGURE_CELLS
    lines = [
        line((fit(name, NAME_CELLS), "label"), (fit(figure, FIGURE_CELLS), "strong"), (_told(words, room), "quiet"))
        for name, figure, *words in rows
    ]
    if forecast.assumptions:
        lines += [line(), line(("assumed, not known", "warn"))]
        for sentence in forecast.assumptions:
            wrapped = textwrap.wrap(sentence, max(16, width - 2)) or [""]
            lines += [line(("• " if place == 0 else "  "), row) for place, row in enumerate(wrapped)]
    else:
        known = "Every figure follows from the model's own profile."
        lines += [line(), *(line((row, "quiet")) for row in textwrap.wrap(known, max(16, width)))]
    return lines


def _each(votes: float | None, steps: int | None) -> str:
    return f"{votes / steps:.2f} a step" if votes is not None and steps else ""


def _why(forecast: Forecast, target: float) -> tuple[str, str]:
    """Say where k comes from, at length and in a word or two."""
    if forecast.auto:
        return f"auto: the smallest that reaches the target of {chance(target)}", "auto"
    if forecast.p_solve is not None and forecast.p_solve < target:
        return f"too small for the target of {chance(target)}", "too small"
    return "as given", "as given"


def _told(forms: list[str], room: int) -> str:
    """Choose the first explanation that would not be cut."""
    return next((words for words in forms if len(words) <= room), "")
