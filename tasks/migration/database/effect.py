"""The effect "migration": one operation on the database of a run. Every one may be done again: twice is as once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import InputError
from maker_engine.effects.consent import SQL, Scope, database
from maker_engine.effects.port import Call, EffectError, take
from maker_engine.input_files import is_file
from maker_engine.printable import one_line

from ..demo import make_shop
from ..problem import DEMO, dialect_of
from ..sql import assigned, with_range
from ..version_table import READ, DisagreementError, had
from .canonical import whole_digest
from .history import ROOT, entry, folder_of

_KNOWN: dict[str, type | tuple[type, ...]] = {
    "op": str, "database": str, "apply": bool, "work": str, "at": str, "digest": str, "sql": list, "change": str,
    "direction": str, "alone": bool, "table": str, "above": (int, type(None)), "rows": int,
    "tables": (list, type(None)),
    "verify": list, "to": str, "as": str, "asks": str, "proof": str, "known": dict,
    "tool": str, "project": str, "plan": list, "note": list, "say": str,
}  # fmt: skip
WRITES = frozenset({"copy", "run", "batch", "backup", "restore", "rollback", "finish"})
LARGEST_DEMO = 5_000_000


class MigrationEffect:
    """Works on a database or its copy.

    Arguments: "op", "database", "apply", and "work" (the name of the copy) with "at" (what its state is called) and
    "digest", after the first. Operations, and what each gives:

    copy     {"work", "head", "survey", "integrity"}: the first backup and the copy; with the "tool" whose table is read
             "had": the names of changes of the "plan" that it has, or "odd": what in it does not fit
    run      "sql" in one transaction, and "note", what the tool would note of it: {"head", "changed", "wrote", "took"}
    batch    "sql" for the next "rows" of "table" behind the key "above": the same, and {"upto", "more"}
    check    {"survey", "verify": what failed}; "tables" limits it to those that may have changed
    backup   {"head", "digest", "integrity"} of a backup, restored elsewhere
    restore  puts the state "to" back: {"head", "survey"}
    rollback puts the state "to" back, from which the state "proof" has the digest that "known" has by heads, and leaves
             no table of maker's: {"head", "digest", "rows", "words"}
    asked    {"known"}: "done" with its value, "begun" or "not" of the transaction under the key "asks"
    finish   {"survey", "integrity"} of the whole, and no table of maker's is left in a database that was changed
    """

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:
        """Return what is touched: the database where it is changed or is on a server, else only its reading."""
        take(arguments, _KNOWN)
        place = arguments.get("database", "")
        if arguments.get("op") not in {*WRITES, "check", "asked"}:
            raise EffectError(
                "arguments", f"there is no operation {one_line(str(arguments.get('op')), 30)!r}", refused=True
            )
        if place.startswith(DEMO):
            return None
        try:
            target = database(f"sql:{place}", place)
        except InputError as error:
            raise EffectError("arguments", str(error), refused=True) from None
        remote = "://" in target
        return Scope(SQL, target, writes and (remote or bool(arguments.get("apply"))), local=not remote)

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Tell the operation and the change that it is for."""
        return f"{arguments.get('op')} {arguments.get('change', '')}".strip()

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Do it in a thread; cancelled, what runs is interrupted, and what is not committed is not done."""
        work = _Operation(call)
        ended = asyncio.ensure_future(asyncio.to_thread(work.run))
        try:
            return await asyncio.shield(ended)
        except asyncio.CancelledError:
            while not ended.done():
                work.interrupt()
                await asyncio.wait([ended], timeout=0.2)
            if ended.exception() is None:
                return ended.result()  # it was done by then, and that is what has to be on record
            raise


class _Operation:
    """One operation on its way."""

    def __init__(self, call: Call) -> None:
        given = self._given = call.arguments
        self._call = call
        self._place = given["database"]
        self._token = given.get("work") or hashlib.sha256(f"copy {call.key}".encode()).hexdigest()[:16]
        apply = bool(given.get("apply")) and not self._place.startswith(DEMO)
        folder = folder_of(self._token)
        self._base: Any
        if dialect_of(self._place) == "sqlite":
            from .sqlite import SqliteBase  # noqa: PLC0415 - not every run needs it

            self._base = SqliteBase(self._place, folder, apply=apply)
        else:
            from .postgres import PostgresBase  # noqa: PLC0415 - not every run needs it

            self._base = PostgresBase(self._place, folder, self._token, apply=apply)

    def interrupt(self) -> None:
        """End what runs."""
        self._base.interrupt()

    def run(self) -> dict[str, Json]:
        """Do it."""
        began = time.monotonic()
        op = self._given["op"]
        try:
            value: dict[str, Json] = getattr(self, f"_{op}")()
        except OSError as error:
            words = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise EffectError("disk", one_line(words)) from None
        except sqlite3.Error as error:
            raise EffectError("disk", one_line(str(error))) from None
        value.setdefault("took", round(time.monotonic() - began, 3))
        return {"op": op, "change": self._given.get("change", ""), "at": self._given.get("at", ""), **value}

    def _copy(self) -> dict[str, Json]:
        make: Callable[[Path], None] | None = None
        if self._place.startswith(DEMO):
            rows = self._place.removeprefix(DEMO)
            if not rows.isdigit() or not 100 <= int(rows) <= LARGEST_DEMO:
                raise EffectError("arguments", f"the demo database has 100 to {LARGEST_DEMO:,} rows", refused=True)
            make = partial(make_shop, rows=int(rows))
        elif dialect_of(self._place) == "sqlite" and not is_file(Path(self._place)):
            raise EffectError("database", f"there is no database file {one_line(self._place, 120)}", refused=True)
        self._base.begin(make)
        head = self._base.head()
        if head != ROOT:
            raise EffectError("state", "another run is changing this database: resume that one first")
        survey, integrity = self._base.whole()
        return {"work": self._token, "head": head, "survey": survey, "integrity": integrity, **self._had()}

    def _had(self) -> dict[str, Json]:
        """Return what the tool's own table says of the plan."""
        tool = self._given.get("tool", "")
        if tool not in READ:
            return {}
        try:
            rows = self._base.rows_of(*READ[tool])
            return {"had": [*had(tool, self._given["plan"], rows, self._given["project"])] if rows is not None else []}
        except (DisagreementError, EffectError) as error:
            return {"odd": one_line(str(error), 240)}
        except (ValueError, TypeError, LookupError):
            return {"odd": f"{READ[tool][0]} is not a table of {tool}: give --since CHANGE"}

    def _there(self) -> None:
        """See to it that the database is in the state the run left it in, putting it back where it has gone on."""
        at, digest = self._given["at"], self._given.get("digest", "")
        self._kept()
        if self._base.head() != at:
            self._remake(at, at, digest, {})
        elif digest:
            self._base.history.know(at, digest)

    def _kept(self) -> None:
        if not self._base.saved_exists(ROOT):
            raise EffectError("state", f"the copy {self._token} is gone: begin a new run")

    def _remake(self, to: str, proof: str, digest: str, known: Mapping[str, str] | None) -> None:
        """Put the database back into a state that it has had, once that is seen to be it.

        Args:
            to: What the state is called.
            proof: A state that was reached from there, or the same.
            digest: That of `proof`, "" where it is not known.
            known: More digests of states; None where it is not asked whether another program has written.

        Raises:
            EffectError: What was remade has another digest, or another program has written to the database itself.
        """
        base = self._base
        try:
            left = self._left(known) if base.apply and known is not None else ""
            if digest:
                base.history.way({to}, proof)
                self._build(proof, digest)
            if not digest or proof != to:
                base.build(to)
            base.swap(left)
        finally:
            base.drop_scratch()

    def _build(self, head: str, digest: str) -> None:
        self._base.build(head)
        found = _digest(self._base.survey(None, self._base.scratch))
        if found != digest:
            raise EffectError("state", f"put back to {head}, the digest is {found[:12]} and not {digest[:12]}")

    def _left(self, known: Mapping[str, str]) -> str:
        """Return the digest that the database has where no other program has written to it."""
        now = self._base.head()
        digest = known.get(now) or self._base.history.digest_of(now)
        if not digest:
            self._base.build(now)
            digest = _digest(self._base.survey(None, self._base.scratch))
        return str(digest)

    def _run(self) -> dict[str, Json]:
        return self._transaction([str(one) for one in self._given["sql"]], {}, self._given.get("note", []))

    def _batch(self) -> dict[str, Json]:
        if (known := self._known()) is not None:
            return known
        self._there()
        *pragmas, sql = map(str, self._given["sql"])
        note = self._given.get("note", [])
        dialect = dialect_of(self._place)
        above, rows = self._given.get("above"), self._given["rows"]
        key, high, more = self._base.upper(self._given["table"], above, rows, assigned(sql, dialect))
        if key and high is None and note:
            return self._transaction([], {"upto": above, "more": False}, note)
        if key and high is None:
            return {"head": self._given["at"], "changed": 0, "wrote": [], "upto": above, "more": False}
        held = with_range(sql, dialect, key, above, high) if key else sql
        return self._transaction([*pragmas, held], {"upto": high, "more": more}, [] if more else note)

    def _known(self) -> dict[str, Json] | None:
        noted = self._base.outcome(self._call.key)
        return None if noted is None else json.loads(noted)

    def _transaction(self, sql: list[str], value: dict[str, Json], note: list[str]) -> dict[str, Json]:
        if (known := self._known()) is not None:
            return known
        self._there()
        made = entry(self._given["at"], [*sql, *note])
        began = time.monotonic()
        value |= {"head": made.head}
        if self._given.get("alone"):
            self._base.alone(sql, made, self._call.key, value, note)
        else:
            pragmas = [one for one in sql if one[:6].upper() == "PRAGMA"]
            rest = [one for one in sql if one[:6].upper() != "PRAGMA"]
            self._base.transact(pragmas, rest, made, self._call.key, value, note)
        return {**value, "took": round(time.monotonic() - began, 3)}

    def _check(self) -> dict[str, Json]:
        self._there()
        failed = self._base.verify([str(one) for one in self._given.get("verify", ())])
        return {"survey": self._base.survey(self._given.get("tables")), "verify": failed}

    def _backup(self) -> dict[str, Json]:
        self._there()
        return {"head": self._given["at"], **self._base.save(self._given["at"], self._given.get("digest", ""))}

    def _restore(self) -> dict[str, Json]:
        to = self._given["to"]
        self._kept()
        if self._base.head() != to:
            at, digest = self._given["at"], self._given.get("digest", "")
            # What a change that failed in its middle has left cannot always be remade to be compared with.
            self._remake(to, to, "", {at: digest} if digest else None)
        return {"head": to, "survey": self._base.survey(None, anew=True)}

    def _rollback(self) -> dict[str, Json]:
        to, proof, known = self._given["to"], self._given["proof"], self._given["known"]
        self._kept()
        if proof != to or self._base.head() != to or _digest(self._base.survey(None, anew=True)) != known[proof]:
            self._remake(to, proof, known[proof], known)
        survey: Any = self._base.survey(None, anew=True)
        found = _digest(survey)
        if found != known.get(to, found):
            raise EffectError("state", f"it was put back, and its digest is {found[:12]} and not {known[to][:12]}")
        self._base.finish(to, found)
        rows: dict[str, Json] = {name: row[0] for name, row in survey["tables"].items()}
        tables = f"{len(rows)} table{'' if len(rows) == 1 else 's'}"
        counted = f"{sum(row[0] for row in survey['tables'].values()):,} rows in {tables}"
        words = f"digest {found} verified, {self._given['say']}, {counted}"
        return {"head": to, "digest": found, "rows": rows, "words": words}

    def _asked(self) -> dict[str, Json]:
        key = self._given["asks"]
        if (noted := self._base.outcome(key)) is not None:
            return {"known": "done", "value": noted}
        return {"known": "not" if self._base.outcome(f"{key}?") is None else "begun"}

    def _finish(self) -> dict[str, Json]:
        self._there()
        if self._given.get("note"):
            self._base.note(self._given["note"])
        survey, integrity = self._base.whole()
        self._base.finish(self._given["at"], _digest(survey))
        return {"survey": survey, "integrity": integrity}


def _digest(survey: Mapping[str, Any]) -> str:
    return whole_digest({name: one[1] for name, one in survey["tables"].items()})
