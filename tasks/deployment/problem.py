"""What is deployed: services with their versions, bounds and needs, and the rules that decide."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

from .surge import MOST_REPLICAS

FORMAT = "maker-deployment 1"
PROCESSES, COMMANDS = "processes", "commands"
TARGETS = (PROCESSES, COMMANDS)
SERVICE, ALL = "service", "all"
FAULTS = ("dies", "unhealthy", "slow", "errors", "wrong-version", "slow-start", "hangs-at-stop")
"""What the new version of a bundled server may do, of the last the old one; the last two are no reason to go back."""
VERBS = ("start", "stop", "health", "version", "shift")
MOST_SERVICES, MOST_INSTANCES = 100, 200
NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?", re.ASCII)
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+:@-]{0,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Service:
    """One service.

    Attributes:
        name: Its id.
        old: The version that runs.
        new: The version that it gets; equal to `old` where it is left alone.
        replicas: Instances, at least 1; they are numbered from 1.
        surge: Instances that there may be more in between.
        unavailable: Instances that need not serve in between.
        needs: Names of the services that it needs; they go first.
        criticality: Less critical services go first; 0 is the least.
        canary: Shares of the traffic, in percent, that the first new instance gets one after the other.
        migration: Problem file of the migration that has to have been done before; "" for none.
        database: What it migrates: a file, or postgresql://…; "" for what that file says.
    """

    name: str
    old: str
    new: str
    replicas: int
    surge: int
    unavailable: int
    needs: tuple[str, ...] = ()
    criticality: int = 1
    canary: tuple[int, ...] = ()
    migration: str = ""
    database: str = ""

    @property
    def least(self) -> int:
        """Instances that have to serve at any time."""
        return self.replicas - self.unavailable

    @property
    def most(self) -> int:
        """Instances that there may be at any time."""
        return self.replicas + self.surge

    @property
    def changes(self) -> bool:
        """Whether it gets another version."""
        return self.old != self.new


@dataclass(frozen=True)
class Problem:
    """One rollout.

    Attributes:
        services: In order of name.
        target: "processes" (servers of maker's own on the loopback) or "commands".
        commands: (verb, argument list) pairs of the target "commands".
        idempotent: Its start and stop may be run again where it is not known whether they have been.
        health_url: Address that is asked for health instead of a command; "" for none.
        window_s: Seconds that a version is observed before each verdict.
        probes: Fewest probes of the new version for a verdict, n.
        holds: Verdicts "hold" in a row after which the rule is to roll back.
        rate: Requests a second through the front port, over all services.
        patience_s: Seconds that a command's instance has to become healthy.
        grace_s: Seconds that an instance has to end before it is killed.
        lease_s: Seconds that the processes outlive maker, for a resumed run to find them.
        port: The front port; 0 for any that is free.
        rollback: "service": only the service that failed goes back; "all": every service does.
        faults: (service, kind) pairs: what new versions do wrong.
        notes: What was not understood in the file.
    """

    services: tuple[Service, ...]
    target: str = PROCESSES
    commands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    health_url: str = ""
    window_s: float = 0.5
    probes: int = 20
    holds: int = 5
    rate: int = 50
    patience_s: float = 15.0
    grace_s: float = 2.0
    lease_s: float = 60.0
    port: int = 0
    rollback: str = SERVICE
    faults: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = field(default=())
    idempotent: bool = False

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Place of each service by its name, from 0."""
        return {service.name: place for place, service in enumerate(self.services)}

    def of(self, name: str) -> Service:
        """Return the service of a name."""
        return self.services[self.index[name]]

    @cached_property
    def templates(self) -> Mapping[str, tuple[str, ...]]:
        """The commands by their verbs."""
        return dict(self.commands)

    @cached_property
    def edges(self) -> tuple[tuple[str, str], ...]:
        """(service, what it needs) pairs, sorted."""
        return tuple(sorted((one.name, need) for one in self.services for need in one.needs))


def check(problem: Problem) -> Problem:
    """Return the problem if it can be carried out.

    Raises:
        ProblemError: It cannot; the text names the service and the mend.
    """
    if not 1 <= len(problem.services) <= MOST_SERVICES:
        raise ProblemError(f"a rollout has 1 to {MOST_SERVICES} services, got {len(problem.services)}")
    for service in problem.services:
        _check_service(problem, service)
    if len(problem.index) < len(problem.services):
        names = [service.name for service in problem.services]
        raise ProblemError(f"the service {next(one for one in names if names.count(one) > 1)} comes twice")
    total = sum(service.replicas for service in problem.services)
    if total > MOST_INSTANCES:
        raise ProblemError(f"the services have {total:,} instances: at most {MOST_INSTANCES} are deployed at once")
    if not any(service.changes for service in problem.services):
        raise ProblemError("no service gets another version: give --to NAME=VERSION, or --after FILE")
    _check_cycle(problem)
    _check_target(problem)
    return problem


def _check_service(problem: Problem, service: Service) -> None:
    what = f"the service {one_line(service.name, 60)}"
    if not NAME.fullmatch(service.name):
        raise ProblemError(f"{what} has no name of lower-case letters, digits, dots and dashes: rename it")
    for version in (service.old, service.new):
        if not VERSION.fullmatch(version):
            raise ProblemError(f"{what} has a version that is none: {one_line(version, 40)!r}")
    if not 1 <= service.replicas <= MOST_REPLICAS:
        raise ProblemError(f"{what} has {service.replicas:,} replicas: give 1 to {MOST_REPLICAS:,}, or leave it out")
    if not service.surge and not service.unavailable:
        raise ProblemError(f"max_surge and max_unavailable of {service.name} are both 0: allow 1 of one")
    if service.most > 2 * MOST_REPLICAS:
        raise ProblemError(f"{what} may have {service.most:,} instances at once: lower max_surge")
    _check_bearings(problem, service, what)


def _check_bearings(problem: Problem, service: Service, what: str) -> None:
    for need in service.needs:
        if need not in problem.index:
            raise ProblemError(f"{what} needs {one_line(need, 60)}, which is not among the services")
    if list(service.canary) != sorted(set(service.canary)) or any(not 1 <= one <= 100 for one in service.canary):
        raise ProblemError(f"the canary of {service.name} must be rising shares of 1 to 100 percent")
    if not 0 <= service.criticality <= 1_000:
        raise ProblemError(f"the criticality of {service.name} must be 0 to 1,000, got {service.criticality:,}")


def _check_cycle(problem: Problem) -> None:
    left = {service.name: set(service.needs) for service in problem.services}
    while ready := [name for name, needs in left.items() if not needs]:
        for name in ready:
            del left[name]
        for needs in left.values():
            needs.difference_update(ready)
    if left:
        path = [min(left)]
        while path[-1] not in path[:-1]:
            path.append(min(left[path[-1]]))
        circle = path[path.index(path[-1]) :]
        raise ProblemError(
            f"the services need each other in a circle: {' -> '.join(circle)}; take one of these needs out"
        )


def _check_target(problem: Problem) -> None:
    for name, kind in problem.faults:
        if name not in problem.index or kind not in FAULTS:
            known = f"a service of the file and one of {', '.join(FAULTS)}"
            raise ProblemError(f"a fault is SERVICE:KIND with {known}, got {name[:60]}:{kind[:40]}")
        if not problem.of(name).changes:
            raise ProblemError(f"the service {name} gets no new version, so that no fault of one is seen")
    if problem.target != PROCESSES:
        _check_commands(problem)


def _check_commands(problem: Problem) -> None:
    if problem.faults:
        raise ProblemError("faults are those of maker's own servers: leave out --fault, or the target commands")
    for verb in ("start", "stop"):
        if verb not in problem.templates:
            raise ProblemError(f"the target commands needs an argument list for {verb}, under commands")
    if ("health" in problem.templates) == bool(problem.health_url):
        raise ProblemError("the target commands needs either a health command or a health_url")
    if any(service.canary and service.changes for service in problem.services) and "shift" not in problem.templates:
        raise ProblemError("a canary needs an argument list for shift, under commands")


def to_text(problem: Problem) -> str:
    """Return the problem in maker's own form, in JSON."""
    services = {
        one.name: {
            "from": one.old, "to": one.new, "replicas": one.replicas, "max_surge": one.surge,
            "max_unavailable": one.unavailable, "needs": [*one.needs], "criticality": one.criticality,
            "canary": [*one.canary], "migration": one.migration, "database": one.database,
        }
        for one in problem.services
    }  # fmt: skip
    whole: dict[str, Any] = {
        "format": FORMAT, "services": services, "target": problem.target,
        "commands": {verb: [*words] for verb, words in problem.commands}, "health_url": problem.health_url,
        "idempotent": problem.idempotent,
        "window_s": problem.window_s, "probes": problem.probes, "holds": problem.holds, "rate": problem.rate,
        "patience_s": problem.patience_s,
        "grace_s": problem.grace_s, "lease_s": problem.lease_s, "port": problem.port, "rollback": problem.rollback,
        "faults": [f"{name}:{kind}" for name, kind in problem.faults], "notes": [*problem.notes],
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False)


def split_faults(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return (service, kind) pairs of lines SERVICE:KIND; what is no pair is found by `check`."""
    found = dict.fromkeys(tuple(line.strip().partition(":")[::2]) for line in lines if line.strip())
    return tuple((name, kind) for name, kind in found)
