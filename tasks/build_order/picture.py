"""Draws the levels of the order with a mark for each module, what is ready, and the cycle that is decided on."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from maker_engine.wording import count_of

from .plan import Plan
from .problem import Kind
from .ruling import SHOWN, Ruling
from .state import State, Work, first_bits
from .wording import path_words

BUILT, READY, WAITING, RUNNING, FAILED = "■", "▷", "·", "▶", "✗"
_ROLES = {BUILT: "given", READY: "target", WAITING: "rail", RUNNING: "source", FAILED: "conflict"}
_ROW = 8
"""Columns of a level's name."""


def draw(ruling: Ruling, state: State, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells."""
    circle = ruling.circle(state)
    if circle is not None:
        lines = _knotted(ruling, state, rows)
    elif state.work is not None:
        lines = _building(ruling, state, state.work, columns, rows)
    else:
        lines = _ordered(ruling, state, columns, rows)
    return Text("\n").join(fitted(line, columns) for line in lines[:rows])


def fitted(line: Text, columns: int) -> Text:
    """Return a line within its columns; what was cut ends with a mark."""
    if line.cell_len <= columns:
        return line
    shorter = line.copy()
    shorter.truncate(columns - 1)
    return shorter.append("…", "label")


def _knotted(ruling: Ruling, state: State, rows: int) -> list[Text]:
    problem, circle = ruling.problem, ruling.circle(state)
    if circle is None:
        return []
    lines = [
        Text(f"{count_of(len(problem.modules), 'module')}, {count_of(len(problem.edges), 'need')}", "label"),
        Text(f"cycle: {path_words(circle, problem)}", "conflict"),
    ]
    if len(circle.modules) > len(circle.path):
        lines.append(Text(f"one of several through {len(circle.modules)} modules", "label"))
    for one, other, kind in circle.weakest:
        line = Text(f"{Kind(kind).word:<9}", "label")
        line.append(f"{problem.modules[one].name} → {problem.modules[other].name}", "plain")
        lines.append(line)
    decided = [Text(f"decided   {count_of(len(state.choices), 'time')}", "given")] if state.choices else []
    return [*lines[: rows - len(decided)], *decided]


def _ordered(ruling: Ruling, state: State, columns: int, rows: int) -> list[Text]:
    plan, problem = ruling.plan(state.choices), ruling.problem
    ready = state.ready.bit_count()
    head = f"{state.built.bit_count()}/{plan.count} in order · {ready} ready"
    if ruling.knots.all:
        head += f" · {count_of(len(ruling.knots.all), 'cycle')} settled"
    listed = min(ready, max(1, (rows - 2) // 2 if len(plan.levels) > (rows - 2) // 2 else rows - 1 - len(plan.levels)))
    lines = [Text(head, "label")]
    lines += _levels(plan, state, columns, max(1, rows - 1 - listed))
    for place, unit in enumerate(first_bits(state.ready, listed)):
        line = Text("▶ " if not place else "  ", "target")
        line.append(_name(plan, unit, columns - 18), "source" if not place else "plain")
        line.append(f"  waiting {plan.waiting[unit]}, chain {plan.chain[unit]}", "label")
        lines.append(line)
    if not state.ready:
        last = [*ruling.order(state)][-3:] if plan.count <= 5_000 else []
        lines.append(
            Text(
                f"all are in order; the last: {', '.join(_name(plan, unit, 20) for unit in last)}"
                if last
                else "all are in order",
                "label",
            )
        )
    return lines if problem.modules else []


def _building(ruling: Ruling, state: State, work: Work, columns: int, rows: int) -> list[Text]:
    """Draw who is built where: the slots, what failed, and the order with a mark for each module."""
    problem, line = ruling.problem, ruling.line(state)
    names, slots = problem.names, problem.settings.slots
    built, failed = work.built.bit_count(), len(work.failed)
    head = f"built {built}/{len(names)} · {len(work.running)} of {count_of(slots, 'slot')} busy"
    lines = [Text(head + (f" · {failed} failed" if failed else ""), "label")]
    for place in range(min(slots, max(1, rows // 3))):
        busy = place < len(work.running)
        row = Text(f"slot {place + 1:<3}", "label")
        lines.append(
            row.append(f"{RUNNING} {names[work.running[place]]}" if busy else WAITING, "source" if busy else "rail")
        )
    for module, why in work.failed[-max(1, rows // 4) :]:
        lines.append(Text(f"{FAILED} {names[module]}: {why}", "conflict"))
    lost = {module for module, _ in work.failed}
    left = max(1, rows - len(lines))
    order = [one for unit in line.units for one in line.plan.members[unit]]
    first = next((at for at, one in enumerate(order) if not work.built >> one & 1), len(order))
    top = max(0, min(first - left // 3, len(order) - left))
    for one in order[top : top + left]:
        mark = (
            BUILT if work.built >> one & 1 else RUNNING if one in work.running else FAILED if one in lost else WAITING
        )
        row = Text(f"{mark} ", _ROLES[mark])
        lines.append(row.append(one_cell(names[one], columns - 2), "plain"))
    return lines


def one_cell(name: str, columns: int) -> str:
    """Return a name in so many cells."""
    return name if cell_len(name) <= columns else set_cell_size(name, columns - 1).rstrip() + "…"


def _name(plan: Plan, unit: int, columns: int) -> str:
    more = len(plan.members[unit]) - 1
    name = plan.names[unit] + (f" and {more} more" if more else "")
    return one_cell(name, max(4, columns))


def _levels(plan: Plan, state: State, columns: int, rows: int) -> list[Text]:
    """Draw the levels around the first that is not done; a mark is a unit, or a share of them where too many."""
    levels = plan.levels
    first = min((plan.level[unit] for unit in first_bits(state.ready, SHOWN)), default=len(levels))
    top = max(0, min(first - rows // 3, len(levels) - rows))
    room = max(4, columns - _ROW - 10)
    lines = []
    for at in range(top, min(len(levels), top + rows)):
        bits, size = plan.on_level(at), len(levels[at])
        done, ready = (bits & state.built).bit_count(), (bits & state.ready).bit_count()
        line = Text(f"{f'level {at}':<{_ROW}} "[: _ROW + 1], "label")
        if size <= room:
            marks = "".join(
                BUILT if state.built >> unit & 1 else READY if state.ready >> unit & 1 else WAITING
                for unit in levels[at]
            )
        else:
            marks = (BUILT * (done * room // size) + READY * -(-ready * room // size))[:room]
            marks += WAITING * (room - len(marks))
        for mark in marks:
            line.append(mark, _ROLES[mark])
        lines.append(line.append(f" {done}/{size}", "label"))
    return lines
