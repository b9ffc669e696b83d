"""Folders of eight tools are read as their tools read them; what is none is refused in one line by file and line."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from maker_tasks.migration.demo import make_shop
from maker_tasks.migration.sql import statements, with_range
from maker_tasks.migration.task import Migration

from maker_engine.core.errors import InputError, ProblemError
from maker_tui.runs.problem_files import read_problem
from tests.tasks.migration.driven import driven, loaded

PYTHON = """from yoyo import step
__depends__ = {"1_a"}
steps = [step("CREATE TABLE b (id INTEGER)", "DROP TABLE b")]
"""
TAGS = """from yoyo import step
__depends__ = {"1_names"}
steps = [
    step("CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT)", "DROP TABLE tags"),
    step("INSERT INTO tags (name) SELECT DISTINCT city FROM customers"),
]
"""
REWORKED = (
    "%project=p\na 2026-01-01T00:00:00Z A <a@b.c> # first\n@v1 2026-01-01T00:00:00Z A <a@b.c>\n"
    "a [a@v1 !x] 2026-01-02T00:00:00Z A <a@b.c>\nb [@v1] 2026-01-02T00:00:00Z A <a@b.c>\n"
)
OFFLINE = """BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);
-- Running upgrade  -> aa1
CREATE TABLE a (id INTEGER);
INSERT INTO alembic_version (version_num) VALUES ('aa1') RETURNING version_num;
-- Running upgrade aa1 -> bb2
ALTER TABLE a ADD COLUMN b TEXT;
UPDATE alembic_version SET version_num='bb2' WHERE alembic_version.version_num = 'aa1';
COMMIT;
"""
BACK = """-- Running downgrade bb2 -> aa1
ALTER TABLE a DROP COLUMN b;
UPDATE alembic_version SET version_num='aa1' WHERE alembic_version.version_num = 'bb2';
-- Running downgrade aa1 ->\x20
DROP TABLE a;
DELETE FROM alembic_version WHERE alembic_version.version_num = 'aa1';
"""
A, B = "CREATE TABLE a (id INTEGER);", "ALTER TABLE a ADD COLUMN b TEXT;"
FOLDERS = {
    "sqitch": {"p/sqitch.plan": REWORKED, "p/deploy/a@v1.sql": A, "p/deploy/a.sql": B, "p/deploy/b.sql": "SELECT 1;"},
    "dbmate": {"1_a.sql": f"-- migrate:up\n{A}\n-- migrate:down\nDROP TABLE a;", "2_b.sql": f"-- migrate:up\n{B}\n"},
    "goose": {"1_a.sql": f"-- +goose Up\n{A}\n-- +goose Down\nDROP TABLE a;", "10_b.sql": f"-- +goose Up\n{B}\n"},
    "golang-migrate": {"1_a.up.sql": A, "1_a.down.sql": "DROP TABLE a;", "10_b.up.sql": B, "notes.sql": "SELECT 1;"},
    "flyway": {"V1__a.sql": A, "V1.1__b c.sql": B, "U1__a.sql": "DROP TABLE a;", "R__view.sql": "SELECT 1;"},
    "yoyo": {"1_a.sql": f"-- depends:\n{A}", "1_a.rollback.sql": "DROP TABLE a;", "2_b.py": PYTHON},
    "alembic": {"up.sql": OFFLINE, "down.sql": BACK},
    "plain": {"001_a.sql": A, "001_a.down.sql": "DROP TABLE a;", "002_b.sql": B},
}
SECOND = {"sqitch": "a", "flyway": "V1.1__b_c", "alembic": "bb2", "goose": "10_b", "golang-migrate": "10_b",
          "plain": "002_b"}  # fmt: skip


@pytest.mark.parametrize("tool", FOLDERS)
def test_each_tools_folder_is_read(tool, tmp_path):
    """Each tool's folder gives its changes in its order, the second needing the first, and has them in a database."""
    database = tmp_path / "x.db"
    sqlite3.connect(database).execute("CREATE TABLE old (id INTEGER)").connection.commit()
    task = loaded(FOLDERS[tool], database)
    problem = task.problem
    name = SECOND.get(tool, "2_b")
    first = problem.changes[0]
    assert (problem.tool, problem.changes[1].name) == (tool, name)
    assert first.name in problem.changes[1].needs
    assert tool == "sqitch" or bool(first.revert or problem.changes[1].revert)
    assert loaded(FOLDERS[tool], database, since=first.name).problem.changes[0].name == name
    assert Migration.load({}, task.source()) == task
    assert Migration.load({}, task.source()).problem == problem


def test_what_is_read_can_be_done_and_taken_back(tmp_path, monkeypatch):
    """What Alembic's own SQL holds, its table among it, is applied to a copy and reverted, and the run is safe."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path))
    database = tmp_path / "x.db"
    sqlite3.connect(database).execute("CREATE TABLE old (id INTEGER)").connection.commit()
    state, _ = driven(task := loaded(FOLDERS["alembic"], database, revert="yes"))
    assert (task.shortfall(state), [*task.result(state)["rows"]]) == ("", ["old"])


def test_the_same_folder_gives_the_schema_that_its_own_tool_gives(tmp_path, monkeypatch):
    """yoyo and a run apply the same folder to equal databases: the schemas are equal, and so are the rows."""
    yoyo = pytest.importorskip("yoyo", reason="yoyo-migrations is not installed")
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    files = {
        "1_names.sql": "-- depends:\nALTER TABLE customers ADD COLUMN first TEXT;\nUPDATE customers SET first = name;",
        "1_names.rollback.sql": "ALTER TABLE customers DROP COLUMN first;",
        "2_tags.py": TAGS,
        "3_index.sql": "-- depends: 1_names\nCREATE INDEX firsts ON customers (first);",
    }
    folder, ours, theirs = tmp_path / "migrations", tmp_path / "ours.db", tmp_path / "theirs.db"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    for path in (ours, theirs):
        make_shop(path, 300)
    backend = yoyo.get_backend(f"sqlite:///{theirs}")
    with backend.lock():
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(str(folder))))
    state, _ = driven(task := loaded(files, ours, apply="yes"))
    assert task.shortfall(state) == ""
    query = (
        "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%yoyo%' AND name NOT LIKE 'sqlite%' ORDER BY 2"
    )
    assert sqlite3.connect(ours).execute(query).fetchall() == sqlite3.connect(theirs).execute(query).fetchall()
    for table in ("customers", "tags"):
        both = [sqlite3.connect(one).execute(f"SELECT * FROM {table}").fetchall() for one in (ours, theirs)]  # noqa: S608 - names are quoted
        assert both[0] == both[1]


PLAN = "%project=p\na {} 2026-01-01T00:00:00Z A <a@b.c>\nb [a] 2026-01-01T00:00:00Z A <a@b.c>\n"
BAD = {
    "needs go in a circle": {
        "sqitch.plan": PLAN.format("[b]"),
        "deploy/a.sql": "SELECT 1;",
        "deploy/b.sql": "SELECT 1;",
    },
    "deploy/b.sql is missing": {"sqitch.plan": PLAN.format(""), "deploy/a.sql": "SELECT 1;"},
    "needs zz": {"sqitch.plan": PLAN.format("[zz]"), "deploy/a.sql": "", "deploy/b.sql": ""},
    "sqitch.plan:2": {"sqitch.plan": "%project=p\n???\n"},
    "1_a.sql:3": {"1_a.sql": "-- migrate:up\nSELECT 1;\nCREATE TABEL a (;\n"},
    "1_a.sql:1": {"1_a.sql": "SELECT 'open"},
    "is not a statement": {"1_a.sql": "hello world;"},
    "PRAGMA": {"1_a.sql": "PRAGMA journal_mode = WAL;"},
    "which is not run": {"versions/x.py": "revision = 'a'\ndown_revision = None\n"},
    "runs code of its own": {"1_a.py": "from yoyo import step\nstep(lambda c: None)\n"},
    "not a folder of migrations that is known": {"readme.txt": "hello"},
    "two changes are called": {"a/1_a.sql": "SELECT 1;", "b/1_a.sql": "SELECT 1;"},
}


@pytest.mark.parametrize("words", BAD)
def test_a_folder_that_is_none_is_refused_in_one_line(words):
    """A circle, a missing script, SQL that does not parse and the like are refused in one line that names the place."""
    with pytest.raises(ProblemError) as caught:
        loaded(BAD[words], "x.db")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"database": ""}, "needs a database"),
        ({"database": "mysql://h/n"}, "not known"),
        ({"database": "postgresql://me:secret@h/n"}, "does not belong into a command"),
        ({"apply": "yes", "revert": "yes"}, "leave --apply or --revert out"),
        ({"to": "zz"}, "a change of the plan"),
        ({"since": "zz"}, "a change of the plan"),
        ({"since": "002_b"}, "nothing is left"),
        ({"batch_rows": 0}, "--batch-rows"),
        ({"tool": "rails"}, "--tool"),
    ],
)
def test_options_that_fit_nothing_are_refused(options, words):
    """Options that name nothing or contradict one another are refused in one line that names the mend."""
    given = json.dumps({"folder": "x", "files": FOLDERS["plain"]})
    with pytest.raises(ProblemError, match=words):
        Migration.load({"database": "x.db", **options}, given)


def test_statements_are_classed_by_what_they_do():
    """Kind, risk, lock, loss and the table by whose rows it can be split, of one statement of each sort."""
    text = """CREATE TABLE a (id INTEGER); CREATE INDEX i ON a (b); ALTER TABLE a ADD COLUMN c TEXT;
    UPDATE a SET c = 1; INSERT INTO b (x) SELECT id FROM a; INSERT INTO b SELECT max(id) FROM a;
    DELETE FROM a; ALTER TABLE a RENAME COLUMN b TO d; DROP TABLE a, b;
    CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; UPDATE b SET x = 1; END; -- maker: loses q rows"""
    found = [(one.kind[:3], one.risk, one.lock, one.loses, one.batch) for one in statements(text, "sqlite", "f")]
    assert found == [
        ("add", 1, "none", ("q rows",), ""), ("add", 2, "table", (), ""), ("add", 2, "table", (), ""),
        ("dat", 3, "rows", (), "a"), ("dat", 3, "rows", (), "a"), ("dat", 3, "rows", (), ""),
        ("des", 4, "rows", ("a rows",), "a"), ("des", 4, "table", ("a.b",), ""), ("des", 5, "table", ("a", "b"), ""),
        ("add", 2, "table", (), ""),
    ]  # fmt: skip
    assert with_range("UPDATE a SET c = 1 WHERE d OR e", "sqlite", "rowid", 5, 9).endswith(
        "WHERE (d OR e) AND (a.rowid > 5 AND a.rowid <= 9)"
    )
    assert with_range('DELETE FROM "Users"', "postgres", "Id", None, 9).endswith('"Users"."Id" <= 9')
    assert statements("UPDATE app.a SET c = 1", "postgres", "f")[0].batch == "", "its name is another table's"


def test_the_bundled_demo_is_a_sqitch_project_of_sixteen_changes():
    """The demo is read like any other folder, and each of its changes can be reverted and verified."""
    changes = Migration.load({}).problem.changes
    assert (len(changes), all(change.revert and change.verify for change in changes)) == (16, True)
    assert Path("tasks/migration/data/shop/sqitch.plan").read_text().startswith("%syntax-version")


@pytest.mark.parametrize(
    ("first", "second", "tied"),
    [
        ("ALTER TABLE a ADD COLUMN x INTEGER;", "ALTER TABLE a ADD COLUMN y INTEGER;", False),
        ("ALTER TABLE a ADD COLUMN x INTEGER;", "UPDATE a SET x = 1;", True),
        ("CREATE TABLE b (id INTEGER) WITHOUT ROWID;", "REPLACE INTO c SELECT id FROM b;", True),
        ("UPDATE OR IGNORE a SET x = 1;", "UPDATE b SET x = 1;", False),
        ("CREATE INDEX i ON a (x);", "DROP INDEX i;", True),
        ("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END;", "INSERT INTO c VALUES (1);", True),
    ],
)
def test_changes_that_touch_the_same_keep_their_order(first, second, tied):
    """A change needs one before it where one of them changes what the other touches, or may."""
    changes = loaded({"1_a.sql": first, "2_b.sql": second}, "x.db").problem.changes
    assert (changes[1].needs == ("1_a",)) == tied


def test_a_folder_is_read_whole_and_nothing_beyond_it(tmp_path):
    """A folder gives its text files; hidden ones and links out of it are left out, and what is not text is named."""
    folder, secret = tmp_path / "given", tmp_path / "secret.sql"
    (folder / "deploy").mkdir(parents=True)
    (folder / "deploy" / "1_a.sql").write_text(A)
    (folder / "1_b.sql").write_bytes(b"\xff\xfe")
    (folder / ".env").write_text("hidden")
    secret.write_text("SELECT 1;")
    (folder / "2_c.sql").symlink_to(secret)
    found = json.loads(read_problem(folder, folders=True))
    assert found == {"folder": "given", "files": {"deploy/1_a.sql": A}, "left_out": ["1_b.sql"]}
    task = Migration.load({"database": "x.db"}, json.dumps(found))
    assert task.problem.notes == (("1_b.sql:1", "is not UTF-8 text and was not read"),)
    with pytest.raises(InputError):
        read_problem(folder)
