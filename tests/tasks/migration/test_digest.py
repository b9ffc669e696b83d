"""The digest: what its documentation says, made by other code; and that of parts is that of the whole."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from itertools import groupby
from pathlib import Path

from maker_tasks.migration.database.sqlite_tables import digest_of

from tests.tasks.migration.carried import differs
from tests.tasks.migration.driven import driven, loaded, sqitch

TABLES = {
    "numbers": "(id INTEGER PRIMARY KEY, n INTEGER, r REAL, t TEXT NOT NULL, any_ BLOB)",
    "words": "(word TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER) WITHOUT ROWID",
    "pairs": "(a TEXT, b TEXT, c TEXT, PRIMARY KEY (a, b))",
    "bag": "(x, y)",
    "made": "(id INTEGER PRIMARY KEY, n INT, twice INT AS (n * 2) STORED)",
    "none": "(id INTEGER PRIMARY KEY, n INT)",
    "wide": f"(id INTEGER PRIMARY KEY, {', '.join(f'c{n} TEXT' for n in range(500))})",
}
ODD = ["", "a,b", "it's", "x\0y", "x\0z", "\1", "'", "',\0'", "ü", "NULL", "5", ",", "\1,\0"]
MIXED = [None, 5, -7, 2**62, 5.0, 0.1 + 0.2, 1e300, -1e-300, b"", b"\0'", "5", "5.0", "NULL", b"5"]


def fill(path: Path, turn: int = 0, rows_more: int = 10) -> None:
    """Write the tables; `turn` is another order of rows and columns."""
    rows = {
        "numbers": [(n, n % 7 if n % 3 else MIXED[n % 14], n / 3, ODD[n % 13], MIXED[n % 14]) for n in range(-40, 40)],
        "words": [(chr(65 + n % 26) + ("" if n < 26 else "b"), n) for n in range(40)],
        "pairs": [(None, None, "p"), (None, None, "o"), (None, "b", None), ("a", "b", "c"), ("a", "c", "y" * 50_000)],
        "bag": [(one, ODD[n % 13]) for n, one in enumerate(MIXED)] + [(1, 1), (1, 1), (1.0, 1), ("1", 1)],
    }
    rows["numbers"] += [(n, n, None, "plain", None) for n in range(40, 40 + rows_more)]
    with closing(sqlite3.connect(path)) as one, one:
        for name in reversed(TABLES) if turn else TABLES:
            columns = TABLES[name]
            if turn and name == "bag":
                columns = "(y, x)"
            one.execute(f"CREATE TABLE {name} {columns}")
        one.execute("CREATE INDEX by_n ON numbers (n, id)")
        for name, given in rows.items():
            into = {"bag": "bag (x, y)"}.get(name, name)
            one.executemany(
                f"INSERT INTO {into} VALUES ({', '.join('?' * len(given[0]))})",  # noqa: S608 - names of this file
                given[:: -1 if turn else 1],
            )
        one.executemany("INSERT INTO made VALUES (?, ?)", [(1, 3), (2, None)])
        one.execute("INSERT INTO wide (id, c7) VALUES (1, 'x')")
        if turn:
            one.execute("DELETE FROM numbers WHERE id < 0")
            one.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", [row for row in rows["numbers"] if row[0] < 0]
            )


def outside(path: Path) -> str:
    """Make the digest by its documentation alone."""
    with closing(sqlite3.connect(path)) as one:

        def written(value):
            if isinstance(value, int | str):
                return f"{value}".encode() if isinstance(value, int) else b"'%b'" % value.replace("'", "''").encode()
            return one.execute("SELECT quote(?)", [value]).fetchone()[0].encode()

        lines = b""
        for name in sorted(TABLES):
            info = one.execute(f"PRAGMA table_xinfo({name})").fetchall()
            columns = sorted(row[1] for row in info)
            key = [row[1] for row in sorted(info, key=lambda row: row[5]) if row[5]]
            order = f" ORDER BY {', '.join(key)}" if key else ""
            found = [
                dict(zip(columns, row, strict=True))
                for row in one.execute(f"SELECT {', '.join(columns)} FROM {name}{order}")  # noqa: S608 - names of this file
            ]
            groups = groupby(found, lambda row, key=key: [row[column] for column in key])
            rows = [row for _, some in groups for row in sorted([*map(written, row.values())] for row in some)]
            table = f"table {json.dumps(name)} {len(rows)} {json.dumps(key)}\n"
            for at, column in enumerate(columns):
                texts = [row[at] for row in rows]
                blocks = [sha256(b",".join(texts[n : n + 10_000])).digest() for n in range(0, len(texts), 10_000)]
                table += f"{json.dumps(column)} {sha256(b''.join(blocks)).hexdigest()}\n"
            lines += f"{json.dumps(name)} {sha256(table.encode()).hexdigest()}\n".encode()
        return sha256(lines).hexdigest()


def test_the_digest_is_what_its_documentation_says_in_any_order(tmp_path, monkeypatch):
    """Other code makes the same digest, in any order, of a wide table, and of values too long to join."""
    for turn in (0, 1):
        fill(tmp_path / f"{turn}.db", turn, 10_050)
    found = digest_of(tmp_path / "0.db")
    assert found[0] == outside(tmp_path / "0.db")
    monkeypatch.setattr("maker_tasks.migration.database.sqlite_columns.LONGEST", 40_000)
    assert digest_of(tmp_path / "1.db") == found


DIFFERENCES = (
    "UPDATE numbers SET t = (SELECT t FROM numbers o WHERE o.id = 77 - numbers.id) WHERE id IN (38, 39)",
    "UPDATE numbers SET t = 'x' || char(0) || 'w' WHERE t = 'x' || char(0) || 'z'",
    "UPDATE numbers SET any_ = 5.0 WHERE typeof(any_) = 'integer'",
    "UPDATE numbers SET any_ = CAST(any_ AS BLOB) WHERE typeof(any_) = 'text'",
    "UPDATE numbers SET n = NULL WHERE id = 45",
    "UPDATE numbers SET r = r + 1e-13 WHERE id = 3",
    "UPDATE bag SET x = 1.0 WHERE typeof(x) = 'integer'",
    "DELETE FROM bag WHERE rowid = (SELECT max(rowid) FROM bag WHERE x = 1)",
    "UPDATE words SET word = lower(word) WHERE n = 3",
)


def test_every_difference_is_seen(tmp_path):
    """Values that change places, types, their last digit, what is behind a NUL, and a row less: another digest."""
    fill(path := tmp_path / "a.db")
    seen = [digest_of(path)[0]]
    with closing(sqlite3.connect(path, isolation_level=None)) as one:
        for sql in DIFFERENCES:
            assert one.execute(sql).rowcount > 0
            assert digest_of(path)[0] not in seen, sql
            seen.append(digest_of(path)[0])


SET_UP = """
CREATE TABLE p (id INTEGER PRIMARY KEY, u TEXT UNIQUE, a INT, b INT, g INT);
CREATE TABLE k (id INTEGER PRIMARY KEY, p INT REFERENCES p (id) ON UPDATE CASCADE, v INT);
CREATE TABLE loose (x INT, y INT, a TEXT);
CREATE TABLE made (id INTEGER PRIMARY KEY, n INT, twice INT AS (n * 2));
CREATE TRIGGER t AFTER UPDATE OF g ON p BEGIN UPDATE k SET v = new.g WHERE p = new.id; END;
CREATE TABLE cases (a TEXT COLLATE NOCASE NOT NULL, v INT, w INT, PRIMARY KEY (a COLLATE BINARY));
CREATE INDEX by_a ON cases (a, w);
INSERT INTO cases VALUES ('a', 1, 1), ('A', 2, 2), ('b', 3, 3), ('B', 4, 4);
CREATE VIRTUAL TABLE texts USING fts5 (a, content = 'loose', content_rowid = 'x');
CREATE VIRTUAL TABLE notes USING fts5 (a, b);
"""
CHANGES = (
    "UPDATE p SET a = b",
    "ALTER TABLE p RENAME COLUMN a TO c; ALTER TABLE p RENAME COLUMN b TO a; ALTER TABLE p RENAME COLUMN c TO b",
    "UPDATE p SET g = 7 WHERE id < 5",
    "PRAGMA foreign_keys = ON; UPDATE p SET id = id + 100 WHERE id = 3",
    "UPDATE p SET rowid = 200 WHERE id = 6; UPDATE k SET p = 200 WHERE id = 2",
    "ALTER TABLE p ADD COLUMN n INT; ALTER TABLE p DROP COLUMN a",
    "-- maker: loses p rows\nUPDATE OR REPLACE p SET u = 'u9' WHERE u = 'u8'",
    "UPDATE loose SET x = -x WHERE y > 3; UPDATE made SET n = 5 WHERE id = 2",
    "UPDATE loose SET a = 'of another table' WHERE y = 2; UPDATE cases SET w = -w",
    "INSERT INTO notes VALUES ('x', 'y'), ('z', 'w'); DROP INDEX by_a",
    "INSERT INTO notes (notes) VALUES ('optimize'); DROP TABLE texts",
    "ALTER TABLE loose RENAME TO tight; CREATE TABLE loose AS SELECT * FROM tight; DROP TABLE tight",
    "ALTER TABLE k RENAME TO kk; ALTER TABLE kk RENAME TO k; UPDATE k SET v = 1",
)


def prepared(tmp_path, monkeypatch):
    """Return the path of a small database and the files of its changes."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    path = tmp_path / "small.db"
    with closing(sqlite3.connect(path)) as one, one:
        one.executescript(SET_UP)
        one.executemany("INSERT INTO p VALUES (?, ?, ?, ?, 0)", [(n, f"u{n}", n * 2, n * 3) for n in range(1, 12)])
        one.executemany("INSERT INTO k VALUES (?, ?, 0)", [(n, n % 3 + 1) for n in range(1, 9)])
        one.executemany("INSERT INTO loose VALUES (?, ?, 'w')", [(n % 4, n) for n in range(9)])
        one.executemany("INSERT INTO made VALUES (?, ?)", [(n, n) for n in range(4)])
    return path, sqitch(*((f"c{n}" + (f" [c{n - 1}]" if n else ""), sql, "", "") for n, sql in enumerate(CHANGES)))


def copies(home):
    """Return the copy's file, and what is known of its columns."""
    (folder,) = (home / "migration").iterdir()
    return folder / "work.db", folder / "parts.json"


def test_the_digest_of_columns_that_were_not_written_is_still_theirs(tmp_path, monkeypatch):
    """After each change, whatever it writes and by whatever way, the digest is that of all rows, read anew."""
    path, files = prepared(tmp_path, monkeypatch)
    task, state = loaded(files, path), None
    for count in range(1, len(CHANGES) + 1):
        state, _ = driven(task, state=state, until=lambda state, count=count: len(state.deeds) == count)
        assert state.deeds[-1].after == digest_of(copies(tmp_path / "home")[0])[0], CHANGES[count - 1]
    state, _ = driven(task, state=state)
    assert task.shortfall(state) == ""


def test_random_statements_leave_the_digests_of_all_rows(tmp_path):
    """Whatever SQL is run on whatever tables, what is carried over is what reading every row anew gives."""
    assert [differs(seed, tmp_path, 12) for seed in (0, 3)] == ["", ""]


def test_what_is_known_of_columns_is_used_and_is_held_against_all_rows_at_the_end(tmp_path, monkeypatch):
    """A digest of a column that is not that of its rows, as no statement can leave it, is found at the end."""
    path, files = prepared(tmp_path, monkeypatch)
    task = loaded(files, path, to="c2")
    state, _ = driven(task, until=lambda state: len(state.deeds) == 1)
    parts = copies(tmp_path / "home")[1]
    known = json.loads(parts.read_text())
    known["tables"]["p"]["columns"]["u"] = "0" * 64
    parts.write_text(json.dumps(known))
    state, _ = driven(task, state=state)
    assert "its digest is not that of its parts" in task.shortfall(state)
