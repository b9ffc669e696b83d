"""What the database might answer, without one: all goes well, or one of the things goes wrong that do."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from maker_engine.core.decomposition import Do, Done, Status

from .problem import Problem
from .sql import ANYTHING
from .state import State
from .surveys import whole

_ROWS = 60_000
FAILURES: tuple[tuple[Status, dict[str, Any]], ...] = (
    (Status.FAILED, {"error": "statement 1: no such column: price", "kind": "sql"}),
    (Status.TIMED_OUT, {"error": "it did not end within 600 s", "kind": "timeout"}),
    (Status.FAILED, {"error": "database or disk is full", "kind": "database"}),
    (Status.CANCELLED, {"error": "the run was stopped in the middle", "kind": "stopped"}),
    (Status.REFUSED, {"error": "not allowed", "kind": "consent"}),
)


def rehearsed(problem: Problem, state: State, do: Do, variant: int) -> Done:
    """Imitate the outcome of an effect at `state`; variant 0 is a world in which all goes well."""
    arguments: dict[str, Any] = json.loads(do.arguments)
    kind = variant % 4
    if kind == 1:
        status, value = FAILURES[variant // 4 % len(FAILURES)]
        return Done(status, json.dumps(value))
    value = _value(problem, state, arguments)
    if kind == 2 and "verify" in value:
        value["verify"] = "statement 1: integer overflow"
    if kind == 3 and value.get("survey", {}).get("tables"):
        rows = next(iter(value["survey"]["tables"].values()))
        rows[0], rows[1] = max(0, rows[0] - 7), _digest(f"{rows[1]}{variant}")
    if kind == 3 and "integrity" in value:
        value["integrity"] = "row 7 missing from index"
    return Done(Status.OK, json.dumps(value))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _value(problem: Problem, state: State, arguments: dict[str, Any]) -> dict[str, Any]:
    op = arguments["op"]
    value: dict[str, Any] = {
        "op": op,
        "change": arguments.get("change", ""),
        "at": arguments.get("at", ""),
        "took": 0.1,
    }
    head = _digest(do_words(arguments))[:24]
    match op:
        case "copy":
            value |= {"work": "0" * 16, "head": "root", "survey": _first(problem), "integrity": "ok"}
        case "run":
            value |= {"head": head, "changed": 0, "wrote": []}
        case "batch":
            above = arguments["above"] or 0
            upto = above + arguments["rows"]
            value |= {"head": head, "changed": arguments["rows"], "wrote": [], "upto": upto, "more": upto < _ROWS}
        case "backup":
            value |= {"head": state.head, "digest": whole(state.tables), "integrity": "ok"}
        case "asked":
            value |= {"known": "not"}
        case _:
            value |= {"head": arguments.get("to", ""), "survey": _same(state), "verify": "", "integrity": "ok"}
    return value


def do_words(arguments: dict[str, Any]) -> str:
    """Return what makes an operation different from another: the state it begins at, and what it does."""
    return json.dumps([arguments.get("at"), arguments.get("sql"), arguments.get("above")])


def _first(problem: Problem) -> dict[str, Any]:
    """Imagine the tables that the plan's statements name."""
    names = sorted({name for one in problem.changes for part in one.deploy for name in part.tables if name != ANYTHING})
    tables = {name: [_ROWS, _digest(name), ["id"]] for name in names}
    return {"all": names, "tables": tables, "broken": {}, "schema": []}


def _same(state: State) -> dict[str, Any]:
    tables = {one.name: [one.rows, one.digest, list(one.columns)] for one in state.tables}
    return {"all": list(tables), "tables": tables, "broken": {}, "schema": []}
