"""The verdict on a probe window: promote, hold or roll back, by one rule in rows."""

from __future__ import annotations

from .state import HOLD, PROMOTE, ROLL_BACK, Evidence, Side

SLOWER_MS = 200
"""Milliseconds that a p95 may be above the old version's, however many times that is."""
ALLOWED = {1: ROLL_BACK, 2: ROLL_BACK, 3: ROLL_BACK, 4: ROLL_BACK, 5: ROLL_BACK, 6: HOLD, 7: PROMOTE}
"""The verdict that each row ends in."""
WORDS = {
    1: "instances failed", 2: "another version answers", 3: "more errors", 4: "slower", 5: "no evidence came",
    6: "too little evidence yet", 7: "as good as before",
}  # fmt: skip


def has_errors(new: Side, old: Side) -> bool:
    """Return whether the error rate is above 1 % and above twice the old version's, in whole numbers."""
    above = new.errors * old.requests > 2 * old.errors * new.requests if old.requests else new.errors > 0
    return 100 * new.errors > new.requests and above


def is_slow(new: Side, old: Side) -> bool:
    """Return whether the p95 is above twice the old version's and above it by more than 200 ms."""
    return new.p95_ms > 2 * old.p95_ms and new.p95_ms > old.p95_ms + SLOWER_MS


def row(evidence: Evidence, probes: int, holds: int, most_holds: int) -> int:
    """Return the first row of the rule that applies, 1 to 7.

    Args:
        evidence: What was seen.
        probes: Fewest requests to the new version for a verdict.
        holds: Verdicts "hold" since the last operation.
        most_holds: As many as there may be.
    """
    new, old = evidence.new, evidence.old
    little = new.requests < probes or evidence.ready < evidence.due
    tests = (
        new.failures > old.failures, new.wrong > 0, has_errors(new, old), is_slow(new, old),
        little and holds >= most_holds, little,
    )  # fmt: skip
    return next((number for number, applies in enumerate(tests, 1) if applies), len(ALLOWED))
