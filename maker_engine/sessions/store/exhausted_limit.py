"""What ran out where a run stopped, and what is offered instead for going on: a higher limit, as a rule."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, cast

from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.record.values import fits
from maker_engine.core.solving.settings import default_max_samples

MORE = 2
"""So many times the limit that ran out is offered."""
CALLS = 10
"""Room for at least so many of the costliest calls is offered."""

_REASONS = {"drew": "limit-samples", "spent": "limit-usd", "used": "limit-tokens"}
"""How the reason begins that names a limit; any other out of budget is the time."""
_DEAREST = re.compile(r"the (?:dearest|longest) call (?:costs|takes) \$?([\d,.]*\d)")
_ACCEPT = re.compile(r"maker sessions resume --accept-model (.+)\)$")
_FIELDS = {
    "limit-samples": "limit_samples", "limit-usd": "limit_usd", "limit-tokens": "limit_tokens",
    "limit-minutes": "limit_seconds",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shortage:
    """What has to be said before a run can continue.

    Attributes:
        name: What it is called, as `maker sessions resume` has it without its dashes: "limit-usd".
        offered: The value offered, in the unit of that name.
    """

    name: str
    offered: str

    @property
    def flag(self) -> str:
        """As it is written on the command line, quoted where a shell needs it."""
        return f"--{self.name} {shlex.quote(self.offered)}"

    @property
    def entry(self) -> str:
        """As it is typed in the app."""
        return shlex.quote(f"{self.name}={self.offered}")


def shortage_in(record: Mapping[str, Any]) -> Shortage | None:
    """Return what a run needs before it can continue; None where it continues as it is, or has ended.

    Args:
        record: The run's record, as `Reader.meta` returns it.
    """
    ended = record.get("ended", {})
    outcome, reason = ended.get("outcome"), ended.get("reason", "")
    if outcome == Outcome.OUT_OF_BUDGET:
        return _budget(record, reason)
    if outcome == Outcome.UNDECIDED and "is undecided after" in reason:
        return _step(record)
    if outcome == Outcome.STOPPED and (accept := _ACCEPT.search(reason)) is not None:
        return _accepted(accept[1])
    return None


def _budget(record: Mapping[str, Any], reason: str) -> Shortage | None:
    name = _REASONS.get(reason.partition(" ")[0], "limit-minutes")
    limit = record.get("order", {}).get(_FIELDS[name])
    if not fits(limit, float):
        return None
    figure = float(cast("float", limit)) / (60 if name == "limit-minutes" else 1)
    dearest = _DEAREST.search(reason)
    room = 0.0 if dearest is None else CALLS * float(dearest[1].replace(",", ""))
    return Shortage(name, _written(max(MORE * figure, figure + room), whole=name in ("limit-samples", "limit-tokens")))


def _written(figure: float, *, whole: bool) -> str:
    """Round up to two digits that count; a whole number stays as it is."""
    if whole:
        return str(ceil(figure))
    unit = 10.0 ** (floor(log10(figure)) - 1) if figure > 0 else 1.0
    return f"{ceil(round(figure / unit, 6)) * unit:.10f}".rstrip("0").rstrip(".")


def _step(record: Mapping[str, Any]) -> Shortage:
    order, k = record.get("order", {}), record.get("started", {}).get("k", 1)
    limit = order.get("max_samples")
    return Shortage("max-samples", str(MORE * (limit if fits(limit, int) else default_max_samples(k))))


def _accepted(quoted: str) -> Shortage | None:
    try:
        words = shlex.split(quoted)
    except ValueError:
        return None
    return Shortage("accept-model", words[0]) if words else None
