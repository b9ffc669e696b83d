"""Who builds what when: the order on several slots, with how long it takes and how long it must take."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from .plan import Plan
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Turn:
    """One unit's time.

    Attributes:
        unit: The unit.
        slot: Its slot, from 1.
        start: When it begins, in seconds from the first.
        end: When it ends.
    """

    unit: int
    slot: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """All units' times.

    Attributes:
        turns: In order of their start.
        makespan: When the last one ends, in seconds.
        bound: What no schedule on these slots is shorter than: the longest chain, or all work by slots.
    """

    turns: tuple[Turn, ...]
    makespan: float
    bound: float


def seconds_of(problem: Problem, plan: Plan, unit: int) -> float:
    """Return how long a unit takes; a module takes one second where no one has said."""
    return sum(1.0 if (one := problem.modules[place].seconds) is None else one for place in plan.members[unit])


def schedule(problem: Problem, plan: Plan, order: Sequence[int]) -> Schedule:
    """Give each unit to the first free slot as soon as all it needs is built; of several, the first in the order."""
    rank = {unit: place for place, unit in enumerate(order)}
    left = {unit: sum(need in rank for need in plan.needs[unit]) for unit in order}
    ready = [rank[unit] for unit in order if not left[unit]]
    heapq.heapify(ready)
    free = [*range(1, problem.settings.slots + 1)]
    running: list[tuple[float, int, int]] = []
    turns: list[Turn] = []
    now = 0.0
    while ready or running:
        while ready and free:
            unit, slot = order[heapq.heappop(ready)], heapq.heappop(free)
            end = now + seconds_of(problem, plan, unit)
            turns.append(Turn(unit, slot, now, end))
            heapq.heappush(running, (end, rank[unit], slot))
        now = running[0][0]
        while running and running[0][0] <= now:
            _, place, slot = heapq.heappop(running)
            heapq.heappush(free, slot)
            for other in plan.needed_by[order[place]]:
                if other in left:
                    left[other] -= 1
                    if not left[other]:
                        heapq.heappush(ready, rank[other])
    return Schedule(tuple(turns), now, _bound(problem, plan, order))


def _bound(problem: Problem, plan: Plan, order: Sequence[int]) -> float:
    ends: dict[int, float] = {}
    for unit in sorted(order):  # what a unit needs has lower numbers
        ends[unit] = seconds_of(problem, plan, unit) + max(
            (ends.get(need, 0.0) for need in plan.needs[unit]), default=0.0
        )
    work = sum(seconds_of(problem, plan, unit) for unit in order)
    return max(max(ends.values(), default=0.0), work / problem.settings.slots)
