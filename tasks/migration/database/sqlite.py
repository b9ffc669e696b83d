"""Migrations in SQLite files. All is done in a thread; another may interrupt it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maker_engine.core.decomposition import Json
from maker_engine.effects.port import EffectError
from maker_engine.printable import one_line

from ..sql import PRAGMAS
from .canonical import JOURNAL, MOVED, quoted, whole_digest
from .history import ROOT, Entry, History
from .sqlite_errors import failed
from .sqlite_files import copied, flushed, in_wal, is_newer, reading, remove, same_pages
from .sqlite_parts import Altering, Parts, PartsFile, Written
from .sqlite_tables import BUSY_S, LARGE_CACHE, digest_now, has_table, readers, schema_digest, survey, tables_of

_PAGES = 4_096


class SqliteBase:
    """A database file, its copy or not, and the files beside it.

    Args:
        place: The database that the user named.
        folder: Where copies, backups and the history lie.
        apply: The database itself is worked on; else its copy.
    """

    def __init__(self, place: str, folder: Path, *, apply: bool) -> None:
        self.place = Path(place)
        self.folder = folder
        self.work = self.place.resolve() if apply else folder / "work.db"
        self.apply = apply
        self.scratch = folder / "scratch.db"
        self.history = History(folder, durable=apply)
        self._parts = PartsFile(folder / "parts.json", alone=not apply)
        self.stopped = False
        self._open: list[sqlite3.Connection] = []

    def interrupt(self) -> None:
        """Let what runs fail; at most its commit can still come through."""
        self.stopped = True
        for one in [*self._open]:
            one.interrupt()

    @contextmanager
    def _connected(self, path: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
        except sqlite3.Error as error:
            raise failed(path, error) from None
        self._open.append(connection)
        try:
            if path != self.place.resolve():  # of copies nothing is lost by a crash of the machine but the copy
                connection.execute("PRAGMA synchronous = OFF")
            yield connection
        except sqlite3.Error as error:
            raise failed(path, error) from None
        finally:
            self._open.remove(connection)
            connection.close()

    def _copy(self, source: Path, target: Path, mode: str = "rwc") -> None:
        """Copy a database whole or not at all, in one transaction of the target."""
        with self._connected(source, reading(source) if source == self.place else "rw") as one:
            one.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with self._connected(target, mode) as two:
                one.backup(two, pages=_PAGES, progress=self._progress, sleep=0.05)

    def _progress(self, *_: int) -> None:
        if self.stopped:
            raise sqlite3.OperationalError("interrupted")

    def _place(self, source: Path, target: Path) -> None:
        """Copy a database to a file that is not there before it is whole."""
        part = target.with_suffix(".part")
        remove(part)
        try:
            if source.parent != self.folder or not copied(source, part):
                self._copy(source, part)
            if self.apply:  # a copy is not waited for
                flushed(part)
            remove(target)
            part.replace(target)
        except OSError as error:
            raise EffectError("disk", one_line(f"{target}: {error.strerror}")) from None
        finally:
            part.unlink(missing_ok=True)

    def saved_exists(self, head: str) -> bool:
        """Return whether there is a backup of a state."""
        return self.saved(head).exists()

    def saved(self, head: str) -> Path:
        """Return the file of the backup of a state."""
        return self.folder / f"backup-{head}.db"

    def begin(self, make: Callable[[Path], None] | None = None) -> None:
        """Make the first backup and the copy, unless they are there.

        Args:
            make: Writes the database that is copied, where it is maker's own.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        base = self.saved(ROOT)
        if make is None and is_newer(self.place):
            raise failed(self.place, sqlite3.DatabaseError("unsupported file format"))
        if not base.exists():
            if make is not None:
                part = base.with_suffix(".made")
                part.unlink(missing_ok=True)
                make(part)
                part.replace(base)
            else:
                self._place(self.place, base)
        if not self.apply and not self.work.exists():
            self._place(base, self.work)
        if self.apply:
            with self._connected(self.work) as connection:  # that it can be written shows before anything is done
                connection.executescript("BEGIN IMMEDIATE; CREATE TABLE maker_probe (a); ROLLBACK")

    def head(self) -> str:
        """Return what the state of the database is called."""
        return str(self._noted("head") or self.history.finished())

    def _noted(self, key: str) -> str | None:
        with self._connected(self.work, "rw") as connection:
            if not has_table(connection, JOURNAL):
                return None
            row = connection.execute(f"SELECT value FROM {JOURNAL} WHERE key = ?", [key]).fetchone()  # noqa: S608 - names are quoted
        return None if row is None else str(row[0])

    def outcome(self, key: str) -> str | None:
        """Return the outcome of the transaction that was done under a key, None where none was."""
        return self._noted(key)

    def rows_of(self, table: str, columns: str) -> list[list[Any]] | None:
        """Return all rows of a table, None where there is none; FILE.TABLE is in FILE.db beside the database."""
        file, _, name = table.rpartition(".")
        path = self.place.with_name(f"{file}.db") if file else self.work
        if not path.exists():
            return None
        with self._connected(path, "ro" if file else "rw") as connection:
            if not has_table(connection, name):
                return None
            return [[*row] for row in connection.execute(f"SELECT {columns} FROM {name}")]  # noqa: S608 - names of ours

    def note(self, sql: Sequence[str]) -> None:
        """Run what a tool notes, in a transaction of its own."""
        with self._connected(self.work) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._statements(connection, sql, Written())
            connection.execute("COMMIT")

    def transact(
        self,
        pragmas: Sequence[str],
        sql: Sequence[str],
        made: Entry,
        key: str,
        value: dict[str, Any],
        note: Sequence[str] = (),
    ) -> None:
        """Run statements, each behind a savepoint, and note their outcome, in one transaction.

        Args:
            pragmas: What is set before it.
            sql: The statements.
            made: What the history keeps of it.
            key: Under which its value is noted.
            value: Its value; "changed" and "wrote" are put in.
            note: Statements by which a tool notes it, which are counted in neither.

        Raises:
            EffectError: A statement fails; none has happened.
        """
        with self._connected(self.work) as connection:
            wrote = Written()
            for pragma in pragmas:
                if not PRAGMAS.match(pragma):
                    raise EffectError("sql", f"{one_line(pragma, 60)} is not taken")
                connection.execute(pragma)
            connection.execute("BEGIN IMMEDIATE")
            before = connection.total_changes
            self._statements(connection, sql, wrote)
            wrote.tables.pop(JOURNAL, None)
            value |= {"changed": connection.total_changes - before, "wrote": sorted(wrote.tables)}
            self._statements(connection, note, Written())
            self.history.add(made)
            _note(connection, key, made.head, value)
            if self.stopped:
                raise EffectError("state", "interrupted")
            connection.execute("COMMIT")
        if self.work != self.scratch:
            self._parts.go_on(made.parent, made.head, wrote)

    def alone(self, sql: Sequence[str], made: Entry, key: str, value: dict[str, Any], note: Sequence[str] = ()) -> None:
        """Run statements that take no transaction; that they have begun is noted before, under `key` and a ?."""
        for one in sql:
            if one.strip().lower() != "vacuum":  # into a file it would write anywhere
                raise EffectError("sql", f"{one_line(one, 60)} is not taken")
        with self._connected(self.work) as connection:
            _note(connection, f"{key}?", made.parent, {})
            self.history.add(made)
            for one in (*sql, *note):
                connection.execute(one)
            value |= {"changed": 0, "wrote": None}
            _note(connection, key, made.head, value)

    def _statements(self, connection: sqlite3.Connection, sql: Sequence[str], wrote: Written) -> None:
        altering = Altering(connection)
        for number, one in enumerate(sql, 1):
            if self.stopped:
                raise EffectError("state", "interrupted")
            if len(sql) > 1:
                connection.execute("SAVEPOINT change")
            connection.set_authorizer(wrote.authorize)
            try:
                connection.execute(one).fetchall()
            except sqlite3.Error as error:
                raise failed(self.work, error, f"statement {number}: {one_line(one, 60)}") from None
            finally:
                connection.set_authorizer(None)
            altering.note(connection, wrote)
            if len(sql) > 1:
                connection.execute("RELEASE change")

    def upper(self, table: str, above: int | None, rows: int, assigned: frozenset[str]) -> tuple[str, int | None, bool]:
        """Return the key by which a table is split, the highest of the next `rows` keys, and whether more follow.

        The highest is None where none is left; the key is "" where the table has none, or one that is `assigned`.
        """
        with self._connected(self.work) as connection:
            name = quoted(table)
            columns = connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
            keys = {str(row[1]).lower() for row in columns if row[5]}
            if keys & assigned or any(str(row[1]).lower() == "rowid" for row in columns):  # a column hides the number
                return "", None, False
            try:
                where = "" if above is None else f" WHERE rowid > {above}"
                top = connection.execute(f"SELECT max(rowid) FROM {name}").fetchone()[0]  # noqa: S608 - names are quoted
                inner = f"SELECT rowid AS k FROM {name}{where} ORDER BY rowid LIMIT {rows}"  # noqa: S608 - names are quoted
                high = connection.execute(f"SELECT max(k) FROM ({inner})").fetchone()[0]  # noqa: S608 - names are quoted
            except sqlite3.OperationalError:  # a table without row ids, or a view
                return "", None, False
        return "rowid", high, high is not None and high < top

    def survey(self, only: Sequence[str] | None, path: Path | None = None, *, anew: bool = False) -> dict[str, Json]:
        """Look at tables: rows, digest, columns, and rows whose foreign key leads nowhere.

        Args:
            only: The tables that may have changed, None for all.
            path: Another file than the database.
            anew: Every row is read, whatever is known of the state.
        """
        place = path or self.work
        head = "" if path is not None else self.head()
        with (
            self._connected(place) as connection,
            readers(connection, partial(self._connected, place), place.stat().st_size) as submit,
        ):
            parts = Parts() if path is not None or anew else self._parts.of(head)
            result, found = survey(connection, submit, only, parts)
        if path is None:
            parts.head, parts.examined = head, True
            parts.tables |= found
            self._parts.keep(parts)
        return result

    def whole(self) -> tuple[dict[str, Json], str]:
        """Read every row of all tables anew, and have the file's structure checked beside; return what both give."""
        with ThreadPoolExecutor(1) as beside:
            checked = beside.submit(self.integrity)
            found = self.survey(None, anew=True)
            integrity = checked.result()
        if integrity == "ok":
            self._parts.checked(self.head())
        return found, integrity

    def verify(self, sql: Sequence[str]) -> str:
        """Run statements that check, and take back whatever they do; return what failed, "" for nothing."""
        with self._connected(self.work) as connection:
            connection.execute("BEGIN")
            try:
                self._statements(connection, sql, Written())
            except EffectError as error:
                if self.stopped:
                    raise
                return str(error)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        return ""

    def integrity(
        self, path: Path | None = None, check: str = "integrity_check", tables: Sequence[str] | None = None
    ) -> str:
        """Return "ok", or the first thing that SQLite finds wrong with the file, or with some tables of it."""
        with self._connected(path or self.work) as connection:
            connection.execute(LARGE_CACHE)
            names = ["1"] if tables is None else [quoted(name) for name in tables_of(connection) if name in tables]
            found = (str(connection.execute(f"PRAGMA {check}({name})").fetchone()[0]) for name in names)
            return next((one for one in found if one != "ok"), "ok")

    def save(self, head: str, digest: str) -> dict[str, Json]:
        """Back the database up, restore the backup elsewhere, and hold what was restored against the database.

        Args:
            head: What its state is called.
            digest: That of its rows, "" where it is not known. It is that of the restored file, too, where every page
                is the same; where that cannot be seen, or others may have written, every row is read anew.
        """
        if not self.saved(head).exists():
            self._place(self.work, self.saved(head))
        restored = self.folder / "restored.db"
        try:
            self._place(self.saved(head), restored)
            if self.apply or not digest or in_wal(self.work) or not same_pages(self.work, restored):
                found: Any = self.survey(None, restored)["tables"]
                whole = whole_digest({name: row[1] for name, row in found.items()})
                return {"digest": whole, "integrity": self.integrity(restored)}
            integrity = self.integrity(restored, "quick_check", self._parts.of(head).unchecked)
            if integrity == "ok":
                self._parts.checked(head)
            return {"digest": digest, "integrity": integrity}
        finally:
            restored.unlink(missing_ok=True)

    def build(self, head: str) -> None:
        """Make a state that the database has had in `scratch`: the nearest backup, and what was done from there on."""
        starts = {path.stem.removeprefix("backup-") for path in self.folder.glob("backup-*.db")}
        way = self.history.way(starts, head)
        start = way[0].parent if way else head
        self._place(self.saved(start), self.scratch)
        kept, self.work = self.work, self.scratch
        try:
            if not way and start == ROOT:
                with self._connected(self.scratch) as connection:
                    _note(connection, "again", ROOT, {})
            for one in way:
                pragmas = [sql for sql in one.sql if sql[:6].upper() == "PRAGMA"]
                sql = [sql for sql in one.sql if sql[:6].upper() not in ("PRAGMA", "VACUUM")]
                self.transact(pragmas, sql, one, f"again {one.head}", {})
        finally:
            self.work = kept

    def swap(self, left: str) -> None:
        """Put what was built in the database's place; of one that was itself changed only if it is as it was left.

        Args:
            left: The digest that it has where no other program has written to it, "" not to look.

        Raises:
            EffectError: One has.
        """
        schema = self.history.schema() if left and self._noted("head") is None else ""  # of a run that has ended
        with self._connected(self.scratch) as source, self._connected(self.work) as target:
            if left:
                target.execute("PRAGMA locking_mode = EXCLUSIVE")  # held from this look to the end of the copy
                target.execute("BEGIN EXCLUSIVE")
                moved = digest_now(target) != left or schema not in ("", schema_digest(target))
                target.execute("ROLLBACK")
                if moved:
                    raise EffectError("state", MOVED)
            self._parts.forget()
            source.backup(target, pages=_PAGES, progress=self._progress, sleep=0.05)

    def drop_scratch(self) -> None:
        """Remove what was built."""
        remove(self.scratch)

    def finish(self, head: str, digest: str) -> None:
        """Leave no table of maker's in a database that was itself changed."""
        if self.apply:
            with self._connected(self.work) as connection:
                self.history.finish(head, digest, schema_digest(connection))
                connection.execute(f"DROP TABLE IF EXISTS {JOURNAL}")


def _note(connection: sqlite3.Connection, key: str, head: str, value: dict[str, Any]) -> None:
    connection.execute(f"CREATE TABLE IF NOT EXISTS {JOURNAL} (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    rows = [(key, json.dumps(value)), ("head", head)]
    connection.executemany(f"INSERT OR REPLACE INTO {JOURNAL} VALUES (?, ?)", rows)  # noqa: S608 - names are quoted
