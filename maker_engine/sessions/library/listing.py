"""The library as someone looks at it: searched, filtered and ordered. Pure functions over summaries."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from maker_engine.sessions.library.library import SessionSummary

DAMAGED, EMPTY, RUNNING, INTERRUPTED = "damaged", "empty", "running", "interrupted"
SIMULATED, REAL = "simulated", "real"


class Order(StrEnum):
    """What comes first; among equals, the newest."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    TASK = "task"
    MODEL = "model"
    OUTCOME = "outcome"
    STEPS = "steps"
    SAMPLES = "samples"
    COST = "cost"
    SIZE = "size"

    @property
    def following(self) -> Order:
        """The order after this one, the first after the last."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]

    @property
    def preceding(self) -> Order:
        """The order before this one, the last before the first."""
        orders = list(Order)
        return orders[orders.index(self) - 1]


class Facet(StrEnum):
    """What sessions can be filtered by."""

    TASK = "task"
    MODEL = "model"
    OUTCOME = "outcome"
    KIND = "kind"


class Choice(NamedTuple):
    """One value that sessions can be filtered by, and how many have it."""

    facet: Facet
    value: str
    total: int


NO_PICKS: Mapping[Facet, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class View:
    """How the library is examined.

    Attributes:
        search: Words, all of which a session must have somewhere.
        picks: The value that a session must have, by facet.
        order: What comes first.
    """

    search: str = ""
    picks: Mapping[Facet, str] = field(default_factory=lambda: NO_PICKS)
    order: Order = Order.NEWEST

    @property
    def narrowed(self) -> bool:
        """True when it may leave sessions out."""
        return bool(self.search.split() or self.picks)


def outcome_name(summary: SessionSummary) -> str:
    """Name how a session ended, or why it has no end, in words."""
    if summary.damaged is not None:
        return EMPTY if summary.empty else DAMAGED
    if summary.busy:
        return RUNNING
    return INTERRUPTED if summary.outcome is None else summary.outcome.replace("_", " ")


def kind_name(summary: SessionSummary) -> str:
    """Distinguish simulated sessions from real ones; empty for one that cannot be read."""
    if summary.damaged is not None:
        return ""
    return SIMULATED if summary.simulated else REAL


_VALUES: Mapping[Facet, Callable[[SessionSummary], str]] = {
    Facet.TASK: lambda one: one.task,
    Facet.MODEL: lambda one: one.model,
    Facet.OUTCOME: outcome_name,
    Facet.KIND: kind_name,
}


def value_of(summary: SessionSummary, facet: Facet) -> str:
    """Return what `summary` is filtered by under `facet`."""
    return _VALUES[facet](summary)


def search(sessions: Iterable[SessionSummary], text: str) -> list[SessionSummary]:
    """Keep the sessions that have every word of `text` somewhere, in whatever case."""
    words = _folded(text).split()
    if not words:
        return list(sessions)
    kept = []
    for one in sessions:
        searchable = _searchable_text(one)
        if all(word in searchable for word in words):
            kept.append(one)
    return kept


def pick(sessions: Iterable[SessionSummary], picks: Mapping[Facet, str]) -> list[SessionSummary]:
    """Keep the sessions that have each of the picked values."""
    wanted = [(_VALUES[facet], value) for facet, value in picks.items()]
    return [one for one in sessions if all(read(one) == value for read, value in wanted)]


def newest(one: SessionSummary) -> tuple[float, str]:
    """Return what puts sessions in the order of time."""
    return one.created, one.path.name


def arrange(sessions: Iterable[SessionSummary], order: Order) -> list[SessionSummary]:
    """Put sessions in order; what a damaged one lacks puts it last."""
    found = sorted(sessions, key=newest, reverse=True)
    if order is Order.OLDEST:
        found.reverse()
    key = _KEYS.get(order)
    return found if key is None else sorted(found, key=lambda one: (one.damaged is not None, key(one)))


def look(sessions: Iterable[SessionSummary], view: View) -> list[SessionSummary]:
    """Return what `view` shows of `sessions`, in its order."""
    return arrange(search(pick(sessions, view.picks), view.search), view.order)


def choices(sessions: Sequence[SessionSummary], view: View) -> list[Choice]:
    """List what can be picked by facet, the commonest first, each with how many sessions it would show.

    A facet with fewer than two values separates nothing and is left out, unless one of them is picked.
    """
    found = []
    known = search(sessions, view.search)
    for facet, read in _VALUES.items():
        others = {other: value for other, value in view.picks.items() if other is not facet}
        counted = Counter(value for one in pick(known, others) if (value := read(one)))
        if len(counted) > 1 or facet in view.picks:
            ranked = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
            found += [Choice(facet, value, total) for value, total in ranked]
    return found


def toggled(view: View, facet: Facet, value: str) -> View:
    """Return `view` with a value picked in the place of the facet's other one, or put back when it was picked."""
    rest = {known: kept for known, kept in view.picks.items() if known is not facet}
    picks = rest if view.picks.get(facet) == value else {**rest, facet: value}
    return View(view.search, picks, view.order)


_KEYS: Mapping[Order, Callable[[SessionSummary], object]] = {
    Order.NAME: lambda one: (one.name or one.path.stem).casefold(),
    Order.TASK: lambda one: one.task.casefold(),
    Order.MODEL: lambda one: one.model.casefold(),
    Order.OUTCOME: outcome_name,
    Order.STEPS: lambda one: -one.steps_done,
    Order.SAMPLES: lambda one: -one.samples,
    Order.COST: lambda one: -1.0 if one.cost_usd is None else -one.cost_usd,
    Order.SIZE: lambda one: -one.size,
}


def _searchable_text(one: SessionSummary) -> str:
    said = (one.name, one.task, one.problem, one.model, outcome_name(one), kind_name(one), one.path.name)
    # A line feed between them, so that no word is found across the end of one and the start of the next.
    return _folded("\n".join(said))


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()
