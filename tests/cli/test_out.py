"""`--out`: the papers of a run in a folder of the user's, once it has come to a result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from maker_tui.cli.completing import FOLDERS, candidates
from maker_tui.cli.main import main

ROUNDS = """
days: [2026-12-01]
people: {ada: {}}
interviews: [{id: nora-1, candidate: nora, panel: [ada], minutes: 60}]
"""


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def run(tmp_path, capsys):
    """Run rounds headless; return exit status, standard output and standard error."""
    rounds = tmp_path / "rounds.yaml"
    rounds.write_text(ROUNDS)

    def typed(*words, task="scheduling"):
        problem = ["--problem", str(rounds)] if task == "scheduling" and "--sample" not in words else []
        status = main(["run", task, *problem, "--k", "1", "--headless", "--progress", "none", *words])
        return (status, *capsys.readouterr())

    return typed


def files_in(folder: Path):
    """The texts of a folder's files, by their relative paths."""
    return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}


def test_a_run_writes_what_export_writes_and_never_over_it(run, tmp_path, capsys):
    """`--out` writes the files of `sessions export --as papers`, and where one exists the run is kept and exit is 1."""
    folder = tmp_path / "out" / "deep"
    status, out, _ = run("--out", str(folder))
    line = next(one for one in out.splitlines() if one.startswith("papers"))
    assert (status, str(folder / "schedule.json") in line, line.endswith("and 2 more")) == (0, True, True)
    assert main(["sessions", "export", "last", "--as", "papers", "--to", str(tmp_path / "later")]) == 0
    assert files_in(folder) == files_in(tmp_path / "later")
    capsys.readouterr()
    status, out, err = run("--out", str(folder), "--json")
    assert (status, json.loads(out)["outcome"], json.loads(out)["papers"]) == (1, "solved", None)
    assert "schedule.json exists already" in err
    assert "sessions export" in err


def test_a_run_without_a_schedule_says_that_there_are_no_papers(run, tmp_path):
    """An infeasible problem has no papers, which is said and is no failure."""
    status, out, _ = run("--sample", "impossible", "--out", str(tmp_path / "out"))
    assert (status, "papers   none" in out, (tmp_path / "out").exists()) == (0, True, False)


def test_what_cannot_be_written_is_refused_before_the_run(run, tmp_path, home):
    """A task without papers, and a folder in which no file can be made, are refused before anything is asked."""
    (tmp_path / "file").write_text("")
    for task, folder, said in (
        ("hanoi", "out", "Towers of Hanoi writes no papers"),
        ("scheduling", str(tmp_path / "file" / "x"), f"{tmp_path / 'file'} is not a folder"),
    ):
        status, _, err = run("--out", folder, task=task)
        assert (status, said in err, err.count("\n")) == (2, True, 1)
    assert not [*home.rglob("*.maker")]


def test_a_run_that_goes_on_writes_papers_where_it_is_told_to(run, tmp_path, capsys):
    """No session keeps the folder, so `sessions resume` takes `--out` of its own."""
    assert run("--sample", "rounds", "--limit-samples", "2", "--out", str(tmp_path / "a"))[0] == 1
    again = ["sessions", "resume", "last", "--limit-samples", "none", "--headless", "--progress", "none"]
    assert main([*again, "--out", str(tmp_path / "b")]) == 0
    assert ((tmp_path / "a").exists(), "schedule.json" in files_in(tmp_path / "b")) == (False, True)
    assert str(tmp_path / "b") in capsys.readouterr().out


def test_settings_name_a_folder_for_the_tasks_that_write_papers(run, tmp_path):
    """A folder in `[run]` of the settings is passed over by tasks that write none."""
    from maker_tui.settings.places import config_file

    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(f'[run]\nout = "{tmp_path / "out"}"\n')
    assert run("--disks", "2", task="hanoi")[0] == 0
    assert run()[0] == 0
    assert "schedule.txt" in files_in(tmp_path / "out")


def test_folders_and_several_calendars_are_completed():
    """The shell offers folders behind `--out`, and after one calendar another, or a flag."""
    assert [one.value for one in candidates(["run", "scheduling", "--out", ""])] == [FOLDERS]
    first, second = (candidates(f"run scheduling --calendars {words}".split(" ")) for words in ("", "a.ics "))
    assert first == second != []
    assert "--json" in [one.value for one in candidates(["run", "scheduling", "--calendars", "a.ics", "--j"])]


def test_calendars_that_are_none_are_refused(run, tmp_path, capsys):
    """An empty value, a pattern that matches nothing and a folder are refused in one line, and never passed over."""
    for name in ("*.ics", str(tmp_path)):
        status, _, err = run("--calendars", name)
        assert (status, f"calendar {name} cannot be read" in err, err.count("\n")) == (2, True, 1)
    with pytest.raises(SystemExit):
        run("--calendars", "")
    assert "--calendars has an empty value" in capsys.readouterr().err
