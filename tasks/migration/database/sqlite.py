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
from .canonical import JOURNAL, whole_digest
from .history import ROOT, Entry, History
from .sqlite_columns import quoted
from .sqlite_files import copied, counter_of, failed, flushed, same_pages
from .sqlite_parts import Altering, Parts, Written, load, save
from .sqlite_tables import BUSY_S, digest_of, readers, survey, tables_of

_PAGES = 4_096
_CACHE_KIB = 65_536
_NEVER = {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT}


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
        self.history = History(folder, durable=apply)
        self._parts = folder / "parts.json"
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
            connection.execute(f"PRAGMA cache_size = {-_CACHE_KIB}")
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
        with (
            self._connected(source, "ro" if source == self.place else "rw") as one,
            self._connected(target, mode) as two,
        ):
            one.execute("SELECT count(*) FROM sqlite_master").fetchone()
            one.backup(two, pages=_PAGES, progress=self._progress, sleep=0.05)

    def _progress(self, *_: int) -> None:
        if self.stopped:
            raise sqlite3.OperationalError("interrupted")

    def _place(self, source: Path, target: Path) -> None:
        """Copy a database to a file that is not there before it is whole."""
        part = target.with_suffix(".part")
        part.unlink(missing_ok=True)
        try:
            if source.parent != self.folder or not copied(source, part):
                self._copy(source, part)
            if self.apply:  # a copy is not waited for
                flushed(part)
            part.replace(target)
        except OSError as error:
            raise EffectError("disk", one_line(f"{target}: {error.strerror}")) from None
        finally:
            part.unlink(missing_ok=True)

    def saved_exists(self, head: str) -> bool:
        """Tell whether there is a backup of a state."""
        return self.saved(head).exists()

    def has_moved(self) -> bool:
        """Tell whether others have changed the database since the last transaction of this run."""
        noted = self._noted("version")
        if noted is not None:
            return int(noted) != counter_of(self.work)
        return digest_of(self.work)[0] != self.history.finished()[1]

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

    def head(self) -> str:
        """Return what the state of the database is called."""
        return str(self._noted("head") or self.history.finished()[0])

    def _noted(self, key: str) -> str | None:
        with self._connected(self.work, "rw") as connection:
            if not _has_journal(connection):
                return None
            row = connection.execute(f"SELECT value FROM {JOURNAL} WHERE key = ?", [key]).fetchone()  # noqa: S608 - names are quoted
        return None if row is None else str(row[0])

    def outcome(self, key: str) -> str | None:
        """Return the outcome of the transaction that was done under a key, None where none was."""
        return self._noted(key)

    def transact(
        self, pragmas: Sequence[str], sql: Sequence[str], made: Entry, key: str, value: dict[str, Any]
    ) -> None:
        """Run statements, each behind a savepoint, and note their outcome, in one transaction.

        Args:
            pragmas: What is set before it.
            sql: The statements.
            made: What the history keeps of it.
            key: Under which its value is noted.
            value: Its value; "changed" and "wrote" are put in.

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
            before, counter = connection.total_changes, counter_of(self.work)
            self._statements(connection, sql, wrote)
            wrote.tables.pop(JOURNAL, None)
            value |= {"changed": connection.total_changes - before, "wrote": sorted(wrote.tables)}
            self.history.add(made)
            _note(connection, key, made.head, value, counter + 1)
            if self.stopped:
                raise EffectError("state", "interrupted")
            connection.execute("COMMIT")
        if (parts := self._known(made.parent)).head:
            parts.go_on(made.head, wrote.tables)
            save(self._parts, parts)

    def _known(self, head: str) -> Parts:
        """Return what is known of the columns in a state; of a database to which others may write, nothing."""
        return Parts() if self.apply else load(self._parts, head)

    def alone(self, sql: Sequence[str], made: Entry, key: str, value: dict[str, Any]) -> None:
        """Run statements that take no transaction; that they have begun is noted before, under `key` and a ?."""
        for one in sql:
            if one.strip().lower() != "vacuum":  # into a file it would write anywhere
                raise EffectError("sql", f"{one_line(one, 60)} is not taken")
        with self._connected(self.work) as connection:
            _note(connection, f"{key}?", made.parent, {})
            self.history.add(made)
            for one in sql:
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
            connection.set_authorizer(partial(_allowed, wrote))
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
            keys = {str(row[1]).lower() for row in connection.execute(f"PRAGMA table_info({name})") if row[5]}
            if keys & assigned:
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
            parts = Parts() if path is not None or anew else self._known(head)
            result, found = survey(connection, submit, only, parts)
        if path is None and not self.apply:
            parts.head, parts.examined = head, True
            parts.tables |= found
            save(self._parts, parts)
        return result

    def whole(self) -> tuple[dict[str, Json], str]:
        """Read every row of all tables anew, and have the file's structure checked beside; return what both give."""
        with ThreadPoolExecutor(1) as beside:
            checked = beside.submit(self.integrity)
            found = self.survey(None, anew=True)
            integrity = checked.result()
        if integrity == "ok":
            self._checked()
        return found, integrity

    def _checked(self) -> None:
        if (parts := self._known(self.head())).head:
            parts.unchecked = []
            save(self._parts, parts)

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
            names = ["1"] if tables is None else [quoted(name) for name in tables_of(connection) if name in tables]
            found = (str(connection.execute(f"PRAGMA {check}({name})").fetchone()[0]) for name in names)
            return next((one for one in found if one != "ok"), "ok")

    def save(self, head: str, digest: str) -> dict[str, Json]:
        """Back the database up, restore the backup elsewhere, and hold what was restored against the database.

        Args:
            head: What its state is called.
            digest: That of its rows, "" where it is not known. It is that of the restored file, too, where every page
                is the same; where that cannot be seen, every row is read anew.
        """
        if not self.saved(head).exists():
            self._place(self.work, self.saved(head))
        restored = self.folder / "restored.db"
        try:
            self._place(self.saved(head), restored)
            if not digest or counter_of(self.work) < 0:
                return self._read_anew(restored)
            unchecked = self._known(head).unchecked
            with ThreadPoolExecutor(1) as beside:
                checked = beside.submit(self.integrity, restored, "quick_check", unchecked)
                same = same_pages(self.work, restored)
                integrity = checked.result()
            if not same:
                return self._read_anew(restored)
            if integrity == "ok":
                self._checked()
            return {"digest": digest, "integrity": integrity}
        finally:
            restored.unlink(missing_ok=True)

    def _read_anew(self, restored: Path) -> dict[str, Json]:
        found: Any = self.survey(None, restored)["tables"]
        return {"digest": whole_digest({name: row[1] for name, row in found.items()}),
                "integrity": self.integrity(restored)}  # fmt: skip

    def remake(self, head: str) -> None:
        """Put the database back into a state that it has had: the nearest backup, and what was done from there on."""
        starts = {path.stem.removeprefix("backup-") for path in self.folder.glob("backup-*.db")}
        way = self.history.way(starts, head)
        start = way[0].parent if way else head
        scratch = self.folder / "scratch.db"
        self._place(self.saved(start), scratch)
        self._parts.unlink(missing_ok=True)  # the same statements need not give the same rows
        kept, self.work = self.work, scratch
        try:
            if not way and start == ROOT:
                with self._connected(scratch) as connection:
                    _note(connection, "again", ROOT, {})
            for one in way:
                pragmas = [sql for sql in one.sql if sql[:6].upper() == "PRAGMA"]
                sql = [sql for sql in one.sql if sql[:6].upper() not in ("PRAGMA", "VACUUM")]
                self.transact(pragmas, sql, one, f"again {one.head}", {})
        finally:
            self.work = kept
        try:
            self._copy(scratch, self.work, "rw")
        finally:
            scratch.unlink(missing_ok=True)

    def finish(self, head: str, digest: str) -> None:
        """Leave no table of maker's in a database that was itself changed."""
        if self.apply:
            self.history.finish(head, digest)
            with self._connected(self.work) as connection:
                connection.execute(f"DROP TABLE IF EXISTS {JOURNAL}")


def _allowed(wrote: Written, action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in _NEVER or (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
        return sqlite3.SQLITE_DENY
    wrote.authorized(action, first, second)
    return sqlite3.SQLITE_OK


def _has_journal(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [JOURNAL])
    return found.fetchone() is not None


def _note(connection: sqlite3.Connection, key: str, head: str, value: dict[str, Any], counter: int = 0) -> None:
    connection.execute(f"CREATE TABLE IF NOT EXISTS {JOURNAL} (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    rows = [(key, json.dumps(value)), ("head", head), ("version", str(counter))]
    connection.executemany(f"INSERT OR REPLACE INTO {JOURNAL} VALUES (?, ?)", rows)  # noqa: S608 - names are quoted
