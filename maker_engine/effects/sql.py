"""The effect "sql": statements in one transaction, in an SQLite file or a PostgreSQL database."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from maker_engine.core.decomposition import Json
from maker_engine.core.errors import InputError
from maker_engine.effects.consent import SQL, Scope, database, is_local
from maker_engine.effects.port import Call, EffectError, limit_of, take
from maker_engine.printable import one_line

MOST_ROWS = 10_000
_KNOWN: dict[str, type | tuple[type, ...]] = {
    "database": str, "sql": str, "parameters": (list, dict), "statements": list, "most_rows": int, "most_bytes": int,
}  # fmt: skip


class Statement(NamedTuple):
    """One statement, and what its places are filled with: by position, or by name."""

    sql: str
    parameters: Sequence[Any] | Mapping[str, Any] = ()


class Answer(NamedTuple):
    """What a statement gave: the names of its columns, and its rows; or None and how many rows it changed."""

    columns: tuple[str, ...] | None
    rows: Iterable[Sequence[Any]]
    changed: int


class Sql:
    """Runs statements, all or none.

    Arguments: "database" (a file, or postgresql://user@host/name), "sql" with "parameters", or "statements": a list of
    texts or of [text, parameters]; "most_rows" (10,000), "most_bytes" (1 MiB). Value: what the last statement gave,
    {"columns", "rows", "cut"} or {"changed"}: the rows that all statements together have changed.
    A `Do` that does not write is held to that by the database.
    """

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope:
        """Return the file, or the address without user and password."""
        take(arguments, _KNOWN)
        place = arguments.get("database", "")
        if not place or "${" in place.rpartition("@")[2]:
            raise EffectError("arguments", "database must be a file or postgresql://HOST/NAME", refused=True)
        try:
            target = database(f"sql:{place}", place)
        except InputError as error:
            raise EffectError("arguments", str(error), refused=True) from None
        statements_of(arguments)
        host = target.partition("://")[2].partition(":")[0]
        return Scope(SQL, target, writes, local="://" not in target or is_local(host))

    def describe(self, arguments: Mapping[str, Any]) -> str:
        """Describe the first statement, and how many there are."""
        statements = statements_of(arguments)
        more = f" and {len(statements) - 1} more" if len(statements) > 1 else ""
        return f"{' '.join(statements[0].sql.split())}{more}"

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Run them; what the database says against it is an `EffectError` of the kind "sql"."""
        place = call.arguments["database"]
        if "://" not in place:
            from maker_engine.effects.sqlite import run  # noqa: PLC0415 - only one of the two is needed
        else:
            from maker_engine.effects.postgres import run  # noqa: PLC0415 - an extra, that only this needs
        return await run(call, place, statements_of(call.arguments))


def statements_of(arguments: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of an effect, at least one.

    Raises:
        EffectError: They are not given as they should be.
    """
    match arguments:
        case {"statements": [_, *_] as several} if "sql" not in arguments:
            found = [_statement(one) for one in several]
        case {"sql": str(text)} if "statements" not in arguments:
            found = [Statement(text, arguments.get("parameters", ()))]
        case _:
            raise EffectError("arguments", 'sql takes "sql" with "parameters", or "statements"', refused=True)
    return found


def _statement(given: Any) -> Statement:
    match given:
        case str(text):
            return Statement(text)
        case [str(text), list() | dict() as parameters]:
            return Statement(text, parameters)
    raise EffectError(
        "arguments", f"{one_line(repr(given), 60)} is not a statement or [text, parameters]", refused=True
    )


def value_of(answers: Sequence[Answer], call: Call, limit: Callable[[], bool] = lambda: False) -> dict[str, Json]:
    """Return what statements gave, as JSON within the limits of the call.

    Raises:
        EffectError: The limits are out of range.
    """
    last = answers[-1]
    if last.columns is None:
        return {"changed": sum(max(0, one.changed) for one in answers if one.columns is None)}
    most_rows, room = call.arguments.get("most_rows", MOST_ROWS), limit_of(call.arguments)
    rows: list[Json] = []
    for row in last.rows:
        made = [_cell(one) for one in row]
        room -= len(json.dumps(made))
        if room < 0 or len(rows) >= most_rows or limit():
            return {"columns": list(last.columns), "rows": rows, "cut": True}
        rows.append(made)
    return {"columns": list(last.columns), "rows": rows, "cut": False}


def _cell(value: Any) -> Json:
    """Return a value of a row as JSON: bytes as {"base64"}, what has no number or text of its own as its text."""
    match value:
        case None | bool() | int() | str():
            made: Json = value
        case float():
            made = value if math.isfinite(value) else str(value)  # NaN and the infinities are no JSON
        case bytes() | bytearray() | memoryview():
            made = {"base64": base64.b64encode(value).decode()}
        case dt.date() | dt.time():
            made = value.isoformat()
        case list() | tuple():
            made = [_cell(one) for one in value]
        case Mapping():
            made = {str(name): _cell(one) for name, one in value.items()}
        case _:
            made = str(value)
    return made
