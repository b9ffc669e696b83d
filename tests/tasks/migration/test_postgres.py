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

from tests.tasks.migration.driven import driven, loaded, sqitch

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
    control = str(Path(PROGRAM).with_name("pg_ctl"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place} -c fsync=off -c timezone=UTC"
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
    task, state = loaded(UNSAID, address, apply="yes"), None
    for count in range(1, 6):
        state, _ = driven(task, state=state, until=lambda state, count=count: len(state.deeds) == count)
        assert count < 3 or state.deeds[-1].after == outside(address), state.deeds[-1].name
    state, _ = driven(task, state=state)
    assert task.shortfall(state) == ""
    assert task.result(state)["digest_after"] == outside(address)


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


def test_a_wrong_password_or_name_ends_in_one_line(server):
    """A database that the server does not have ends the run in one line, with nothing applied."""
    task = loaded(FILES, server("there").replace("/there", "/not_there"))
    state, _ = driven(task)
    assert "does not exist" in task.shortfall(state)
    assert state.applied == ()
