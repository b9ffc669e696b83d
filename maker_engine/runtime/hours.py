"""Points in time and spans of it, as a person reads them."""

from __future__ import annotations

import math
import time

DAY_S = 24 * 3600.0


def hour(wall: float, now: float) -> str:
    """Write a point in time, local: 15:00; with its date where it is more than a day from `now`. Seconds since 1970."""
    there = time.localtime(wall)
    return time.strftime("%H:%M" if abs(wall - now) < DAY_S else "%a %d %b, %H:%M", there)


def span(seconds: float) -> str:
    """Write a span of time: 0.5 s, 42 s, 12 min, 1 h 58 min, 3 d 4 h."""
    if seconds < 9.95:
        return f"{max(0.0, seconds):.2g} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = math.ceil(seconds / 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} d {hours % 24} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
