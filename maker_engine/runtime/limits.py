"""What a run may spend. Reached limits end it as out of budget, never in the middle of counting a paid response."""

from __future__ import annotations

import math
from dataclasses import dataclass

from maker_engine.core.errors import InputError
from maker_engine.core.snapshot import Totals

UNLIMITED = 2**31
"""More samples than anybody asks for at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a whole run; None for none.

    Attributes:
        samples: Most samples asked for, the calls of a check of the model included.
        usd: Dollars after which no further sample is asked for; calls in flight may still overshoot it.
        tokens: Prompt and output tokens, likewise.
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

    def room(self, drawn: int, totals: Totals, elapsed_s: float) -> int:
        """Samples that may still be asked for, of which `drawn` have been; 0 when a limit is reached."""
        if self.reached(drawn, totals, elapsed_s):
            return 0
        return UNLIMITED if self.samples is None else self.samples - drawn - totals.checks

    def overdue(self, elapsed_s: float) -> bool:
        """Tell whether the time is up, which calls in flight are not waited for."""
        return self.seconds is not None and elapsed_s >= self.seconds

    def reached(self, drawn: int, totals: Totals, elapsed_s: float) -> str:
        """Name the limit that is reached, in one line; empty while none is."""
        tokens = totals.tokens_in + totals.tokens_out
        drawn += totals.checks
        if self.samples is not None and drawn >= self.samples:
            return f"drew {drawn:,} of {self.samples:,} samples"
        if self.usd is not None and totals.cost_usd >= self.usd:
            return f"spent ${totals.cost_usd:.4f} of ${self.usd:g}"
        if self.tokens is not None and tokens >= self.tokens:
            return f"used {tokens:,} of {self.tokens:,} tokens"
        if self.seconds is not None and elapsed_s >= self.seconds:
            return f"went on for {elapsed_s:,.0f} of {self.seconds:,.0f} seconds"
        return ""
