"""What it cost to ask a stronger model only where the first one did not decide, and what that saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maker_engine.sessions.queries.ballots import Counted, added


@dataclass
class Cascade:
    """What the stronger model was asked for.

    Attributes:
        asked: Fields of rows that were voted on in this run.
        escalated: Those of them that the stronger model was asked about.
        model: Its name, empty where nothing did.
        samples: Its samples.
        usd: What they cost, None where that is not known.
        k: Votes that an answer has to be ahead by: the fewest that the stronger model would have cast on each.
    """

    asked: int = 0
    escalated: int = 0
    model: str = ""
    samples: int = 0
    usd: float | None = 0.0
    k: int = 1

    def take(self, counted: Counted) -> None:
        """Count what was voted on."""
        if not counted.said:
            return
        self.asked += 1
        if counted.stronger:
            self.escalated += 1
            self.model = counted.stronger
            self.samples += len(counted.said)
            self.usd = added(self.usd, counted.stronger_usd)

    def alone_usd(self) -> float | None:
        """Return what the stronger model alone would have cost at least: k votes on each, at its own mean price."""
        return self.asked * self.k * self.usd / self.samples if self.samples and self.usd is not None else None

    def figures(self, spent: float | None) -> dict[str, Any] | None:
        """Return the figures for scripts, None where nothing was escalated."""
        if not self.escalated:
            return None
        alone = self.alone_usd()
        saved = None if alone is None or spent is None else alone - spent
        return {
            "asked": self.asked, "escalated": self.escalated, "model": self.model, "samples": self.samples,
            "cost_usd": self.usd, "usd": self.usd, "alone_usd": alone, "saved_usd": saved,
        }  # fmt: skip
