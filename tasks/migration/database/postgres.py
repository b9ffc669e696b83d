"""Migrations in PostgreSQL: copies and backups are databases of the same server, made by template. Extra `postgres`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from maker_engine.core.decomposition import Json
from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

from .canonical import JOURNAL, row_sum, table_digest, whole_digest
from .history import ROOT, Entry, History

MISSING = "PostgreSQL needs an extra that is not installed: pip install 'maker-workbench[postgres]'"
CONNECT_S = 10
LOCK = "10s"
"""How long a statement waits for another's lock."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s ORDER BY tablename"
_COLUMNS = """SELECT column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"""
_KEYS = """SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
 array(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a
       ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
 array(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a
       ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o)
 FROM pg_constraint c WHERE c.contype = 'f' AND NOT c.convalidated"""
_PRIMARY = """SELECT a.attname, t.typname FROM pg_index i JOIN pg_attribute a
 ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) JOIN pg_type t ON t.oid = a.atttypid
 WHERE i.indrelid = to_regclass(%s) AND i.indisprimary"""
_SCHEMA = """SELECT 'table', table_name || '.' || column_name,
  data_type || coalesce(' ' || is_nullable, '') || coalesce(' ' || column_default, '')
 FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> %s
 UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> %s
 UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass(%s)::oid, 0::oid)
 ORDER BY 1, 2"""


class PostgresBase:
    """A database of a server, its copy or not, and its backups there.

    Args:
        place: The address that the user gave, secrets filled in.
        folder: Where the history lies.
        token: Name of the copy.
        apply: The database itself is worked on; else its copy.
    """

    def __init__(self, place: str, folder: Path, token: str, *, apply: bool) -> None:
        self._parts = urlsplit(place)
        self._token = token
        self._own = self._parts.path.strip("/")
        self.folder = folder
        self.apply = apply
        self.work = self._own if apply else f"maker_{token}_work"
        self.history = History(folder)
        self.stopped = False
        self._open: list[Any] = []

    def interrupt(self) -> None:
        """Let what runs fail; at most its commit can still come through."""
        self.stopped = True
        for one in [*self._open]:
            one.cancel()

    def _address(self, name: str) -> str:
        return urlunsplit(self._parts._replace(path=f"/{name}"))

    @contextmanager
    def _connected(self, name: str) -> Iterator[Any]:
        try:
            import psycopg  # noqa: PLC0415 - not every run needs it
        except ImportError:
            raise EffectError("program", MISSING, refused=True) from None
        try:
            connection = psycopg.connect(self._address(name), connect_timeout=CONNECT_S, autocommit=True)
            self._open.append(connection)
            try:
                connection.execute(f"SET lock_timeout = '{LOCK}'; SET timezone = 'UTC'; SET datestyle = 'ISO'")
                yield connection
            finally:
                self._open.remove(connection)
                connection.close()
        except psycopg.OperationalError as error:
            raise EffectError("state" if self.stopped else "database", one_line(str(error), 300)) from None
        except psycopg.Error as error:
            raise EffectError("sql", one_line(str(error), 300)) from None

    def _names(self) -> set[str]:
        with self._connected("postgres") as admin:
            return {str(row[0]) for row in admin.execute("SELECT datname FROM pg_database")}

    def saved(self, head: str) -> str:
        """Return the name of the backup of a state."""
        return f"maker_{self._token}_{head}"

    def saved_exists(self, head: str) -> bool:
        """Tell whether there is a backup of a state, mending a swap that a crash has cut in two."""
        names = self._names()
        scratch = f"maker_{self._token}_scratch"
        if self.work not in names and scratch in names:
            self._order(f'ALTER DATABASE "{scratch}" RENAME TO "{self.work}"')
        return self.saved(head) in names

    def _order(self, *orders: str) -> None:
        with self._connected("postgres") as admin:
            for one in orders:
                admin.execute(one)

    def _copy(self, source: str, target: str) -> None:
        """Make a database like another, whole or not at all."""
        part = f"maker_{self._token}_part"
        self._order(f'DROP DATABASE IF EXISTS "{part}" WITH (FORCE)')
        try:
            self._order(f'CREATE DATABASE "{part}" TEMPLATE "{source}"')
        except EffectError as error:
            if "being accessed" not in str(error):
                raise
            self._dump(source, part)
        self._order(f'ALTER DATABASE "{part}" RENAME TO "{target}"')

    def _dump(self, source: str, target: str) -> None:
        """Copy a database that others use: pg_dump into psql."""
        programs = [shutil.which(name) for name in ("pg_dump", "psql")]
        if None in programs:
            raise EffectError("program", f"{source} is in use, and pg_dump and psql are not installed to copy it")
        self._order(f'CREATE DATABASE "{target}" TEMPLATE template0')
        environment = {**os.environ, "PGPASSWORD": self._parts.password or ""}
        bare = self._parts._replace(netloc=self._parts.netloc.replace(f":{self._parts.password}@", "@"))
        places = [urlunsplit(bare._replace(path=f"/{name}")) for name in (source, target)]
        with subprocess.Popen(  # noqa: S603 - a program by its whole path
            [str(programs[0]), "--no-owner", "-d", places[0]], stdout=subprocess.PIPE, env=environment
        ) as dump:
            load = subprocess.run(  # noqa: S603 - a program by its whole path
                [str(programs[1]), "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d", places[1]], stdin=dump.stdout,
                capture_output=True, text=True, check=False, env=environment,
            )  # fmt: skip
        if load.returncode or dump.returncode:
            raise EffectError("database", one_line(f"{source} cannot be copied: {load.stderr}", 300))

    def begin(self, make: Callable[[Path], None] | None = None) -> None:  # noqa: ARG002 - as its contract has it
        """Make the first backup and the copy, unless they are there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.saved_exists(ROOT):
            self._copy(self._own, self.saved(ROOT))
        if not self.apply and self.work not in self._names():
            self._copy(self.saved(ROOT), self.work)

    def head(self) -> str:
        """Return what the state of the database is called."""
        return str(self.outcome("head") or self.history.finished()[0])

    def outcome(self, key: str) -> str | None:
        """Return the outcome of the transaction that was done under a key, None where none was."""
        with self._connected(self.work) as connection:
            if connection.execute("SELECT to_regclass(%s)", [f"public.{JOURNAL}"]).fetchone()[0] is None:
                return None
            row = connection.execute(f"SELECT value FROM {JOURNAL} WHERE key = %s", [key]).fetchone()  # noqa: S608 - names are quoted
        return None if row is None else str(row[0])

    def has_moved(self) -> bool:
        """Tell whether others may have changed the database: in a run's middle a server does not say, and it counts."""
        if self.outcome("head") is not None:
            return True
        found: Any = self.survey(None)["tables"]
        return whole_digest({name: row[1] for name, row in found.items()}) != self.history.finished()[1]

    def transact(
        self,
        pragmas: Sequence[str],  # noqa: ARG002 - as its contract has it
        sql: Sequence[str],
        made: Entry,
        key: str,
        value: dict[str, Any],
    ) -> None:
        """Run statements, each behind a savepoint, and note their outcome, in one transaction.

        Raises:
            EffectError: A statement fails; none has happened.
        """
        with self._connected(self.work) as connection, connection.transaction():
            changed = self._statements(connection, sql)
            value |= {"changed": changed, "wrote": None}
            self.history.add(made)
            _note(connection, key, made.head, value)
            if self.stopped:
                raise EffectError("state", "interrupted")

    def _statements(self, connection: Any, sql: Sequence[str]) -> int:
        import psycopg  # noqa: PLC0415 - not every run needs it

        changed = 0
        for number, one in enumerate(sql, 1):
            try:
                with connection.transaction():
                    cursor = connection.execute(one)
                    changed += max(0, cursor.rowcount) if cursor.description is None else 0
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                raise EffectError("sql", one_line(f"statement {number}: {one_line(one, 60)}: {error}", 300)) from None
        return changed

    def alone(self, sql: Sequence[str], made: Entry, key: str, value: dict[str, Any]) -> None:
        """Run statements that take no transaction; that they have begun is noted before, under `key` and a ?."""
        with self._connected(self.work) as connection:
            _note(connection, f"{key}?", made.parent, {})
            self.history.add(made)
            for one in sql:
                connection.execute(one)
            value |= {"changed": 0, "wrote": None}
            _note(connection, key, made.head, value)

    def upper(self, table: str, above: int | None, rows: int, assigned: frozenset[str]) -> tuple[str, int | None, bool]:
        """Return the key by which a table is split, the highest of the next `rows` keys, and whether more follow.

        The highest is None where none is left; the key is "" where the table has no whole number as its primary key.
        """
        with self._connected(self.work) as connection:
            found = connection.execute(_PRIMARY, [table]).fetchall()
            if len(found) != 1 or found[0][1] not in ("int2", "int4", "int8") or found[0][0].lower() in assigned:
                return "", None, False
            key, name = _quoted(found[0][0]), _quoted(table)
            where = "" if above is None else f" WHERE {key} > {above}"
            top = _one(connection, f"SELECT max({key}) FROM {name}")  # noqa: S608 - names are quoted
            high = _one(
                connection,
                f"SELECT max(k) FROM (SELECT {key} AS k FROM {name}{where} ORDER BY 1 LIMIT {rows}) n",  # noqa: S608 - names are quoted
            )
        return str(found[0][0]), high, high is not None and high < top

    def survey(self, only: Sequence[str] | None, name: str = "") -> dict[str, Json]:
        """Look at tables of the schema "public": rows, digest, columns, and rows whose foreign key leads nowhere."""
        with self._connected(name or self.work) as connection:
            names = [str(row[0]) for row in connection.execute(_TABLES, [JOURNAL])]
            examined = names if only is None else [one for one in names if one in only]
            found: dict[str, Json] = {one: self._table(connection, one) for one in examined}
            rows = connection.execute(_SCHEMA, [JOURNAL, JOURNAL, f"public.{JOURNAL}"]).fetchall()
            return {
                "all": [*names], "tables": found, "broken": self._broken(connection),
                "schema": [[str(one) for one in row] for row in rows],
            }  # fmt: skip

    def _table(self, connection: Any, name: str) -> Json:
        columns = [str(row[0]) for row in connection.execute(_COLUMNS, [name])]
        values = ", ',', ".join(f"quote_nullable({_quoted(one)}::text)" for one in sorted(columns)) or "''"
        order = f"COPY (SELECT convert_to(concat({values}), 'UTF8') FROM {_quoted(name)}) TO STDOUT (FORMAT text)"  # noqa: S608 - names are quoted
        with connection.cursor() as cursor, cursor.copy(order) as rows:
            count, total = row_sum(bytes(row[0]) for row in _read(rows))
        return [count, table_digest(name, columns, count, total), [*columns]]

    def _broken(self, connection: Any) -> dict[str, Json]:
        """Count rows whose key leads nowhere: of keys that the server itself has not validated."""
        found: dict[str, Json] = {}
        for _, child, parent, own, theirs in connection.execute(_KEYS).fetchall():
            on = " AND ".join(f"c.{_quoted(one)} = p.{_quoted(two)}" for one, two in zip(own, theirs, strict=True))
            there = " AND ".join(f"c.{_quoted(one)} IS NOT NULL" for one in own)
            count = _one(
                connection,
                f"SELECT count(*) FROM {child} c LEFT JOIN {parent} p ON {on} WHERE {there} AND p IS NULL",  # noqa: S608 - names are quoted
            )
            found[str(child).strip('"')] = count
        return found

    def verify(self, sql: Sequence[str]) -> str:
        """Run statements that check, and take back whatever they do; return what failed, "" for nothing."""
        import psycopg  # noqa: PLC0415 - not every run needs it

        with self._connected(self.work) as connection:
            try:
                with connection.transaction(force_rollback=True):
                    self._statements(connection, sql)
            except EffectError as error:
                return str(error)
            except psycopg.OperationalError as error:
                if self.stopped:
                    raise
                return one_line(str(error), 300)
        return ""

    def integrity(self, name: str = "") -> str:  # noqa: ARG002 - as its contract has it
        """Return "ok": every row was read for the digest, and the server checks its own pages."""
        return "ok"

    def save(self, head: str, digest: str) -> dict[str, Json]:  # noqa: ARG002 - every row is read anew
        """Back the database up, restore the backup elsewhere, and read every row of what was restored."""
        if not self.saved_exists(head):
            self._copy(self.work, self.saved(head))
        restored = f"maker_{self._token}_restored"
        self._order(f'DROP DATABASE IF EXISTS "{restored}" WITH (FORCE)')
        try:
            self._copy(self.saved(head), restored)
            found: Any = self.survey(None, restored)["tables"]
            return {"digest": whole_digest({name: row[1] for name, row in found.items()}), "integrity": "ok"}
        finally:
            self._order(f'DROP DATABASE IF EXISTS "{restored}" WITH (FORCE)')

    def remake(self, head: str) -> None:
        """Put the database back into a state that it has had: the nearest backup, and what was done from there on."""
        before = f"maker_{self._token}_"
        starts = {name.removeprefix(before) for name in self._names() if name.startswith(before)}
        way = self.history.way(starts - {"work", "part", "scratch", "restored", "old"}, head)
        scratch = f"{before}scratch"
        self._order(f'DROP DATABASE IF EXISTS "{scratch}" WITH (FORCE)')
        self._copy(self.saved(way[0].parent if way else head), scratch)
        kept, self.work = self.work, scratch
        try:
            if not way and head == ROOT:
                with self._connected(scratch) as connection:
                    _note(connection, "again", ROOT, {})
            for one in way:
                if _alone(one.sql):
                    self.alone(one.sql, one, f"again {one.head}", {})
                else:
                    self.transact((), one.sql, one, f"again {one.head}", {})
        finally:
            self.work = kept
        old = f"{before}old"
        self._order(
            f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.work}'",  # noqa: S608 - names are quoted
            f'ALTER DATABASE "{self.work}" RENAME TO "{old}"',
            f'ALTER DATABASE "{scratch}" RENAME TO "{self.work}"',
            f'DROP DATABASE "{old}" WITH (FORCE)',
        )

    def finish(self, head: str, digest: str) -> None:
        """Leave no table of maker's in a database that was itself changed."""
        if self.apply:
            self.history.finish(head, digest)
            with self._connected(self.work) as connection:
                connection.execute(f"DROP TABLE IF EXISTS {JOURNAL}")


def _alone(sql: Sequence[str]) -> bool:
    return any("concurrently" in one.lower() or one[:6].lower() == "vacuum" for one in sql)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _one(connection: Any, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def _read(rows: Any) -> Iterator[tuple[Any, ...]]:
    rows.set_types(["bytea"])
    yield from rows.rows()


def _note(connection: Any, key: str, head: str, value: Mapping[str, Any]) -> None:
    connection.execute(f"CREATE TABLE IF NOT EXISTS {JOURNAL} (key text PRIMARY KEY, value text NOT NULL)")
    for one in ((key, json.dumps(value)), ("head", head)):
        connection.execute(
            f"INSERT INTO {JOURNAL} VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value", one  # noqa: S608 - names are quoted
        )  # fmt: skip
