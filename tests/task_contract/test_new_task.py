"""What `maker new-task` writes works as it stands, and reads as the rest of the code does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import maker_engine as maker
from maker_engine import catalogue
from maker_engine.core.errors import InputError
from maker_engine.task_contract.scaffold import write_file, write_task
from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import CHECKS, Verdict, make

ROOT = Path(__file__).parents[2]
RUFF = (
    "--isolated", "--line-length=120", "--target-version=py311", "--config=lint.pydocstyle.convention='google'",
    "--select=A,ANN,ARG,B,C4,D,E,F,FBT,I,N,PERF,PIE,PL,PT,PTH,RET,RUF,SIM,TRY,UP,W",
    "--ignore=ANN401,PLR2004,RUF001,RUF002,TRY003",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_task("card_game", tmp_path_factory.mktemp("tasks"))


def program(name, *arguments, cwd):
    """Run a program of this environment, as plain as it comes; return its status and all it printed."""
    done = subprocess.run(
        [Path(sys.executable).with_name(name), *arguments],
        cwd=cwd,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_new_task_is_called_as_its_folder(folder):
    """Name, title and class are those of the name that was given."""
    family = catalogue.find(str(folder))
    assert (family.name, family.title, family.__name__) == ("card_game", "Card game", "CardGame")


def test_its_own_tests_pass(folder):
    """The tests that a new task comes with, the contract among them, pass where it lies."""
    status, said = program("pytest", "-q", "-p", "no:cacheprovider", folder.name, cwd=folder.parent)
    assert status == 0, said


def test_it_reads_as_good_code(folder):
    """The linter and the formatter have nothing to say to a new task."""
    assert program("ruff", "check", *RUFF, ".", cwd=folder) == (0, "All checks passed!\n")
    status, said = program("ruff", "format", "--isolated", "--line-length=120", "--check", ".", cwd=folder)
    assert status == 0, said


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Cards", "write small letters"),
        ("two words", "write small letters"),
        ("../cards", "write small letters"),
        ("1st", "write small letters"),
        ("a" * 41, "write small letters"),
        ("class", "a word of Python's"),
        ("match", "a word of Python's"),
        ("json", "a module of Python's"),
        ("hanoi", "there is an installed task 'hanoi'"),
        ("there", "is there already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_in_one_line(tmp_path, name, told):
    """A name that is not a module's, is taken, or would hide something is refused, and nothing is written."""
    (tmp_path / "there").mkdir()
    with pytest.raises(InputError, match=told) as refused:
        write_task(name, tmp_path)
    assert str(refused.value).isprintable()
    assert [path.name for path in tmp_path.iterdir()] == ["home", "there"] or not list((tmp_path / "there").iterdir())


def test_where_nothing_can_be_written_it_is_told(tmp_path):
    """A place that is a file is bad input."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_task("cards", tmp_path / "file")


def test_one_file_is_a_whole_task(tmp_path):
    """Without --full a new task is one file of at most 60 lines that is called as it, checked, run and linted."""
    path = write_file("card_game", tmp_path)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 60
    family = catalogue.find(str(path))
    assert (family.name, family.title, family.__name__) == ("card_game", "Card game", "CardGame")
    for check in CHECKS:
        assert (result := make(prepare(family, states=200), check)).verdict is Verdict.KEPT, str(result)
    assert maker.solve(family(), model="sim").verified
    assert program("ruff", "check", *RUFF, "--ignore=D", path.name, cwd=tmp_path) == (0, "All checks passed!\n")
    with pytest.raises(InputError, match="is there already"):
        write_file("card_game", tmp_path)
