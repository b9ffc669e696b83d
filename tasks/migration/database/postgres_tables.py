"""What is in the tables of a PostgreSQL database: digests made by the server, and which tables were written."""

from __future__ import annotations

from typing import Any

from maker_engine.core.decomposition import Json

from .canonical import BLOCK, NOT_COUNTED, column_digest, quoted, table_digest

_COLUMNS = """SELECT column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"""
_KEY = """SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY k(n, o)
 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
 WHERE i.indrelid = to_regclass(%s) AND i.indisprimary ORDER BY k.o"""
_FILES = """SELECT c.relname, c.oid, c.relfilenode,
 array(SELECT row(a.attnum, a.attname, a.atttypid, a.atttypmod)::text FROM pg_attribute a
       WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
 array(SELECT i.indkey::text FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"""
_TYPES = """SELECT array(SELECT row(enumtypid, enumlabel)::text FROM pg_enum ORDER BY 1),
 array(SELECT row(a.attrelid, a.attnum, a.attname, a.atttypid)::text FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid WHERE c.relkind = 'c' ORDER BY 1)"""
_TOUCHED = """SELECT relname FROM pg_stat_xact_user_tables
 WHERE schemaname = 'public' AND n_tup_ins + n_tup_upd + n_tup_del > 0"""
_UNSEEN = """SELECT current_setting('track_counts') <> 'on' OR EXISTS (SELECT 1 FROM pg_inherits)
 OR EXISTS (SELECT 1 FROM pg_foreign_table)"""


def table_of(connection: Any, name: str) -> Json:
    """Return the rows, the digest and the columns of a table; no row leaves the server."""
    columns = [str(row[0]) for row in connection.execute(_COLUMNS, [name])]
    key = [str(row[0]) for row in connection.execute(_KEY, [f"public.{quoted(name)}"])]
    values = [f"quote_nullable({quoted(one)}::text) AS v{at}" for at, one in enumerate(columns)]
    keys = [f"{quoted(one)} AS k{at}" for at, one in enumerate(key)]
    by_text = sorted(range(len(columns)), key=lambda at: columns[at])
    order = ", ".join([f"k{at}" for at in range(len(key))] or [f'v{at} COLLATE "C"' for at in by_text] or ["1"])
    hashes = [f"sha256(convert_to(string_agg(v{at}, ',' ORDER BY n), 'UTF8'))" for at in range(len(columns))]
    rows = f"SELECT {', '.join([*keys, *values])} FROM public.{quoted(name)}"  # noqa: S608 - names are quoted
    numbered = f"SELECT *, row_number() OVER (ORDER BY {order}) - 1 AS n FROM ({rows}) r"  # noqa: S608 - names are quoted
    found = connection.execute(
        f"SELECT {', '.join(['count(*)', *hashes])} FROM ({numbered}) q GROUP BY n / {BLOCK} ORDER BY n / {BLOCK}"  # noqa: S608 - names are quoted
    ).fetchall()
    count = sum(row[0] for row in found)
    digests = {one: column_digest(bytes(row[at]) for row in found) for at, one in enumerate(columns, 1)}
    return [count, table_digest(name, count, key, digests), [*columns]]


class Watch:
    """Sees which tables a transaction writes: by the server's own count of rows, and where their rows lie.

    Args:
        connection: In the transaction, before its first statement.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._files, self._types = self._look(), self._typed()

    def _look(self) -> dict[str, Any]:
        return {str(row[0]): row[1:] for row in self._connection.execute(_FILES).fetchall()}

    def _typed(self) -> Any:
        return self._connection.execute(_TYPES).fetchone()

    def wrote(self) -> list[str] | None:
        """Return the names of the tables that may have changed, sorted; None where the server does not say."""
        if self._connection.execute(_UNSEEN).fetchone()[0] or self._typed() != self._types:
            return None
        files = self._look()
        moved = {one for one in {*files, *self._files} if files.get(one) != self._files.get(one)}
        counted = {str(row[0]) for row in self._connection.execute(_TOUCHED).fetchall()}
        return sorted((moved | counted) - NOT_COUNTED)
