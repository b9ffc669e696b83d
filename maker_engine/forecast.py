"""What the scaling laws expect of a run before it starts, and which of the figures behind it are assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maker_engine import step_classes
from maker_engine.core import scaling
from maker_engine.models.port import Figures

HOPELESS_P = 0.5
ASSUMED_P = 0.99
"""Taken where nothing is known of a model: a careful guess for a current model on a step that is small enough."""
ASSUMED_V = 0.97
ASSUMED_TOKENS_OUT = 400.0
ASSUMED_TOKENS_IN = 400.0
ASSUMED_LATENCY_S = 2.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected figures of the whole run; None where they cannot be told.

    Attributes:
        k: Margin that will be used.
        auto: True when `k` is the smallest that reaches the target (Eq. 14).
        steps: Steps of an errorless run.
        p_solve: Probability that every step is decided rightly (Eq. 13).
        votes: Valid votes (Eq. 16 times s).
        samples: Responses, flagged ones included (Eq. 19).
        cost_usd: Dollars; for a simulated model, those of a real one at its prices.
        wall_s: Seconds that the model takes; 0 where it answers at once, so that the machine decides.
        assumptions: One sentence for each figure that is a guess.
        simulated: The model is simulated: nothing is paid.
    """

    k: int
    auto: bool
    steps: int | None
    p_solve: float | None
    votes: float | None
    samples: float | None
    cost_usd: float | None
    wall_s: float | None
    assumptions: tuple[str, ...]
    simulated: bool = False


def forecast(
    steps: int | None,
    figures: Figures,
    k: int | None,
    target: float = 0.95,
    tokens_in: float = ASSUMED_TOKENS_IN,
) -> Forecast:
    """Work out what to expect.

    Args:
        steps: Steps of an errorless run, None when unknown; k is then chosen as if for 1,000.
        figures: What is known of the model; its hard steps are a class of their own.
        k: Margin, None for the smallest that reaches `target`.
        target: Probability that the whole run is right.
        tokens_in: Mean prompt tokens of a call.

    Raises:
        InputError: A figure is out of its range, for instance p ≤ 0.5.
    """
    known = _Known(figures)
    if k is not None and figures.p is not None and figures.p <= HOPELESS_P:
        known.note(f"p = {figures.p:g}: at {HOPELESS_P:g} or below the formulas do not hold, and voting does not help")
        return Forecast(k, False, steps, None, None, None, None, None, known.notes())
    p, v = known("p", figures.p, ASSUMED_P), known("v", figures.v, ASSUMED_V)
    classes = step_classes.classes_of(p, figures.hard or 0.0, HOPELESS_P if figures.hard_p is None else figures.hard_p)
    if steps is None:
        known.note("the number of steps is not known; k is chosen as for 1,000")
    chosen = k or _chosen(classes, steps or 1_000, target, known)
    if not steps:
        none = None if steps is None else 0.0
        sure = None if steps is None else 1.0
        return Forecast(chosen, k is None, steps, sure, none, none, none, none, known.notes())
    votes = steps * step_classes.expected_votes(classes, chosen)
    samples = votes / v
    latency = known("latency", figures.latency_s, ASSUMED_LATENCY_S, " s")
    return Forecast(
        k=chosen,
        auto=k is None,
        steps=steps,
        p_solve=step_classes.run_success(classes, chosen, steps),
        votes=votes,
        samples=samples,
        cost_usd=_cost(samples, tokens_in, figures, known),
        wall_s=steps * latency * step_classes.expected_rounds(classes, chosen) / v,
        assumptions=known.notes(),
    )


def _chosen(classes: Sequence[step_classes.StepClass], steps: int, target: float, known: _Known) -> int:
    """Choose the smallest k that reaches the target, or the best there is."""
    k = step_classes.k_min(classes, steps, target)
    if k is None:
        k = step_classes.best_k(classes, steps)
        known.note(f"no k reaches the target: on hard steps p = {classes[-1].p:g}, and k = {k} is the best there is")
    return k


class _Known:
    """Gives a known figure, or an assumed one and remembers that it was assumed."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._notes: list[str] = []

    def __call__(self, name: str, value: float | None, assumed: float, unit: str = "") -> float:
        if value is not None:
            return value
        self.note(f"{name} = {assumed:g}{unit} is assumed: nothing is known of this model yet")
        return assumed

    def note(self, sentence: str) -> None:
        self._notes.append(sentence)

    def notes(self) -> tuple[str, ...]:
        return tuple(self._notes)


def _cost(samples: float, tokens_in: float, figures: Figures, known: _Known) -> float | None:
    if figures.usd_per_token_in is None or figures.usd_per_token_out is None:
        known.note("the price of this model is not known before the run")
        return None
    tokens_out = known("tokens per response", figures.tokens_out, ASSUMED_TOKENS_OUT)
    each = scaling.sample_cost(tokens_in, tokens_out, figures.usd_per_token_in, figures.usd_per_token_out)
    return samples * each if math.isfinite(samples) else None
