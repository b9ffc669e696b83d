"""The page on writing a task, done from its first line to its last: its files are written, its commands typed."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from maker_engine import catalogue
from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import CHECKS, make
from maker_tui.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "writing-a-task.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:`(nqueens/\S+)`:\n\n)?```(\w+)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line for _, kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
SHOWN = next(text for _, kind, text in BLOCKS if kind == "text")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder in which everything up to the files of the task has been done."""
    place = tmp_path_factory.mktemp("sitting")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for line in COMMANDS:
            if "new-task" in line:
                assert main(shlex.split(line)[1:]) == 0
    for name, _, text in BLOCKS:
        if name:
            assert (place / name).exists() or name.endswith("test_nqueens.py"), "the page replaces what new-task wrote"
            (place / name).write_text(text, encoding="utf-8")
    return place


def test_its_commands_do_what_they_say(place, monkeypatch, capsys):
    """Every command of the page that needs no screen and no provider ends with status 0."""
    monkeypatch.chdir(place)
    typed = [line for line in COMMANDS if "check-task" in line or "--headless" in line]
    assert len(typed) == 6
    for line in typed:
        assert main(shlex.split(line)[1:]) == 0, f"{line}\n{capsys.readouterr().out}"


def test_n_queens_takes_the_steps_it_is_said_to(place):
    """The page's number of steps is that of the search."""
    assert "8 queens take 218" in PAGE
    assert catalogue.find(str(place / "nqueens")).load({}).expected_steps == 218


def test_a_rule_without_its_tie_break_is_told_as_shown(place):
    """Without the word "lowest" the vote would split, which is told in the words of the page."""
    family = catalogue.find(str(place / "nqueens"))

    class NoTieBreak(family):
        def right_answers(self, state):
            return sorted(self._free(state)) or [-1]

    (one_right,) = [check for check in CHECKS if check.name == "one right answer"]
    result = make(prepare(NoTieBreak), one_right)
    told = [f"    {label:<8} {text}" for label, text in result.explanation]
    assert SHOWN.splitlines()[1:] == [*told, "    again    maker check-task ./nqueens --only 'one right answer'"]


def test_its_tests_pass(place, monkeypatch):
    """The test file of the page, whose contract tests are made above, knows the dead end and the problem file."""
    monkeypatch.syspath_prepend(place)
    tests = __import__("nqueens.test_nqueens", fromlist=["nqueens"])
    try:
        tests.test_the_problem_file_is_one()
        tests.test_a_row_without_a_free_column_is_undone()
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "nqueens"]:
            del sys.modules[name]
