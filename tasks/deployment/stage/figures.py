"""What is counted: requests and answers of each version since the last operation, what serves, and what was lost."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MOST_TIMES = 10_000


class Seen:
    """What was seen of one version since the last operation on its service."""

    def __init__(self) -> None:
        self.requests = 0
        self.errors = 0
        self.failures = 0
        self.wrong = 0
        self.times: list[float] = []

    def add(self, status: int, seconds: float, *, wrong: bool) -> None:
        """Count one answer; a status of 0 is none."""
        self.requests += 1
        self.errors += status == 0 or status >= 500
        self.wrong += wrong
        if len(self.times) < MOST_TIMES:
            self.times.append(seconds)

    def fields(self) -> dict[str, int]:
        """Return the counts, and the time within which 95 of 100 were answered, in ms."""
        times = sorted(self.times)
        p95 = times[max(0, -(-95 * len(times) // 100) - 1)] if times else 0.0
        return {"requests": self.requests, "errors": self.errors, "p95_ms": round(1000 * p95),
                "failures": self.failures, "wrong": self.wrong}  # fmt: skip


class Figures:
    """Keeps the counts, and writes the log that is the witness of the run.

    Args:
        log: File that one line of JSON is added to for each request and each change of what serves.
    """

    def __init__(self, log: Path) -> None:
        self._seen: dict[tuple[str, str], Seen] = {}
        self._baseline: dict[str, dict[str, int]] = {}
        self.requests = self.errors = self.lost = self.planned = 0
        self.lowest: dict[str, int] = {}
        self._serving: dict[str, int] = {}
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, **fields: object) -> None:
        """Add a line to the log; whoever reads it finds whole lines."""
        os.write(self._log, json.dumps({"t": round(time.time(), 4), "kind": kind, **fields}).encode() + b"\n")

    def seen(self, service: str, side: str) -> Seen:
        """Return what was seen of a version."""
        return self._seen.setdefault((service, side), Seen())

    def begin_window(self, service: str) -> None:
        """Forget what was seen of a service, but for how its old version did."""
        old = self._seen.pop((service, "old"), None)
        if old is not None and old.requests >= 10:
            self._baseline[service] = {**old.fields(), "failures": 0}
        self._seen.pop((service, "new"), None)

    def evidence(self, service: str) -> dict[str, dict[str, int]]:
        """Return what was seen of both versions; of an old one that is gone, as it was last."""
        old = self.seen(service, "old").fields()
        if not old["requests"]:
            old = {**self._baseline.get(service, old), "failures": old["failures"]}
        return {"new": self.seen(service, "new").fields(), "old": old}

    def request(
        self, service: str, side: str, number: int, status: int, seconds: float, *, planned: bool = False
    ) -> None:
        """Count and log a request through the front port; a side of "" is one that nobody answered.

        It is `planned` where the service may have no instance at all, and had none.
        """
        self.requests += 1
        self.lost += side == "" and not planned
        self.planned += planned
        self.errors += side != "" and status >= 500
        self.write("request", service=service, side=side, number=number, status=status, ms=round(1000 * seconds, 1))

    def lose(self, service: str) -> None:
        """Count and log a request that the front port itself did not answer."""
        self.requests += 1
        self.lost += 1
        self.write("request", service=service, side="", number=0, status=0, ms=0)

    def serving(self, service: str, number: int) -> None:
        """Keep how many instances serve."""
        if self._serving.get(service) != number:
            self._serving[service] = number
            self.write("serving", service=service, number=number)
        if service in self.lowest:
            self.lowest[service] = min(self.lowest[service], number)

    def totals(self) -> dict[str, Any]:
        """Return what the whole run comes down to."""
        return {"requests": self.requests, "errors": self.errors, "lost": self.lost, "planned": self.planned,
                "lowest": dict(self.lowest)}  # fmt: skip

    def restore(self, totals: Mapping[str, Any]) -> None:
        """Go on from the totals of a supervisor that is gone."""
        self.requests, self.errors, self.lost = (int(totals[one]) for one in ("requests", "errors", "lost"))
        self.planned = int(totals["planned"])
        self.lowest = {str(name): int(number) for name, number in totals["lowest"].items()}
