"""The independent check of a whole order: it reads the written problem and keeps a clock of its own.

It imports nothing of this task, so that no slip is made twice. Times are exact fractions of seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

_LIMIT = 400
"""Jobs beyond which it is no longer checked that each was the rule's own."""

_DENIED = ("denied", "unauthorised", "unauthorized", "forbidden", "not allowed", "quota", "limit exceeded")


@dataclass
class _Replay:
    """The problem, and what has happened so far."""

    jobs: dict[str, dict[str, Any]]
    slots: int
    quotas: dict[str, int]
    tries: int
    now: Fraction = Fraction(0)
    ends: dict[str, Fraction] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    double: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    open_fates: list[str] = field(default_factory=list)
    given_up: set[str] = field(default_factory=set)

    def startable(self, name: str) -> str:
        """Say why a job may not begin now; empty where it may."""
        job = self.jobs.get(name)
        if job is None:
            return "there is no such job"
        if name in self.over or name in self.ends or name in self.given_up:
            return "it has begun before"
        missing = [one for one in job["needs"] if one not in self.over]
        if missing:
            return f"it needs {missing[0]}, which is not over"
        if len(self.ends) >= self.slots:
            return "no slot is free"
        same = sum(self.jobs[one]["type"] == job["type"] for one in self.ends)
        return "its quota is used up" if same >= self.quotas.get(job["type"], self.slots) else ""

    def begin(self, name: str) -> None:
        """Begin a job."""
        job = self.jobs[name]
        self.tried[name] = self.tried.get(name, 0) + 1
        length = Fraction(str(job["seconds"])) * (2 if name in self.double else 1)
        self.ends[name] = self.now + length

    def wait(self) -> None:
        """Move to the next moment with something to decide."""
        while self.ends and not self.open_fates and not any(not self.startable(name) for name in self.jobs):
            self.now = min(self.ends.values())
            ended = [name for name, end in self.ends.items() if end == self.now]
            for name in sorted(ended, key=lambda one: self.order[one]):
                del self.ends[name]
                fails = self.jobs[name]["fails"]
                if self.tried[name] <= len(fails):
                    self.open_fates.append(name)
                else:
                    self.over.add(name)

    order: dict[str, int] = field(default_factory=dict)
    """In which slot each job runs."""

    def slot(self, name: str) -> None:
        """Give a job the lowest slot that is free."""
        taken = {self.order[one] for one in self.ends if one != name}
        self.order[name] = next(number for number in range(self.slots + 1) if number not in taken)


def findings(source: str, moves: Iterable[tuple[str, str]]) -> list[str]:
    """Check an order.

    Args:
        source: The problem in its own format.
        moves: (job, "start") or (job, fate), in order.

    Returns:
        What is wrong; empty when every job is over, was given up as the rule has it or waits on one that was, and each
        began as the rule has it.
    """
    whole = json.loads(source)
    replay = _Replay({one["id"]: one for one in whole["jobs"]}, whole["slots"], whole["quotas"], whole["retries"] + 1)
    paths = _paths(replay.jobs) if len(replay.jobs) <= _LIMIT else None
    for number, (name, what) in enumerate(moves):
        wrong = _start(replay, name, paths) if what == "start" else _fate(replay, name, what)
        if wrong:
            return [f"step {number + 1}, {name}: {wrong}"]
        replay.wait()
    return _left(replay.jobs, replay.over, replay.given_up)


def _left(jobs: dict[str, dict[str, Any]], over: set[str], given_up: set[str]) -> list[str]:
    """Return that jobs were left out which wait on nothing that was given up."""
    hindered = set(given_up)
    grown = True
    while grown:
        more = {name for name, job in jobs.items() if name not in hindered and not hindered.isdisjoint(job["needs"])}
        grown = bool(more)
        hindered |= more
    left = sorted(jobs.keys() - over - hindered)
    return [f"{len(left)} jobs are not over, such as {left[0]}"] if left else []


def _start(replay: _Replay, name: str, paths: dict[str, Fraction] | None) -> str:
    why = "a failed job is to be decided on first" if replay.open_fates else replay.startable(name)
    if not why and paths is not None:
        ready = [one for one in replay.jobs if not replay.startable(one)]
        longest = max(paths[one] for one in ready)
        first = min(one for one in ready if paths[one] == longest)
        why = "" if name == first else f"the rule has {first} begin"
    if not why:
        replay.begin(name)
        replay.slot(name)
    return why


def _fate(replay: _Replay, name: str, fate: str) -> str:
    if name not in replay.open_fates[:1]:
        return "it is not to be decided on"
    how = replay.jobs[name]["fails"][replay.tried[name] - 1]
    last = replay.tried[name] >= replay.tries
    due = "stop" if how == "refused" or last else {"broken": "taint", "transient": "retry"}[how]
    if fate != due:
        return f"the rule has {due}, not {fate}"
    replay.open_fates.remove(name)
    if fate == "stop":
        replay.given_up.add(name)
    replay.double.discard(name)
    if fate == "taint" and replay.jobs[name]["action"] == "create":
        replay.double.add(name)
    return ""


def _paths(jobs: dict[str, dict[str, Any]]) -> dict[str, Fraction]:
    """Return the time from each job's start to the end of the longest chain behind it, by relaxing until it rests."""
    found = {name: Fraction(str(job["seconds"])) for name, job in jobs.items()}
    for _ in jobs:
        changed = False
        for name, job in jobs.items():
            for one in job["needs"]:
                longer = Fraction(str(jobs[one]["seconds"])) + found[name]
                if longer > found[one]:
                    found[one], changed = longer, True
        if not changed:
            break
    return found


@dataclass
class _World:
    """What a real order has done so far."""

    jobs: dict[str, dict[str, Any]]
    slots: int
    quotas: dict[str, int]
    tries: int
    paths: dict[str, Fraction] | None
    decided: str = ""
    begun: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    tried: dict[str, int] = field(default_factory=dict)
    denied: dict[str, bool] = field(default_factory=dict)

    def ready(self) -> list[str]:
        """Return the jobs that may begin."""
        if len(self.begun) >= self.slots:
            return []
        same = [self.jobs[one]["type"] for one in self.begun]
        return [
            name
            for name, job in self.jobs.items()
            if not {name} & (self.begun | self.over | self.failed)
            and self.over.issuperset(job["needs"])
            and same.count(job["type"]) < self.quotas.get(job["type"], self.slots)
        ]

    def _decide(self, name: str) -> str:
        """Take the decision that a job begins, and say what is wrong with it."""
        ready = self.ready()
        if self.decided or name not in ready:
            return "it may not begin here"
        if self.paths is not None:
            first = min(ready, key=lambda one: (-(self.paths or {})[one], one))
            if first != name:
                return f"the rule has {first} begin"
        self.decided = name
        return ""

    def take(self, name: str, what: str, value: str) -> str:
        """Take a move, and say what is wrong with it."""
        if what == "decided":
            return self._decide(name)
        if what == "started":
            if name != self.decided:
                return "it begins undecided"
            self.decided = ""
            self.begun.add(name)
        elif what in ("retry", "taint"):
            self.failed.discard(name)
        elif what == "stop":
            if self.tried.get(name, 0) < self.tries and not self.denied.get(name):
                return "the rule has it tried again"
            self.given_up.add(name)
        elif name not in self.begun:
            return "it ends and has not begun"
        else:
            self.begun.discard(name)
            (self.over if _went_well(what, value) else self.failed).add(name)
            self.tried[name] = self.tried.get(name, 0) + 1
            self.denied[name] = what == "refused" or any(word in value.lower() for word in _DENIED)
        return ""


def _went_well(status: str, value: str) -> bool:
    found = json.loads(value)
    return status == "ok" and isinstance(found, dict) and found.get("exit") == 0


def findings_in_order(source: str, moves: Iterable[tuple[str, str, str]]) -> list[str]:
    """Check an order whose times are the world's.

    Args:
        source: The problem in its own format.
        moves: (job, "decided" or "started" or a fate, "") and (job, status, value) of an effect that has ended; of what
            Terraform did before and after, with "" for the job.

    Returns:
        What is wrong; empty when every job was the rule's and ended well, was given up, or waits on one that was; and,
        where none was, Terraform found nothing left to change.
    """
    whole = json.loads(source)
    jobs = {one["id"]: one for one in whole["jobs"]}
    paths = _paths(jobs) if len(jobs) <= _LIMIT else None
    world, apart = _World(jobs, whole["slots"], whole["quotas"], whole["retries"] + 1, paths), 0
    for name, what, value in moves:
        if name:
            wrong = world.take(name, what, value)
        else:
            apart += 1
            wrong = "" if _went_well(what, value) else "it did not end with exit status 0"
        if wrong:
            return [f"{name or 'terraform'}: {wrong}"]
    left = _left(jobs, world.over, world.given_up)
    if left:
        return left
    due = 0 if whole.get("tool") != "terraform" else 1 if world.given_up else 2
    return [] if apart == due else [f"Terraform was asked {apart} times beside the jobs, not {due}"]
