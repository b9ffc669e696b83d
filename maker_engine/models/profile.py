"""Profiles of the simulated model: `sim`, `sim:paper`, `sim:p=0.95,v=0.97,latency=0.3,hard=0.001`."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.core.forecasting.laws import Law
from maker_engine.core.forecasting.step_classes import StepClass
from maker_engine.law_files import read_law
from maker_engine.models.port import Figures
from maker_engine.suggestion import suggestion

PREFIX = "sim"
_HARD = ("hard", "hard2", "hard3")
_SHARES = ("p", "v", *_HARD, *(f"{name}_p" for name in _HARD), *(f"{name}_v" for name in _HARD))


@dataclass(frozen=True, slots=True)
class Profile:
    """The figures a simulated model is drawn from.

    Attributes:
        p: Probability that a valid sample is right, 0 to 1.
        v: Probability that a sample carries no red flag, 0 to 1.
        hard: Share of steps that are hard.
        hard_p: p on a hard step; there all wrong samples give the same wrong answer.
        hard_v: v on a hard step, None for v: a step may be hard to answer in the demanded form, too.
        hard2: Share of steps of a second class of hardness.
        hard2_p: Likewise, of that class.
        hard2_v: Likewise.
        hard3: Share of steps of a third class of hardness.
        hard3_p: Likewise, of that class.
        hard3_v: Likewise.
        law: The law of p over the steps that are not hard, in place of `p`; where it has several points, wrong samples
            of a step agree as on a hard step.
        tokens: Mean output tokens.
        spread: Standard deviation of the output tokens (lognormal).
        long_factor: How much likelier a wrong answer is in a response longer than 1.3 × `tokens`.
        latency: Mean seconds of a call (lognormal); 0 answers at once.
        latency_spread: Sigma of the logarithm of the latency.
        price_in: Dollars for a million prompt tokens.
        price_out: Dollars for a million output tokens.
    """

    p: float = 0.97
    v: float = 0.96
    hard: float = 0.0
    hard_p: float = 0.65
    hard_v: float | None = None
    hard2: float = 0.0
    hard2_p: float = 0.65
    hard2_v: float | None = None
    hard3: float = 0.0
    hard3_p: float = 0.65
    hard3_v: float | None = None
    law: Law | None = None
    tokens: float = 120.0
    spread: float = 40.0
    long_factor: float = 5.0
    latency: float = 0.0
    latency_spread: float = 0.5
    price_in: float = 0.40
    price_out: float = 1.60

    def __post_init__(self) -> None:
        for name in _SHARES:
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise InputError(f"sim: {name} lies between 0 and 1, got {value:g}")
            if value == 0 and name.endswith("v"):
                raise InputError(f"sim: {name} must be above 0: with every response flagged nothing is ever decided")
        if self.hard + self.hard2 + self.hard3 > 1:
            raise InputError(f"sim: the shares of hard steps sum to {self.hard + self.hard2 + self.hard3:g}, above 1")
        for name in ("tokens", "long_factor"):
            if not getattr(self, name) >= 1:
                raise InputError(f"sim: {name} must be at least 1, got {getattr(self, name):g}")
        for name in ("spread", "latency", "latency_spread", "price_in", "price_out"):
            if not getattr(self, name) >= 0:
                raise InputError(f"sim: {name} must not be negative, got {getattr(self, name):g}")

    @property
    def figures(self) -> Figures:
        """What a forecast may take as known."""
        prices = (self.price_in / 1e6, self.price_out / 1e6)
        classes = self.hard_classes + self.other_classes
        p = self.p if self.law is None else self.law.mean
        return Figures(p, self.v, self.tokens, self.latency, *prices, classes if len(classes) > 1 else ())

    @property
    def hard_classes(self) -> tuple[StepClass, ...]:
        """The classes of hard steps; those without a share are left out."""
        classes = (
            (self.hard, self.hard_p, self.hard_v),
            (self.hard2, self.hard2_p, self.hard2_v),
            (self.hard3, self.hard3_p, self.hard3_v),
        )
        return tuple(StepClass(share, p, self.v if v is None else v) for share, p, v in classes if share)

    @property
    def other_classes(self) -> tuple[StepClass, ...]:
        """The classes of the steps that are not hard: one, or those of the law."""
        rest = 1 - sum(one.share for one in self.hard_classes)
        points = ((self.p, 1.0),) if self.law is None else self.law.points
        return tuple(StepClass(rest * weight, p, self.v) for p, weight in points if rest > 0)


# The paper's run (§4.4-4.5): error rate, mean tokens and the price of its model. v is not in its text; few
# responses were flagged, so a share of 1 % is used instead.
PAPER = Profile(p=0.9978, v=0.99, tokens=538, spread=80, long_factor=40)
NAMED = {"paper": PAPER}


def parse_profile(spec: str) -> Profile:
    """Read a model name that begins with `sim`; a law of p is given by name or file, as in `sim:law=A`.

    Raises:
        InputError: It names no profile, or a figure that a profile does not have, or a value that is no number.
    """
    head, _, rest = spec.partition(":")
    if head != PREFIX:
        raise InputError(f"{spec!r} is not a simulated model; write sim or sim:p=0.95,v=0.97")
    profile = Profile()
    known = [field.name for field in fields(Profile)]
    for item in filter(None, (part.strip() for part in rest.split(","))):
        name, equals, value = item.partition("=")
        if not equals and name in NAMED:
            profile = NAMED[name]
        elif not equals and name in known:
            raise InputError(f"sim: {name} needs a value, such as sim:{name}={'A' if name == 'law' else '0.9'}")
        elif not equals or name not in known:
            meant = suggestion(name, [*known, "paper"])
            raise InputError(f"sim has no figure {name!r}; known: {', '.join(known)}, or the profile paper{meant}")
        else:
            figure: Any = read_law(value) if name == "law" else _number(name, value)
            profile = replace(profile, **{name: figure})
    return profile


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"sim: {name} must be a number, got {value!r}")
    return number
