"""What is said of a wrong step: what would have been right, why it went wrong, and what a fork should change."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from maker_engine.printable import one_line
from maker_engine.sessions.queries.mistakes import Cause, WrongStep
from maker_tui.text.figures import count, count_of, ordinal, rate

DESCRIPTION_LIMIT = 40


def verdict_words(wrong: WrongStep, describe: Callable[[Any], str]) -> str:
    """Say what was decided, and what the oracle has in its place."""
    decided = one_line(describe(wrong.decided), DESCRIPTION_LIMIT)
    if wrong.right is None:
        return f"✖ wrong: {decided} · the oracle has no answer here: an earlier step led astray"
    return f"✖ wrong: {decided} · right: {one_line(describe(wrong.right), DESCRIPTION_LIMIT)} (oracle)"


def advice_words(wrong: WrongStep) -> str:
    """Say why the step went wrong and what may help, as far as its record shows."""
    same = f"{_percent(wrong.same, wrong.answers)} of this step's {count_of(wrong.answers, 'sample')} made this mistake"
    match wrong.cause:
        case Cause.PERSON:
            return "votes alone did not decide it: a fork votes on it again"
        case Cause.OUTVOTED:
            better = wrong.better_k
            return f"the right answer had most votes over all samples: k = {better} would have decided it"
        case Cause.CHANCE:
            share = "" if wrong.p is None else f"votes around it are {100 * wrong.p:.0f} % right, so "
            by_chance = "many" if math.isinf(wrong.by_chance) else rate(wrong.by_chance)
            brings = f"k = {wrong.k} lets up to {by_chance} of {count_of(wrong.steps, 'step')} go wrong by chance"
            return f"{share}{brings}: k = {wrong.better_k} makes it unlikely"
    if wrong.p is not None and wrong.p <= 0.5:
        return f"{same}, and votes around it are {100 * wrong.p:.0f} % right: more k will not help; change the model"
    return f"{same}, more than chance explains: more k is unlikely to help; change the prompt or the model"


def offered_changes(wrong: WrongStep | None, k: int) -> str:
    """Return what a fork at a step is to change, as the line that asks for it is filled in at first.

    Args:
        wrong: What is known of the step, None where it is not known to be wrong.
        k: The margin of the run.
    """
    if wrong is None:
        return f"k={k + 1}"
    return "model=" if wrong.better_k is None else f"k={wrong.better_k}"


def first_wrong_words(step: int, known: int, key: str) -> str:
    """Say where the first wrong step is, 0-based, of how many; `key` goes there."""
    more = f" ({count(known)} wrong)" if known > 1 else ""
    return f"first wrong at step {ordinal(step)}{more} · {key} goes there"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "none"
