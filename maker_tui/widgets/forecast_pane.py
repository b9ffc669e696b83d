"""The forecast pane of the new-run form: what the scaling laws expect, and which of the figures are assumptions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.events import Resize

from maker_engine.planning.forecast import Forecast
from maker_tui.text.figures import NONE, chance, count, dollars, duration, fit, rate, short
from maker_tui.text.roles import line
from maker_tui.text.rule_words import rule_words
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane

NAME_CELLS, FIGURE_CELLS = 10, 11
LEAST_ROWS = 9
"""With fewer the figures are side by side, without the words beside them."""
LEAST_ASKED = 0.05
"""Fewer steps that are expected to be left undecided are not worth a row."""
TABLE_CELLS = 56
"""From this width on there is room for the table of every k."""


class ForecastPane(LinePane):
    """Shows a forecast, or that there is none for what the form holds."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("forecast", id=id)
        self._forecast: Forecast | None = None
        self._target = 0.95
        self._speed: float | None = None
        self._by_k: Sequence[Forecast] = ()

    def show_forecast(self, forecast: Forecast | None, target: float = 0.95) -> None:
        """Show what is expected; None while the form cannot be used."""
        if forecast != self._forecast:
            self._speed = None
        self._forecast, self._target = forecast, target
        self._lay_out()

    def show_speed(self, forecast: Forecast, speed: float | None) -> None:
        """Show how long a run takes on this machine, where its forecast is still the one that is shown.

        Args:
            forecast: That of the run whose speed was measured.
            speed: Samples a second that this machine draws, None where that is not known.
        """
        if forecast == self._forecast:
            self._speed = speed
            self._lay_out()

    def show_table(self, by_k: Sequence[Forecast]) -> None:
        """Show below the forecast what each k would bring, where there is room for all of it."""
        self._by_k = by_k
        self._lay_out()

    def _lay_out(self) -> None:
        lines = forecast_lines(self._forecast, self._target, self.size.width, self.size.height, self._speed)
        self.show([*lines, *self._table(len(lines))])

    def _table(self, above: int) -> list[Text]:
        if self._forecast is None or not self._by_k or self.size.width < TABLE_CELLS:
            return []
        rows = k_table(self._by_k, self._forecast.k, self._target, self.size.width, self._speed)
        return [line(), *rows] if above + 1 + len(rows) <= self.size.height else []

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new size."""
        self._lay_out()


def forecast_lines(
    forecast: Forecast | None, target: float, width: int, height: int = LEAST_ROWS, speed: float | None = None
) -> list[Text]:
    """Lay a forecast out in `width` cells and `height` rows."""
    if forecast is None:
        return [line(("no forecast for this form", "quiet"))]
    rows = [
        ("k", f"{forecast.k}", *_why(forecast, target)),
        ("steps", count(forecast.steps)),
        _odds(forecast),
        ("votes", count(forecast.votes), _each(forecast.votes, forecast.steps)),
        ("samples", count(forecast.samples), "the flagged ones among them"),
        _cost(forecast),
        _time(forecast, speed),
    ]
    if forecast.undecided > LEAST_ASKED:
        rows.append(("asked", count(round(forecast.undecided, 1)), "steps that the table leaves undecided"))
    if height < LEAST_ROWS:
        return _side_by_side(rows, forecast, width)
    room = width - NAME_CELLS - FIGURE_CELLS
    lines = [
        line((fit(name, NAME_CELLS), "label"), (fit(figure, FIGURE_CELLS), "strong"), (_fitting(words, room), "quiet"))
        for name, figure, *words in rows
    ]
    if forecast.assumptions:
        lines += [line(), line(("assumed, not known", "warn"))]
        for sentence in forecast.assumptions:
            rows_of_it = enumerate(wrapped(sentence, max(16, width - 2)))
            lines += [line(("• " if place == 0 else "  "), row) for place, row in rows_of_it]
    else:
        own = not forecast.from_what.startswith(("the law", "the calibration"))
        known = "Every figure follows from the model's own profile." if own else f"p follows {forecast.from_what}."
        lines += [line(), *(line((row, "quiet")) for row in wrapped(known, max(16, width)))]
    return lines


def _side_by_side(rows: Sequence[tuple[str, ...]], forecast: Forecast, width: int) -> list[Text]:
    """Write the figures one after the other, on as many rows as they take."""
    facts = [f"{name} {figure}" for name, figure, *_ in rows]
    if forecast.assumptions:
        facts.append(f"{len(forecast.assumptions)} assumed")
    joined = " · ".join(fact.replace(" ", "\N{NO-BREAK SPACE}") for fact in facts)
    return [line(row.replace("\N{NO-BREAK SPACE}", " ").strip(" ·")) for row in wrapped(joined, max(16, width))]


def _odds(forecast: Forecast) -> tuple[str, ...]:
    """Say how good the run will be: of independent steps the share that is right, of a chain whether all are."""
    if not forecast.independent:
        return "P(solve)", chance(forecast.p_solve), "that every step is decided rightly"
    wrong = "of the answers" if forecast.wrong is None else f"{_many(forecast.wrong)} wrong expected"
    return "right", chance(forecast.right), f"of the answers: {wrong}" if forecast.wrong is not None else wrong, wrong


def _many(number: float) -> str:
    return f"{number:,.0f}" if number >= 9.5 else f"{number:.1f}" if number >= 0.05 else "< 0.1"


def _cost(forecast: Forecast) -> tuple[str, ...]:
    cost = dollars(forecast.cost_usd)
    if not forecast.simulated or forecast.cost_usd is None:
        return "cost", cost
    return "cost", "$0", f"simulated; a real model at these prices: {cost}", f"real: {cost}", f"({cost})"


def _time(forecast: Forecast, speed: float | None) -> tuple[str, ...]:
    """Say how long it takes: as long as the model's latency, or as this machine where it answers at once."""
    if forecast.wall_s or not forecast.steps or forecast.samples is None:
        return "time", duration(forecast.wall_s), "by the model's latency"
    if speed is None:
        return "time", NONE, "as fast as this machine", "this machine's"
    seconds = forecast.samples / speed
    about = duration(seconds) if seconds < 0.05 else f"~{duration(seconds)}"
    speed_words = f"{rate(forecast.steps / seconds)} steps/s"
    measured = f"{speed_words} measured"
    return (
        "time",
        about,
        f"as fast as this machine: {measured}",
        measured,
        speed_words,
        speed_words.replace(" steps", ""),
    )


def _each(votes: float | None, steps: int | None) -> str:
    return f"{votes / steps:.2f} a step" if votes is not None and steps else ""


def _why(forecast: Forecast, target: float) -> tuple[str, str]:
    """Say where k comes from, at length and in a word or two."""
    if ":" in forecast.rule:
        return rule_words(forecast.rule, forecast.k), forecast.rule.partition(":")[0]
    if forecast.auto:
        aim = f"none wrong with {chance(target)}" if forecast.independent else f"the target of {chance(target)}"
        return f"auto: the smallest that reaches {aim}", "auto"
    if forecast.p_solve is not None and forecast.p_solve < target and not forecast.independent:
        return f"too small for the target of {chance(target)}", "too small"
    return "as given", "as given"


def _fitting(forms: list[str], room: int) -> str:
    """Choose the first explanation that would not be cut."""
    return next((words for words in forms if len(words) <= room), "")


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
    apart = any(one.independent for one in forecasts)
    heads = {"P(solve)": "wrong"} if apart else {}
    rows = [line(("".join(heads.get(name, name).rjust(cells) for name, cells in columns), "label"))]
    for one in forecasts:
        reaches = one.p_solve is not None and one.p_solve >= target
        texts = {
            "k": f"{'✔' if reaches else ' '} {one.k}",
            "P(solve)": chance(one.p_solve) if not apart else NONE if one.wrong is None else _many(one.wrong),
            "votes": NONE if one.votes is None else short(one.votes),
            "samples": NONE if one.samples is None else short(one.samples),
            "cost": dollars(one.cost_usd),
            "time": duration(seconds_of(one, speed)),
        }
        role = "strong" if one.k == chosen else "plain" if reaches else "quiet"
        mark = (" ◀ taken" if one.k == chosen else "", "accent")
        rows.append(line(("".join(fit(texts[name], cells, right=True) for name, cells in columns), role), mark))
    aim = f"none wrong with {chance(target)}" if apart else f"reaches the target of {chance(target)}"
    return [*rows, line((f"✔ {aim}", "label"))]
