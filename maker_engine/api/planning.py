"""What the scaling laws expect of a run, before anything is spent."""

from __future__ import annotations

from maker_engine.core.errors import InputError
from maker_engine.models.port import Figures
from maker_engine.options.table import BY_NAME
from maker_engine.planning.forecast import Forecast, forecast

__all__ = ["Forecast", "plan"]


def plan(
    *,
    steps: int | None,
    p: float | None = None,
    v: float | None = None,
    k: int | None = None,
    target: float = 0.95,
    latency_s: float | None = None,
) -> Forecast:
    """Work out k, and what a run with it takes.

    Args:
        steps: Steps of an errorless run, None where they are not known.
        p: Probability that a valid sample is right, above 0.5; None for an assumption, which is named.
        v: Probability that a sample carries no red flag, likewise.
        k: Margin, None for the smallest that reaches `target` (Eq. 14).
        target: Probability that the whole run is right.
        latency_s: Seconds of a call, None for an assumption.

    Raises:
        InputError: A figure is out of its range.
    """
    figures = {"steps": steps, "p": p, "v": v, "target": target, "latency_s": latency_s}
    for name, given in figures.items():
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | float)):
            raise InputError(f"{name} must be a number, got {given!r:.60}")
    return forecast(steps, Figures(p=p, v=v, latency_s=latency_s), BY_NAME["k"].value_of(k), target)
