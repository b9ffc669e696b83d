"""SQL in a PostgreSQL database: one transaction, held to reading and to its time by the server. Extra `postgres`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from maker_engine.core.decomposition import Json
from maker_engine.effects.port import Call, EffectError
from maker_engine.effects.sql import Answer, Statement, value_of
from maker_engine.printable import one_line

if TYPE_CHECKING:
    import psycopg

MISSING = "PostgreSQL needs an extra that is not installed: pip install 'maker-workbench[postgres]'"


async def run(call: Call, place: str, statements: Sequence[Statement]) -> dict[str, Json]:
    """Run statements in the database at the address `place`.

    Raises:
        EffectError: The server refuses one, or cannot be reached; none of them has happened, unless it was lost at the
            end: then its kind is "closed".
    """
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError:
        raise EffectError("program", MISSING, refused=True) from None
    try:
        async with await psycopg.AsyncConnection.connect(
            place, connect_timeout=max(1, int(call.timeout_s))
        ) as open_one:
            await open_one.set_read_only(not call.writes)
            return await _transact(open_one, call, statements)
    except psycopg.OperationalError as error:
        kind = "closed" if "closed" in str(error) or "terminat" in str(error) else "connection"
        raise EffectError(kind, one_line(call.secrets.mask(str(error)))) from None
    except (psycopg.Error, ValueError) as error:
        raise EffectError("sql", one_line(call.secrets.mask(str(error)))) from None


async def _transact(
    connection: psycopg.AsyncConnection[Any], call: Call, statements: Sequence[Statement]
) -> dict[str, Json]:
    answers: list[Answer] = []
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('statement_timeout', %s, true)", [str(int(call.timeout_s * 1000) or 1)]
        )
        for statement in statements:
            try:
                # One that is prepared is one statement: none behind a COMMIT escapes the transaction that only reads.
                prepare = None if call.writes else True
                cursor = await connection.execute(statement.sql, _bound(statement.parameters) or None, prepare=prepare)
            except asyncio.CancelledError:
                await connection.cancel_safe(timeout=2)
                raise
            columns = None if cursor.description is None else tuple(one.name for one in cursor.description)
            rows = () if columns is None else await cursor.fetchall()
            answers.append(Answer(columns, rows, cursor.rowcount))
    return value_of(answers, call)


def _bound(parameters: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
    """Return parameters as the server takes them: objects and lists as their JSON."""

    def one(value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict | list) else value

    if isinstance(parameters, Mapping):
        return {name: one(value) for name, value in parameters.items()}
    return [one(value) for value in parameters]
