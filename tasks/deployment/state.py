"""States, operations and answers of a rollout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from maker_engine.core.decomposition import Done

from .problem import Problem

OPEN, CHOOSE, ACT, WATCH, JUDGE, REVERSE, CHECK, CLOSE, OVER = (
    "open", "choose", "act", "watch", "judge", "reverse", "check", "close", "over"
)  # fmt: skip
MIGRATE, SHIFT, START, STOP = "migrate", "shift", "start", "stop"
ORDER = (MIGRATE, SHIFT, START, STOP)
"""Operations of one service go in this order."""
OLD, NEW = "old", "new"
PROMOTE, HOLD, ROLL_BACK = "promote", "hold", "roll back"
PROMOTED, ROLLED_BACK, UNTOUCHED, STUCK = "promoted", "rolled_back", "untouched", "stuck"
EVEN = -1
"""The share of a service whose instances all get the same traffic."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        verb: One of `ORDER`.
        service: Its service.
        side: "old" or "new" of a start or stop, else "".
        number: The instance from 1 of a start or stop; the share in percent, or −1, of a shift; else 0.
    """

    verb: str
    service: str
    side: str = ""
    number: int = 0

    @property
    def words(self) -> str:
        """Such as "start new web 2"."""
        if self.verb == SHIFT:
            return f"shift {self.service} to {'even' if self.number == EVEN else f'{self.number} %'}"
        return f"{self.verb} {self.side} {self.service} {self.number}" if self.side else f"{self.verb} {self.service}"


@dataclass(frozen=True, slots=True)
class Fleet:
    """The instances of one service.

    Attributes:
        old: Old instances that run: those numbered above replicas − old.
        new: New instances that run: those numbered 1 to new.
        share: Percent of the traffic that goes to the new version; −1 where all instances get the same.
        migrated: Its migration has been done.
        verdict: What has become of it; "" as long as that is open.
        available: Instances that served when the world said so last.
        lowest: The fewest since the beginning.
    """

    old: int
    new: int = 0
    share: int = EVEN
    migrated: bool = False
    verdict: str = ""
    available: int = 0
    lowest: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """What was seen of one version.

    Attributes:
        requests: Requests that it was sent.
        errors: Those not answered, or with a status of 500 and above.
        p95_ms: Milliseconds within which 95 of 100 were answered.
        failures: Instances that ended by themselves, or were ready and are no more.
        wrong: Answers to "which version are you" that name another one.
    """

    requests: int = 0
    errors: int = 0
    p95_ms: int = 0
    failures: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen in a probe window, since the last operation on the service.

    Attributes:
        service: The service.
        new: Its new version.
        old: Its old version: in the same window, else when it was last seen.
        ready: New instances that are ready.
        due: New instances that have been started.
    """

    service: str
    new: Side
    old: Side
    ready: int
    due: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What the front port has seen.

    Attributes:
        requests: Requests that it was sent.
        errors: Those that an instance answered with a status of 500 and above.
        lost: Those that nobody answered; None where there is no front port.
        planned: Those that nobody answered while the service may have no instance at all.
    """

    requests: int = 0
    errors: int = 0
    lost: int | None = None
    planned: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What is known before a step.

    Attributes:
        phase: What comes next.
        fleets: The services' instances, in the problem's order.
        stage: Name of the processes of this run; "" before they run, and for other targets.
        operation: The one that is chosen.
        done: Operations that have been done, and not been reversed.
        left: Operations of a rollback that are to be done.
        evidence: What the verdict is on.
        holds: Verdicts "hold" since the last operation.
        tries: Failed tries of the first of `left`.
        count: Operations and probe windows so far.
        why: Why it is rolled back, or stuck; "" where all is well.
        totals: What the front port has seen.
        sub: Part of an operation or a window that is made of several commands, from 0.
        tally: What those parts have shown: (side, answered well, milliseconds).
        port: The front port; 0 where there is none.
    """

    phase: str
    fleets: tuple[Fleet, ...]
    stage: str = ""
    operation: Operation | None = None
    done: tuple[Operation, ...] = ()
    left: tuple[Operation, ...] = ()
    evidence: Evidence | None = None
    holds: int = 0
    tries: int = 0
    count: int = 0
    why: str = ""
    totals: Totals = Totals()
    sub: int = 0
    tally: tuple[tuple[str, bool, int], ...] = ()
    port: int = 0


@dataclass(frozen=True, slots=True)
class Choose:
    """The next operation."""

    operation: Operation


@dataclass(frozen=True, slots=True)
class Judge:
    """The verdict on a window."""

    verdict: str


Answer: TypeAlias = Choose | Judge | Done


def fleet_of(problem: Problem, state: State, name: str) -> Fleet:
    """Return the instances of a service."""
    return state.fleets[problem.index[name]]


def with_fleet(problem: Problem, state: State, name: str, fleet: Fleet) -> tuple[Fleet, ...]:
    """Return the fleets with another one for a service."""
    place = problem.index[name]
    return (*state.fleets[:place], fleet, *state.fleets[place + 1 :])
