"""A certificate for one step: how far ahead the leader must be so that it is the mode, whatever p is.

Against the claim that a rival is at least as likely as the leader, bet on the leader with a uniform prior over θ > ½.
With a votes for it and b against, n in all, what the bet is worth is

    E = 2^(n+1) ∫_½^1 θ^a (1−θ)^b dθ = a!·b!/(n+1)! · Σ_{i ≤ a} C(n+1, i)

Under the claim E is a supermartingale that begins at 1, so that it ever reaches 1/α has probability α at most (Ville),
however often it is examined: no p, no prior and no number of votes need be known. It certifies the model's favourite
answer, the mode, and not the truth: where a model prefers a wrong answer, that is what is certified.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb, factorial
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError

if TYPE_CHECKING:
    from fractions import Fraction

MOST_VOTES = 200
"""Votes beyond which a ballot is given up: no such answer is the mode by much."""
LEAST_ERROR = 1e-9


def worth(ahead: int, behind: int) -> Fraction:
    """Return E, exactly, with so many votes for the leader and against it."""
    from fractions import Fraction  # noqa: PLC0415 - it brings decimals along, and no run waits for those

    return Fraction(*_ratio(ahead, behind))


def _ratio(ahead: int, behind: int) -> tuple[int, int]:
    n = ahead + behind
    tail = sum(comb(n + 1, i) for i in range(ahead + 1))
    return factorial(ahead) * factorial(behind) * tail, factorial(n + 1)


def _reaches(ahead: int, behind: int, error: float) -> bool:
    """Return whether E reaches 1/error, in whole numbers."""
    worth_of, stake = _ratio(ahead, behind)
    share, whole = error.as_integer_ratio()
    return worth_of * share >= stake * whole


def check_error(error: float) -> None:
    """See to it that an error can be certified.

    Raises:
        InputError: It is not from 1e-9 to below ½.
    """
    if not LEAST_ERROR <= error < 0.5:
        raise InputError(f"a certificate's error lies between {LEAST_ERROR:g} and 0.5, got {error:g}")


@lru_cache
def certified_leads(error: float) -> tuple[int, ...]:
    """Return the smallest leads after 0, 1, 2, … votes against with which E reaches 1/error.

    Args:
        error: α, how often a certificate may be false, from 1e-9 to below ½.

    Raises:
        InputError: The error is out of its range.
    """
    check_error(error)
    leads: list[int] = []
    lead = 1
    while True:
        against = len(leads)
        while 2 * against + lead <= MOST_VOTES and not _reaches(against + lead, against, error):
            lead += 1
        if 2 * against + lead > MOST_VOTES:
            return tuple(leads)
        leads.append(lead)
