"""Checks a whole migration on the record of what was decided, done and found; shares no code with what did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

_KINDS = {"additive": 0, "data": 1, "destructive": 2}


def findings(source: str, moves: Iterable[tuple[Any, ...]]) -> list[str]:
    """Return what is wrong with a run, empty for nothing.

    Args:
        source: The problem as its session keeps it.
        moves: ("decided", word) and ("done", status, value as JSON), in order.
    """
    return _Audit(json.loads(source)).run(list(moves))


class _Audit:
    """One pass over the record: which changes are in the database, and whether they may be."""

    def __init__(self, whole: dict[str, Any]) -> None:
        self._changes = {change["name"]: change for change in whole["changes"]}
        self._in: list[str] = []
        self._safe = False
        self._tables: dict[str, str] = {}
        self._wrong: list[str] = []
        self._ended = False
        self._heads: dict[str, dict[str, str]] = {}
        self._head = ""

    def run(self, moves: list[tuple[Any, ...]]) -> list[str]:
        """Go through the record."""
        pending = ""
        for number, move in enumerate(moves):
            if move[0] == "decided":
                if move[1] == "keep" and pending:
                    self._keep(pending)
                    pending = ""
                continue
            if move[1] != "ok":
                continue
            value = json.loads(move[2])
            op, name = value.get("op"), value.get("change", "")
            if name and name not in self._changes:
                self._wrong.append(f"step {number + 1}: {name} is not in the plan")
                continue
            pending = self._act(op, name, value, pending)
        return self._wrong

    def _act(self, op: str, name: str, value: dict[str, Any], pending: str) -> str:
        if op in ("run", "batch") and name in self._in:  # taken back
            if self._in[-1] != name:
                self._wrong.append(f"{name} was taken back before {self._in[-1]}, which came after it")
            self._in.remove(name)
            self._head = value["head"]
            return ""
        if op in ("run", "batch"):
            if pending != name:
                self._begin(name)
            self._head = value["head"]
            return name
        if op == "copy":
            self._safe = True
        if op == "backup":
            self._backup(value)
        if op in ("copy", "check", "finish", "restore"):
            self._look(op, name, value)
        if op == "restore":
            self._head = value["head"]
            return ""
        return name if op == "check" and name not in self._in and not self._changes[name]["deploy"] else pending

    def _begin(self, name: str) -> None:
        """Hold a change that begins against the plan and the backups."""
        change = self._changes[name]
        missing = [need for need in change["needs"] if need not in self._in]
        if missing:
            self._wrong.append(f"{name} began before {missing[0]}, which it needs")
        highest = max((one["risk"] for one in change["deploy"]), default=1)
        if highest >= 4 and not self._safe:
            self._wrong.append(f"{name} has risk {highest} and began without a backup")

    def _keep(self, name: str) -> None:
        self._in.append(name)
        if any(one["kind"] != "additive" for one in self._changes[name]["deploy"]):
            self._safe = False

    def _backup(self, value: dict[str, Any]) -> None:
        self._safe = True
        if value["integrity"] != "ok" or value["digest"] != self._digest():
            self._safe = False

    def _digest(self) -> str:
        lines = "".join(f"{json.dumps(name)} {self._tables[name]}\n" for name in sorted(self._tables))
        return hashlib.sha256(lines.encode()).hexdigest()

    def _look(self, op: str, name: str, value: dict[str, Any]) -> None:
        """Take what was found of the tables, and hold the last look at the whole against the sum of the parts."""
        survey = value["survey"]
        before = self._digest()
        kept = {one: digest for one, digest in self._tables.items() if one in survey["all"]}
        self._tables = {**kept, **{one: row[1] for one, row in survey["tables"].items()}}
        if op == "finish" and self._digest() != before and not self._ended:
            self._wrong.append("the last look at the whole is not what the looks at its parts came to")
