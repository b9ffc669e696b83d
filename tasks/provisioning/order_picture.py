"""Draws the schedule: a line a slot with time across, the clock, the bound and the cost so far."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from .clock import FATE, OK, Question, State, Work, stopped
from .jobs import CREATE
from .order_text import rows_of
from .problem import Problem, seconds

_LABEL = 4  # columns of a slot's number


def draw(problem: Problem, state: State, question: Question | None, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells."""
    lines = [_head(problem, state, columns), _second(problem, state, columns)]
    spare = rows - len(lines) - 1
    slots = min(problem.slots, max(1, spare - (1 if spare > 3 else 0)))
    whole = max(state.clock, problem.bound, *(one.end for one in (*state.over, *state.running)), 1)
    lines += [_slot(problem, state, number, whole, columns) for number in range(slots)]
    if len(lines) < rows:
        lines.append(_axis(state, whole, columns))
    lines += _below(problem, state, question, columns)
    return Text("\n").join(lines[:rows])


def _cut(text: str, columns: int) -> str:
    return text if cell_len(text) <= columns else set_cell_size(text, columns - 1) + "…"


def _head(problem: Problem, state: State, columns: int) -> Text:
    over = sum(one.how == OK for one in state.over)
    text = f"clock {seconds(state.clock)} s · bound {seconds(problem.bound)} s · {over}/{len(problem.jobs)} over"
    return Text(_cut(text, columns), "label")


def _second(problem: Problem, state: State, columns: int) -> Text:
    failed = sum(one.how != OK for one in state.over)
    text = f"{failed} failed · " if failed else ""
    text += f"{len(stopped(state))} given up · " if stopped(state) else ""
    text += f"cost so far ${spent(problem, state):.4f}, ${hourly(problem, state):.4g} an hour"
    return Text(_cut(text, columns), "plain")


def hourly(problem: Problem, state: State) -> float:
    """Return what the resources that are there cost, in dollars an hour."""
    jobs = (problem.by_id[one.job] for one in state.over if one.how == OK)
    return round(sum(job.cost for job in jobs), 9)


def spent(problem: Problem, state: State) -> float:
    """Return what the resources have cost from when they were there until the clock's time, in dollars."""
    return sum(problem.by_id[one.job].cost * (state.clock - one.end) / 3_600_000 for one in state.over if one.how == OK)


def _slot(problem: Problem, state: State, number: int, whole: int, columns: int) -> Text:
    line = Text(set_cell_size(f"{number + 1}", _LABEL), "label")
    room = columns - _LABEL
    mine = sorted((one for one in (*state.over, *state.running) if one.slot == number), key=lambda one: one.start)
    latest = max((*state.over, *state.running), key=lambda one: one.start, default=None)
    at = 0
    for work in mine:
        end = work.end if work.end >= 0 else max(state.clock, work.start)
        first, last = work.start * room // whole, max(end * room // whole, work.start * room // whole + 1)
        first = max(first, at)
        if last <= first or first >= room:
            continue
        line.append("·" * (first - at), "rail")
        role = _role(state, work, latest)
        line.append(_bar(problem, work, min(last, room) - first, failed=role == "conflict"), role)
        at = min(last, room)
    line.append("·" * (room - at), "rail")
    return line


def _role(state: State, work: Work, latest: Work | None) -> str:
    if work.how != OK and work in state.over:
        return "conflict"
    return "moved" if work is latest else "source" if work in state.running else "given"


def _bar(problem: Problem, work: Work, width: int, *, failed: bool) -> str:
    """Write a job's name into so many cells, with its end as a stroke, or a cross where it failed."""
    job = problem.by_id[work.job]
    name = _short(job.id)
    fill = "=" if job.action == CREATE else "~" if job.id.endswith(")") else "-"
    fill, end = ("x", "x") if failed else (fill, "|")
    if width == 1:
        return end
    shown = name if cell_len(name) < width else set_cell_size(name, width - 1)
    return shown + fill * (width - 1 - cell_len(shown)) + end


def _short(name: str) -> str:
    """Return a job's name without its type and its modules, which many have in common."""
    if name.startswith("urn:"):
        return name.rpartition("::")[2]
    plain, bracket, key = name.partition("[")
    return plain.rpartition(".")[2] + bracket + key


def _axis(state: State, whole: int, columns: int) -> Text:
    room = columns - _LABEL
    marks = [" "] * room
    for part in range(4):
        text = f"{round(whole * part / 4 / 1000)}"
        for offset, letter in enumerate(text):
            if room * part // 4 + offset < room:
                marks[room * part // 4 + offset] = letter
    at = min(room - 1, state.clock * room // whole)
    marks[at] = "^"
    return Text(" " * _LABEL + "".join(marks), "label")


def _below(problem: Problem, state: State, question: Question | None, columns: int) -> list[Text]:
    """Return what is asked: the ready jobs, or the one that failed."""
    if question is None:
        names = ", ".join(stopped(state))
        return [Text(_cut(f"given up: {names}", columns), "conflict")] if names else []
    if question.kind == FATE and question.job is not None:
        text = f"{question.job.id} failed ({question.how}), attempt {question.attempt} of {problem.retries + 1}"
        return [Text(_cut(text, columns), "conflict")]
    found = [Text("ready", "label")]
    for job in sorted(rows_of(problem, question.ready), key=lambda one: (-problem.behind[one.id], one.id)):
        path = f"{seconds(problem.behind[job.id])} s"
        found.append(Text(_cut(f" {job.id}  path {path}", columns), "target"))
    return found
