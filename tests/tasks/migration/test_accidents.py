"""Accidents: a run that is killed, a disk that is full, and what the program says and leaves behind."""

from __future__ import annotations

import json
import random
import shutil
import subprocess

import pytest
from maker_tasks.migration.database.sqlite_tables import digest_of

from maker_tui.cli.main import main
from tests.tasks.migration.driven import driven, loaded, shop, sqitch
from tests.tasks.migration.kills import Place, whole_run


def test_a_run_that_is_killed_goes_on_and_ends_as_if_it_were_not(tmp_path):
    """Killed at a random moment and resumed, a rehearsal with every revert ends at the digest that it began with."""
    place = Place(str(tmp_path), "taken back", 1_000, 0)
    kills, found, digest = whole_run(random.Random(5), place, most=1)
    assert (kills <= 1, found["verdict"]) == (True, "safe")
    assert found["digest_before"] == found["digest_after"] == digest


def test_a_full_disk_ends_the_run_and_leaves_the_last_good_state(tmp_path, monkeypatch):
    """On a disk that fills up in a change, the change is out again, and the run is unsafe in one line."""
    (place := tmp_path / "small").mkdir()
    mount = shutil.which("mount")
    words = [str(mount), "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if mount is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        monkeypatch.setenv("MAKER_HOME", str(place))
        path = shop(tmp_path, 3_000)
        before = path.read_bytes()
        files = sqitch(
            ("a", "CREATE TABLE extra (id INTEGER PRIMARY KEY);", "DROP TABLE extra;", ""),
            ("b [a]", "CREATE TABLE big AS SELECT *, hex(zeroblob(500)) AS x FROM order_items;", "DROP TABLE big;", ""),
        )
        task = loaded(files, path)
        state, answers = driven(task)
        assert (state.applied, state.reverted) == (("a",), ("b",))
        assert "full" in task.shortfall(state)
        assert (task.verify(answers), path.read_bytes() == before) == ([], True)
        assert state.deeds[-1].after == state.deeds[0].after
    finally:
        subprocess.run([str(shutil.which("umount")), str(place)], check=False)


def test_the_program_tells_by_its_status_and_goes_back_by_a_fork(tmp_path, capsys, monkeypatch):
    """An unsafe run has status 1 and says why in a line; a fork from an earlier step puts the copy back."""
    monkeypatch.setenv("MAKER_HOME", str(tmp_path / "home"))
    path, folder = shop(tmp_path, 300), tmp_path / "given"
    files = sqitch(
        ("a", "ALTER TABLE customers ADD COLUMN a TEXT;", "ALTER TABLE customers DROP COLUMN a;", ""),
        ("b [a]", "UPDATE customers SET a = name;", "UPDATE customers SET a = NULL;", "SELECT missing FROM customers;"),
    )
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    file = str(tmp_path / "run.maker")

    def does(*words):
        return main([*words]), capsys.readouterr()

    words = ("run", "migration", "--problem", str(folder), "--database", str(path), "--session", file, "--headless")
    status, said = does(*words, "--json", "--out", str(tmp_path / "out"))
    found = json.loads(said.out)
    assert (status, found["outcome"], found["result"]["verdict"]) == (1, "solved", "unsafe")
    assert "verify" in found["shortfall"]
    assert "unsafe" in (tmp_path / "out" / "report.md").read_text()
    assert json.loads((tmp_path / "out" / "report.json").read_text())["changes"][1]["verdict"] == "revert"
    assert does("sessions", "verify", file)[0] == 0
    status, said = does("sessions", "fork", file, "--at", "3", "--headless", "--json")
    assert json.loads(said.out)["result"]["digest_after"] == found["result"]["digest_after"]
    assert does("migration", "digest", str(path))[1].out.strip() == digest_of(path)[0]
    (folder / "deploy" / "b.sql").unlink()
    status, said = does(*words[:-3], "--headless")
    assert (status, said.err.count("\n"), "is missing" in said.err) == (2, 1, True)
    assert does("migration", "digest", str(tmp_path / "none.db"))[0] == 2
