"""What the scaling laws expect of a run before it starts, and which of the figures behind it are assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from maker_engine.core import scaling
from maker_engine.core.forecasting import step_classes
from maker_engine.core.forecasting.laws import Law, single
from maker_engine.core.forecasting.lead_tables import ends
from maker_engine.core.voting import AHEAD, LeadTable, named_rule
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
    """Expected figures of the whole run; None where they are unknown.

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
        undecided: Steps that a table of leads gives up, which are asked or stop the run; 0 for rules that give none up.
        rule: The voting rule, a table of leads written out.
        independent: No step depends on another, as rows of a table: what counts is `wrong`, not that all are right.
        wrong: Steps that are expected to be decided wrongly, None where that is unknown.
        from_what: Where p comes from, such as "the simulated model's own" or "assumed"; empty where it is not known.
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
    undecided: float = 0.0
    from_what: str = ""
    rule: str = AHEAD
    independent: bool = False
    wrong: float | None = None

    @property
    def right(self) -> float | None:
        """The share of answers that is expected to be right, None where that is unknown."""
        return None if self.wrong is None or not self.steps else 1 - self.wrong / self.steps


def forecast(
    steps: int | None,
    figures: Figures,
    k: int | None,
    target: float = 0.95,
    tokens_in: float = ASSUMED_TOKENS_IN,
    rule: str = AHEAD,
) -> Forecast:
    """Work out what to expect.

    Args:
        steps: Steps of an errorless run, None when unknown; k is then chosen as if for 1,000.
        figures: What is known of the model, its classes of steps with it.
        k: Margin, None for the smallest that reaches `target`.
        target: Probability that the whole run is right.
        tokens_in: Mean prompt tokens of a call.
        rule: The voting rule, as `voting.named_rule` reads it.

    Raises:
        InputError: A figure is out of its range, for instance p ≤ 0.5.
    """
    known = _Known(figures)
    if k is not None and figures.p is not None and figures.p <= HOPELESS_P:
        known.note(f"p = {figures.p:g}: at {HOPELESS_P:g} or below the formulas do not hold, and voting does not help")
        return Forecast(k, False, steps, None, None, None, None, None, known.notes())
    p, v = known("p", figures.p, ASSUMED_P), known("v", figures.v, ASSUMED_V)
    classes = figures.classes or (step_classes.StepClass(1.0, p, v),)
    law = step_classes.law_of(classes)
    if steps is None:
        known.note("the number of steps is not known; k is chosen as for 1,000")
    chosen = k or _chosen(law, steps or 1_000, target, known)
    if not steps:
        none = None if steps is None else 0.0
        sure = None if steps is None else 1.0
        return Forecast(chosen, k is None, steps, sure, none, none, none, none, known.notes())
    p_solve, votes, undecided = _odds(law, rule, chosen, steps, known)
    samples = steps * _samples(classes, rule, chosen)
    latency = known("latency", figures.latency_s, ASSUMED_LATENCY_S, " s")
    return Forecast(
        k=chosen,
        auto=k is None,
        steps=steps,
        p_solve=p_solve,
        votes=votes,
        samples=samples,
        cost_usd=_cost(samples, tokens_in, figures, known),
        wall_s=steps * latency * step_classes.expected_rounds(classes, chosen),
        assumptions=known.notes(),
        undecided=undecided,
        rule=rule,
        wrong=_wrong(law, rule, chosen, steps),
    )


def _odds(law: Law, rule: str, k: int, steps: int, known: _Known) -> tuple[float | None, float, float]:
    """Return P(solve), votes and undecided steps of a run by a rule."""
    table = named_rule(rule, k)
    if not isinstance(table, LeadTable):
        return _p_solve(law, rule, k, steps, known), steps * _votes(law, rule, k), 0.0
    ended = ends(law, table)
    return ended.run_success(steps), steps * ended.votes, steps * ended.undecided


def _samples(classes: Sequence[step_classes.StepClass], rule: str, k: int) -> float:
    """Return the samples of a step by a rule, flagged ones included."""
    if rule == AHEAD:
        return step_classes.expected_samples(classes, k)
    table = named_rule(rule, k)
    return math.fsum(
        share / v * (ends(single(p), table).votes if isinstance(table, LeadTable) else _votes(single(p), rule, k))
        for share, p, v in classes
        if share
    )


def _p_solve(law: Law, rule: str, k: int, steps: int, known: _Known) -> float | None:
    if rule == AHEAD:
        return law.run_success(k, steps)
    if any(p <= HOPELESS_P for p, _ in law.points):
        known.note("no formula is known for first-to-k where some steps are wrong as often as right")
        return None
    wrong = math.fsum(weight * scaling.first_to_error(p, k) for p, weight in law.points)
    return math.exp(steps * math.log1p(-wrong)) if wrong < 1 else 0.0


def _wrong(law: Law, rule: str, k: int, steps: int) -> float | None:
    """Return the steps that a run by a rule is expected to decide wrongly."""
    table = named_rule(rule, k)
    if isinstance(table, LeadTable):
        return steps * ends(law, table).wrong
    if rule == AHEAD:
        return steps * law.step_error(k)
    if any(p <= HOPELESS_P for p, _ in law.points):
        return None
    return steps * math.fsum(weight * scaling.first_to_error(p, k) for p, weight in law.points)


def _votes(law: Law, rule: str, k: int) -> float:
    if rule == AHEAD:
        return law.votes(k)
    likelier = [(max(p, 1 - p, HOPELESS_P + 1e-6), weight) for p, weight in law.points]
    return math.fsum(weight * scaling.first_to_votes(p, k) for p, weight in likelier)


def _chosen(law: Law, steps: int, target: float, known: _Known) -> int:
    """Choose the smallest k that reaches the target, or the best there is."""
    k = law.k_min(steps, target)
    if k is None:
        k = law.best_k(steps)
        worst = min(p for p, _ in law.points)
        known.note(f"no k reaches the target: on hard steps p = {worst:g}, and k = {k} is the best there is")
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
