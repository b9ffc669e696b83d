"""Cycles: groups of modules that all need each other in the end, and the circle that is shown of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .problem import AUTO, UNIT, Problem
from .recent import Recent
from .state import Choice, Unite


class Knot(NamedTuple):
    """Modules that all need each other in the end.

    Attributes:
        modules: Their places, in order of name; more than one.
        rest: The knots that are decided after it, None for none.
    """

    modules: tuple[int, ...]
    rest: Knot | None


class Ways(Protocol):
    """Where each place leads."""

    def __getitem__(self, place: int, /) -> Sequence[int]:
        """Return the places that one leads to."""


class Decided(NamedTuple):
    """The consequences of choices.

    Attributes:
        left: The knot that is decided next, None where all are decided.
        cut: The needs that are dropped, as (module, needed).
        united: The modules of each knot that is built as one unit.
    """

    left: Knot | None
    cut: frozenset[tuple[int, int]]
    united: tuple[tuple[int, ...], ...]


_KEPT = 16
"""Choices whose outcome is kept at hand."""


@dataclass(frozen=True, slots=True)
class Circle:
    """One way around through a knot.

    Attributes:
        modules: All of the knot, in order of name.
        path: A shortest circle through the first of them, each needing the next, the last the first.
        weakest: The needs along the path as (module, needed, kind), by kind and both names: the first goes first.
        drops: Whether the rule drops a need, rather than building the knot as one unit.
    """

    modules: tuple[int, ...]
    path: tuple[int, ...]
    weakest: tuple[tuple[int, int, int], ...]
    drops: bool


def components(places: Iterable[int], ways: Ways, within: Collection[int] | None = None) -> list[list[int]]:
    """Return the strongly connected components (Tarjan 1972, without recursion).

    Args:
        places: Where to begin.
        ways: Where each place leads.
        within: Places that count; None for all.
    """
    search = _Search(ways, within)
    for first in places:
        if first not in search.number:
            search.from_(first)
    return search.found


class _Search:
    """A walk into the depth that numbers places as it reaches them."""

    def __init__(self, ways: Ways, within: Collection[int] | None) -> None:
        self._ways = ways
        self._within = within
        self._low: dict[int, int] = {}
        self._stack: list[int] = []
        self._done: set[int] = set()
        self._walk: list[tuple[int, Iterator[int]]] = []
        self.number: dict[int, int] = {}
        self.found: list[list[int]] = []

    def from_(self, first: int) -> None:
        """Walk from a place that was not reached yet."""
        self._come_to(first)
        while self._walk:
            place, left = self._walk[-1]
            for other in left:
                if self._within is not None and other not in self._within:
                    continue
                if other not in self.number:
                    self._come_to(other)
                    break
                if other not in self._done:
                    self._low[place] = min(self._low[place], self.number[other])
            else:
                self._leave(place)

    def _come_to(self, place: int) -> None:
        self.number[place] = self._low[place] = len(self.number)
        self._stack.append(place)
        self._walk.append((place, iter(self._ways[place])))

    def _leave(self, place: int) -> None:
        self._walk.pop()
        if self._walk:
            above = self._walk[-1][0]
            self._low[above] = min(self._low[above], self._low[place])
        if self._low[place] == self.number[place]:
            part: list[int] = []
            while not part or part[-1] != place:
                part.append(self._stack.pop())
            self._done.update(part)
            self.found.append(part)


class Knots:
    """The knots of a problem, and what is left of them after some were decided.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.places = {module.name: place for place, module in enumerate(problem.modules)}
        """The place of each module by its name."""
        self._kinds = {(one, other): kind for one, other, kind in problem.edges}
        self._ways: list[list[int]] = [[] for _ in problem.modules]
        for one, other, _ in problem.edges:
            self._ways[one].append(other)
        whole = components(range(len(problem.modules)), self._ways)
        self.all = sorted(tuple(sorted(one)) for one in whole if len(one) > 1)
        """All of them, as they are in the file."""
        first = None if problem.settings.cycles == UNIT else _linked(self.all, None)
        united = tuple(self.all) if problem.settings.cycles == UNIT else ()
        self._first = Decided(first, frozenset(), united)
        self._known: Recent[Decided] = Recent(_KEPT)
        self._circles: Recent[Circle] = Recent(_KEPT)

    def after(self, choices: tuple[Choice, ...]) -> Decided:
        """Return the consequences of these choices."""
        if not choices:
            return self._first
        known = self._known.get(choices)
        if known is not None:
            return known
        before = self._known.get(choices[:-1])
        if before is not None:
            return self._known.put(choices, self._next(before, choices[-1]))
        found = self._first
        for choice in choices:
            found = self._next(found, choice)
        return self._known.put(choices, found)

    def _next(self, decided: Decided, choice: Choice) -> Decided:
        knot = decided.left
        if knot is None:
            return decided
        if isinstance(choice, Unite):
            return Decided(knot.rest, decided.cut, (*decided.united, knot.modules))
        need = (self.places.get(choice.module, -1), self.places.get(choice.needed, -1))
        cut = decided.cut | {need}
        parts = components(knot.modules, _Cut(self._ways, cut), frozenset(knot.modules))
        left = _linked(sorted(tuple(sorted(one)) for one in parts if len(one) > 1), knot.rest)
        return Decided(left, cut, decided.united)

    def circle(self, choices: tuple[Choice, ...]) -> Circle | None:
        """Return the circle that is decided on next, None where all are decided."""
        decided = self.after(choices)
        if decided.left is None:
            return None
        known = self._circles.get(choices)
        return known or self._circles.put(choices, self._drawn(decided.left.modules, decided.cut))

    def _drawn(self, modules: tuple[int, ...], cut: frozenset[tuple[int, int]]) -> Circle:
        path = shortest(modules[0], frozenset(modules), _Cut(self._ways, cut))
        needs = [(one, other, self._kinds[one, other]) for one, other in zip(path, (*path[1:], path[0]), strict=True)]
        weakest = sorted(needs, key=lambda need: (need[2], need[0], need[1]))  # places are in order of name
        drops = self._problem.settings.cycles != AUTO or weakest[0][2] < 3
        return Circle(modules, path, tuple(weakest), drops)


class _Cut:
    """Ways without those that were cut."""

    def __init__(self, ways: Sequence[Sequence[int]], cut: frozenset[tuple[int, int]]) -> None:
        self._ways, self._cut = ways, cut

    def __getitem__(self, place: int) -> list[int]:
        return [other for other in self._ways[place] if (place, other) not in self._cut]


def shortest(first: int, within: frozenset[int], ways: Ways) -> tuple[int, ...]:
    """Return a shortest circle through a place; of several, the one that the lowest places lead to first."""
    came: dict[int, int] = {}
    left = deque([first])
    while left:
        place = left.popleft()
        for other in ways[place]:
            if other == first:
                path = [place]
                while path[-1] != first:
                    path.append(came[path[-1]])
                return tuple(reversed(path))
            if other in within and other not in came:
                came[other] = place
                left.append(other)
    raise AssertionError("a knot has a circle through each of its modules")


def _linked(knots: Sequence[tuple[int, ...]], rest: Knot | None) -> Knot | None:
    for modules in reversed(knots):
        rest = Knot(modules, rest)
    return rest
