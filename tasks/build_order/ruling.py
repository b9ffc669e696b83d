"""The rule at a state: which units may come next, and which does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from maker_engine.core.decomposition import Finished, Started

from .building import Line, after
from .knots import Circle, Decided, Knots
from .plan import Plan, bits, plan
from .problem import RAW, Problem
from .recent import Recent
from .state import Answer, Build, Choice, Drop, State, Unite, Work, first_bits, lowest, lowest_clear

SHOWN = 12
"""Entries of a menu."""
MOST_WASTED = 50
"""Answers in vain after which a run on wrong answers ends."""
_PLANS = 8


@dataclass(frozen=True, slots=True)
class Menu:
    """What is offered at a state.

    Attributes:
        plan: The plan that units are of.
        units: The units offered, in order of name.
        ready: How many are ready.
        done: Modules that are in the order.
        left: Where agents work the numbers out: all units that are left, in order of name; else empty.
    """

    plan: Plan
    units: tuple[int, ...]
    ready: int
    done: int
    left: tuple[int, ...] = ()


class Ruling:
    """The rule on one problem.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.knots = Knots(problem)
        self._plans: Recent[tuple[Plan, dict[str, int]]] = Recent(_PLANS)
        self._line: tuple[object, Line] | None = None

    def start(self) -> State:
        """Return the state in which nothing is decided."""
        return self._opened(())

    def _opened(self, choices: tuple[Choice, ...]) -> State:
        if self.knots.circle(choices) is not None:
            return State(choices)
        return State(choices, ready=self.plan(choices).start)

    def circle(self, state: State) -> Circle | None:
        """Return the circle that is decided on at a state, None where there is none."""
        return None if state.built or state.ready else self.knots.circle(state.choices)

    def decided(self, state: State) -> Decided:
        """Return what was decided on cycles."""
        return self.knots.after(state.choices)

    def plan(self, choices: tuple[Choice, ...]) -> Plan:
        """Return the plan after choices that leave no cycle."""
        return self._planned(choices)[0]

    def _planned(self, choices: tuple[Choice, ...]) -> tuple[Plan, dict[str, int]]:
        known = self._plans.get(choices)
        if known is not None:
            return known
        decided = self.knots.after(choices)
        made = plan(self.problem, decided.cut, decided.united)
        return self._plans.put(choices, (made, {name: unit for unit, name in enumerate(made.names)}))

    def unit(self, state: State, name: str) -> int | None:
        """Return the unit of a name, None where there is none."""
        return self._planned(state.choices)[1].get(name)

    def menu(self, state: State) -> Menu | None:
        """Return what is offered at a state, None where a cycle is to be decided on or nothing is ready."""
        if not state.ready:
            return None
        found = self.plan(state.choices)
        raw = self.problem.settings.facts == RAW
        units = first_bits(state.ready, found.count if raw else SHOWN)
        left = [unit for unit in range(found.count) if not state.built >> unit & 1] if raw else []
        by_name = sorted(units, key=found.names.__getitem__)
        done = state.built.bit_count() + sum(more for unit, more in found.larger if state.built >> unit & 1)
        return Menu(
            found, tuple(by_name), state.ready.bit_count(), done, tuple(sorted(left, key=found.names.__getitem__))
        )

    def right(self, state: State) -> Answer | None:
        """Return what the rule makes right, None where it says nothing."""
        circle = self.circle(state)
        if circle is not None:
            module, needed, _ = circle.weakest[0]
            names = self.problem.modules
            return Drop(names[module].name, names[needed].name) if circle.drops else Unite()
        unit = lowest(state.ready)
        return Build(self.plan(state.choices).names[unit]) if unit >= 0 else None

    def line(self, state: State) -> Line:
        """Return the whole order, as it is built from."""
        key = (state.choices, state.turns)
        if self._line is None or self._line[0] != key:
            self._line = (key, Line.of(self.plan(state.choices), [*self.order(state)]))
        return self._line[1]

    def opened(self, state: State) -> State:
        """Return a state with what follows from the rest of it: what is ready, and what can be begun."""
        whole = replace(state, ready=self.ready_after(state.choices, state.built))
        if state.work is None:
            return whole
        return replace(whole, work=replace(state.work, able=self.line(whole).able(state.work)))

    def after(self, state: State, answer: Answer) -> State:
        """Return the state after an answer; one that makes no sense there changes nothing but that it is counted."""
        if state.work is not None:
            work = None
            if isinstance(answer, Started | Finished):
                work = after(self.line(state), self.knots.places, state.work, answer)
            return replace(state, wasted=state.wasted + 1) if work is None else replace(state, work=work)
        circle = self.circle(state)
        if circle is not None:
            if isinstance(answer, Unite) or (isinstance(answer, Drop) and answer in self.drops(circle)):
                return replace(self._opened((*state.choices, answer)), wasted=state.wasted)
            return replace(state, wasted=state.wasted + 1)
        unit = self.unit(state, answer.module) if isinstance(answer, Build) else None
        if unit is None or state.built >> unit & 1:
            return replace(state, wasted=state.wasted + 1)
        return self._built(state, unit)

    def _built(self, state: State, unit: int) -> State:
        found = self.plan(state.choices)
        built = state.built | 1 << unit
        ready = state.ready & ~(1 << unit)
        for other in found.needed_by[unit]:
            if not built >> other & 1 and all(built >> need & 1 for need in found.needs[other]):
                ready |= 1 << other
        due = lowest_clear(state.built)
        turns = state.turns if unit == due else (*state.turns, (state.built.bit_count(), unit))
        whole = State(state.choices, built, ready, turns, state.wasted)
        if self.problem.settings.command and not ready:
            return replace(whole, work=Work(self.line(whole).first()))
        return whole

    def drops(self, circle: Circle) -> tuple[Drop, ...]:
        """Return the needs along a circle as answers."""
        modules = self.problem.modules
        return tuple(Drop(modules[one].name, modules[other].name) for one, other, _ in circle.weakest)

    def ready_after(self, choices: tuple[Choice, ...], built: int) -> int:
        """Return what is ready once these units are built."""
        if self.knots.circle(choices) is not None:
            return 0
        found = self.plan(choices)
        return bits(
            unit
            for unit, needs in enumerate(found.needs)
            if not built >> unit & 1 and all(built >> need & 1 for need in needs)
        )

    def order(self, state: State) -> Iterator[int]:
        """Yield the units in the order they were decided in."""
        turns = dict(state.turns)
        built: set[int] = set()
        due = 0
        for place in range(state.built.bit_count()):
            while due in built:
                built.discard(due)
                due += 1
            unit = turns.get(place, due)
            built.add(unit)
            yield unit

    @cached_property
    def steps(self) -> int:
        """How many steps the rule leads to: each cycle's decisions, one for each unit, and two to build each module."""
        state = self.start()
        while self.circle(state) is not None:
            answer = self.right(state)
            state = state if answer is None else self.after(state, answer)
        builds = 2 * len(self.problem.modules) if self.problem.settings.command else 0
        return len(state.choices) + self.plan(state.choices).count + builds
