"""How good an order could be: the best of many simple rules, and the proven optimum by CP-SAT with the extra `optimum`.

Nothing that is voted on depends on either.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from .jobs import Job
from .problem import Problem

SECONDS = 5.0
"""Longest time CP-SAT may take; what it has not proven by then is not called an optimum."""
_TRIES, _MOST_JOBS = 60, 400


@dataclass(frozen=True, slots=True)
class Best:
    """What is known of the least makespan.

    Attributes:
        known: The least that was found, in milliseconds.
        bound: What none can be below.
        proven: Both are equal.
    """

    known: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better is possible."""
        return self.known == self.bound


def best_of(problem: Problem, seconds: float = SECONDS) -> Best:
    """Return the best makespan that is known without failures, and a bound.

    Args:
        problem: The jobs.
        seconds: Longest time of CP-SAT.
    """
    behind = problem.behind
    known = makespan(problem, lambda job: -behind[job.id])
    if known > problem.bound and len(problem.jobs) <= _MOST_JOBS:
        for seed in range(1, _TRIES):
            shaken = {job.id: _shaken(behind[job.id], seed, number) for number, job in enumerate(problem.jobs)}
            known = min(known, makespan(problem, lambda job, by=shaken: -by[job.id]))  # type: ignore[misc]  # by is bound
            if known == problem.bound:
                break
    if known > problem.bound and find_spec("ortools") is not None:
        found = _solved(problem, known, seconds)
        return Best(min(known, found[0]), max(problem.bound, found[1]))
    return Best(known, problem.bound)


def _shaken(value: int, seed: int, number: int) -> float:
    """Return a value off by up to a fifth, the same for equal arguments."""
    return value * (0.8 + 0.4 * ((seed * 7919 + number * 104_729 + seed * number * 31) % 1009) / 1008)


def makespan(problem: Problem, order: Callable[[Job], float]) -> int:
    """Return how long it takes where of the ready jobs the one with the least `order` begins, then by id; in ms."""
    left: dict[str, int] = {job.id: len(job.needs) for job in problem.jobs}
    users: dict[str, list[str]] = {job.id: [] for job in problem.jobs}
    for job in problem.jobs:
        for one in job.needs:
            users[one].append(job.id)
    ready = [(order(job), job.id) for job in problem.jobs if not job.needs]
    heapq.heapify(ready)
    running: list[tuple[int, str]] = []
    using: dict[str, int] = {}
    now = 0
    while ready or running:
        _begin(problem, ready, running, using, now)
        now, ended = heapq.heappop(running)
        for one in [ended, *_ended(running, now)]:
            using[problem.by_id[one].type] -= 1
            for user in users[one]:
                left[user] -= 1
                if not left[user]:
                    heapq.heappush(ready, (order(problem.by_id[user]), user))
    return now


def _ended(running: list[tuple[int, str]], now: int) -> list[str]:
    found = []
    while running and running[0][0] == now:
        found.append(heapq.heappop(running)[1])
    return found


def _begin(
    problem: Problem, ready: list[tuple[float, str]], running: list[tuple[int, str]], using: dict[str, int], now: int
) -> None:
    """Begin what may begin."""
    waiting = []
    while ready and len(running) < problem.slots:
        rank, name = heapq.heappop(ready)
        job = problem.by_id[name]
        if using.get(job.type, 0) >= problem.quota.get(job.type, problem.slots):
            waiting.append((rank, name))
            continue
        using[job.type] = using.get(job.type, 0) + 1
        heapq.heappush(running, (now + job.millis, name))
    for one in waiting:
        heapq.heappush(ready, one)


def _solved(problem: Problem, known: int, seconds: float) -> tuple[int, int]:
    """Return the best makespan that CP-SAT finds and the bound that it proves, in milliseconds."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an extra of 80 MB, for whoever wants the proof

    model = cp_model.CpModel()
    starts: Mapping[str, Any] = {job.id: model.new_int_var(0, known - job.millis, job.id) for job in problem.jobs}
    spans = {
        job.id: model.new_fixed_size_interval_var(starts[job.id], job.millis, f"{job.id} runs") for job in problem.jobs
    }
    model.add_cumulative([*spans.values()], [1] * len(spans), problem.slots)
    for kind, most in problem.quotas:
        mine = [spans[job.id] for job in problem.jobs if job.type == kind]
        if mine:
            model.add_cumulative(mine, [1] * len(mine), most)
    end = model.new_int_var(problem.bound, known, "end")
    for job in problem.jobs:
        model.add(starts[job.id] + job.millis <= end)
        for one in job.needs:
            model.add(starts[one] + problem.by_id[one].millis <= starts[job.id])
    model.minimize(end)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return known, problem.bound
    return round(solver.objective_value), round(solver.best_objective_bound)


def cheapest_first(problem: Problem) -> int:
    """Return the makespan where of the ready jobs the cheapest begins, in milliseconds."""
    return makespan(problem, lambda job: job.cost)
