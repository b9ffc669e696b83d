"""The independent check of a run: nothing but the tests' text and the record. It imports nothing of this task.

It replays the record on plain sets: what was in flight, which tests had passed when another was sent, who was chosen,
what a failure was taken for where the table leaves no doubt, and whether all that was created is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

Move = tuple[Any, ...]
"""("choose", id), ("judge", kind, seconds, then), ("started", tag), ("finished", tag, status, value) or ("done",)."""
_STATUS = re.compile(r"\$statusCode == ([0-9]{3})")


class Replay:
    """A run as the check sees it.

    Args:
        source: The tests in JSON, as the session keeps them.
    """

    def __init__(self, source: str) -> None:
        whole: dict[str, Any] = json.loads(source)
        self.tests: dict[str, dict[str, Any]] = {test["id"]: test for test in whole["tests"]}
        self.whole = whole
        self.jumps = any(
            action["kind"] != "retry" or action["target"] or action.get("workflow")
            for test in self.tests.values()
            for action in (*test["on_success"], *test["on_failure"])
        )
        self.followers = self._followers()
        self.flying: dict[str, int] = {}
        self.tries: dict[str, int] = {}
        self.passed: set[str] = set()
        self.failed: set[str] = set()
        self.open: dict[str, Any] = {}
        self.created = self.cleaned = 0
        self.stopped = False
        self.found: list[str] = []

    def wrong(self, text: str) -> None:
        """Note a breach."""
        self.found.append(text)

    def begin(self, tag: str, chosen: str) -> None:
        """Check that an effect was begun."""
        if tag in self.flying:
            self.wrong(f"{tag} was begun twice")
        self.flying[tag] = 1
        name, _, number = tag.rpartition("#")
        if ":" not in tag:
            if chosen not in ("", name):
                self.wrong(f"{chosen} was chosen and {name} was sent")
            self.send(name, number)

    def send(self, name: str, number: str) -> None:
        """Check that a test was sent for the time of a number."""
        test = self.tests.get(name)
        if test is None:
            self.wrong(f"{name} is not a test")
            return
        if int(number) != self.tries.get(name, 0) + 1:
            self.wrong(f"{name} was sent for the time {number} out of turn")
        if (lacking := [need for need in test["needs"] if need not in self.passed]) and not self.jumps:
            self.wrong(f"{name} was sent before {lacking[0]} had passed")
        if self.stopped and not test["cleanup"]:
            self.wrong(f"{name} was sent after the run was stopped")
        if sum(":" not in one for one in self.flying) > self.whole["parallel"]:
            self.wrong(f"{name} was sent while {self.whole['parallel']} others were in flight")
        self.tries[name] = int(number)
        self.failed.discard(name)

    def end(self, tag: str, status: str, value: str, *, judged: bool) -> None:
        """Check that an effect has ended; `judged`: a vote on a failure comes right after."""
        if self.flying.pop(tag, None) is None:
            self.wrong(f"{tag} has ended and was not begun")
            return
        answer = json.loads(value)
        code = answer.get("status", 0) if status == "ok" else 0
        if tag.startswith("clean:"):
            self.cleaned += (
                200 <= code < 300 or code in (404, 410) or int(tag.rpartition("#")[2]) >= 3 or status == "refused"
            )
        if ":" in tag:
            return
        name = tag.rpartition("#")[0]
        test = self.tests.get(name, {"method": "", "criteria": []})
        if not judged:
            self.passed.add(name)
            for criterion in test["criteria"]:
                due = _STATUS.fullmatch(criterion["condition"])
                if status != "ok" or (due and int(due[1]) != code):
                    self.wrong(f"{name} was answered {code or status} and was not judged")
            self.created += test["method"] == "POST" and code == 201 and "location" in answer.get("headers", {})
            self.cleaned += test["method"] == "DELETE" and 200 <= code < 300
        else:
            self.open[name] = (code, answer.get("headers", {}), answer.get("kind", ""))

    def judge(self, kind: str, seconds: int, then: str) -> None:
        """Check that a failure was voted on."""
        name = next((test for test in self.tests if test in self.open), None)
        if name is None:
            return  # a request that was not sent for want of a value
        code, headers, _ = self.open.pop(name)
        test, tries = self.tests[name], self.tries[name]
        asked = headers.get("retry-after", "")
        dated = bool(asked) and re.fullmatch("[0-9]{1,6}", asked, re.ASCII) is None  # by a date: not evaluated anew
        asked = int(asked) if asked and not dated else None
        if not dated and not test["on_failure"] and (asked or 0) <= 120 and tries < 3:
            if code == 429 and (kind, seconds) != ("again", 1 if asked is None else asked):
                self.wrong(f"{name} was throttled, and not sent again after the wait asked for")
            if code in (502, 503, 504) and (kind, seconds) != ("again", asked or 0):
                self.wrong(f"{name} was answered {code}, and not sent again")
        if not test["on_failure"] and 400 <= code < 500 and code != 429 and kind not in ("product", "test"):
            self.wrong(f"{name} was answered {code}, and was taken for {kind}")
        if kind != "again":
            self.failed.add(name)
            if test["critical"] and then != "stop":
                self.wrong(f"{name} is critical and has failed, and the run continued")
            self.stopped = self.stopped or then == "stop"

    def choose(self, name: str) -> None:
        """Check that a test was chosen among those that could be sent."""
        test = self.tests.get(name)
        if test is None:
            self.wrong(f"{name} is not a test")
            return
        for other in self.tests.values():
            never = other["id"] not in self.tries and not other["puzzle"] and not other["after"]
            open_ = never and all(need in self.passed for need in other["needs"])
            if open_ and other["cleanup"] == test["cleanup"] and self.rank(other) < self.rank(test):
                self.wrong(f"{name} was chosen before {other['id']}")

    def rank(self, test: dict[str, Any]) -> tuple[bool, int, int, str]:
        """Return what the rule sorts by."""
        return not test["setup"], -test["priority"], -len(self.followers[test["id"]]), test["id"]

    def _followers(self) -> dict[str, set[str]]:
        """Return the tests that need each one, directly or not."""
        found: dict[str, set[str]] = {name: set() for name in self.tests}
        for name, test in reversed(self.tests.items()):  # a test comes after those it needs
            for need in () if test["cleanup"] else test["needs"]:
                found[need] |= {name} | found[name]
        return found

    def ended(self) -> list[str]:
        """Return all breaches, those of the end included."""
        if self.flying:
            self.wrong(f"{next(iter(self.flying))} was never awaited")
        for name in self.open:
            self.wrong(f"{name} has failed and was not judged")
        for test in self.tests.values():
            name = test["id"]
            over = name in self.passed or name in self.failed
            if over or test["puzzle"] or self.jumps or (self.stopped and not test["cleanup"]):
                continue
            if name in self.tries or all(need in self.passed for need in test["needs"]):
                self.wrong(f"{name} could be sent and has no verdict")
        if self.created > self.cleaned:
            self.wrong(f"{self.created} things were created and {self.cleaned} deleted")
        return self.found


def findings(source: str, moves: Iterable[Move]) -> list[str]:
    """Check a whole run.

    Args:
        source: The tests in JSON.
        moves: What was decided, begun and answered, in order.

    Returns:
        What is wrong, one line a breach.
    """
    replay, whole, chosen = Replay(source), list(moves), ""
    if replay.whole["base_url"] == "demo" and [move[0] for move in (*whole[:1], *whole[-1:])] != ["done"] * min(
        2, len(whole) + 1
    ):
        replay.wrong("maker's own server was not started first and stopped last")
    for move, following in pairwise([*whole, ("end",)]):
        if chosen and move[0] != "started":
            replay.wrong(f"{chosen} was chosen and not sent")
        if move[0] == "started":
            replay.begin(move[1], chosen)
        elif move[0] == "finished":
            replay.end(*move[1:], judged=following[0] == "judge")
        elif move[0] == "judge":
            replay.judge(*move[1:])
        elif move[0] == "choose":
            replay.choose(move[1])
        chosen = move[1] if move[0] == "choose" else ""
    return replay.ended()
