"""Rolling back: any step is put back at once, verified by its digest, and nothing that others wrote is lost."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from maker_tasks.migration.database.sqlite_tables import digest_of

from maker_tui.cli.main import main
from tests.tasks.migration.driven import driven, loaded, rolled_back, shop, sqitch

FILES = sqitch(
    ("a", "ALTER TABLE customers ADD COLUMN a TEXT;", "ALTER TABLE customers DROP COLUMN a;", ""),
    ("b [a]", "UPDATE customers SET a = upper(name);", "UPDATE customers SET a = NULL;", ""),
    ("c [b]", "UPDATE products SET price = price + 1;", "", "SELECT missing FROM products;"),
)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))


@pytest.fixture
def does(capsys):
    """Return what runs maker in place, and gives its status and what it printed."""

    def run(*words):
        return main([*words]), capsys.readouterr()

    return run


def folder_of(tmp_path, files):
    """Write a folder of migrations; return it."""
    folder = tmp_path / "given"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return str(folder)


def test_every_step_of_a_rehearsal_is_put_back(tmp_path):
    """Each step behind the copy, within batches and in a restore too, is put back to what it was, and verified."""
    task, states = loaded(FILES, path := shop(tmp_path, 300), batch_rows=15), []
    end, _ = driven(task, states=states)
    assert (end.applied, end.reverted) == (("a", "b"), ("c",))
    (copy,) = (tmp_path / "home" / "migration").glob("*/work.db")
    digests = []
    for at in range(1, len(states)):
        done = rolled_back(task, states, at)
        assert (done.status, done.fields["digest"]) == ("ok", digest_of(copy)[0])
        assert f"digest {done.fields['digest']} verified" in done.fields["words"]
        digests.append(done.fields["digest"])
    assert digests[0] == task.result(end)["digest_before"] == digest_of(path)[0]
    assert digests[-1] == task.result(end)["digest_after"]
    assert len({*digests}) == 6, "the first, a, three batches of b, and c"


def test_the_command_puts_back_and_the_run_continues_from_there(tmp_path, does):
    """It prints one line with the digest; its fork continues to the same end; a step that is none is refused in one."""
    path, file = shop(tmp_path, 300), str(tmp_path / "run.maker")
    words = ("--problem", folder_of(tmp_path, FILES), "--database", str(path), "--batch-rows", "15")
    ended = json.loads(does("run", "migration", *words, "--session", file, "--headless", "--json")[1].out)["result"]
    (copy,) = (tmp_path / "home" / "migration").glob("*/work.db")
    status, said = does("sessions", "rollback", file, "--at", "8")
    assert (status, said.out.count("\n"), f"digest {digest_of(copy)[0]} verified" in said.out) == (0, 1, True)
    assert digest_of(copy)[0] not in (ended["digest_before"], ended["digest_after"])
    status, said = does("sessions", "resume", file, "--headless", "--json")
    assert json.loads(said.out)["result"]["digest_after"] == ended["digest_after"] == digest_of(copy)[0]
    for step, words in ((1, "nothing is copied yet"), (99, "not 99")):
        status, said = does("sessions", "rollback", file, "--at", str(step))
        assert (status, said.err.count("\n"), words in said.err) == (2, 1, True)


def test_an_applied_database_needs_consent_and_is_not_put_back_over_what_others_wrote(tmp_path, does):
    """Without consent nothing is done; with it the file is as before; what others wrote or made since is kept."""
    path, file = shop(tmp_path, 300), str(tmp_path / "run.maker")
    first, scope = digest_of(path)[0], f"write:sql:{path}"
    words = ("--problem", folder_of(tmp_path, FILES), "--database", str(path), "--to", "b", "--apply", "--allow", scope)
    status, said = does("run", "migration", *words, "--session", file, "--headless", "--json")
    last = json.loads(said.out)["result"]["digest_after"]
    status, said = does("sessions", "rollback", file, "--at", "2")
    assert (status, f"--allow {scope}" in said.err, digest_of(path)[0]) == (2, True, last)
    assert does("sessions", "rollback", file, "--at", "2", "--allow", scope)[0] == 0
    assert digest_of(path)[0] == first
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT 1 FROM sqlite_master WHERE name LIKE 'maker%'").fetchall() == []
        for sql in ("CREATE INDEX by_city ON customers (city)", "DELETE FROM audit_log WHERE id = 1"):
            other.execute(sql)
            other.commit()
            content = path.read_bytes()
            status, said = does("sessions", "rollback", file, "--fork", "0", "--at", "6", "--allow", scope)
            assert (status, said.err.count("\n"), "another program has changed" in said.err) == (1, 1, True)
            assert path.read_bytes() == content
            other.execute("DROP INDEX IF EXISTS by_city")
            other.commit()
    status, said = does("sessions", "rollback", file, "--at", "9", "--allow", scope)
    assert (status, "--fork chooses another run of the session" in said.err) == (2, True)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_in_the_middle_of_a_run_its_digest_says_whether_others_have_written(tmp_path, mode):
    """Between two steps of an applied run its database is put back, in any journal mode, and not over others' rows."""
    path = shop(tmp_path, 300)
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA journal_mode = {mode}")
    task, states = loaded(FILES, path, apply="yes", batch_rows=15, to="b"), []
    driven(task, until=lambda state: state.above is not None, states=states)
    done = rolled_back(task, states, 1)
    assert (done.fields["digest"], digest_of(path)[0]) == (task.result(states[1])["digest_before"],) * 2
    end, _ = driven(task, state=states[-1], states=states)
    assert task.shortfall(end) == ""
    again, _ = driven(task, state=states[1], until=lambda state: state.above is not None)
    with closing(sqlite3.connect(path)) as other:
        other.execute("DELETE FROM audit_log WHERE id = 1")
        other.commit()
    refused = rolled_back(task, states, 1)
    assert "another program has changed" in refused.fields["error"]
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM audit_log WHERE id = 1").fetchone() == (0,)
    assert again.above is not None


def test_what_a_killed_rollback_has_left_does_no_harm_to_the_next(tmp_path):
    """A file that was being remade, and the journal of its open transaction, are gone before it is remade anew."""
    task, states = loaded(FILES, shop(tmp_path, 2_000), batch_rows=15), []
    driven(task, states=states)
    (folder,) = (tmp_path / "home" / "migration").glob("*")
    shutil.copy(folder / "work.db", tmp_path / "open.db")
    with closing(sqlite3.connect(tmp_path / "open.db")) as one:
        one.execute("PRAGMA cache_size = 1")
        one.execute("PRAGMA synchronous = OFF")
        one.execute("UPDATE order_items SET quantity = quantity + 1")
        for name in ("open.db", "open.db-journal"):
            shutil.copy(tmp_path / name, folder / name.replace("open", "scratch"))
    done = rolled_back(task, states, 3)
    assert done.ok, done
