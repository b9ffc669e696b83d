"""Checks a whole migration on the record of what was decided, done and found; shares no code with what did it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

Move = tuple[Any, ...]
_RISKY = 4


class _WrongError(Exception):
    """The record is not that of a migration; its text says where."""


def findings(source: str, moves: Iterable[Move]) -> list[str]:
    """Return what is wrong with a run, empty for nothing.

    Args:
        source: The problem as its session keeps it.
        moves: ("choose" or "decided" or "said", word) and ("done", status, value as JSON), in order.
    """
    try:
        _Audit(json.loads(source), list(moves)).whole()
    except _WrongError as wrong:
        return [str(wrong)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        return [f"an effect gave no such value as it should: {type(error).__name__}"]
    return []


class _Audit:
    """One pass over the record, each move held against what may come at its place."""

    def __init__(self, problem: dict[str, Any], moves: list[Move]) -> None:
        self._problem = problem
        self._changes = {change["name"]: change for change in problem["changes"]}
        self._moves = moves
        self._at = 0
        self._in: list[str] = []
        self._had: set[str] = set()
        self._head = ""
        self._tables: dict[str, str] = {}
        self._befores: dict[str, str] = {}
        self._safe = False
        self._stopped = False
        self._held = 0.0
        self._changed = self._began = self._lost = False

    def whole(self) -> None:
        """Hold the whole record against the plan."""
        copied = self._done("copy")
        if copied is not None:
            self._head, self._safe = copied["head"], not self._problem["apply"]
            self._look(copied["survey"])
            self._stopped = copied["integrity"] != "ok" or bool(copied.get("odd"))
            self._had = {name for name in copied.get("had", ()) if name in self._changes}
            while not self._stopped and (name := self._next()):
                self._change(name)
            if self._problem["revert"] and not self._problem["apply"] and not self._stopped:
                self._unwind()
            self._finish()
        if self._at < len(self._moves):
            raise self._wrong("comes after the end")

    def _wrong(self, words: str) -> _WrongError:
        return _WrongError(f"step {self._at + 1} {words}")

    def _move(self, kind: str) -> Move:
        if self._at >= len(self._moves):
            raise _WrongError(f"the record ends after {self._at} steps, in the middle")
        move = self._moves[self._at]
        if move[0] != kind:
            raise self._wrong(f"is {move[0]} where {kind} is due")
        self._at += 1
        return move

    def _done(self, op: str, name: str = "") -> Any:
        """Take the outcome of an effect; None where it failed."""
        move = self._move("done")
        value = json.loads(move[2])
        if move[1] != "ok":
            return None
        if (value["op"], value["change"]) != (op, name):
            self._at -= 1
            raise self._wrong(f"is {value['op']} {value['change']} where {op} {name} is due")
        if self._head and value["at"] != self._head:
            self._at -= 1
            raise self._wrong(f"begins at {value['at']} and not at {self._head}, where the database is")
        return value

    def _next(self) -> str:
        """Take the choice of the next change, where there is one; "" where none is left."""
        if self._problem["apply"] and 0 < self._problem["max_downtime"] < self._held:
            return ""
        there = {*self._in, *self._had}
        names = [name for name, one in self._changes.items() if name not in there and {*one["needs"]} <= there]
        if len(names) < 2:
            return names[0] if names else ""
        word = self._move("choose")[1]
        if word not in names:
            self._at -= 1
            raise self._wrong(f"chooses {word}, which cannot go next")
        return str(word)

    def _digest(self) -> str:
        lines = "".join(f"{json.dumps(name)} {self._tables[name]}\n" for name in sorted(self._tables))
        return hashlib.sha256(lines.encode()).hexdigest()

    def _look(self, survey: Any) -> None:
        kept = {name: digest for name, digest in self._tables.items() if name in survey["all"]}
        self._tables = {**kept, **{name: row[1] for name, row in survey["tables"].items()}}

    def _change(self, name: str) -> None:
        """Take one change from its gate to its end."""
        change, before, head = self._changes[name], self._digest(), self._head
        word = self._gate(name)
        if self._stopped:
            return
        risk = max((one["risk"] for one in change["deploy"]), default=1)
        if risk >= _RISKY and not self._safe:
            raise self._wrong(f"begins {name}, which has risk {risk}, without a backup")
        fine = self._deploy(change, word)
        checked = self._done("check", name) if fine else None
        if checked is not None:
            self._look(checked["survey"])
        verdict = self._move("decided")[1]
        if verdict == "keep":
            if checked is None or checked["verify"]:
                raise self._wrong(f"keeps {name}, whose checks failed")
            self._in.append(name)
            self._befores[name] = before
            self._safe = self._safe and risk < _RISKY and not self._changed
            return
        self._stopped = True
        self._take_back(change, verdict, before, head, untouched=not fine and not self._began)

    def _gate(self, name: str) -> str:
        while True:
            word = str(self._move("decided")[1])
            if word == "ask":
                if self._move("said")[1] != "go on":
                    self._stopped = True
                    return word
            elif word == "backup":
                value = self._done("backup", name)
                self._safe = value is not None and value["integrity"] == "ok" and value["digest"] == self._digest()
                self._stopped = not self._safe
                if self._stopped:
                    return word
            elif word in ("run", "batches"):
                return word
            else:
                self._at -= 1
                raise self._wrong(f"decides {word} before {name} has run")

    def _deploy(self, change: dict[str, Any], word: str) -> bool:
        """Take the runs of a change; return whether all of them came through."""
        self._changed = self._began = False
        longest = 0.0
        units = [None] if word == "run" else change["deploy"]
        for unit in units if change["deploy"] else ():
            split = unit is not None and bool(unit["batch"])
            more = True
            while more:
                lost = self._moves[self._at][1:2] == ("cancelled",) if self._at < len(self._moves) else False
                value = self._done("batch" if split else "run", change["name"])
                if value is None:
                    self._began = self._began or lost or any(one["alone"] for one in change["deploy"])
                    return False
                self._head, self._began = value["head"], True
                self._changed = self._changed or value["changed"] > 0
                more = split and bool(value["more"])
                longest = max(longest, value["took"])
        self._held += longest
        return True

    def _take_back(self, change: dict[str, Any], verdict: str, before: str, head: str, *, untouched: bool) -> None:
        if untouched:
            return
        if verdict == "revert" and change["revert"]:
            value = self._done("run", change["name"])
            if value is not None:
                self._head = value["head"]
                checked = self._done("check", change["name"])
                if checked is not None:
                    self._tables = {}
                    self._look(checked["survey"])
                    if self._digest() == before:
                        return
        value = self._done("restore", change["name"])
        if value is None:
            self._lost = True
            return
        self._head, self._tables = head, {}
        self._look(value["survey"])
        if value["head"] != head:
            raise self._wrong("puts back another state than the one before the change")

    def _unwind(self) -> None:
        """Take the reverts at the end, each held against the database before its change."""
        while self._in:
            change = self._changes[self._in[-1]]
            if change["deploy"] and not change["revert"]:
                return
            if change["deploy"]:
                value = self._done("run", change["name"])
                if value is None:
                    return
                self._head = value["head"]
            checked = self._done("check", change["name"])
            if checked is None:
                return
            self._look(checked["survey"])
            if self._digest() != self._befores[self._in.pop()]:
                return

    def _finish(self) -> None:
        """Take the last look at the whole."""
        if not self._lost:
            self._done("finish")
