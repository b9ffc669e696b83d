"""The order by the rule: units of modules without cycles, numbered as they are due.

The module that most others wait on comes first. Whatever a module needs has all that waits on the module waiting on it,
and the module besides: so sorting by that number alone puts every need before what needs it, and what is due next is
the lowest number that is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

from .problem import Problem

_COLUMNS = 4_096
"""Modules that are counted at a time: all at once would take gigabytes for a hundred thousand."""
_SCREENFUL = 64


@dataclass(frozen=True)
class Plan:
    """Units in the rule's order; every list has one entry a unit.

    Attributes:
        members: Places of its modules, in order of name.
        names: Name of the first of them.
        needs: Units it needs, the highest number first.
        needed_by: Units that need it.
        waiting: Modules that wait on it, directly and indirectly.
        chain: Units of the longest chain that waits on it, one on the other.
        level: Units of the longest chain that it waits on.
        start: What is ready at first, as bits.
    """

    members: list[tuple[int, ...]]
    names: list[str]
    needs: list[list[int]]
    needed_by: list[list[int]]
    waiting: list[int]
    chain: list[int]
    level: list[int]
    start: int

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.members)

    @cached_property
    def larger(self) -> list[tuple[int, int]]:
        """Units of several modules, with how many they have beside the first."""
        return [(unit, len(places) - 1) for unit, places in enumerate(self.members) if len(places) > 1]

    @cached_property
    def levels(self) -> list[list[int]]:
        """The units of each level."""
        found: list[list[int]] = [[] for _ in range(max(self.level) + 1)]
        for unit, level in enumerate(self.level):
            found[level].append(unit)
        return found

    def on_level(self, level: int) -> int:
        """Return the units of a level, as bits; a screenful is kept, since all of a long chain would be gigabytes."""
        if level not in self._bits:
            if len(self._bits) >= _SCREENFUL:
                self._bits.clear()
            self._bits[level] = bits(self.levels[level])
        return self._bits[level]

    @cached_property
    def _bits(self) -> dict[int, int]:
        return {}


def plan(problem: Problem, cut: frozenset[tuple[int, int]], united: Iterable[Sequence[int]]) -> Plan:
    """Make the plan of a problem.

    Args:
        problem: The problem.
        cut: Needs that do not count, as (module, needed).
        united: Modules that are built as one unit. With these there must be no cycle left.

    Raises:
        graphlib.CycleError: There is one.
    """
    unit_of, members = _units(len(problem.modules), united)
    needs: list[set[int]] = [set() for _ in members]
    for one, other, _ in problem.edges:
        if unit_of[one] != unit_of[other] and (one, other) not in cut:
            needs[unit_of[one]].add(unit_of[other])
    order = [*TopologicalSorter(dict(enumerate(needs))).static_order()]
    needed_by: list[list[int]] = [[] for _ in members]
    for unit, others in enumerate(needs):
        for other in others:
            needed_by[other].append(unit)
    waiting, chain, level = _waiting(order, needed_by, members), [0] * len(members), [0] * len(members)
    for unit in reversed(order):
        chain[unit] = max((chain[other] + 1 for other in needed_by[unit]), default=0)
    for unit in order:
        level[unit] = max((level[other] + 1 for other in needs[unit]), default=0)
    # places are in order of name, so the first place of a unit represents its name
    due = sorted(order, key=lambda unit: (-waiting[unit], -chain[unit], members[unit][0]))
    number = [0] * len(due)
    for rank, unit in enumerate(due):
        number[unit] = rank
    return Plan(
        members=[members[unit] for unit in due],
        names=[problem.modules[members[unit][0]].name for unit in due],
        needs=[sorted((number[other] for other in needs[unit]), reverse=True) for unit in due],
        needed_by=[sorted(number[other] for other in needed_by[unit]) for unit in due],
        waiting=[waiting[unit] for unit in due],
        chain=[chain[unit] for unit in due],
        level=[level[unit] for unit in due],
        start=bits(number[unit] for unit in range(len(due)) if not needs[unit]),
    )


def bits(numbers: Iterable[int]) -> int:
    """Return a whole number with these bits set."""
    found = [*numbers]
    content = bytearray(max(found, default=0) // 8 + 1)
    for one in found:
        content[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(content, "little")


def _units(count: int, united: Iterable[Sequence[int]]) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return the unit of each module, and the modules of each unit."""
    first = [*range(count)]
    for modules in united:
        for place in modules:
            first[place] = modules[0]
    members: dict[int, list[int]] = {}
    for place, head in enumerate(first):
        members.setdefault(head, []).append(place)
    number = {head: unit for unit, head in enumerate(members)}
    return [number[head] for head in first], [tuple(places) for places in members.values()]


def _waiting(order: Sequence[int], needed_by: Sequence[Sequence[int]], members: Sequence[tuple[int, ...]]) -> list[int]:
    """Return how many modules wait on each unit, directly and indirectly."""
    place = [0] * len(order)
    for at, unit in enumerate(order):
        place[unit] = at
    counts = [0] * len(order)
    for first in range(0, len(order), _COLUMNS):
        # what is before the block in the order waits on no unit of it, but units of the block may wait on all before
        last = min(first + _COLUMNS, len(order))
        weights = _weights([len(members[unit]) for unit in order[first:last]])
        reached = [0] * len(order)
        for at in range(last - 1, -1, -1):
            unit = order[at]
            found = 0
            for other in needed_by[unit]:
                where = place[other]
                if where < last:
                    found |= reached[other]
                    if where >= first:
                        found |= 1 << (where - first)
            reached[unit] = found
            if found:
                counts[unit] += sum((found & mask).bit_count() << shift for shift, mask in weights)
    return counts


def _weights(sizes: Sequence[int]) -> list[tuple[int, int]]:
    """Return (bit of the size, columns whose size has it), so that modules are counted and not units."""
    most = max(sizes, default=0).bit_length()
    return [(shift, bits(at for at, size in enumerate(sizes) if size >> shift & 1)) for shift in range(most)]
