"""Migrations on a PostgreSQL server that the tests start themselves; skipped where there is none to start."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from maker_tasks.migration.database.dumping import programs
from maker_tasks.migration.database.postgres import PostgresBase
from maker_tasks.migration.version_table import READ, had, marks, plan_of

from tests.tasks.migration.driven import driven, loaded, rolled_back, sqitch
from tests.tasks.migration.test_version_tables import FOLDERS, VERSIONS

psycopg = pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
PLACES = ["/usr/local/bin", *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)]
PROGRAM = shutil.which("initdb", path=os.pathsep.join([*PLACES, os.environ["PATH"]]))
FILES = sqitch(
    ("nick", "ALTER TABLE people ADD nick text", "ALTER TABLE people DROP COLUMN nick", "SELECT nick FROM people"),
    ("fill [nick]", "UPDATE people SET nick = lower(name);", "UPDATE people SET nick = NULL;", ""),
    ("index [fill]", "CREATE INDEX CONCURRENTLY nicks ON people (nick);", "DROP INDEX CONCURRENTLY nicks;", ""),
    ("wide", "ALTER TABLE visits ALTER COLUMN n TYPE bigint;", "ALTER TABLE visits ALTER COLUMN n TYPE integer;", ""),
    (
        "key [wide]", "ALTER TABLE visits ADD CONSTRAINT who FOREIGN KEY (person) REFERENCES people (id);",
        "ALTER TABLE visits DROP CONSTRAINT who;", "",
    ),
)  # fmt: skip
TRIGGER = """CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql
 AS $$ BEGIN UPDATE visits SET n = n + 1; RETURN NULL; END $$;
CREATE TRIGGER t AFTER UPDATE ON people FOR EACH STATEMENT EXECUTE FUNCTION f();"""
MOODS = """CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE moods (n int PRIMARY KEY, v1 mood, at timestamp);
INSERT INTO moods SELECT i, 'sad', '2026-01-01' FROM generate_series(1, 10020) i;"""
UNSAID = sqitch(
    ("a", TRIGGER, "", ""),
    ("b [a]", "UPDATE people SET name = 'x, y' || chr(39) WHERE id = 7;", "", ""),
    ("c [b]", MOODS, "", ""),
    ("d [c]", "ALTER TYPE mood RENAME VALUE 'sad' TO 'low';", "", ""),
    ("e [d]", "SET timezone = 'UTC'; ALTER TABLE moods ALTER COLUMN at TYPE timestamptz;", "", ""),
    ("g [e]", "-- maker: loses visits rows\nTRUNCATE visits;", "", ""),
    ("h [g]", "SELECT pg_catalog.set_config('search_path', '', false); UPDATE app.people SET n = 1;", "", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def server():
    """A server of its own on a port of its own; return the address of a new database by its name."""
    if PROGRAM is None:
        pytest.skip("PostgreSQL is not installed")
    place = Path(tempfile.mkdtemp(prefix="mp"))
    as_user = {}
    if os.getuid() == 0:  # a server refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(place, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **as_user, "cwd": place}
    subprocess.run([PROGRAM, "-D", place / "data", "-U", "maker", "-A", "trust", "-N"], check=True, **quiet)
    rules = place / "data" / "pg_hba.conf"
    rules.write_text(f"host all guarded 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
    control = str(Path(PROGRAM).with_name("pg_ctl"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place} -c fsync=off -c timezone=UTC"
        " -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c shared_buffers=16MB"
    )
    subprocess.run([control, "-D", place / "data", "-w", "-o", options, "start"], check=True, **quiet)

    def made(name):
        address = f"postgresql://maker@127.0.0.1:{port}/{name}"
        with psycopg.connect(f"postgresql://maker@127.0.0.1:{port}/postgres", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        with psycopg.connect(address) as open_one:
            open_one.execute(
                "CREATE TABLE people (id int PRIMARY KEY, name text); CREATE TABLE visits (person int, n int);"
                "INSERT INTO people SELECT i, 'Person ' || i FROM generate_series(1, 300) i;"
                "INSERT INTO visits SELECT i % 300 + 1, i FROM generate_series(1, 500) i;"
            )
        return address

    yield made
    subprocess.run([control, "-D", place / "data", "-w", "-m", "immediate", "stop"], check=True, **quiet)
    shutil.rmtree(place)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))


def rows(address, sql):
    """Return what a statement gives."""
    with psycopg.connect(address) as open_one:
        return open_one.execute(sql).fetchall()


def test_a_server_is_rehearsed_on_reverted_and_then_changed(server):
    """Batches, CONCURRENTLY, a type and a key on a copy, all taken back, and then on the database itself."""
    address = server("shop")
    state, answers = driven(task := loaded(FILES, address, batch_rows=100, revert="yes"))
    assert (task.shortfall(state), task.verify(answers)) == ("", [])
    assert [deed.batches for deed in state.deeds if deed.name == "fill"] == [3]
    assert task.result(state)["digest_before"] == task.result(state)["digest_after"]
    assert rows(address, "SELECT * FROM people LIMIT 1") == [(1, "Person 1")]
    state, _ = driven(task := loaded(FILES, address, apply="yes"))
    assert (task.shortfall(state), rows(address, "SELECT max(nick) FROM people")) == ("", [("person 99",)])
    assert rows(address, "SELECT to_regclass('maker_migration_journal')") == [(None,)]


def outside(address):
    """Make the digest by its documentation alone, from rows that have left the server."""
    lines = ""
    for name, key, columns in (("moods", ["n"], "at n v1"), ("people", ["id"], "id name"), ("visits", [], "n person")):
        asked = ", ".join(f"quote_nullable({one}::text)" for one in columns.split())
        found = rows(address, f"SELECT {asked} FROM {name} ORDER BY {', '.join(key or ['1', '2'])}")  # noqa: S608 - names of this file
        table = f"table {json.dumps(name)} {len(found)} {json.dumps(key)}\n"
        for at, column in enumerate(columns.split()):
            texts = [row[at] for row in found]
            blocks = [sha256(",".join(texts[n : n + 10_000]).encode()).digest() for n in range(0, len(texts), 10_000)]
            table += f"{json.dumps(column)} {sha256(b''.join(blocks)).hexdigest()}\n"
        lines += f"{json.dumps(name)} {sha256(table.encode()).hexdigest()}\n"
    return sha256(lines.encode()).hexdigest()


def test_what_a_server_writes_unsaid_is_in_the_digest_that_is_documented(server):
    """A trigger, a type's new label, a type without a rewrite, TRUNCATE: the digest after each is that of all rows."""
    address = server("unsaid")
    with psycopg.connect(address) as other:
        other.execute("CREATE SCHEMA app; CREATE TABLE app.people AS SELECT i, 0 AS n FROM generate_series(1, 900) i")
    task, state = loaded(UNSAID, address, apply="yes", batch_rows=250), None
    for count in range(1, 6):
        state, _ = driven(task, state=state, until=lambda state, count=count: len(state.deeds) == count)
        assert count < 3 or state.deeds[-1].after == outside(address), state.deeds[-1].name
    state, _ = driven(task, state=state)
    assert task.shortfall(state) == ""
    assert task.result(state)["digest_after"] == outside(address)
    assert rows(address, "SELECT sum(n) FROM app.people") == [(900,)], "another schema's table is not split by ours"


def test_what_fails_at_a_server_is_put_back(server):
    """After half of a change's batches and an error the last good state is put back, and the run is unsafe."""
    address = server("fails")
    bad = "UPDATE people SET name = upper(name); UPDATE people SET name = repeat('x', 10 / (250 - id));"
    files = sqitch(("a", "ALTER TABLE people ADD COLUMN b text;", "", ""), ("c [a]", bad, "", ""))
    task = loaded(files, address, batch_rows=100)
    state, answers = driven(task)
    assert (state.applied, state.reverted, task.verify(answers)) == (("a",), ("c",), [])
    assert "division by zero" in task.shortfall(state)
    assert task.result(state)["digest_after"] == state.deeds[0].after


def test_a_wrong_name_ends_in_one_line(server):
    """A database that the server does not have ends the run in one line, with nothing applied."""
    task = loaded(FILES, server("there").replace("/there", "/not_there"))
    state, _ = driven(task)
    assert "does not exist" in task.shortfall(state)
    assert state.applied == ()


def test_a_server_is_put_back_in_the_middle_of_a_run_and_not_over_others_rows(server):
    """An applied run's database goes back to any step by its digest; what others wrote since stays, under its name."""
    address, states = server("back"), []
    task = loaded(FILES, address, apply="yes", batch_rows=100, to="fill")
    middle, _ = driven(task, until=lambda state: state.above is not None, states=states)
    done = rolled_back(task, states, 1)
    assert done.fields["digest"] == task.result(states[1])["digest_before"]
    assert rows(address, "SELECT to_regclass('maker_migration_journal')") == [(None,)]
    end, _ = driven(task, state=middle, states=states)
    assert task.shortfall(end) == ""
    assert rolled_back(task, states, len(states) - 3).ok
    driven(task, state=states[1], until=lambda state: state.above is not None)
    rows(address, "INSERT INTO people VALUES (999, 'New') RETURNING 1")
    assert "another program has changed" in rolled_back(task, states, 1).fields["error"]
    assert rows(address, "SELECT name, nick FROM people WHERE id IN (1, 999) ORDER BY id") == [
        ("Person 1", "person 1"),
        ("New", None),
    ]


def test_a_server_has_the_tables_of_tools_as_they_are_read_again(server, tmp_path):
    """What a run notes for each tool, twice over as after a crash, is read as applied, and back as not."""
    address = server("noted")
    for tool in sorted({*VERSIONS} - {"alembic"}):
        problem = loaded(FOLDERS[tool], address).problem
        base = PostgresBase(address, tmp_path, "0" * 16, apply=True)
        there = []
        for change in problem.changes:
            base.note(marks(problem, change, there) * 2)
            there.append(change.name)
            assert had(tool, plan_of(problem), base.rows_of(*READ[tool])) == there
        base.note(marks(problem, problem.changes[-1], there, back=True))
        assert had(tool, plan_of(problem), base.rows_of(*READ[tool])) == there[:-1]
        assert sorted(base.survey(None)["all"]) == ["people", "visits"]
        base.note([f"DROP TABLE {READ[tool][0]}"])
    state, _ = driven(task := loaded(FOLDERS["yoyo"], address, apply="yes"))
    assert (task.shortfall(state), {*task.result(state)["rows"]}) == ("", {"a", "c", "people", "visits"})
    assert driven(loaded(FOLDERS["yoyo"], address))[0].had == state.applied


def test_a_server_that_others_use_is_copied_by_a_dump(server, monkeypatch):
    """With others connected the copy is a dump of the same digest; without pg_dump one line says what to install."""
    address = server("used")
    with psycopg.connect(address) as other:
        other.execute("CREATE VIEW odd AS SELECT * FROM people WHERE id % 2 = 1; CREATE SEQUENCE s START 7")
        other.commit()
        if programs() is not None:
            state, _ = driven(task := loaded(FILES, address, to="fill"))
            assert (task.shortfall(state), other.execute("SELECT count(*) FROM odd").fetchone()) == ("", (150,))
            assert rows(address.replace("/used", f"/maker_{state.work}_work"), "SELECT nextval('s')") == [(7,)]
        monkeypatch.setenv("PATH", "/none")
        state, _ = driven(task := loaded(FILES, address))
    assert "install the client (postgresql-client), or close the connections" in task.shortfall(state)


def test_a_wrong_password_ends_in_one_line_that_does_not_show_it(server, monkeypatch):
    """A password that the server refuses ends the run in one line, and is not in it."""
    address = server("secret")
    with psycopg.connect(address) as admin:
        admin.execute("CREATE ROLE guarded LOGIN PASSWORD 'right-one'")
    monkeypatch.setenv("GUARDED_PASSWORD", "wrong-one")
    state, answers = driven(task := loaded(FILES, address.replace("maker@", "guarded:${env:GUARDED_PASSWORD}@")))
    assert "password authentication failed" in task.shortfall(state)
    assert ("\n" in task.shortfall(state), "wrong-one" in json.dumps([one.value for one in answers])) == (False, False)
