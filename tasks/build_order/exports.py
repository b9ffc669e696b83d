"""What the order is good for: text, a checklist, JSON, a Makefile fragment, a graph with ranks, a schedule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from maker_engine.core.decomposition import Json
from maker_engine.printable import one_line
from maker_engine.wording import count_of

from .plan import Plan
from .problem import Kind, Problem
from .ruling import Ruling
from .schedule import schedule
from .state import State, Unite, Work

_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+@-]*")
GOAL = "build-all"


def names_of(problem: Problem, plan: Plan, units: Sequence[int]) -> list[str]:
    """Return the modules of units in their order; those of one unit in order of name."""
    return [problem.modules[place].name for unit in units for place in plan.members[unit]]


def result(ruling: Ruling, state: State) -> Json:
    """Return the order, the cycles and what was made of them, and how large the problem is."""
    problem, decided = ruling.problem, ruling.decided(state)
    names = problem.names
    kinds = {(one, other): kind for one, other, kind in problem.edges} if decided.cut else {}
    found: dict[str, Json] = {
        "order": [*names_of(problem, ruling.plan(state.choices), [*ruling.order(state)])],
        "cycles": [[names[place] for place in knot] for knot in ruling.knots.all],
        "edges": len(problem.edges),
        "nodes": len(problem.modules),
    }
    if ruling.knots.all:
        found["dropped"] = [
            [names[one], names[other], Kind(kinds[one, other]).word] for one, other in sorted(decided.cut)
        ]
        found["units"] = [[names[place] for place in knot] for knot in decided.united]
    if timed(problem):
        times = schedule(problem, ruling.plan(state.choices), [*ruling.order(state)])
        found["makespan"], found["bound"] = round(times.makespan, 6), round(times.bound, 6)
    if state.work is not None:
        failed, skipped = unbuilt(problem, state.work)
        found["failed"], found["not_built"] = {names[module]: why for module, why in failed}, [*skipped]
    return found


def unbuilt(problem: Problem, work: Work) -> tuple[list[tuple[int, str]], list[str]]:
    """Return (module, why) of those that failed, and the names of those that were not begun."""
    lost = {module for module, _ in work.failed}
    skipped = [
        one.name for place, one in enumerate(problem.modules) if not work.built >> place & 1 and place not in lost
    ]
    return [*work.failed], skipped


def shortfall(problem: Problem, state: State) -> str:
    """Say in one line which modules failed and how many were not built for that; "" where all are."""
    if state.work is None or not state.work.failed:
        return ""
    failed, skipped = unbuilt(problem, state.work)
    words = ", ".join(f"{problem.modules[module].name} ({why})" for module, why in failed[:3])
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    left = f"; {len(skipped):,} not built" if skipped else ""
    return one_line(f"{len(failed)} of {count_of(len(problem.modules), 'module')} failed: {words}{more}{left}", 300)


def timed(problem: Problem) -> bool:
    """Return whether a schedule says anything: there are several slots, or modules that say how long they take."""
    return problem.settings.slots > 1 or any(module.seconds is not None for module in problem.modules)


def papers(ruling: Ruling, state: State) -> Mapping[str, str]:
    """Return the order in every form, as {name: text}."""
    plan, units = ruling.plan(state.choices), [*ruling.order(state)]
    names = names_of(ruling.problem, plan, units)
    written = {
        "order.txt": "".join(f"{name}\n" for name in names),
        "checklist.md": checklist(ruling, state, units),
        "order.json": json.dumps(result(ruling, state), ensure_ascii=False, indent=1) + "\n",
        "build.mk": makefile(ruling.problem, plan, units),
        "order.dot": ranked(ruling.problem, plan, units),
    }
    if timed(ruling.problem):
        written["schedule.txt"] = timetable(ruling.problem, plan, units)
    return written


def checklist(ruling: Ruling, state: State, units: Sequence[int]) -> str:
    """Write the order as a list to tick off, what is built ticked, with what was decided on cycles above it."""
    problem, plan = ruling.problem, ruling.plan(state.choices)
    names = problem.names
    lines = ["# Build order", ""]
    lines += [
        f"- Dropped: {_marked(choice.module)} needs {_marked(choice.needed)}"
        for choice in state.choices
        if not isinstance(choice, Unite)
    ]
    lines += [
        f"- Built as one unit: {', '.join(_marked(names[place]) for place in knot)}"
        for knot in ruling.decided(state).united
    ]
    lines += [""] if lines[-1] else []
    work = state.work or Work()
    lost = dict(work.failed)
    for unit in units:
        members = plan.members[unit]
        done = all(work.built >> place & 1 for place in members)
        why = "".join(f": failed, {_plain(lost[place])}" for place in members if place in lost)
        lines.append(f"- [{'x' if done else ' '}] {' + '.join(_marked(names[place]) for place in members)}{why}")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Write what a command said so that Markdown reads nothing into it."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", one_line(text, 160))


def _marked(name: str) -> str:
    """Write a name so that Markdown leaves it as it is."""
    fence = "`" * (max((len(run) for run in re.findall("`+", name)), default=0) + 1)
    return f"{fence} {name} {fence}" if "`" in name else f"`{name}`"


def makefile(problem: Problem, plan: Plan, units: Sequence[int]) -> str:
    """Write the order as rules: `make -f build.mk BUILD='npm run build -w'` runs that with each module's name."""
    targets = _targets(plan, units)
    lines = [f"BUILD ?= echo build\n.PHONY: {GOAL} {' '.join(targets[unit] for unit in units)}"]
    lines.append(f"{GOAL}: {' '.join(targets[unit] for unit in units)}")
    for unit in units:
        needs = " ".join(targets[need] for need in sorted(plan.needs[unit]) if need in targets)
        names = [_quoted(problem.modules[place].name) for place in plan.members[unit]]
        lines.append(f"\n{targets[unit]}: {needs}".rstrip())
        lines += [f"\t$(BUILD) {name}" for name in names]
    return "\n".join(lines) + "\n"


def _targets(plan: Plan, units: Sequence[int]) -> dict[int, str]:
    """Return a target of each unit: its name, or a number where make would read the name as something else."""
    safe = {unit: plan.names[unit] for unit in units if _SAFE.fullmatch(plan.names[unit]) and plan.names[unit] != GOAL}
    taken = {*safe.values(), GOAL}
    found = {}
    for place, unit in enumerate(units, 1):
        name = safe.get(unit) or f"module-{place}"
        while unit not in safe and name in taken:
            name += "-"
        found[unit] = name
        taken.add(name)
    return found


def _quoted(name: str) -> str:
    """Quote a name for the shell that make starts, and for make."""
    return "'" + name.replace("'", "'\\''").replace("$", "$$") + "'"


def ranked(problem: Problem, plan: Plan, units: Sequence[int]) -> str:
    """Write the needs as a graph in DOT: levels as ranks, each node with its place in the order."""
    names = problem.names
    lines = ["digraph order {", "  rankdir = LR;"]
    place = 0
    for unit in units:
        for module in plan.members[unit]:
            place += 1
            lines.append(f"  {_dot(names[module])} [label = {_dot(f'{place}. {names[module]}')}];")
    levels: dict[int, list[str]] = {}
    for unit in units:
        levels.setdefault(plan.level[unit], []).extend(_dot(names[module]) for module in plan.members[unit])
    lines += [f"  {{ rank = same; {'; '.join(same)}; }}" for _, same in sorted(levels.items())]
    lines += [
        f"  {_dot(names[one])} -> {_dot(names[other])} [kind = {Kind(kind).word}];"
        for one, other, kind in problem.edges
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _dot(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def timetable(problem: Problem, plan: Plan, units: Sequence[int]) -> str:
    """Write who builds what when."""
    times = schedule(problem, plan, units)
    lines = [f"{problem.settings.slots} slots: {times.makespan:g} s; no order takes less than {times.bound:g} s", ""]
    lines += [
        f"{turn.start:>9g} s  slot {turn.slot:<2}  {', '.join(names_of(problem, plan, [turn.unit]))}"
        f"  ({turn.end - turn.start:g} s)"
        for turn in times.turns
    ]
    return "\n".join(lines) + "\n"
