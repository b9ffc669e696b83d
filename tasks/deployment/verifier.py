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
        self.share = dict.fromkeys(self.services, 0)
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
        worse = worse or new["p95_ms"] > max(2 * old["p95_ms"], old["p95_ms"] + 200)
        little = new["requests"] < self.whole["probes"] or value["ready"] < value["due"]
        due = (
            "roll back" if worse or (little and self.holds >= self.whole["holds"]) else "hold" if little else "promote"
        )
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


class _Walk:
    """Walks through a run of the bundled servers, whose every effect says in its value what it was.

    Args:
        check: Keeps the counts and the findings.
    """

    def __init__(self, check: _Check) -> None:
        self.check = check
        self.pending: list[Any] | None = None
        self.window: dict[str, Any] | None = None
        self.served: dict[str, Any] | None = None
        self.owes_verdict = self.turned = self.ended = False

    def choose(self, operation: list[Any]) -> None:
        """Take a chosen operation: nothing else may be open."""
        if self.pending is not None or self.window is not None or self.owes_verdict or self.turned:
            self.check.find(f"{operation[0]} of {operation[1]} was chosen before what came before it was over")
        self.check.begin(operation)
        self.pending = operation

    def judge(self, verdict: str) -> None:
        """Take a verdict: it is on a window that nobody has judged."""
        if self.window is None:
            self.check.find(f"the verdict {verdict} is on no window")
            return
        self.check.judge(verdict, self.window)
        self.window, self.owes_verdict = None, verdict == "hold"
        self.turned = self.turned or verdict == "roll back"
        if verdict == "promote" and self.check.last and _whole(self.check, self.check.last[1]):
            self.check.promoted.add(self.check.last[1])

    def failed(self, status: str) -> None:
        """Take an effect that did not end well: what was begun counts as done, for it is taken back."""
        if self.pending is not None and status != "refused" and self.pending[0] != "migrate":
            self.check.do(self.pending, back=False)
        self.turned = self.turned or self.pending is not None
        self.pending, self.owes_verdict = None, False

    def answered(self, value: dict[str, Any]) -> None:
        """Take what an effect gave."""
        self.ended = self.ended or "lost" in value
        if "serving" in value:
            self.served = value["serving"]
        elif "new" in value and "ready" in value:
            if self.window is not None:
                self.check.find("a window was not judged")
            self.window = value
        elif did := value.get("did"):
            self._did(did, value)
        elif "exit" in value and self.pending is not None:
            self._migrated(int(value["exit"]))

    def _migrated(self, status: int) -> None:
        assert self.pending is not None  # noqa: S101 - the caller asks
        if not status:
            self.check.do(self.pending, back=False)
        self.pending, self.turned = None, self.turned or status != 0

    def _did(self, did: list[Any], value: dict[str, Any]) -> None:
        verb, name, side, number = did
        forward = (verb, side) in (("start", "new"), ("stop", "old")) or (
            verb == "shift" and number > self.check.share[name]
        )
        if forward and not self.turned:
            if self.pending != did:
                self.check.find(f"{verb} of {name} {number} was done and not chosen")
            self.pending = None
        elif self.window is not None or self.pending is not None:
            self.check.find(f"{verb} of {name} {number} was taken back before what came before it was over")
        if value.get("stopped") is False or (not forward and value.get("ready") is False):
            self.owes_verdict = forward
            return
        self.check.do(did, back=not forward)
        self.check.last = did
        self.owes_verdict = forward and (verb != "stop" or _whole(self.check, name))


def _of_processes(check: _Check, moves: Sequence[Move]) -> Iterator[str]:
    opened = moves[0] if moves else ("", "", "nothing was done")
    if opened[:2] != ("done", "ok") or "stage" not in json.loads(opened[2]):
        yield f"the old versions were not started: {opened[-1]}"
        return
    walk = _Walk(check)
    for kind, *parts in moves[1:]:
        if kind == "choose":
            walk.choose(parts)
        elif kind == "judge":
            walk.judge(parts[0])
        elif parts[0] == "ok":
            walk.answered(json.loads(parts[1]))
        else:
            walk.failed(parts[0])
    yield from _reversed(check)
    yield from _served(check, walk.served)
    if not walk.ended or walk.pending is not None or walk.window is not None:
        yield "the run was not brought to its end"


def _whole(check: _Check, name: str) -> bool:
    return check.counts[name] == {"old": 0, "new": check.services[name]["replicas"]}


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
    total = sum(service["replicas"] for service in check.services.values())
    if len(moves) < total or not all(_is_well(move) for move in moves[-total:]):
        errors = [json.loads(move[2]).get("error", move[1]) for move in moves if move[0] == "done" and move[1] != "ok"]
        check.find(f"not every instance was well at the end{f': {errors[0]}' if errors else ''}")
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


def _is_well(move: Move) -> bool:
    """Return whether a move is the answer of an instance that is well."""
    if move[:2] != ("done", "ok"):
        return False
    value = json.loads(move[2])
    return bool(value.get("exit", 1) == 0 or 100 <= value.get("status", 0) < 400)
