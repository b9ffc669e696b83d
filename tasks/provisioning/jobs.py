"""What has to be done, and in which order: changes of resources become jobs with edges between them.

A create or an update needs what the resource depends on. Of things that go, the edges run backwards: dependants go
first. A replace is two jobs, either way round. The edges are those of Terraform's own apply graph:
`transform_destroy_edge.go` and `transform_destroy_cbd.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

NOTHING, CREATE, UPDATE, DELETE = "none", "create", "update", "delete"
REPLACE, REPLACE_LATER = "replace", "replace, create first"
ACTIONS = (NOTHING, CREATE, UPDATE, DELETE, REPLACE, REPLACE_LATER)
DESTROY = " (destroy)"
"""Behind the address, the id of the destroying half of a replace."""


@dataclass(frozen=True, slots=True)
class Node:
    """A resource of a plan, or something without work of its own that dependencies lead through.

    Attributes:
        address: What it is called; unique.
        type: Its type, "" for what has no work.
        action: One of `ACTIONS`.
        needs: Addresses that it depends on, directly, by the configuration.
        stored: Addresses that it depends on by what is stored of it; None where nothing is stored.
        apart: Nodes with equal first and different second parts are instances of one module, and do not wait for
            one another when they go.
    """

    address: str
    type: str
    action: str
    needs: frozenset[str] = frozenset()
    stored: frozenset[str] | None = None
    apart: tuple[str, str] = ("", "")

    @property
    def comes(self) -> bool:
        """It is there afterwards."""
        return self.action != DELETE

    @property
    def goes(self) -> bool:
        """It, or what it was before, is destroyed."""
        return self.action in (DELETE, REPLACE, REPLACE_LATER)


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work.

    Attributes:
        id: The address; of the destroying half of a replace, the address with `DESTROY` behind it.
        address: The resource's.
        type: The resource's.
        action: `CREATE`, `UPDATE` or `DELETE`.
        needs: Ids of the jobs that must be over before, without those that follow from others through no work.
        millis: How long it takes, in milliseconds.
        cost: Dollars an hour that the resource costs from then on; 0 for a `DELETE`.
        fails: How the first attempts end: each one of `clock.ERRORS`.
    """

    id: str
    address: str
    type: str
    action: str
    needs: tuple[str, ...] = ()
    millis: int = 0
    cost: float = 0.0
    fails: tuple[str, ...] = ()


@dataclass
class _Edges:
    """Who waits for whom: job ids, those of `NOTHING` included."""

    waits: dict[str, set[str]] = field(default_factory=dict)

    def add(self, later: str, sooner: str) -> None:
        if later != sooner:
            self.waits[later].add(sooner)


def jobs_of(nodes: Sequence[Node]) -> list[Job]:
    """Return the jobs, sorted by id, with neither time nor cost.

    Raises:
        ProblemError: The dependencies run in a circle.
    """
    known = {node.address: node for node in nodes}
    coming = {node.address: node.address for node in nodes if node.comes}
    going = {node.address: node.address + DESTROY * node.comes for node in nodes if node.goes}
    edges = _Edges({one: set() for one in (*coming.values(), *going.values())})
    whole = closure({node.address: node.needs & known.keys() for node in nodes})
    for node in nodes:
        stored = whole[node.address] if node.stored is None else node.stored & known.keys()
        if node.comes:
            _wait_coming(edges, node, known, going, whole[node.address] | (node.stored or frozenset()) & known.keys())
        if node.goes:
            _wait_going(edges, node, [known[one] for one in stored], coming, going)
    refuse_circles(edges.waits)
    works = {
        **{coming[node.address]: (node, node.action) for node in nodes if node.comes and node.action != NOTHING},
        **{going[node.address]: (node, DELETE) for node in nodes if node.goes},
    }
    return [
        Job(
            one,
            node.address,
            node.type,
            CREATE if action.startswith(REPLACE) else action,
            tuple(sorted(_through(one, edges.waits, works))),
        )
        for one, (node, action) in sorted(works.items())
    ]


def _wait_coming(
    edges: _Edges, node: Node, known: Mapping[str, Node], going: Mapping[str, str], needed: Iterable[str]
) -> None:
    """Let a create or an update wait for what it needs; what it needed goes before, or after where made again first."""
    me = node.address
    for one in node.needs:
        if one in known and known[one].comes:
            edges.add(me, one)
    for one in needed if node.action != NOTHING else ():
        if one in going and one != me and not _apart(node, known[one]):
            if known[one].action == REPLACE_LATER:
                edges.add(going[one], me)
            else:
                edges.add(me, going[one])
    if node.action == REPLACE:
        edges.add(me, going[me])
    elif node.action == REPLACE_LATER:
        edges.add(going[me], me)


def _wait_going(
    edges: _Edges, node: Node, needed: Iterable[Node], coming: Mapping[str, str], going: Mapping[str, str]
) -> None:
    """Let what a thing that goes depended on wait until it is gone."""
    me = going[node.address]
    for one in needed:
        if one.address == node.address or _apart(node, one):
            continue
        if one.address in going:
            edges.add(going[one.address], me)
        if one.address in coming and one.action != NOTHING and node.action != REPLACE_LATER:
            edges.add(coming[one.address], me)


def _apart(one: Node, other: Node) -> bool:
    return one.apart[0] == other.apart[0] and one.apart[1] != other.apart[1]


def _through(start: str, waits: Mapping[str, Iterable[str]], works: Mapping[str, object]) -> set[str]:
    """Return the jobs with work that `start` waits for, directly or through others without work."""
    found: set[str] = set()
    seen = {start}
    open_ends = list(waits[start])
    while open_ends:
        one = open_ends.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in works:
            found.add(one)
        else:
            open_ends.extend(waits[one])
    return found


def closure(needs: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Return for each name all that it needs, over any number of edges; circles are taken as they are."""
    found: dict[str, frozenset[str]] = {}
    for name in ordered(needs):
        whole: set[str] = set()
        for one in needs[name]:
            whole.add(one)
            whole |= found.get(one, frozenset())
        found[name] = frozenset(whole)
    rest = [name for name in needs if name not in found]
    for name in rest:
        whole, open_ends = set(), list(needs[name])
        while open_ends:
            one = open_ends.pop()
            if one not in whole:
                whole.add(one)
                open_ends.extend(needs.get(one, ()))
        found[name] = frozenset(whole)
    return found


def ordered(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the names, each after all that it needs; those in or behind a circle are left out."""
    left = {name: len({*wanted}) for name, wanted in needs.items()}
    users: dict[str, list[str]] = {name: [] for name in needs}
    for name, wanted in needs.items():
        for one in {*wanted}:
            users[one].append(name)
    free = sorted((name for name, count in left.items() if not count), reverse=True)
    found = []
    while free:
        name = free.pop()
        found.append(name)
        for user in users[name]:
            left[user] -= 1
            if not left[user]:
                free.append(user)
    return found


def refuse_circles(needs: Mapping[str, Iterable[str]]) -> None:
    """See that nothing needs itself.

    Raises:
        ProblemError: The names of one circle.
    """
    over = {*ordered(needs)}
    if len(over) == len(needs):
        return
    path = [min(name for name in needs if name not in over)]
    while path.count(path[-1]) < 2:
        path.append(min(one for one in needs[path[-1]] if one not in over))
    circle = path[path.index(path[-1]) :]
    shown = " → ".join(one_line(name, 40) for name in circle[:6]) + (" → …" if len(circle) > 6 else "")
    raise ProblemError(f"the dependencies run in a circle: {shown}; take one of them out")
