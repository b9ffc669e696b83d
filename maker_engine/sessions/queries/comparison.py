"""Two runs of one problem side by side: the first step at which they part, how many differ, and what each has spent.

Up to the step at which they part, both went through the same states. What comes after it is compared by number only.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.core.record.snapshot import Totals
from maker_engine.printable import one_line
from maker_engine.sessions.store.reader import Reader


class RunFigures(NamedTuple):
    """What there is to compare of a run.

    Attributes:
        path: Its session.
        branch: Which of its runs, 0 for the first.
        k: Margin needed.
        model: Who answers.
        simulated: True for the simulated model.
        outcome: How it ended, None while it has not.
        steps: Decided steps.
        totals: What it has spent and found.
        has_oracle: Its task knows the right answers, so that wrong decisions are counted.
    """

    path: Path
    branch: int
    k: int
    model: str
    simulated: bool
    outcome: str | None
    steps: int
    totals: Totals
    has_oracle: bool

    @property
    def cost_usd(self) -> float | None:
        """Dollars spent, None where that is not known."""
        return self.totals.cost(simulated=self.simulated)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared.

    Attributes:
        left: The first.
        right: The other.
        parts_at: The first step, 0-based, that they decided differently, or that only one of them has decided; None
            where they are the same.
        compared: Steps that both have decided.
        differing: Those of them that they decided differently.
    """

    left: RunFigures
    right: RunFigures
    parts_at: int | None
    compared: int
    differing: int

    @property
    def decided_by_both(self) -> bool:
        """True where both have decided the step at which they part."""
        return self.parts_at is not None and self.parts_at < self.compared


def compare(left: Reader, right: Reader) -> Comparison:
    """Compare two runs of the same problem. No task is needed: answers are compared as they are recorded.

    Raises:
        InputError: They are not runs of one problem.
        SessionError: One of them is damaged.
    """
    figures = _figures(left), _figures(right)
    _check_alike(left, right)
    shared = _shared(left, right)
    parts_at, differing, compared = None, 0, shared
    for step, (one, other) in enumerate(zip_longest(left.actions(shared), right.actions(shared)), shared):
        if one is not None and other is not None:
            compared += 1
            differing += one != other
        if parts_at is None and one != other:
            parts_at = step
        if parts_at is not None and (one is None or other is None):
            break
    return Comparison(*figures, parts_at, compared, differing)


def _shared(left: Reader, right: Reader) -> int:
    """Return how many steps two runs of one file are stored with in common."""
    if left.path.resolve() != right.path.resolve():
        return 0
    shared = 0
    for one, other in zip(left.segments, right.segments, strict=False):
        if one.branch != other.branch:
            break
        shared = min(one.last, other.last)
        if one.last != other.last:
            break
    return shared


def _figures(reader: Reader) -> RunFigures:
    meta = reader.meta()
    started = meta["started"]
    return RunFigures(
        reader.path, reader.branch.id, started["k"], started["model"], started["simulated"],
        meta.get("ended", {}).get("outcome"), reader.steps_done(), Totals.of(meta["totals"]),
        started["has_oracle"],
    )  # fmt: skip


def _check_alike(left: Reader, right: Reader) -> None:
    one, other = left.meta(), right.meta()
    alike = [one["started"][key] == other["started"][key] for key in ("title", "problem")]
    if all(alike) and one.get("order", {}).get("source") == other.get("order", {}).get("source"):
        return
    key = "title" if not alike[0] else "problem"
    shown = " and ".join(one_line(str(meta["started"][key]), 60) for meta in (one, other))
    raise InputError(f"two runs of one problem are compared, and these are of {shown}")
