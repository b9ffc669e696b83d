"""The check of a whole run on the record alone: bounds, needs, canaries, verdicts, and the exact reverse.

It has a reading of its own of the problem's text and of what the world answered, and shares no code with the flow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

Move = tuple[Any, ...]


class _Check:
    """Walks through the moves with counts of its own."""

    def __init__(self, source: str) -> None:
        whole = json.loads(source)
        self.whole = whole
        self.services: dict[str, dict[str, Any]] = whole["services"]
        self.counts = {name: {"old": one["replicas"], "new": 0} for name, one in self.services.items()}
        self.share = {name: 0 for name in self.services}
        self.promoted: set[str] = set()
        self.done: list[list[Any]] = []
        self.back: list[list[Any]] = []
        self.findings: list[str] = []
        self.holds = 0
        self.last: list[Any] = []

    def find(self, text: str) -> None:
        """Keep a finding."""
        self.findings.append(text)

    @property
    def changing(self) -> list[str]:
        """Services that get another version."""
        return [name for name, one in self.services.items() if one["from"] != one["to"]]

    def begin(self, operation: Sequence[Any]) -> None:
        """Check an operation before it is done."""
        verb, name, side, number = operation
        service, counts = self.services[name], self.counts[name]
        waits = [need for need in service["needs"] if need in self.changing and need not in self.promoted]
        if waits:
            self.find(f"{verb} of {name} before {waits[0]} was promoted")
        begun = {one[1] for one in self.done}
        if begun - self.promoted - {name}:
            self.find(f"{verb} of {name} before {min(begun - self.promoted)} was finished")
        total = counts["old"] + counts["new"]
        if verb == "start" and total + 1 > service["replicas"] + service["max_surge"]:
            self.find(f"{name} had more than {service['replicas'] + service['max_surge']} instances")
        if verb == "stop" and total - 1 < service["replicas"] - service["max_unavailable"]:
            self.find(f"{name} had fewer than {service['replicas'] - service['max_unavailable']} instances")
        early = [weight for weight in service["canary"] if weight > self.share[name]]
        if verb in ("start", "stop") and side and counts["new"] and early:
            self.find(f"{verb} of {name} {number} before its canary had {early[0]} % of the traffic")
        if verb != "migrate" and service["migration"] and ["migrate", name, "", 0] not in self.done:
            self.find(f"{verb} of {name} before its migration")

    def do(self, operation: Sequence[Any], *, back: bool) -> None:
        """Count an operation that was done."""
        verb, name, side, number = operation
        if verb == "shift":
            self.share[name] = number
        elif verb in ("start", "stop"):
            self.counts[name][side] += 1 if verb == "start" else -1
        (self.back if back else self.done).append([*operation])
        self.holds = 0

    def judge(self, verdict: str, value: dict[str, Any]) -> None:
        """Check a verdict on the numbers of its window."""
        new, old = value["new"], value["old"]
        rate, base = (one["errors"] / max(1, one["requests"]) for one in (new, old))
        worse = new["failures"] > old["failures"] or new["wrong"] > 0 or (rate > 0.01 and rate > 2 * base + 1e-12)
        worse = worse or new["p95_ms"] > max(2 * old["p95_ms"], old["p95_ms"] + 100)
        little = new["requests"] < self.whole["probes"] or value["ready"] < value["due"]
        due = "roll back" if worse or (little and self.holds >= self.whole["holds"]) else "hold" if little else "promote"
        if verdict != due:
            self.find(f"the verdict {verdict} where the evidence asks for {due}")
        self.holds += verdict == "hold"


def findings(source: str, moves: Sequence[Move]) -> list[str]:
    """Return what is wrong with a run, empty for nothing.

    Args:
        source: The problem in maker's own form.
        moves: What `moves_of` makes of its answers.
    """
    check = _Check(source)
    if check.whole["target"] == "processes":
        for problem in _of_processes(check, moves):
            check.find(problem)
    else:
        _of_commands(check, moves)
    return check.findings


def _of_processes(check: _Check, moves: Sequence[Move]) -> Iterator[str]:
    """Walk through a run of the bundled servers, whose every effect says in its value what it was."""
    window: dict[str, Any] = {}
    served: dict[str, Any] | None = None
    ended = False
    opened = next((parts for kind, *parts in moves if kind == "done"), None)
    if opened is None or opened[0] != "ok":
        yield f"the old versions were not started: {opened[1] if opened else 'nothing was done'}"
        return
    for kind, *parts in moves:
        if kind == "choose":
            check.begin(parts)
        elif kind == "judge":
            check.judge(parts[0], window)
            if parts[0] == "promote" and check.last and _whole(check, check.last[1]):
                check.promoted.add(check.last[1])
        elif parts[0] == "ok":
            value = json.loads(parts[1])
            ended = ended or "lost" in value
            if "serving" in value:
                served = value["serving"]
            elif "new" in value and "ready" in value:
                window = value
            elif did := value.get("did"):
                _count(check, did, value)
    yield from _reversed(check)
    yield from _served(check, served)
    if not ended:
        yield "the processes were not ended"


def _whole(check: _Check, name: str) -> bool:
    return check.counts[name] == {"old": 0, "new": check.services[name]["replicas"]}


def _count(check: _Check, did: list[Any], value: dict[str, Any]) -> None:
    verb, name, side, _ = did
    forward = (verb, side) in (("start", "new"), ("stop", "old")) or (verb == "shift" and did[3] > check.share[name])
    if value.get("stopped") is False or (not forward and value.get("ready") is False):
        return
    check.do(did, back=not forward)
    check.last = did


def _reversed(check: _Check) -> Iterator[str]:
    """Hold what was taken back against what had been done: the same, last first."""
    mirror = {"start": "stop", "stop": "start"}
    names = {one[1] for one in check.back}
    due = [one for one in reversed(check.done) if one[1] in names and one[0] in mirror]
    got = [[mirror[one[0]], *one[1:]] for one in check.back if one[0] in mirror]
    if got != due[: len(got)]:
        yield "the rollback is not the reverse of what was done"
    for name, counts in check.counts.items():
        whole = check.services[name]["replicas"]
        if counts != {"old": whole, "new": 0} and (counts != {"old": 0, "new": whole} or name in names):
            yield f"{name} was left half-way, with {counts['old']} old and {counts['new']} new instances"


def _served(check: _Check, served: dict[str, Any] | None) -> Iterator[str]:
    """Hold what served at the end against the counts."""
    if served is None:
        yield "nobody saw what serves at the end"
        return
    for name, counts in check.counts.items():
        if served.get(name) != counts:
            yield f"{name} serves with {served.get(name)} where {counts} were left"


def _of_commands(check: _Check, moves: Sequence[Move]) -> None:
    """Check the order of a run of commands: their outcomes do not say what they were, so the chosen are counted."""
    chosen: list[Any] = []
    for kind, *parts in moves:
        if kind == "choose":
            check.begin(parts)
            chosen = parts
        elif kind == "done" and chosen:
            if chosen[0] != "stop" or (parts[0] == "ok" and json.loads(parts[1]).get("exit") == 0):
                check.do(chosen, back=False)
                check.last = chosen
            chosen = []
        elif kind == "judge" and parts[0] == "promote" and check.last and _whole(check, check.last[1]):
            check.promoted.add(check.last[1])
