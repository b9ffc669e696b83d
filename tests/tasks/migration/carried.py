"""Random statements on random tables: what is carried over from column to column is held against all rows, read anew.

    python -m tests.tasks.migration.carried 500        # so many databases, 40 transactions each

It prints the number of each database that differs, by which it can be made again.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from maker_tasks.migration.database.canonical import JOURNAL, quoted
from maker_tasks.migration.database.history import entry
from maker_tasks.migration.database.sqlite import SqliteBase

from maker_engine.effects.port import EffectError

VALUES = (
    "NULL", "0", "-7", "2.5", "-0.0", "9e999", "9007199254740993", "'x'", "'a,b'", "'it''s'", "x'00ff'", "'5'", "'A'",
    "CAST(x'ff27' AS TEXT)", "char(0) || 'q'", "char(1)", "''", "'a'",
)  # fmt: skip
TYPES = ("INT", "TEXT", "REAL", "BLOB", "NUMERIC", "", "VARCHAR(9) COLLATE NOCASE")
ACTIONS = ("CASCADE", "SET NULL", "SET DEFAULT", "NO ACTION")
NAMES = ("r", "rowid", "c 1", "t 9")
WHERE = ("", " WHERE {two} > {value}", " WHERE {two} IS {value}", " WHERE abs(random()) % 3 = 0")
GIVEN = ("{value}", "{two}", "-{two}", "{two} || 'z'")
UPDATES = (
    "UPDATE{or} {table} SET {one} = {given}{where}", "UPDATE{or} {table} SET {one} = {given}, {two} = {value}",
    "UPDATE {table} SET {one} = {given}{where}", "INSERT{or} INTO {table} ({columns}) VALUES ({row})",
)  # fmt: skip
STATEMENTS = (
    "INSERT INTO {table} ({columns}) VALUES ({row}) ON CONFLICT DO UPDATE SET {one} = {value}",
    "UPDATE {table} SET rowid = rowid + 3", "DELETE FROM {table}{where}", "DROP TABLE {table}",
    "ALTER TABLE {table} RENAME COLUMN {one} TO {name}", "ALTER TABLE {table} RENAME TO {name}",
    "ALTER TABLE {table} ADD COLUMN n{number} {type} DEFAULT 'd'", "ALTER TABLE {table} DROP COLUMN {one}",
    "CREATE INDEX i{number} ON {table} ({one} DESC, {two})", "CREATE TABLE s{number} AS SELECT * FROM {table}",
    "CREATE TRIGGER t{number} AFTER UPDATE ON {table} BEGIN DELETE FROM {other} WHERE rowid = 2; END",
    "CREATE TRIGGER t{number} AFTER INSERT ON {other} BEGIN UPDATE {table} SET {one} = {value}; END",
    "INSERT INTO v_text VALUES ({value}, 'w w')", "UPDATE v_text SET a = {value}",
    "INSERT INTO v_tree VALUES (NULL, 1, 9)", "DELETE FROM v_tree WHERE id % 2",
)  # fmt: skip
ENCODINGS = ("UTF-8", "UTF-8", "UTF-16le")
VIRTUAL = "CREATE VIRTUAL TABLE v_text USING fts5 (a, b); CREATE VIRTUAL TABLE v_tree USING rtree (id, x, y);"


class Dice(random.Random):
    """Makes statements."""

    def table(self, name: str, parents: list[str]) -> str:
        """Make a table with any kind of key."""
        columns = [f'"c {n}" {self.choice(TYPES)}{self.choice(["", "", " UNIQUE", " UNIQUE ON CONFLICT REPLACE"])}'
                   for n in range(self.randint(1, 4))]  # fmt: skip
        kind, end = self.choice(("number", "number", "none", "key", "words")), ""
        if kind == "number":
            columns.insert(0, f"id INTEGER PRIMARY KEY{self.choice(['', ' DESC', ' AUTOINCREMENT'])}")
        if parents and self.random() < 0.5:
            on = f"ON DELETE {self.choice(ACTIONS)} ON UPDATE {self.choice(ACTIONS)}"
            columns.append(f"fk INT REFERENCES {quoted(self.choice(parents))} (id) {on}")
        if self.random() < 0.2:
            columns.append(f"g AS (\"c 0\" || 'g') {self.choice(['VIRTUAL', 'STORED'])}")
        if kind == "key":
            columns.append(f'PRIMARY KEY ("c 0"{self.choice(["", " COLLATE NOCASE", " COLLATE BINARY"])})')
        if kind == "words":
            columns.insert(0, f"k TEXT COLLATE {self.choice(['NOCASE', 'BINARY', 'RTRIM'])} NOT NULL")
            columns.append(f"PRIMARY KEY (k COLLATE {self.choice(['NOCASE', 'BINARY'])})")
            end = self.choice(("", " WITHOUT ROWID"))
        return f"CREATE TABLE {quoted(name)} ({', '.join(columns)}){end}"

    def statement(self, tables: dict[str, list[str]], number: str) -> str:
        """Make a statement on one of the tables; many fail."""
        name = self.choice(sorted(tables))
        columns = [quoted(one) for one in tables[name]] or ["rowid"]
        row = ", ".join(str(self.randint(1, 9)) if one == '"id"' else self.choice(VALUES) for one in columns)
        parts = {
            "table": quoted(name), "one": self.choice(columns), "two": self.choice(columns), "row": row,
            "value": self.choice(VALUES), "columns": ", ".join(columns), "other": quoted(self.choice(sorted(tables))),
            "name": quoted(self.choice(NAMES)), "type": self.choice(TYPES), "number": number,
            "or": self.choice(("", " OR REPLACE", " OR IGNORE")),
        }  # fmt: skip
        parts["where"] = self.choice(WHERE).format(**parts)
        parts["given"] = self.choice(GIVEN).format(**parts)
        sql = self.choice((*UPDATES, *UPDATES, *STATEMENTS, ""))
        return sql.format(**parts) or self.table(f"m{number}", [name])


def differs(seed: int, folder: Path, most: int = 40) -> str:
    """Run transactions of random statements; return what differs after one of them, "" for nothing."""
    dice, path = Dice(seed), folder / f"{seed}.db"
    made = [dice.table(f"t{n}", [f"t{n - 1}"] if n else []) for n in range(3)]
    with closing(sqlite3.connect(path)) as one:
        one.executescript(f"PRAGMA encoding = '{dice.choice(ENCODINGS)}'; {VIRTUAL} {'; '.join(made)};")
    base = SqliteBase(str(path), folder / str(seed), apply=False)
    base.begin()
    first = base.survey(None)
    known, broken = first["tables"], first["broken"]
    for number in range(most):
        with closing(sqlite3.connect(base.work)) as one:
            names = [name for name in first["all"] if name[:2] != "v_" and name != JOURNAL] or ["v_text"]
            tables = {name: [row[1] for row in one.execute(f"PRAGMA table_info({quoted(name)})")] for name in names}
        sql = [dice.statement(tables, f"{number}_{part}") for part in range(dice.choice((1, 1, 2, 4)))]
        pragmas, value = dice.choice(([], ["PRAGMA foreign_keys = ON"], ["PRAGMA legacy_alter_table = ON"])), {}
        try:
            base.transact(pragmas, sql, entry(base.head(), [*sql, str(number)]), f"{number}", value)
        except EffectError as error:
            if "statement" not in str(error) and "constraint" not in str(error):
                return f"{sql}: {error}"
            continue
        first = base.survey(value["wrote"])
        known = {name: first["tables"].get(name) or known[name] for name in first["all"]}
        broken = {**broken, **first["broken"]}
        anew = base.survey(None, anew=True)
        wrong = [name for name in anew["all"] if anew["tables"][name] != known[name]]
        wrong += [name for name, count in anew["broken"].items() if count != broken.get(name, 0)]
        if wrong:
            return f"database {seed}, transaction {number}, {pragmas} {sql}: {wrong}"
    return ""


def main() -> int:
    """Try so many databases as is asked for; return 1 where anything differs."""
    found = []
    for seed in range(int((*sys.argv[1:], "100")[0])):
        with tempfile.TemporaryDirectory() as folder:
            found.append(differs(seed, Path(folder)))
    words = "\n".join(one for one in found if one)
    print(f"{words}\n{len(found)} databases")  # noqa: T201 - a harness
    return bool(words)


if __name__ == "__main__":
    sys.exit(main())
