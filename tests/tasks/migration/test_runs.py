"""Migrations of real SQLite files: orders, reverts, losses, and databases that cannot be worked on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from maker_tasks.migration.database.sqlite_tables import digest_of
from maker_tasks.migration.task import Migration

from tests.tasks.migration.driven import driven, loaded, shop, sqitch

SIX = sqitch(
    ("vip", "ALTER TABLE customers ADD COLUMN vip INTEGER;", "ALTER TABLE customers DROP COLUMN vip;", ""),
    ("mark [vip]", "UPDATE customers SET vip = id % 2;", "UPDATE customers SET vip = NULL;", "SELECT 1;"),
    ("mails [mark]", "CREATE TABLE mails AS SELECT id, email FROM customers WHERE vip = 1;", "DROP TABLE mails;", ""),
    ("cents", "ALTER TABLE products ADD COLUMN cents INTEGER;", "ALTER TABLE products DROP COLUMN cents;", ""),
    ("fill [cents]", "UPDATE products SET cents = round(price * 100);", "UPDATE products SET cents = NULL;", ""),
    (
        "drop [fill]", "ALTER TABLE products DROP COLUMN price;",
        "ALTER TABLE products ADD COLUMN price REAL NOT NULL DEFAULT 0; UPDATE products SET price = cents / 100.0;", "",
    ),
)  # fmt: skip
NAMES = ("vip", "mark", "mails", "cents", "fill", "drop")
FIRST = ("ALTER TABLE customers ADD COLUMN vip INTEGER;", "ALTER TABLE customers DROP COLUMN vip;", "")


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))


def orders(needs):
    """Every order in which each comes after what it needs."""

    def grown(done):
        if len(done) == len(needs):
            yield done
        for name in needs:
            if name not in done and set(needs[name]) <= set(done):
                yield from grown((*done, name))

    return [*grown(())]


def test_every_order_leads_to_one_digest_and_every_revert_back(tmp_path):
    """Each of the valid orders of six changes gives one final digest, and taking all back gives the first one."""
    path = shop(tmp_path, 100)
    task = loaded(SIX, path)
    found = orders({change.name: change.needs for change in task.problem.changes})
    assert len(found) == 20
    digests = {task.result(driven(task, order)[0])["digest_after"] for order in found}
    assert len(digests) == 1
    back = loaded(SIX, path, revert="yes")
    for order in found[::10]:
        state, answers = driven(back, order)
        assert state.reverted == tuple(reversed(order))
        assert back.result(state)["digest_after"] == back.result(state)["digest_before"] == digest_of(path)[0]
        assert (back.verify(answers), back.shortfall(state)) == ([], "")


def test_the_original_stays_as_it_is_and_applying_gives_the_rehearsed_digest(tmp_path):
    """A rehearsal leaves the file byte-identical; applied, the file has the rehearsed digest and no table of ours."""
    path = shop(tmp_path)
    before = path.read_bytes()
    rehearsed, answers = driven(loaded(SIX, path, batch_rows=10))
    assert path.read_bytes() == before
    assert [deed.batches for deed in rehearsed.deeds if deed.name == "mark"] == [7]
    assert loaded(SIX, path, batch_rows=10).verify(answers) == []
    task = loaded(SIX, path, apply="yes")
    state, _ = driven(task)
    assert task.result(state)["verdict"] == "safe"
    assert (
        digest_of(path)[0] == task.result(state)["digest_after"] == loaded(SIX, path).result(rehearsed)["digest_after"]
    )
    assert not sqlite3.connect(path).execute("SELECT 1 FROM sqlite_master WHERE name LIKE 'maker%'").fetchall()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;"
LOSS = "PRAGMA foreign_keys = ON; DELETE FROM parents WHERE id > 2;"
CASCADE = (
    "CREATE TABLE parents (id INTEGER PRIMARY KEY); INSERT INTO parents SELECT id FROM products;"
    "CREATE TABLE spares (id INTEGER PRIMARY KEY, u INT); INSERT INTO spares SELECT id, id FROM products;"
    "CREATE UNIQUE INDEX by_u ON spares (u); CREATE TABLE others (id INTEGER PRIMARY KEY, u INT REFERENCES spares (u));"
    "INSERT INTO others SELECT id, id FROM products;"
    "CREATE TABLE kids (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parents (id) ON DELETE CASCADE);"
    "INSERT INTO kids SELECT id, id FROM products;"
)
REPLACED = "-- maker: loses spares rows\nUPDATE OR REPLACE spares SET id = 2 WHERE id = 1;"
REBUILT = (
    "CREATE TABLE c2 AS SELECT * FROM customers WHERE id > 3; DROP TABLE customers; ALTER TABLE c2 RENAME TO customers;"
)


@pytest.mark.parametrize(
    ("head", "deploy", "revert", "verify", "words"),
    [
        ("b", LOSS, "", "", "rows of kids"),
        ("b", REBUILT, "SELECT 1;", "", "3 rows of customers"),
        ("b", "INSERT INTO nowhere VALUES (1);", "", "", "no such table"),
        ("b", "UPDATE customers SET city = 'x';", "", "SELECT nothing FROM customers;", "verify: "),
        ("b", "UPDATE customers SET city = 'x';", "DROP TABLE nowhere;", "SELECT n FROM orders;", "its revert fails"),
        ("b", "UPDATE customers SET city = 'x';", "UPDATE customers SET city = 1;", "SELECT n FROM orders", "put back"),
        ("b", "UPDATE kids SET p = 999999 WHERE id = 1;", "", "", "leads nowhere"),
        ("b", REPLACED, "", "", "1 more rows have a foreign key that leads nowhere"),
        ("b", "DROP INDEX by_u;", "CREATE UNIQUE INDEX by_u ON spares (u);", "", "leads nowhere"),
        ("b", "UPDATE customers SET city = upper(city);", "", ENDLESS, "no answer"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_put_back_and_stops_the_run(tmp_path, head, deploy, revert, verify, words):
    """Undeclared loss, an error, a failed or endless verify, a broken key or revert: unsafe, and all is put back."""
    path = shop(tmp_path)
    files = sqitch(("a", CASCADE, "", ""), (f"{head} [a]", deploy, revert, verify), ("c [b]", *FIRST))
    task = loaded(files, path, batch_rows=20)
    good, answers = driven(task, until=lambda state: state.applied)
    hasty = replace(task.problem, verify_seconds=0.1) if verify == ENDLESS else task.problem
    state, others = driven(Migration(hasty), state=good)
    assert words in " ".join(state.findings)
    assert (state.applied, state.reverted) == (("a",), ("b",))
    assert task.result(state)["digest_after"] == good.deeds[-1].after
    assert (task.verify(answers + others), task.shortfall(state)[:7]) == ([], "unsafe:")


def corrupt(path):
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    path.write_bytes(content)


def too_new(path):
    content = bytearray(path.read_bytes())
    content[18:19] = b"\x09"
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (corrupt, ""),
        (too_new, "written by a newer SQLite"),
        (Path.unlink, "there is no database file"),
        (lambda path: path.write_text("none" * 99), "name a file of SQLite"),
    ],
)
def test_a_database_that_cannot_be_read_ends_the_run_in_one_line(tmp_path, damage, words):
    """Corrupt, too new to be written, missing or none at all: one line says what mends it, and nothing is made."""
    path = shop(tmp_path)
    damage(path)
    task = loaded(SIX, path)
    state, answers = driven(task)
    assert (state.applied, len(state.findings), task.verify(answers)) == ((), 1, [])
    assert ("\n" in task.shortfall(state), words in task.shortfall(state)) == (False, True)


@pytest.fixture
def powerless(monkeypatch):
    """A folder that may not be written, and a home that may, for a user who is not root."""
    top = Path(tempfile.mkdtemp())
    (folder := top / "d").mkdir()
    (home := top / "home").mkdir()
    monkeypatch.setenv("MAKER_HOME", str(home))
    user, root = os.geteuid(), os.geteuid() == 0
    if root:
        top.chmod(0o755)
        os.chown(home, 65534, 65534)

    def begin():
        folder.chmod(0o555)
        if root:
            os.seteuid(65534)

    yield folder, begin
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(top)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_what_may_not_be_written_is_rehearsed_and_not_applied_to(powerless, mode):
    """A read-only file in a read-only folder is rehearsed on in any journal mode; applying ends at once in a line."""
    folder, begin = powerless
    path = shop(folder, 200)
    with closing(sqlite3.connect(path)) as one:
        one.execute(f"PRAGMA journal_mode = {mode}")
    path.chmod(0o444)
    before = path.read_bytes()
    task, applying = loaded(SIX, path, to="vip"), loaded(SIX, path, to="vip", apply="yes")
    begin()
    assert task.shortfall(driven(task)[0]) == ""
    state, answers = driven(applying)
    words = applying.shortfall(state)
    assert ("readonly database: let this user write" in words, "\n" in words, state.deeds) == (True, False, ())
    assert (applying.verify(answers), path.read_bytes() == before, [*folder.iterdir()]) == ([], True, [path])


def test_a_database_that_another_holds_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    """Another's lock ends a run in one line, and the file is as it was."""
    monkeypatch.setattr("maker_tasks.migration.database.sqlite.BUSY_S", 0.05)
    path = shop(tmp_path)
    before = path.read_bytes()
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    state, _ = driven(loaded(SIX, path, apply="yes"))
    assert "locked" in state.findings[0]
    holder.close()
    assert path.read_bytes() == before


def test_a_person_may_stop_a_heavy_lock(tmp_path):
    """With --apply a lock on a table of too many rows is put to a person, whose no ends the run before it."""
    task = loaded(SIX, shop(tmp_path), apply="yes", ask_rows=3)
    state, answers = driven(task, said="stop here")
    assert (state.applied, state.stop) == ((), "a person stopped it before vip")
    assert task.verify(answers) == []


def test_a_state_of_long_ago_is_put_back(tmp_path):
    """A fork begins at a state that the copy has left: it is remade from a backup, and checked by its digest."""
    task = loaded(SIX, shop(tmp_path), batch_rows=20)
    middle, _ = driven(task, until=lambda state: len(state.applied) == 3)
    end, _ = driven(task, state=middle)
    other, _ = driven(task, state=middle, order=("fill", "drop", "mails"))
    assert task.result(other)["verdict"] == "safe"
    assert task.result(other)["digest_after"] == task.result(end)["digest_after"]


def test_a_column_called_rowid_does_not_split_its_table(tmp_path):
    """Where a column hides the row's number, a change of many rows goes undivided, and leaves none out."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as one, one:
        one.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, rowid INT, v INT)")
        one.executemany("INSERT INTO t VALUES (?, ?, 0)", [(n, n % 5 or None) for n in range(30)])
    state, _ = driven(loaded({"1_a.sql": "UPDATE t SET v = 1;"}, path, batch_rows=5, apply="yes"))
    assert (state.applied, sqlite3.connect(path).execute("SELECT sum(v) FROM t").fetchone()) == (("1_a",), (30,))


@pytest.mark.parametrize(("apply", "stage"), [("no", "gate"), ("yes", "finish")])
def test_too_much_downtime_is_unsafe_and_stops_what_is_applied(tmp_path, apply, stage):
    """Above the limit of downtime a rehearsal goes on and is unsafe; of a database itself nothing more is changed."""
    task = loaded(SIX, shop(tmp_path), apply=apply, max_downtime=2, to="mails")
    state, _ = driven(task, until=lambda state: state.stage == "verdict")
    after = task.apply(replace(state, downtime=2.5), task.oracle(state))
    assert (after.stage, after.applied) == (stage, ("vip",))
    assert "2.5 s, more than the 2 s allowed" in task.shortfall(after)


def test_a_backup_that_is_not_equal_ends_the_run_in_plain_words(tmp_path):
    """Where another program has written before a backup, the run stops before the change, and says what to do."""
    task = loaded(SIX, shop(tmp_path), apply="yes")
    state, _ = driven(task, until=lambda state: state.stage == "backup")
    with closing(sqlite3.connect(tmp_path / "shop.db")) as other, other:
        other.execute("DELETE FROM audit_log WHERE id = 1")
    end, _ = driven(task, state=state)
    assert (end.applied, "not equal to the database: stop what else writes" in task.shortfall(end)) == (
        state.applied,
        True,
    )


@pytest.mark.parametrize("sql", ["VACUUM INTO '{}'", "ATTACH '{}' AS e", "VACUUM"])
def test_sql_reaches_no_other_file(tmp_path, sql):
    """A statement that would write to another file is refused where it runs; VACUUM alone is not."""
    path, other = shop(tmp_path), tmp_path / "elsewhere.db"
    sql = sql.format(other)
    files = {"1_a.sql": sql} if sql[0] == "V" else {"1_a.sql": "SELECT 1;"}
    task = loaded(files, path)
    if sql[0] == "A":  # the reader refuses it, so that only a forged session can hold it
        task = Migration.load({}, task.source().replace("SELECT 1", sql))
    state, _ = driven(task)
    assert (task.shortfall(state) == "") == (sql == "VACUUM")
    assert not other.exists()


def test_an_applied_database_is_put_back_unless_somebody_has_written_to_it(tmp_path):
    """A fork from the beginning of an applied run puts the file back, and not after another's write."""
    path = shop(tmp_path)
    task, first = loaded(SIX, path, apply="yes"), digest_of(path)[0]
    begun, _ = driven(task, until=lambda state: state.stage == "gate")
    end, _ = driven(task, state=begun)
    assert task.shortfall(end) == ""
    again, _ = driven(task, state=begun, until=lambda state: state.stage == "verdict")
    assert task.result(again)["digest_before"] == first
    end, _ = driven(task, state=again)
    assert (task.shortfall(end), digest_of(path)[0]) == ("", task.result(end)["digest_after"])
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM audit_log WHERE id = 1")
    refused, _ = driven(task, state=begun)
    assert "another program has changed the database" in task.shortfall(refused)
    assert sqlite3.connect(path).execute("SELECT count(*) FROM audit_log WHERE id = 1").fetchone() == (0,)
