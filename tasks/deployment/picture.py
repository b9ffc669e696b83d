"""The picture: a row a service with its versions, its instances as marks, what serves, and its share of the traffic."""

from __future__ import annotations

from rich.text import Text

from .judging import row
from .problem import Problem, Service
from .reports import verdict_of
from .state import (
    CHECK,
    CLOSE,
    EVEN,
    JUDGE,
    OPEN,
    OVER,
    PROMOTED,
    REVERSE,
    ROLLED_BACK,
    STUCK,
    WATCH,
    Fleet,
    State,
)  # fmt: skip

MARKS = {PROMOTED: ("✔", "target"), ROLLED_BACK: ("↩", "conflict"), STUCK: ("✖", "conflict")}
PHASES = {
    OPEN: "starting the old versions",
    CHECK: "looking which versions serve",
    CLOSE: "ending all processes",
    OVER: "over",
}


def draw(problem: Problem, state: State, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells."""
    picture = Text()
    name = max(7, min(max(len(one.name) for one in problem.services), columns // 5))
    wide = columns >= 50
    lines = max(1, rows - 3)
    first = _window(problem, state, lines)
    shown = problem.services[first : first + lines]
    picture.append(
        _cut(f"{'service':<{name}} {'old → new':<15} " if wide else f"{'service':<{name}} ", columns), "label"
    )
    picture.append(
        _cut("instances  serves/min  traffic" if wide else "instances", columns - len(picture.plain)), "label"
    )
    for service in shown:
        picture.append("\n")
        _row(picture, problem, state, service, name, columns)
    for words, role in (_now(problem, state), _figures(state)):
        if picture.plain.count("\n") + 1 < rows:
            picture.append("\n")
            picture.append(_cut(words, columns), role)
    return picture


def _cut(text: str, columns: int) -> str:
    clean = "".join(one if one.isprintable() else "·" for one in text)
    return clean if len(clean) <= columns else clean[: max(0, columns - 1)] + "…" * (columns > 0)


def _window(problem: Problem, state: State, lines: int) -> int:
    """Return the first service that is shown: the one in work is among them."""
    names = [state.operation.service] if state.operation else [one.service for one in state.left[:1]]
    place = problem.index[names[0]] if names else 0
    return max(0, min(place - lines // 2, len(problem.services) - lines))


def _row(picture: Text, problem: Problem, state: State, service: Service, name: int, columns: int) -> None:
    fleet = state.fleets[problem.index[service.name]]
    picture.append(f"{_cut(service.name, name):<{name}} ", "plain")
    left = columns - name - 1
    if columns >= 50:
        versions = f"{service.old} → {service.new}" if service.changes else service.old
        picture.append(f"{_cut(versions, 15):<15} ", "given")
        left -= 16
    facts = _facts(service, fleet, wide=columns >= 50)
    room = max(4, min(left - len(facts) - 1, max(10, 3 * service.most)))
    _marks(picture, fleet, room)
    spare = left - room
    picture.append(_cut(f" {facts}", max(0, spare - 2)), "conflict" if fleet.available < service.least else "plain")
    mark, role = MARKS.get(verdict_of(service, fleet), ("", "plain"))
    if mark and spare > 2:
        picture.append(f" {mark}", role)


def _facts(service: Service, fleet: Fleet, *, wide: bool) -> str:
    share = 100 * fleet.new // max(1, fleet.new + fleet.old) if fleet.share == EVEN or not fleet.old else fleet.share
    return f"{fleet.available:>3}/{service.least:<3} {share:>6} %" if wide else f"{fleet.available}/{service.least}"


def _marks(picture: Text, fleet: Fleet, room: int) -> None:
    """Draw [N] for a new instance and [o] for an old one; counts where there is no room for marks."""
    marks = [("[N]", "target")] * fleet.new + [("[o]", "source")] * fleet.old
    if 3 * len(marks) > room:
        words = f"{fleet.new}N {fleet.old}o"
        picture.append(f"{_cut(words, room):<{room}}", "plain")
        return
    for mark, role in marks:
        picture.append(mark, role)
    picture.append(" " * (room - 3 * len(marks)))


def _now(problem: Problem, state: State) -> tuple[str, str]:
    if state.phase in PHASES:
        return (f"{PHASES[state.phase]}{f': {state.why}' if state.why else ''}", "conflict" if state.why else "label")
    if state.phase == REVERSE:
        return f"rolling back: {state.left[0].words} ({len(state.left)} left): {state.why}", "conflict"
    operation = state.operation.words if state.operation else "choosing the next operation"
    if state.phase == JUDGE and state.evidence is not None:
        side = state.evidence.new
        number = row(state.evidence, problem.probes, state.holds, problem.holds)
        seen = f"{side.requests} requests {side.errors} errors p95 {side.p95_ms} ms {side.failures} failures"
        return f"{operation}: {seen}", "conflict" if number <= 5 else "moved"
    return f"{operation}{': observing' if state.phase == WATCH else ''}", "moved"


def _figures(state: State) -> tuple[str, str]:
    lost = state.totals.lost
    seen = f", {state.totals.requests:,} requests, {lost:,} lost" if lost is not None else ""
    return f"{state.count} operations{seen}", "conflict" if lost else "label"
