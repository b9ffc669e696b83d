"""Figures as they are on the screen: counts, shares, dollars, durations, dates. One place, so that panes agree."""

from __future__ import annotations

import math
import time

from rich.cells import cell_len, set_cell_size

NONE = "–"
"""Shown where a figure is not known."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def count(value: float | None) -> str:
    """Write a whole number with thousands separators; an estimate of a hundred million or more in powers of ten."""
    if value is None:
        return NONE
    if not math.isfinite(value):
        return "∞"
    return f"{value:,.0f}" if value < (1e12 if isinstance(value, int) else 1e8) else f"{value:.2e}"


def count_of(value: float | None, noun: str) -> str:
    """Write a whole number with its noun, as `count` does: 1 line, 2,000 lines."""
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def short(value: float) -> str:
    """Write a number in at most 5 characters: 950, 12.3k, 4.5M."""
    for unit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * unit:
            scaled = value / unit
            return f"{scaled:.0f}{name}" if scaled >= 99.95 else f"{scaled:.1f}{name}"
    return f"{value:.0f}"


def ordinal(index: int) -> str:
    """Number a step or a sample for a person: 1-based, where the engine counts from 0."""
    return f"{index + 1:,}"


def place_words(step: int, decided: int) -> str:
    """Say where a view is: at which step (0-based), and how many are decided."""
    if step < decided:
        return f"step {ordinal(step)} of {count(decided)} decided"
    return f"step {ordinal(step)}, open · {count(decided)} decided"


def share(part: float, whole: float) -> str:
    """Write `part` of `whole` in percent."""
    return NONE if whole <= 0 else f"{100 * part / whole:.1f} %"


def chance(value: float | None) -> str:
    """Write a probability in percent, keeping the digits that distinguish it from 0 and from 1."""
    if value is None:
        return NONE
    if 0 < value < 0.0001:
        return f"{value:.1e}"
    missing = 1 - value
    digits = 1 if missing <= 0 else max(1, min(9, math.ceil(-math.log10(100 * missing))))
    return f"{100 * value:.{digits}f}".removesuffix(".0") + " %"


def rate(value: float) -> str:
    """Write a speed: one decimal below a hundred, none above."""
    return f"{value:,.1f}" if value < 99.95 else f"{value:,.0f}"


def speed(steps_per_s: float) -> str:
    """Write a run's speed in at most 12 cells: 2.0 steps/s, 1.2k steps/s, or 8.2 s a step below one a second."""
    if steps_per_s <= 0:
        return NONE
    if steps_per_s >= 999.5:
        thousands = short(steps_per_s) if steps_per_s < 9_950 else f"{steps_per_s / 1e3:.0f}k"
        return f"{thousands} steps/s"
    return f"{rate(steps_per_s)} steps/s" if steps_per_s >= 0.95 else f"{duration(1 / steps_per_s)} a step"


def dollars(value: float | None) -> str:
    """Write a price; small ones keep two telling digits."""
    if value is None:
        return "unknown"
    if value == 0 or value >= 1:
        return f"${value:,.2f}"
    return f"${value:.{min(8, 1 - math.floor(math.log10(value)))}f}"


def duration(seconds: float | None) -> str:
    """Write a span of time: 0.4 s, 42 s, 12:07, 1:02:33, 3 d 4 h."""
    if seconds is None:
        return NONE
    if not math.isfinite(seconds) or seconds >= 1e9:
        return "∞"
    if seconds < 59.5:
        few = f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
        return "< 0.1 s" if 0 < seconds < 0.05 else few
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        days, hours = divmod(hours, 24)
        return f"{days:,} d {hours} h"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def moment(epoch_s: float) -> str:
    """Write a point in time, local, to the minute; a file's time may be one that no calendar has."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(epoch_s))
    except (OverflowError, ValueError, OSError):
        return NONE


def letter(index: int) -> str:
    """Name a candidate by its place: A to Z, then AA, AB and so on."""
    name = ""
    index += 1
    while index:
        index, place = divmod(index - 1, 26)
        name = chr(ord("A") + place) + name
    return name


def bar(part: float, whole: float, width: int) -> tuple[str, str]:
    """Draw `part` of `whole` in `width` cells: the filled piece and the rest, together exactly `width` wide."""
    if width <= 0:
        return "", ""
    eighths = 0 if whole <= 0 else max(0, min(width * 8, math.floor(width * 8 * part / whole)))
    full, fraction = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[fraction] if fraction else "")
    return filled, "─" * (width - len(filled))


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Make `text` exactly `width` cells wide: cut with an ellipsis, or padded on the far side."""
    length = cell_len(text)
    if length > width:
        return "" if width <= 0 else set_cell_size(text, width - 1) + "…"
    padding = " " * (width - length)
    return padding + text if right else text + padding
