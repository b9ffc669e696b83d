"""The parts of a split as a table, and for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from maker_tui.text.figures import NONE, dollars, duration, rate

if TYPE_CHECKING:
    from maker_engine.fleet.parts import PartState

_HEAD = ("part", "state", "rows", "decided", "of", "undecided", "votes", "cost", "a second", "to go", "written")
_COUNTED = ("rows", "decided", "of", "undecided", "votes")
_LEFT = 2
"""Columns that are set to the left."""


def part_fields(found: Sequence[PartState]) -> dict[str, object]:
    """Return the parts for a script."""
    parts = [{**asdict(one), "per_s": one.per_s, "eta_s": one.eta_s} for one in found]
    whole = _whole(found)
    return {"parts": parts, "whole": {**whole, "done": sum(one.done for one in found), "parts": len(found)}}


def _whole(found: Sequence[PartState]) -> dict[str, float | int | None]:
    """Return the sums; what is not known of one part is not known of all. Parts are taken to run at the same time."""
    of, usd = [one.of for one in found], [one.usd for one in found]
    going = [one.per_s or 0.0 for one in found if one.state == "running"]
    left = [one.eta_s for one in found]
    return {
        **{name: sum(getattr(one, name) for one in found) for name in ("rows", "decided", "undecided", "votes")},
        "of": None if None in of else sum(one or 0 for one in of),
        "usd": None if None in usd else sum(one or 0.0 for one in usd),
        "per_s": sum(going) if going else None,
        "eta_s": None if None in left else max((one or 0.0 for one in left), default=0.0),
    }


def part_lines(found: Sequence[PartState]) -> list[str]:
    """Write a line a part, and one for all of them."""
    rows = [_HEAD, *map(_row, found)]
    whole = _whole(found)
    done = sum(one.done for one in found)
    rows.append((
        "all", f"{done:,} of {len(found):,} done", *(_count(whole[name]) for name in _COUNTED),
        dollars(whole["usd"]), NONE if whole["per_s"] is None else rate(whole["per_s"]), duration(whole["eta_s"]), "",
    ))  # fmt: skip
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    return [
        "  ".join(
            text.ljust(width) if place < _LEFT else text.rjust(width)
            for place, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(one: PartState) -> tuple[str, ...]:
    return (
        one.part, one.state, *map(_count, (one.rows, one.decided, one.of, one.undecided, one.votes)), dollars(one.usd),
        NONE if one.per_s is None else rate(one.per_s), NONE if one.done else duration(one.eta_s),
        NONE if one.written_s is None else f"{duration(one.written_s)} ago",
    )  # fmt: skip


def _count(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"
