"""What is migrated: changes with their scripts, in the order of their plan; and the same as text, for the session."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from maker_engine.core.errors import ProblemError
from maker_engine.printable import one_line

FORMAT = "maker-migration-1"
ADDITIVE, DATA, DESTRUCTIVE = "additive", "data", "destructive"
KINDS = (ADDITIVE, DATA, DESTRUCTIVE)
"""Kinds of change in the order in which ready ones are taken."""
DEMO = "demo:"
"""How the name of a database begins that maker makes itself: demo:ROWS."""
MOST_CHANGES = 2_000
LONGEST_SCRIPT = 1 << 20


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a script.

    Attributes:
        sql: Its text, without the semicolon.
        line: Where it begins in its file, from 1.
        kind: "additive", "data" or "destructive".
        risk: 1 to 5.
        tables: Tables that it reads or changes.
        target: The table that it changes, "" for none.
        lock: What it locks: "none", "rows" or "table".
        batch: The table by whose rows it can be split, "" where it cannot.
        loses: What it removes by its own words: tables as "t", columns as "t.c", rows as "t rows".
        alone: It cannot run in a transaction.
    """

    sql: str
    line: int = 1
    kind: str = DATA
    risk: int = 3
    tables: tuple[str, ...] = ()
    target: str = ""
    lock: str = "rows"
    batch: str = ""
    loses: tuple[str, ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a plan.

    Attributes:
        name: What it is called in its tool.
        needs: Changes that must be deployed before it.
        deploy: Its statements, in order.
        revert: Those that undo it, empty for none.
        verify: Those that check it.
        file: Where its deploy script is, relative to the folder.
        evidence: What a linter says against it.
        version: What it is called in its tool's own table.
        checksum: What the tool notes of its script there; None for nothing.
    """

    name: str
    needs: tuple[str, ...] = ()
    deploy: tuple[Statement, ...] = ()
    revert: tuple[Statement, ...] = ()
    verify: tuple[Statement, ...] = ()
    file: str = ""
    evidence: tuple[str, ...] = ()
    version: str = ""
    checksum: int | None = None

    @property
    def kind(self) -> str:
        """The last of its statements' kinds: one that destroys makes the change destructive."""
        return max((one.kind for one in self.deploy), key=KINDS.index, default=ADDITIVE)

    @property
    def risk(self) -> int:
        """The highest risk of its statements, 1 to 5; one more, up to 5, where nothing undoes a change above 2."""
        highest = max((one.risk for one in self.deploy), default=1)
        return min(5, highest + 1) if highest > 2 and not self.revert else highest

    @property
    def lock(self) -> str:
        """The heaviest lock that its statements take."""
        return max((one.lock for one in self.deploy), key=("none", "rows", "table").index, default="none")

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that its statements change."""
        return tuple(dict.fromkeys(one.target for one in self.deploy if one.target))

    @property
    def loses(self) -> tuple[str, ...]:
        """What it removes by its own words."""
        return tuple(dict.fromkeys(name for one in self.deploy for name in one.loses))

    @property
    def alone(self) -> bool:
        """Whether a statement of it cannot run in a transaction."""
        return any(one.alone for one in self.deploy)


@dataclass(frozen=True)
class Problem:
    """A plan, and the database that it is for.

    Attributes:
        project: Its name.
        tool: Whose folder it is: "sqitch", "dbmate", ….
        database: A file, postgresql://…, or demo:ROWS.
        changes: In the order of the plan.
        apply: The database itself is changed; else a copy of it.
        max_downtime: Seconds for which writers may be held up, 0 for no limit.
        until: The last change to deploy, "" for all.
        batch_rows: Rows from which a change is split into batches, and rows of one.
        ask_rows: Rows of a table from which a lock on it is put to a person, where the database itself is changed.
        verify_seconds: What the checks of a change have, its verify script among them.
        revert: When all is done on the copy, everything is reverted in turn and compared.
        notes: (file:line, what was not read).
        since: The last change that the database has by the user's own word, "" to read it in the tool's table.
        later: Changes after `until`: (name, version).
    """

    project: str
    tool: str
    database: str
    changes: tuple[Change, ...]
    apply: bool = False
    max_downtime: int = 0
    until: str = ""
    batch_rows: int = 50_000
    ask_rows: int = 1_000_000
    verify_seconds: int = 600
    revert: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    since: str = ""
    later: tuple[tuple[str, str], ...] = ()

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each change by its name, from 0."""
        return {change.name: place for place, change in enumerate(self.changes)}

    @property
    def dialect(self) -> str:
        """How its SQL is read: postgres or sqlite."""
        return dialect_of(self.database)


def dialect_of(database: str) -> str:
    """Return how SQL is read for a database: "postgres" or "sqlite"."""
    return "postgres" if database.startswith(("postgresql://", "postgres://")) else "sqlite"


def checked(problem: Problem) -> Problem:
    """Return a problem cut down to what is to be deployed, its plan in an order that its needs allow.

    Raises:
        ProblemError: A name is there twice, a need is unknown, needs go in a circle, or there is nothing to do.
    """
    if not problem.changes:
        raise ProblemError("there is no change to deploy: give a folder of migrations with --problem")
    if len(problem.changes) > MOST_CHANGES:
        raise ProblemError(f"more than {MOST_CHANGES:,} changes are not taken: split the plan")
    if len(problem.index) < len(problem.changes):
        names = [change.name for change in problem.changes]
        twice = next(name for name in names if names.count(name) > 1)
        raise ProblemError(f"two changes are called {twice[:80]}: give one of them another name")
    for change in problem.changes:
        for need in change.needs:
            if need not in problem.index:
                raise ProblemError(f"{change.name} needs {need[:80]}, which the plan does not have: mend its name")
    ordered = _ordered(problem)
    if not problem.until:
        return replace(problem, changes=ordered)
    names = [change.name for change in ordered]
    if problem.until not in names:
        raise ProblemError(
            f"--to {one_line(problem.until, 80)} is not a change of the plan, which ends with {names[-1]}"
        )
    end = names.index(problem.until) + 1
    later = tuple((change.name, change.version) for change in ordered[end:])
    return replace(problem, changes=ordered[:end], later=later)


def since(problem: Problem, last: str) -> Problem:
    """Return a problem without the changes up to `last`, which the database has already.

    Raises:
        ProblemError: The plan has no such change, or none after it.
    """
    names = [change.name for change in problem.changes]
    if last not in names[:-1]:
        words = "the last of the plan: nothing is left" if last in names else "not a change of the plan"
        raise ProblemError(f"--since {one_line(last, 80)} is {words}")
    there = {*names[: names.index(last) + 1]}
    left = [
        replace(one, needs=tuple(need for need in one.needs if need not in there))
        for one in problem.changes
        if one.name not in there
    ]
    return replace(problem, changes=tuple(left), since=last)


def _ordered(problem: Problem) -> tuple[Change, ...]:
    placed: dict[str, Change] = {}
    left = list(problem.changes)
    while left:
        ready = next((change for change in left if all(need in placed for need in change.needs)), None)
        if ready is None:
            raise ProblemError(f"needs go in a circle: {' -> '.join(_circle(left, placed))}; take one of them out")
        left.remove(ready)
        placed[ready.name] = ready
    return tuple(placed.values())


def _circle(left: list[Change], placed: dict[str, Change]) -> list[str]:
    by_name = {change.name: change for change in left}
    way = [left[0].name]
    while way.count(way[-1]) < 2:
        way.append(next(need for need in by_name[way[-1]].needs if need not in placed))
    return way[way.index(way[-1]) :]


def to_text(problem: Problem) -> str:
    """Return a problem as text that `from_text` turns back."""
    fields = {key: value for key, value in asdict(problem).items() if not key.startswith("_")}
    return json.dumps({"format": FORMAT, **fields}, ensure_ascii=False)


def from_text(whole: dict[str, Any]) -> Problem:
    """Turn what `to_text` wrote back into an equal problem; nothing in it is trusted.

    Raises:
        ProblemError: It is none.
    """
    try:
        fields = {key: value for key, value in whole.items() if key != "format"}
        fields["changes"] = tuple(_change(one) for one in whole["changes"])
        fields["notes"] = tuple((str(place), str(words)) for place, words in whole["notes"])
        fields["later"] = tuple((str(name), str(version)) for name, version in whole.get("later", ()))
        problem = Problem(**fields)
        _typed(problem)
        return checked(replace(problem, until=""))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProblemError(f"this migration in maker's own form is damaged: {one_line(str(error), 100)}") from None


def _typed(problem: Problem) -> None:
    texts = [problem.project, problem.tool, problem.database, problem.until, problem.since]
    texts += [text for change in problem.changes for text in (change.name, change.file, change.version)]
    numbers = (problem.max_downtime, problem.batch_rows, problem.ask_rows, problem.verify_seconds)
    wrong: list[Any] = [one for one in texts if type(one) is not str]
    wrong += [one for one in numbers if type(one) is not int]
    if wrong or min(problem.batch_rows, problem.verify_seconds) < 1:
        raise ProblemError(f"this migration in maker's own form is damaged at {one_line(repr(wrong), 60)}")


def _change(given: dict[str, Any]) -> Change:
    scripts = {key: tuple(_statement(one) for one in given[key]) for key in ("deploy", "revert", "verify")}
    checksum = given.get("checksum")
    return Change(
        given["name"], tuple(given["needs"]), **scripts, file=given["file"],
        evidence=tuple(map(str, given["evidence"])), version=given.get("version", ""),
        checksum=None if checksum is None else int(checksum),
    )  # fmt: skip


def _statement(given: dict[str, Any]) -> Statement:
    one: Any = Statement(**{**given, "tables": tuple(given["tables"]), "loses": tuple(given["loses"])})
    if one.kind not in KINDS or one.lock not in ("none", "rows", "table") or not 1 <= one.risk <= 5:
        raise ProblemError(f"this migration in maker's own form is damaged at {one_line(one.sql, 60)}")
    if not (isinstance(one.sql, str) and isinstance(one.batch, str) and isinstance(one.target, str)):
        raise ProblemError("this migration in maker's own form is damaged: a statement is not a text")
    return Statement(**{**given, "tables": one.tables, "loses": one.loses})
