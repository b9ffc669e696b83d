"""The independent check of an order. It imports nothing of this task, so that no slip is made twice.

It reads the problem's text again, follows every decision on a graph of its own, and replays the order need by need.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

MOST_TURNS = 20_000
"""Modules up to which it is checked that each came in its turn; beyond, only that every need comes first."""
REQUIRED, MOST_FINDINGS = 3, 50


class Graph:
    """The modules as the check sees them.

    Args:
        source: The problem in JSON, as the session keeps it.
    """

    def __init__(self, source: str) -> None:
        whole: dict[str, Any] = json.loads(source)
        self.names: list[str] = whole["modules"]
        self.policy: str = whole["settings"][0]
        self.slots: int = whole["settings"][2]
        self.command: str = whole["settings"][3]
        self.goes_on: bool = whole["settings"][5] != "stop"
        numbers = whole["needs"]
        self.needs: dict[str, dict[str, int]] = {name: {} for name in self.names}
        self.needed_by: dict[str, dict[str, int]] = {name: {} for name in self.names}
        for at in range(0, len(numbers), 3):
            one, other, kind = self.names[numbers[at]], self.names[numbers[at + 1]], numbers[at + 2]
            self.needs[one][other] = self.needed_by[other][one] = kind

    def drop(self, name: str, other: str) -> None:
        """Take a need out."""
        del self.needs[name][other]
        del self.needed_by[other][name]

    @staticmethod
    def follow(name: str, ways: dict[str, dict[str, int]], within: set[str]) -> dict[str, str]:
        """Return all that ways lead to from a module, each with the module that led to it."""
        came: dict[str, str] = {}
        left = [name]
        while left:
            after = []
            for one in left:
                for other in sorted(ways[one]):
                    if other in within and other not in came:
                        came[other] = one
                        after.append(other)
            left = after
        return came

    def group(self, name: str, within: set[str]) -> set[str]:
        """Return the modules that need a module and are needed by it, in the end."""
        return {*self.follow(name, self.needs, within)} & {*self.follow(name, self.needed_by, within)}

    def circle(self, group: set[str]) -> list[str]:
        """Return a shortest circle through the first module of a group."""
        name = min(group)
        came = self.follow(name, self.needs, group)
        path = [came[name]]
        while path[-1] != name:
            path.append(came[path[-1]])
        return [*reversed(path)]


def findings(source: str, moves: Iterable[Sequence[str]]) -> list[str]:
    """Check a whole run.

    Args:
        source: The problem in JSON.
        moves: What was decided, in order: `["drop", module, needed]`, `["unite"]`, `["build", module]`; then what was
            done: `["started", module]`, `["finished", module, status, value in JSON]`.

    Returns:
        What is wrong, one line a breach.
    """
    graph = Graph(source)
    moves_made = [*moves]
    acts = [move for move in moves_made if move[0] in ("started", "finished")]
    votes = moves_made[: len(moves_made) - len(acts)]
    decisions = [move for move in votes if move[0] != "build"]
    order = [move[1] for move in votes[len(decisions) :] if move[0] == "build"]
    if len(decisions) + len(order) < len(votes) or any(move not in decisions for move in votes[: len(decisions)]):
        return ["the steps are mixed up: cycles are decided on first, then the order is made, then it is built"]
    found, groups = cycle_findings(graph, decisions)
    if not found:
        found = order_findings(graph, groups, order)
    if not found and graph.command:
        found = building_findings(graph, groups, acts)
    return found[:MOST_FINDINGS]


def cycle_findings(graph: Graph, decisions: Sequence[Sequence[str]]) -> tuple[list[str], list[set[str]]]:
    """Follow the decisions on cycles on the graph, whose dropped needs go; return what is wrong, and the groups.

    Each is on the group whose first name comes first of those that are left, and on the circle through that name.
    """
    found: list[str] = []
    groups: list[set[str]] = []
    left = _groups(graph, set(graph.names))
    if graph.policy == "unit":
        groups, left = left, []
    for kind, *parts in decisions:
        if not left:
            return [*found, "a cycle was decided on where there is none"], groups
        group = left.pop(0)
        path = graph.circle(group)
        due = min((graph.needs[one][other], one, other) for one, other in zip(path, [*path[1:], path[0]], strict=True))
        drops = graph.policy == "drop" or due[0] < REQUIRED
        if (kind == "drop") != drops or (drops and parts != [*due[1:]]):
            moves_made = f"drop {due[1]} needs {due[2]}" if drops else "build it as one unit"
            found.append(f"the cycle of {min(group)} was decided against the rule, which is to {moves_made}")
        if kind == "unite":
            groups.append(group)
        elif parts[1] in graph.needs.get(parts[0], {}):
            graph.drop(*parts)
            left = [*_groups(graph, group), *left]
        else:
            return [*found, f"{parts[0]} does not need {parts[1]}"], groups
    return [*found, *(f"the cycle of {min(group)} was not decided on" for group in left)], groups


def _groups(graph: Graph, names: set[str]) -> list[set[str]]:
    """Return the groups among some modules that all need each other in the end, by their first names."""
    found: list[set[str]] = []
    grouped: set[str] = set()
    for name in sorted(_in_cycles(graph, names)):
        if name not in grouped and len(group := graph.group(name, names)) > 1:
            grouped |= group
            found.append(group)
    return found


def _in_cycles(graph: Graph, names: set[str]) -> set[str]:
    """Return the modules left when all are taken away, again and again, that need nothing, or that nothing needs."""
    left = set(names)
    for ways, back in ((graph.needs, graph.needed_by), (graph.needed_by, graph.needs)):
        waits = {name: sum(other in left for other in ways[name]) for name in left}
        free = [name for name, count in waits.items() if not count]
        for name in free:
            for other in back[name]:
                if other in left:
                    waits[other] -= 1
                    if not waits[other]:
                        free.append(other)
        left -= set(free)
    return left


def order_findings(graph: Graph, groups: Sequence[set[str]], order: Sequence[str]) -> list[str]:
    """Replay an order; return what is wrong with it, one line a breach."""
    head = {name: name for name in graph.names} | {name: min(group) for group in groups for name in group}
    units = {
        name: {head[other] for other in graph.needs[name]} - {head[name]} for name in graph.names if head[name] == name
    }
    for group in groups:
        units[min(group)] = {head[other] for name in group for other in graph.needs[name]} - {min(group)}
    often = Counter(order)
    found = [f"{name} is not in the order" for name in units if not often[name]]
    found += [
        f"{name} is in the order, and is not a module that is built by itself" for name in often if name not in units
    ]
    found += [f"{name} is in the order {count} times" for name, count in often.items() if count > 1]
    place = {name: at for at, name in enumerate(order)}
    found += [
        f"{name} is built before {need}, which it needs"
        for name, needs in units.items()
        for need in needs
        if name in place and need in place and place[need] >= place[name]
    ]
    if found or len(units) > MOST_TURNS:
        return found
    return turn_findings(units, dict.fromkeys(units, 1) | {min(group): len(group) for group in groups}, order)


def turn_findings(units: dict[str, set[str]], sizes: dict[str, int], order: Sequence[str]) -> list[str]:
    """Check that each unit was the first by the rule of those that were ready."""
    try:
        sorter = TopologicalSorter(units)
        sorter.prepare()
    except CycleError:
        return ["a cycle is left"]
    keys = _keys(units, sizes)
    ready = [(keys[name], name) for name in sorter.get_ready()]
    heapq.heapify(ready)
    built: set[str] = set()
    found: list[str] = []
    for name in order:
        while ready[0][1] in built:
            heapq.heappop(ready)
        if ready[0][1] != name:
            found.append(f"{name} was built before its turn: {ready[0][1]} was due")
        built.add(name)
        sorter.done(name)
        for other in sorter.get_ready():
            heapq.heappush(ready, (keys[other], other))
    return found


def _keys(units: dict[str, set[str]], sizes: dict[str, int]) -> dict[str, tuple[int, int, str]]:
    """Return what each unit is ranked by: modules that wait on it, longest chain of these, name."""
    numbers = {name: at for at, name in enumerate(units)}
    back: dict[str, list[str]] = {name: [] for name in units}
    for name, needs in units.items():
        for need in needs:
            back[need].append(name)
    reached: dict[str, int] = {}
    chain: dict[str, int] = {}
    found: dict[str, tuple[int, int, str]] = {}
    larger = [(name, size) for name, size in sizes.items() if size > 1]
    for name in reversed([*TopologicalSorter(units).static_order()]):
        bits = 0
        for other in back[name]:
            bits |= reached[other] | 1 << numbers[other]
        reached[name] = bits
        chain[name] = max((chain[other] + 1 for other in back[name]), default=0)
        waiting = bits.bit_count() + sum(size - 1 for other, size in larger if bits >> numbers[other] & 1)
        found[name] = (-waiting, -chain[name], name)
    return found


def building_findings(graph: Graph, groups: Sequence[set[str]], acts: Sequence[Sequence[str]]) -> list[str]:
    """Replay what was begun and ended; return what was too early, too often, or left out for no reason."""
    inside = {name: group for group in groups for name in group}
    running: set[str] = set()
    built: set[str] = set()
    failed: set[str] = set()
    found: list[str] = []
    for kind, name, *outcome in acts:
        if kind == "started":
            missing = sorted(
                other for other in graph.needs.get(name, {}) if other not in built | inside.get(name, set())
            )
            found += [f"{name} was begun before {other} was built" for other in missing]
            if name in running | built | failed or name not in graph.needs:
                found.append(f"{name} was begun twice, or is no module")
            if failed and not graph.goes_on:
                found.append(f"{name} was begun after {min(failed)} had failed")
            running.add(name)
            if len(running) > graph.slots:
                found.append(f"{name} was begun when all {graph.slots} slots were taken")
        elif name not in running:
            found.append(f"{name} has ended and was not begun")
        else:
            running.remove(name)
            (built if _went_well(*outcome) else failed).add(name)
    found += [f"{name} was begun, and nobody knows how it ended" for name in sorted(running)]
    return [*found, *_left_out(graph, inside, built | running, failed)]


def _left_out(graph: Graph, inside: dict[str, set[str]], built: set[str], failed: set[str]) -> list[str]:
    """Return what was not built and waits on nothing that failed."""
    if failed and not graph.goes_on:
        return []
    hindered: set[str] = set()
    left = [*failed]
    while left:
        name = left.pop()
        for other in (*graph.needed_by[name], *inside.get(name, ())):
            if other not in hindered:
                hindered.add(other)
                left.append(other)
    skipped = [name for name in graph.names if name not in built | failed | hindered]
    more = f" and {len(skipped) - 10} more" if len(skipped) > 10 else ""
    return [f"not built: {', '.join(skipped[:10])}{more}"] if skipped else []


def _went_well(status: str, value: str) -> bool:
    """Return whether a command has ended with 0."""
    return status == "ok" and json.loads(value).get("exit") == 0
