"""Copies are not votes: how many of a run's samples say, word for word, what an earlier one of their step said.

A vote adds something only as far as it is independent of the others. Texts that are alike prove nothing by themselves:
a short answer that the model is sure of is the same each time. So what is said of them depends on what is known.
"""

from __future__ import annotations

from maker_engine.core.record.snapshot import Totals

SIGNIFICANT = 20
"""Texts compared before anything is said: where two samples are alike one time in two, that many hardly ever are."""
MOST = 0.9
"""Share of them from which on they are called alike. At a temperature of 0.1 short answers of small models are so
with probability 0.84 to 1, and at 1 with probability 0.14 to 0.7."""
COLD = 0.2
"""Up to this temperature likeness is what sampling gives."""
SHORT = 50
"""Output tokens of an answer up to which a sure model may well say the same each time."""


def identical_share(totals: Totals) -> float | None:
    """Share of the samples beyond the first of their step that repeat a text; None where none was compared."""
    return totals.repeated / totals.compared if totals.compared else None


def effective_votes(totals: Totals) -> float | None:
    """Votes a decided step, each text counted once; None where nothing was compared or decided."""
    return (totals.votes - totals.echoes) / totals.steps if totals.compared and totals.steps else None


def notice(totals: Totals, temperature: float | None) -> str:
    """Say in a sentence that texts are alike, what that means and what to do; empty while it is not significant.

    Args:
        totals: What was counted.
        temperature: At which samples but the first of a step are drawn; None where none is sent or several are.
    """
    share = identical_share(totals)
    if share is None or totals.compared < SIGNIFICANT or share < MOST or totals.flagged > totals.votes:
        return ""  # what is mostly flagged has another trouble than being alike
    alike = f"{totals.repeated:,} of {totals.compared:,} texts are alike"
    at = "" if temperature is None else f" at T = {temperature:g}"
    others = "vary the wording (--voter '… variant=careful'), or ask another model"
    hotter = f"raise the temperature (--temperature 0.5), {others}"
    cold, short = temperature is not None and temperature <= COLD, _answer_tokens(totals) <= SHORT
    if cold and short:
        return f"{alike}{at}: nearly copies, so a larger k adds little: {hotter}"
    if cold:
        return f"{alike}: these are copies; k does nothing here: {hotter}"
    if short:
        return f"{alike}{at}: copies, or an answer that the model is sure of; k cannot help: {others}"
    return f"{alike}{at}: these are copies; k does nothing here: switch a cache or fixed seed off, {others}"


def _answer_tokens(totals: Totals) -> float:
    """Mean output tokens of an answer; 0 where none was reported."""
    return max(0, totals.tokens_out - totals.tokens_reasoning) / max(1, totals.samples)
