"""Which operations there are, which the rule makes the next one, and how what was done is reversed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .problem import ALL, Problem, Service
from .state import (
    EVEN,
    MIGRATE,
    NEW,
    OLD,
    ORDER,
    PROMOTED,
    SHIFT,
    START,
    STOP,
    Fleet,
    Operation,
    State,
    fleet_of,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An operation that there is, with what the rule asks about.

    Attributes:
        operation: The operation.
        service: Its service.
        fleet: The service's instances.
        waits_for: The first service that has to be finished before; "" for none.
        begun: Something has been done to the service.
    """

    operation: Operation
    service: Service
    fleet: Fleet
    waits_for: str
    begun: bool

    @property
    def running(self) -> int:
        """Instances that run."""
        return self.fleet.old + self.fleet.new

    @property
    def forbidden(self) -> str:
        """Say why it must not be done now; "" where it may."""
        if self.waits_for:
            return f"{self.service.name} waits for {self.waits_for}"
        if self.operation.verb == START and self.running >= self.service.most:
            return f"{self.service.name} has {self.running} instances, and may have no more than {self.service.most}"
        if self.operation.verb == STOP and self.fleet.available <= self.service.least:
            serving = f"{self.service.name} has {self.fleet.available} serving"
            return f"{serving}, and must not have fewer than {self.service.least}"
        return ""


def candidates(problem: Problem, state: State) -> list[Candidate]:
    """Return every operation that there is, in order of service and verb."""
    begun = {operation.service for operation in state.done}
    found = []
    for service, fleet in zip(problem.services, state.fleets, strict=True):
        if not service.changes or fleet.verdict:
            continue
        waits = next((need for need in sorted(service.needs) if _open(problem, state, need)), "")
        found += [
            Candidate(operation, service, fleet, waits, service.name in begun)
            for operation in sorted(_operations(service, fleet), key=lambda one: ORDER.index(one.verb))
        ]
    return found


def _open(problem: Problem, state: State, need: str) -> bool:
    return problem.of(need).changes and fleet_of(problem, state, need).verdict != PROMOTED


def _operations(service: Service, fleet: Fleet) -> Iterator[Operation]:
    if service.migration and not fleet.migrated:
        yield Operation(MIGRATE, service.name)
    weights = [weight for weight in service.canary if weight > fleet.share]
    if weights and fleet.new:
        yield Operation(SHIFT, service.name, "", weights[0])
    if fleet.new < service.replicas:
        yield Operation(START, service.name, NEW, fleet.new + 1)
    if fleet.old:
        yield Operation(STOP, service.name, OLD, service.replicas - fleet.old + 1)


def right(found: list[Candidate]) -> Candidate | None:
    """Return the operation that the rule makes the next one; None where none may be done."""
    begun = any(one.begun for one in found)
    left = [one for one in found if not one.forbidden and one.begun >= begun]
    return min(
        left, key=lambda one: (one.service.criticality, one.service.name, ORDER.index(one.operation.verb)), default=None
    )


def is_finished(service: Service, fleet: Fleet) -> bool:
    """Return whether all instances of a service are new."""
    return fleet.old == 0 and fleet.new == service.replicas


def reverse(problem: Problem, state: State, failed: str) -> tuple[Operation, ...]:
    """Return what takes back what was done to the service that failed, or to all, last first."""
    found: list[Operation] = []
    shares: dict[str, list[int]] = {}
    for operation in state.done:
        if problem.rollback != ALL and operation.service != failed:
            continue
        if operation.verb == SHIFT:
            before = shares.setdefault(operation.service, [_first_share(problem.of(operation.service))])
            found.append(Operation(SHIFT, operation.service, "", before[-1]))
            before.append(operation.number)
        elif operation.verb != MIGRATE:  # the old version runs on a migrated database: that is what makes it a gate
            found.append(
                Operation(
                    STOP if operation.verb == START else START, operation.service, operation.side, operation.number
                )
            )
    return tuple(reversed(found))


def _first_share(service: Service) -> int:
    return 0 if service.canary else EVEN
