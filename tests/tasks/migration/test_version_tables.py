"""Tools' own tables: a run begins after what they say, and what it has applied is in them as the tool has it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from maker_tasks.migration.readers.pairs import flyway_checksum

from tests.tasks.migration.driven import driven, loaded, rolled_back

A, B, C = "CREATE TABLE a (id INTEGER);", "ALTER TABLE a ADD COLUMN b TEXT;", "CREATE TABLE c (id INTEGER);"
OFFLINE = """CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
-- Running upgrade  -> aa1
CREATE TABLE a (id INTEGER);
INSERT INTO alembic_version (version_num) VALUES ('aa1');
-- Running upgrade aa1 -> bb2
ALTER TABLE a ADD COLUMN b TEXT;
UPDATE alembic_version SET version_num='bb2' WHERE alembic_version.version_num = 'aa1';
-- Running upgrade bb2 -> cc3
CREATE TABLE c (id INTEGER);
UPDATE alembic_version SET version_num='cc3' WHERE alembic_version.version_num = 'bb2';
"""
PLAN = "%project=p\n" + "".join(f"{name} 2026-01-01T00:00:00Z A <a@b.c>\n" for name in "abc")
FOLDERS = {
    "sqitch": {"sqitch.plan": PLAN, "deploy/a.sql": A, "deploy/b.sql": B, "deploy/c.sql": C},
    "dbmate": {f"2024010{n}_x.sql": f"-- migrate:up\n{sql}" for n, sql in enumerate((A, B, C))},
    "goose": {f"0000{n}_x.sql": f"-- +goose Up\n{sql}" for n, sql in enumerate((A, B, C), 1)},
    "golang-migrate": {f"{n}_x.up.sql": sql for n, sql in ((1, A), (2, B), (10, C))},
    "flyway": {"V01__a_b.sql": A, "V1.1__b.sql": B, "V2__c.sql": C},
    "yoyo": {"1_a.sql": f"-- depends:\n{A}", "2_b.sql": B, "3_c.sql": C},
    "alembic": {"up.sql": OFFLINE},
}
TABLES = {
    "sqitch": "CREATE TABLE changes (change_id TEXT, change TEXT, project TEXT, committed_at TEXT);"
    "INSERT INTO changes VALUES ('1', 'a', 'p', '1'), ('2', 'z', 'other', '0');",
    "dbmate": "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);"
    "INSERT INTO schema_migrations VALUES ('20240100');",
    "goose": "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,"
    " is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));"
    "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1), (2, 0);",
    "golang-migrate": "CREATE TABLE schema_migrations (version uint64, dirty bool);"
    "CREATE UNIQUE INDEX version_unique ON schema_migrations (version); INSERT INTO schema_migrations VALUES (1, 0);",
    "flyway": "CREATE TABLE flyway_schema_history (installed_rank INT, version TEXT, description TEXT, type TEXT,"
    " script TEXT, checksum INT, success INT, installed_by TEXT, installed_on TEXT, execution_time INT);"
    "INSERT INTO flyway_schema_history VALUES (1, '01', 'a b', 'SQL', 'V01__a_b.sql', CRC, 1, '', '', 5);".replace(
        "CRC", str(flyway_checksum(A))
    ),
    "yoyo": "CREATE TABLE _yoyo_migration (migration_hash VARCHAR(64), migration_id VARCHAR(255),"
    " applied_at_utc TIMESTAMP, PRIMARY KEY (migration_hash));"
    "INSERT INTO _yoyo_migration VALUES ('x', '1_a', '2026-01-01');",
    "alembic": "CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('aa1');",
}
VERSIONS = {
    "dbmate": ("SELECT version FROM schema_migrations", ["20240100", "20240101", "20240102"]),
    "goose": ("SELECT version_id FROM goose_db_version WHERE is_applied ORDER BY id", [0, 1, 2, 3]),
    "golang-migrate": ("SELECT version FROM schema_migrations WHERE dirty = 0", [10]),
    "flyway": ("SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank", ["01", "1.1", "2"]),
    "yoyo": ("SELECT migration_id FROM _yoyo_migration", ["1_a", "2_b", "3_c"]),
    "alembic": ("SELECT version_num FROM alembic_version", ["cc3"]),
}
FIRST = {
    "dbmate": ["20240100"], "goose": [0, 1], "golang-migrate": [1], "flyway": ["01"], "yoyo": ["1_a"],
    "alembic": ["aa1"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))


def database(path, *scripts):
    """Make a database of scripts; return its path."""
    with closing(sqlite3.connect(path)) as one:
        one.executescript("".join(scripts))
    return path


def asked(path, sql):
    """Return the first column of what a statement gives."""
    with closing(sqlite3.connect(path)) as one:
        return [row[0] for row in one.execute(sql)]


@pytest.mark.parametrize("tool", FOLDERS)
def test_a_run_begins_after_what_the_tools_own_table_says(tool, tmp_path):
    """What the table has is said and not done again; applied, the table has the rest, and a second run does nothing."""
    path = database(tmp_path / "x.db", A, "" if tool == "sqitch" else TABLES[tool])
    if tool == "sqitch":
        database(tmp_path / "sqitch.db", TABLES[tool])
    names = [change.name for change in loaded(FOLDERS[tool], path).problem.changes]
    state, answers = driven(task := loaded(FOLDERS[tool], path, apply="yes"))
    assert (task.shortfall(state), task.verify(answers)) == ("", [])
    assert (list(state.had), sorted(state.applied)) == (names[:1], sorted(names[1:]))
    assert task.result(state)["had"] == names[:1]
    assert {*task.result(state)["rows"]} == {"a", "c"}, "the tool's table is not counted"
    if tool in VERSIONS:
        query, versions = VERSIONS[tool]
        assert sorted(map(str, asked(path, query))) == sorted(map(str, versions))
        state, answers = driven(task := loaded(FOLDERS[tool], path))
        assert (task.shortfall(state), task.verify(answers), state.applied, list(state.had)) == ("", [], (), names)


@pytest.mark.parametrize("tool", [*VERSIONS])
def test_a_new_database_gets_the_table_that_its_tool_makes(tool, tmp_path):
    """Where there is no table, one is made as the tool does; rolled back, it has again what the database has."""
    path, states = database(tmp_path / "x.db", "CREATE TABLE old (id INTEGER);"), []
    task = loaded(FOLDERS[tool], path, apply="yes")
    state, _ = driven(task, states=states)
    query, versions = VERSIONS[tool]
    assert (task.shortfall(state), sorted(map(str, asked(path, query)))) == ("", sorted(map(str, versions)))
    one = next(at for at, state in enumerate(states) if state.applied[-1:] == (task.problem.changes[0].name,))
    done = rolled_back(task, states, one)
    assert done.ok, done
    assert asked(path, query) == FIRST[tool]
    again, states = loaded(FOLDERS[tool], path, apply="yes"), []
    driven(again, states=states)
    assert "1 of 3 changes applied, 0 rows in 2 tables" in rolled_back(again, states, 1).fields["words"]


BAD = [
    ("dbmate", "UPDATE schema_migrations SET version = '2019';", "has 2019, which the folder does not have"),
    ("sqitch", "UPDATE changes SET change = 'gone' WHERE change = 'a';", "has gone, which the folder does not have"),
    ("yoyo", "ALTER TABLE _yoyo_migration RENAME COLUMN migration_id TO id;", "no such column: migration_id"),
    ("goose", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, 1);", "3_x and not 00002_x"),
    ("golang-migrate", "UPDATE schema_migrations SET dirty = 1;", "1 failed halfway"),
    ("golang-migrate", "INSERT INTO schema_migrations VALUES (2, 0);", "has 2 rows and may have one"),
    ("sqitch", "INSERT INTO changes VALUES ('3', 'a', 'p', '2');", "has a 2 times"),
    ("dbmate", "INSERT INTO schema_migrations VALUES (NULL);", "has a row without a version"),
    ("flyway", "UPDATE flyway_schema_history SET checksum = 7;", "its checksum differs"),
    ("flyway", "UPDATE flyway_schema_history SET success = 0;", "1 failed: mend"),
    ("alembic", "DELETE FROM alembic_version;", "has no row"),
    ("alembic", "UPDATE alembic_version SET version_num = 'zz';", "has zz, which the folder does not have"),
]


@pytest.mark.parametrize(("tool", "harm", "words"), BAD)
def test_a_table_that_does_not_fit_the_folder_ends_the_run_in_one_line(tool, harm, words, tmp_path):
    """What the folder lacks, a gap, a failed or a changed script: nothing is done; --since is taken all the same."""
    path = database(tmp_path / "x.db", A, *(() if tool == "sqitch" else (TABLES[tool], harm)))
    if tool == "sqitch":
        database(tmp_path / "sqitch.db", TABLES[tool], harm)
    before = path.read_bytes()
    state, answers = driven(task := loaded(FOLDERS[tool], path, apply="yes"))
    assert (words in task.shortfall(state), "\n" in task.shortfall(state)) == (True, False), task.shortfall(state)
    assert (state.applied, task.verify(answers), path.read_bytes() == before) == ((), [], True)
    since = loaded(FOLDERS[tool], path, since=task.problem.changes[0].name)
    assert since.shortfall(driven(since)[0]) == "" or tool == "yoyo"


def test_yoyo_has_nothing_to_do_after_a_run_and_takes_back_what_it_did(tmp_path):
    """yoyo applies the first of a folder, a run the rest; yoyo then finds all applied, and rolls all of it back."""
    yoyo = pytest.importorskip("yoyo", reason="yoyo-migrations is not installed")
    files = {
        "1_a.sql": A, "1_a.rollback.sql": "DROP TABLE a;", "2_c.sql": C, "2_c.rollback.sql": "DROP TABLE c;",
        "3_c.sql": "-- depends: 2_c\nINSERT INTO c VALUES (1), (2), (3);", "3_c.rollback.sql": "DELETE FROM c;",
    }  # fmt: skip
    (folder := tmp_path / "migrations").mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    path = database(tmp_path / "x.db", "CREATE TABLE old (id INTEGER);")
    backend = yoyo.get_backend(f"sqlite:///{path}")
    plan = yoyo.read_migrations(str(folder))
    with backend.lock():
        backend.apply_one(plan[0])
    state, _ = driven(task := loaded(files, path, apply="yes"))
    assert (task.shortfall(state), state.had, state.applied) == ("", ("1_a",), ("2_c", "3_c"))
    again = yoyo.get_backend(f"sqlite:///{path}")
    assert [*again.to_apply(plan)] == []
    with again.lock():
        again.rollback_migrations(again.to_rollback(plan))
    assert asked(path, "SELECT name FROM sqlite_master WHERE name IN ('a', 'c', 'old')") == ["old"]


def test_alembic_has_nothing_to_do_after_a_run(tmp_path):
    """Alembic applies the first revision, a run what its offline SQL has besides; its own check finds head."""
    command = pytest.importorskip("alembic.command", reason="alembic is not installed")
    from alembic.config import Config

    script = tmp_path / "alembic"
    path = database(tmp_path / "x.db", "CREATE TABLE old (id INTEGER);")
    config = Config(stdout=(out := (tmp_path / "up.sql").open("w+")), output_buffer=out)
    config.set_main_option("script_location", str(script))
    (script / "versions").mkdir(parents=True)
    (script / "env.py").write_text(ENV.format(f"sqlite:///{path}"))
    down = None
    for name, sql in (("aa1", A), ("bb2", B), ("cc3", C)):
        text = f"from alembic import op\nrevision = {name!r}\ndown_revision = {down!r}\n"
        (script / "versions" / f"{name}.py").write_text(f"{text}def upgrade():\n    op.execute({sql!r})\n")
        down = name
    command.upgrade(config, "aa1")
    out.seek(0)
    out.truncate()
    command.upgrade(config, "head", sql=True)
    out.seek(0)
    state, _ = driven(task := loaded({"up.sql": out.read()}, path, apply="yes"))
    assert (task.shortfall(state), state.had, state.applied) == ("", ("aa1",), ("bb2", "cc3"))
    command.upgrade(config, "head")
    assert asked(path, "SELECT version_num FROM alembic_version") == ["cc3"]
    out.close()


ENV = """from alembic import context
from sqlalchemy import create_engine
if context.is_offline_mode():
    context.configure(url="{0}", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine("{0}").connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""
