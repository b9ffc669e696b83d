"""What a run may spend, as it was ordered; `budget` holds a run to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from maker_engine.core.errors import InputError

UNLIMITED = 2**31
"""More samples than anyone asks for at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a whole run; None for none.

    Attributes:
        samples: Most samples asked for, those whose answer was refused and the calls of a check of the model included.
        usd: Most dollars. No call goes out whose costliest case would not fit beside those in flight.
        tokens: Most prompt and output tokens, likewise.
        seconds: Going time, pauses excluded.
    """

    samples: int | None = None
    usd: float | None = None
    tokens: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name, limit in (
            ("samples", self.samples),
            ("dollars", self.usd),
            ("tokens", self.tokens),
            ("seconds", self.seconds),
        ):
            if limit is not None and not (limit > 0 and math.isfinite(limit)):
                raise InputError(f"the limit on {name} must be above 0, got {limit:g}")

    @property
    def money(self) -> bool:
        """Whether dollars or tokens are limited, so that what each call may use has to be known."""
        return self.usd is not None or self.tokens is not None

    def overdue(self, elapsed_s: float) -> bool:
        """Return whether the time is up, which calls in flight are not waited for."""
        return self.seconds is not None and elapsed_s >= self.seconds
