"""The picture: a row a service with its versions, its instances as marks, what serves, and its share of the traffic."""

from __future__ import annotations

from dataclasses import dataclass

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
    CHECK: "seeing which versions serve",
    CLOSE: "ending all processes",
    OVER: "over",
}


WIDE = 50
"""Columns from which versions and the share of the traffic are shown."""
_FACTS, _FACTS_NARROW = 16, 9
"""Columns right of the instances, with the mark at their end."""


@dataclass(frozen=True)
class _Layout:
    """Columns of a picture: all of them, those of names, of versions, and of instances; how wide one instance is."""

    columns: int
    name: int
    versions: int
    marks: int
    each: int

    @property
    def wide(self) -> bool:
        """Whether versions and shares are shown."""
        return self.columns >= WIDE


def _layout(problem: Problem, columns: int) -> _Layout:
    services = problem.services
    wide = columns >= WIDE
    name = max(7, min(max(len(one.name) for one in services), columns // 5))
    versions = min(17, max(len(_versions(one)) for one in services)) + 1 if wide else 0
    left = max(3, columns - name - 1 - versions - (_FACTS if wide else _FACTS_NARROW))
    most = max(one.most for one in services)
    each = next((size for size in (3, 1) if size * most <= left), 0)
    return _Layout(columns, name, versions, min(left, max(9, each * most)), each)


def _versions(service: Service) -> str:
    return f"{service.old} → {service.new}" if service.changes else service.old


def draw(problem: Problem, state: State, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells."""
    picture = Text()
    layout = _layout(problem, columns)
    lines = max(1, rows - 3)
    first = _window(problem, state, lines)
    heads = f"{'service':<{layout.name}} "
    if layout.wide:
        heads += f"{'old → new':<{layout.versions}}{'instances':<{layout.marks}} serves traffic"
    else:
        heads += f"{'instances':<{layout.marks}} serves"
    picture.append(_cut(heads, columns), "label")
    for service in problem.services[first : first + lines]:
        picture.append("\n")
        _row(picture, problem, state, service, layout)
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


def _row(picture: Text, problem: Problem, state: State, service: Service, layout: _Layout) -> None:
    fleet = state.fleets[problem.index[service.name]]
    picture.append(f"{_cut(service.name, layout.name):<{layout.name}} ", "plain")
    if layout.wide:
        versions = _cut(_versions(service), layout.versions - 1)
        picture.append(f"{versions:<{layout.versions}}", "given")
    _marks(picture, fleet, layout)
    facts = f" {f'{fleet.available}/{service.least}':<6}"
    if layout.wide:
        facts += f" {_share(fleet):>3} %"
    mark, role = MARKS.get(verdict_of(service, fleet), (" ", "plain"))
    picture.append(facts, "conflict" if fleet.available < service.least else "plain")
    picture.append(f" {mark}", role)


def _share(fleet: Fleet) -> int:
    """Return the percentage of the traffic that goes to the new version."""
    even = fleet.share == EVEN or not fleet.old
    return 100 * fleet.new // max(1, fleet.new + fleet.old) if even else fleet.share


def _marks(picture: Text, fleet: Fleet, layout: _Layout) -> None:
    """Draw N for a new instance and o for an old one; counts where there is no room for them."""
    if not layout.each:
        words = _cut(f"{fleet.new}N {fleet.old}o", layout.marks)
        picture.append(f"{words:<{layout.marks}}", "plain")
        return
    for letter, role, number in (("N", "target", fleet.new), ("o", "source", fleet.old)):
        picture.append((f"[{letter}]" if layout.each == 3 else letter) * number, role)
    picture.append(" " * max(0, layout.marks - layout.each * (fleet.new + fleet.old)))


def _now(problem: Problem, state: State) -> tuple[str, str]:
    if state.phase in PHASES:
        return (f"{PHASES[state.phase]}{f': {state.why}' if state.why else ''}", "conflict" if state.why else "label")
    if state.phase == REVERSE:
        return f"rolling back: {state.left[0].words} ({len(state.left)} left): {state.why}", "conflict"
    operation = state.operation.words if state.operation else "choosing the next operation"
    if state.phase == JUDGE and state.evidence is not None:
        side = state.evidence.new
        number = row(state.evidence, problem.probes, state.holds, problem.holds)
        seen = f"{side.requests} seen, {side.errors} errors, p95 {side.p95_ms} ms, {side.failures} failed"
        return f"{operation}: {seen}", "conflict" if number <= 5 else "moved"
    return f"{operation}{': observing' if state.phase == WATCH else ''}", "moved"


def _figures(state: State) -> tuple[str, str]:
    lost = state.totals.lost
    seen = f", {state.totals.requests:,} requests, {lost:,} lost" if lost is not None else ""
    port = f", front port {state.port}" if state.port and state.phase != OVER else ""
    return f"{state.count} operations{seen}{port}", "conflict" if lost else "label"
