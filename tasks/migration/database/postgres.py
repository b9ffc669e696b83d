"""Migrations in PostgreSQL: copies and backups are databases of the same server, made by template. Extra `postgres`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from maker_engine.core.decomposition import Json
from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

from .canonical import JOURNAL, MOVED, NOT_COUNTED, quoted, whole_digest
from .dumping import dump_into
from .history import ROOT, Entry, History
from .postgres_tables import Watch, table_of

MISSING = "PostgreSQL needs an extra that is not installed: pip install 'maker-workbench[postgres]'"
CONNECT_S = 10
_AS_TEXT = "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex'"
"""How values are written as text, whatever a role or a database has set: digests are made of that."""
LOCK = "10s"
"""How long a statement waits for another's lock."""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s) ORDER BY tablename"
_KEYS = """SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
 array(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a
       ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o),
 array(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a
       ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o)
 FROM pg_constraint c WHERE c.contype = 'f' AND NOT c.convalidated"""
_PRIMARY = """SELECT a.attname, t.typname, i.indrelid::regclass::text FROM pg_index i JOIN pg_attribute a
 ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) JOIN pg_type t ON t.oid = a.atttypid
 WHERE i.indisprimary AND i.indrelid IN (to_regclass(%s), to_regclass(%s))"""
_SCHEMA = """SELECT 'table', table_name || '.' || column_name,
  data_type || coalesce(' ' || is_nullable, '') || coalesce(' ' || column_default, '')
 FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> ALL(%s)
 UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> ALL(%s)
 UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace AND NOT EXISTS
   (SELECT 1 FROM pg_class r WHERE r.oid = conrelid AND r.relname = ANY(%s))
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
        self.scratch = f"maker_{token}_scratch"
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
                connection.execute(f"SET lock_timeout = '{LOCK}'; {_AS_TEXT}")
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
        """Return whether there is a backup of a state, mending a swap that a crash has cut in two."""
        names, old = self._names(), f"maker_{self._token}_old"
        if self.work not in names and old in names:
            self._order(f'ALTER DATABASE "{old}" RENAME TO "{self.work}"')
        return self.saved(head) in names

    def _order(self, *orders: str) -> None:
        with self._connected("postgres") as admin:
            for one in orders:
                admin.execute(one)

    def _copy(self, source: str, target: str) -> None:
        """Make a database like another, whole or not at all: by template, or by a dump where others are connected."""
        part = f"maker_{self._token}_part"
        self._order(f'DROP DATABASE IF EXISTS "{part}" WITH (FORCE)')
        if self._in_use(source):  # a server waits 5 s before it says so
            self._dump(source, part)
        else:
            try:
                self._order(f'CREATE DATABASE "{part}" TEMPLATE "{source}"')
            except EffectError as error:
                if "being accessed" not in str(error):
                    raise
                self._dump(source, part)
        self._order(f'ALTER DATABASE "{part}" RENAME TO "{target}"')

    def _in_use(self, name: str) -> bool:
        with self._connected("postgres") as admin:
            return bool(admin.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s LIMIT 1", [name]).fetchone())

    def _dump(self, source: str, target: str) -> None:
        self._order(f'CREATE DATABASE "{target}" TEMPLATE template0')
        try:
            dump_into(self._parts, source, target, self._open)
        except EffectError:
            self._order(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
            raise

    def begin(self, make: Callable[[Path], None] | None = None) -> None:  # noqa: ARG002 - as its contract has it
        """Make the first backup and the copy, unless they are there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.saved_exists(ROOT):
            self._copy(self._own, self.saved(ROOT))
        if not self.apply and self.work not in self._names():
            self._copy(self.saved(ROOT), self.work)

    def head(self) -> str:
        """Return what the state of the database is called."""
        return str(self.outcome("head") or self.history.finished())

    def outcome(self, key: str) -> str | None:
        """Return the outcome of the transaction that was done under a key, None where none was."""
        with self._connected(self.work) as connection:
            if connection.execute("SELECT to_regclass(%s)", [f"public.{JOURNAL}"]).fetchone()[0] is None:
                return None
            row = connection.execute(f"SELECT value FROM public.{JOURNAL} WHERE key = %s", [key]).fetchone()  # noqa: S608 - names are quoted
        return None if row is None else str(row[0])

    def rows_of(self, table: str, columns: str) -> list[list[Any]] | None:
        """Return all rows of a table, None where there is none."""
        with self._connected(self.work) as connection:
            if _one(connection, f"SELECT to_regclass('{table}')") is None:
                return None
            return [[*row] for row in connection.execute(f"SELECT {columns} FROM {table}").fetchall()]  # noqa: S608 - names of ours

    def note(self, sql: Sequence[str]) -> None:
        """Run what a tool notes, in a transaction of its own."""
        with self._connected(self.work) as connection, connection.transaction():
            self._statements(connection, sql)

    def transact(
        self,
        pragmas: Sequence[str],  # noqa: ARG002 - as its contract has it
        sql: Sequence[str],
        made: Entry,
        key: str,
        value: dict[str, Any],
        note: Sequence[str] = (),
    ) -> None:
        """Run statements, each behind a savepoint, and note their outcome, in one transaction.

        Raises:
            EffectError: A statement fails; none has happened.
        """
        with self._connected(self.work) as connection, connection.transaction():
            watch = Watch(connection)
            changed = self._statements(connection, sql)
            value |= {"changed": changed, "wrote": watch.wrote()}
            connection.execute("RESET search_path")  # a script that a dump has begun sets it to nothing
            self._statements(connection, note)
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

    def alone(self, sql: Sequence[str], made: Entry, key: str, value: dict[str, Any], note: Sequence[str] = ()) -> None:
        """Run statements that take no transaction; that they have begun is noted before, under `key` and a ?."""
        with self._connected(self.work) as connection:
            _note(connection, f"{key}?", made.parent, {})
            self.history.add(made)
            for one in (*sql, *note):
                connection.execute(one)
            value |= {"changed": 0, "wrote": None}
            _note(connection, key, made.head, value)

    def upper(self, table: str, above: int | None, rows: int, assigned: frozenset[str]) -> tuple[str, int | None, bool]:
        """Return the key by which a table is split, the highest of the next `rows` keys, and whether more follow.

        The highest is None where none is left; the key is "" where the table has no whole number as its primary key.
        """
        with self._connected(self.work) as connection:
            found = connection.execute(_PRIMARY, [table, quoted(table)]).fetchall()  # was it quoted?
            if len(found) != 1 or found[0][1] not in ("int2", "int4", "int8") or found[0][0].lower() in assigned:
                return "", None, False
            key, name = quoted(found[0][0]), found[0][2]
            where = "" if above is None else f" WHERE {key} > {above}"
            top = _one(connection, f"SELECT max({key}) FROM {name}")  # noqa: S608 - names are quoted
            high = _one(
                connection,
                f"SELECT max(k) FROM (SELECT {key} AS k FROM {name}{where} ORDER BY 1 LIMIT {rows}) n",  # noqa: S608 - names are quoted
            )
        return str(found[0][0]), high, high is not None and high < top

    def survey(self, only: Sequence[str] | None, name: str = "", *, anew: bool = True) -> dict[str, Json]:  # noqa: ARG002 - it always is
        """Look at tables of the schema "public": rows, digest, columns, and rows whose foreign key leads nowhere."""
        with self._connected(name or self.work) as connection:
            names = [str(row[0]) for row in connection.execute(_TABLES, [[*NOT_COUNTED]])]
            examined = names if only is None else [one for one in names if one in only]
            found: dict[str, Json] = {one: table_of(connection, one) for one in examined}
            rows = connection.execute(_SCHEMA, [[*NOT_COUNTED]] * 3).fetchall()
            return {
                "all": [*names], "tables": found, "broken": self._broken(connection),
                "schema": [[str(one) for one in row] for row in rows],
            }  # fmt: skip

    def _broken(self, connection: Any) -> dict[str, Json]:
        """Count rows whose key leads nowhere: of keys that the server itself has not validated."""
        found: dict[str, Json] = {}
        for _, child, parent, own, theirs in connection.execute(_KEYS).fetchall():
            on = " AND ".join(f"c.{quoted(one)} = p.{quoted(two)}" for one, two in zip(own, theirs, strict=True))
            there = " AND ".join(f"c.{quoted(one)} IS NOT NULL" for one in own)
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

    def whole(self) -> tuple[dict[str, Json], str]:
        """Read every row of all tables; the integrity is "ok": the server checks its own pages as they are read."""
        return self.survey(None), "ok"

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

    def build(self, head: str) -> None:
        """Make a state that the database has had in `scratch`: the nearest backup, and what was done from there on."""
        before = f"maker_{self._token}_"
        starts = {name.removeprefix(before) for name in self._names() if name.startswith(before)}
        way = self.history.way(starts - {"work", "part", "scratch", "restored", "old"}, head)
        self.drop_scratch()
        self._copy(self.saved(way[0].parent if way else head), self.scratch)
        kept, self.work = self.work, self.scratch
        try:
            if not way and head == ROOT:
                with self._connected(self.scratch) as connection:
                    _note(connection, "again", ROOT, {})
            for one in way:
                if _alone(one.sql):
                    self.alone(one.sql, one, f"again {one.head}", {})
                else:
                    self.transact((), one.sql, one, f"again {one.head}", {})
        finally:
            self.work = kept

    def swap(self, left: str) -> None:
        """Put what was built in the database's place; of one that was itself changed only if it is as it was left.

        Its name is taken from it first, so that no one writes to it after the look.

        Args:
            left: The digest that it has where no other program has written to it, "" not to look.

        Raises:
            EffectError: One has.
        """
        old = f"maker_{self._token}_old"
        self._order(
            f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)',
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.work}'",  # noqa: S608 - names are quoted
            f'ALTER DATABASE "{self.work}" RENAME TO "{old}"',
        )
        try:
            self._see_unmoved(old, left)
            self._order(f'ALTER DATABASE "{self.scratch}" RENAME TO "{self.work}"')
        except EffectError:
            self._order(f'ALTER DATABASE "{old}" RENAME TO "{self.work}"')
            raise
        self._order(f'DROP DATABASE "{old}" WITH (FORCE)')

    def _see_unmoved(self, name: str, left: str) -> None:
        found: Any = self.survey(None, name)["tables"] if left else {}
        if left and whole_digest({table: row[1] for table, row in found.items()}) != left:
            raise EffectError("state", MOVED)

    def drop_scratch(self) -> None:
        """Remove what was built."""
        self._order(f'DROP DATABASE IF EXISTS "{self.scratch}" WITH (FORCE)')

    def finish(self, head: str, digest: str) -> None:
        """Leave no table of maker's in a database that was itself changed."""
        if self.apply:
            self.history.finish(head, digest)
            with self._connected(self.work) as connection:
                connection.execute(f"DROP TABLE IF EXISTS public.{JOURNAL}")


def _alone(sql: Sequence[str]) -> bool:
    return any("concurrently" in one.lower() or one[:6].lower() == "vacuum" for one in sql)


def _one(connection: Any, sql: str) -> Any:
    row = connection.execute(sql).fetchone()
    return None if row is None else row[0]


def _note(connection: Any, key: str, head: str, value: Mapping[str, Any]) -> None:
    connection.execute(f"CREATE TABLE IF NOT EXISTS public.{JOURNAL} (key text PRIMARY KEY, value text NOT NULL)")
    for one in ((key, json.dumps(value)), ("head", head)):
        connection.execute(
            f"INSERT INTO public.{JOURNAL} VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value", one  # noqa: S608 - names are quoted
        )  # fmt: skip
