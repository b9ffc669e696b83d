"""Where a run holds: at breakpoints, and at what it runs until. Held, it counts what comes in and commits nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.filters.tree import Filter
from maker_engine.core.record import decisions
from maker_engine.core.record.commands import MOST_BREAKPOINTS, BreakCommand, DropBreak, RunUntil, SetBreak, TurnBreak
from maker_engine.core.record.events import Event, StepOpened
from maker_engine.core.record.watch import Watch
from maker_engine.runtime.limits import UNLIMITED

UNTIL = 0
"""Number of the place that a run is let run to; breakpoints count from 1."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A breakpoint as a screen shows it.

    Attributes:
        number: Its number in the run, from 1; 0 for the place that the run is let run to.
        filter: Where it holds.
        on: False while it is turned off.
        hits: How many steps it has held.
        last: The last step that it began to match, 0-based; it holds a step once. -1 for none.
    """

    number: int
    filter: Filter
    on: bool = True
    hits: int = 0
    last: int = -1


@dataclass(frozen=True, slots=True)
class Held:
    """Why a run holds: at which step (0-based), and by which breakpoint."""

    step: int
    breakpoint: Breakpoint


class Breakpoints:
    """The breakpoints of a run. Checked as a step opens, after every sample that is counted, and when it is decided.

    Args:
        task: Describes answers; its oracle, where it has one, says whether a decision is wrong.
        filters: Breakpoints to begin with.
        so_far: Gives a watch of the open step that knows what has happened in it.
    """

    def __init__(self, task: AnyTask, filters: Sequence[Filter], so_far: Callable[[], Watch]) -> None:
        self._task = task
        self._describe = partial(decisions.describe, task)
        self._so_far = so_far
        self._next = 1
        self._points: dict[int, Breakpoint] = {}
        self._watch: Watch | None = None
        self.held: Held | None = None
        self.active = False
        self.stride = UNLIMITED
        for one in filters:
            self.obey(SetBreak(one))

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints, in order of their numbers."""
        return tuple(point for number, point in self._points.items() if number != UNTIL)

    def obey(self, command: BreakCommand) -> None:
        """Set, turn or drop a breakpoint; a number that there is not is no fault, since it may just have gone."""
        match command:
            case SetBreak():
                if len(self.breakpoints) < MOST_BREAKPOINTS:
                    self._points[self._next] = Breakpoint(self._next, command.filter)
                    self._next += 1
            case RunUntil():
                watch = self._watch or self._so_far()
                holds = command.filter(watch.facts(command.filter.fields, self._describe))
                self._points[UNTIL] = Breakpoint(UNTIL, command.filter, last=watch.step if holds else -1)
            case TurnBreak() if command.number in self._points:
                self._points[command.number] = replace(self._points[command.number], on=command.on)
            case DropBreak():
                self._points.pop(command.number, None)
        self._arm()

    def go_on(self) -> None:
        """Hold no longer; where the run was to pause is forgotten when it continues for something else."""
        self.held = None
        if self._points.pop(UNTIL, None) is not None:
            self._arm()

    def see(self, event: Event) -> Held | None:
        """Take an event in; return where the run holds now, None where it continues."""
        if isinstance(event, StepOpened):
            self._watch = Watch(event.step, gathers=event.proposals > 0)
            # Before its first vote nothing can be said of a step but its number.
            return self._hit(lambda point: point.filter.fields <= {"step"})
        return self._hit() if self._watch is not None and self._watch.take(event) else None

    def before_effect(self) -> Held | None:
        """Look at a step that is about to act; return where the run holds."""
        if self._watch is None:
            return None
        self._watch.begin_effect()
        return self._hit(lambda point: "effect" in point.filter.fields)

    def decided(self, state: Hashable, winner: Hashable) -> Held | None:
        """Look at a step that is decided and not committed; return where the run holds."""
        return self._hit(state=state, winner=winner)

    def _arm(self) -> None:
        points = [point for point in self._points.values() if point.on]
        self.active = bool(points)
        self.stride = UNLIMITED if all(point.filter.fields <= {"step"} for point in points) else 1
        if not points:
            self._watch = None  # no one feeds it any more
        elif self._watch is None:
            self._watch = self._so_far()

    def _hit(
        self,
        among: Callable[[Breakpoint], bool] = lambda _: True,
        state: Hashable = None,
        winner: Hashable = None,
    ) -> Held | None:
        watch = self._watch
        if watch is None:
            return None
        points = [one for one in self._points.values() if one.on and one.last != watch.step and among(one)]
        if not points:
            return None
        fields = frozenset().union(*(point.filter.fields for point in points))
        wrong = "wrong" in fields and self._is_wrong(state, winner)
        facts = watch.facts(fields, self._describe, winner, wrong=wrong)
        hit = [replace(one, hits=one.hits + 1, last=watch.step) for one in points if one.filter(facts)]
        self._points.update((one.number, one) for one in hit)
        if not hit:
            return None
        self.held = Held(watch.step, hit[0])
        self._points.pop(UNTIL, None)  # the run has halted, there or elsewhere
        self._arm()
        return self.held

    def _is_wrong(self, state: Hashable, winner: Hashable) -> bool:
        """Ask the oracle, which knows votes and nothing else."""
        if winner is None or not self._task.has_oracle or not decisions.is_voted(winner):
            return False
        return bool(self._task.oracle(state) != winner)
