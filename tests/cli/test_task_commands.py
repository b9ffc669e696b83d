"""`maker tasks`, `maker new-task` and `maker check-task`, as they are typed."""

from __future__ import annotations

import json

import pytest

from maker_engine.catalogue import TAKEN, names
from maker_engine.task_contract.suite import CHECKS
from maker_tui.cli.calibrate_command import calibrate_parser
from maker_tui.cli.flags import run_parser
from maker_tui.cli.main import main
from maker_tui.cli.task_commands import check_parser
from tests.task_contract.faults import TwoRight

FAULTS = f"{TwoRight.__module__.replace('.', '/')}.py"


@pytest.fixture(autouse=True)
def at_the_root(request, monkeypatch):
    monkeypatch.chdir(request.config.rootpath)


def test_from_nothing_to_a_solved_run(tmp_path, monkeypatch, capsys):
    """A task is begun, checked and run with the three commands that `new-task` itself names."""
    monkeypatch.chdir(tmp_path)
    assert main(["new-task", "cards", "--full"]) == 0
    assert "now: maker check-task ./cards\n     maker run ./cards\n" in capsys.readouterr().out
    assert main(["check-task", "./cards", "--states", "200"]) == 0
    assert f"./cards: {len(CHECKS)} kept; 200 states" in capsys.readouterr().out
    assert main(["run", "./cards", "--problem", "cards/problem.json", "--headless", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)
    assert (run["outcome"], run["decided_steps"]) == ("solved", 13)
    assert main(["sessions", "resume", run["session"], "--headless"]) == 1
    assert f"name it with --task {tmp_path / 'cards'}" in capsys.readouterr().err
    assert main(["sessions", "resume", run["session"], "--task", "./cards", "--headless"]) == 2
    assert "has ended solved" in capsys.readouterr().err


def test_a_broken_promise_is_told_with_status_1(capsys):
    """What is broken is told in lines: the check, its rule, what differs, the state, the problem, the mend."""
    assert main(["check-task", f"{FAULTS}:TwoRight", "--only", "JSON", "--only", "one right answer"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[1].startswith("✔ JSON")
    assert out[2] == "✖ one right answer   BROKEN"
    assert [line.split()[0] for line in out[3:8]] == ["rule", "differs", "state", "problem", "mend"]
    assert out[8] == f"    again    maker check-task {FAULTS}:TwoRight --only 'one right answer'"
    assert out[-1].startswith(f"{FAULTS}:TwoRight: 1 kept, 1 broken; ")


def test_the_same_as_json(capsys):
    """With --json a task is one object, with every check by name."""
    assert main(["check-task", f"{FAULTS}:TwoRight", "--json", "--seed", "7", "--states", "50"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["kept"], told["seed"], told["states"]) == (False, 7, 50)
    assert [check["check"] for check in told["checks"]] == [check.name for check in CHECKS]
    (broken,) = [check for check in told["checks"] if check["verdict"] == "broken"]
    assert broken["state"].isdigit()
    assert broken["mend"]


def test_it_says_how_many_slips_a_flag_catches(capsys):
    """A figure beside the checks: of right answers with one token changed, how many flags catch; as JSON, too."""
    assert main(["check-task", "hanoi", "--disks", "3", "--states", "20"]) == 0
    assert (
        "\n  slips              with one token of a right answer changed, flags catch 100 % of"
        in capsys.readouterr().out
    )
    assert main(["check-task", "products", "--states", "40", "--json"]) == 0
    slips = json.loads(capsys.readouterr().out)["slips"]
    assert slips["caught"] == round(slips["flagged"] / (slips["flagged"] + slips["wrong"]), 4) < 0.5


def test_a_problem_of_ones_own_is_checked(capsys):
    """The flags that choose a problem for `maker run` choose it for `maker check-task`."""
    assert main(["check-task", "hanoi", "--disks", "2", "--rule", "state", "--only", "solution"]) == 0
    out = capsys.readouterr().out
    assert "2 disks, peg 0 → 2, rule state; seed 0" in out
    assert "3 checked" in out


def test_without_a_name_every_installed_task_is_checked(capsys):
    """Each installed task has its lines, and one status stands for all."""
    assert main(["check-task", "--only", "source", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["task"] for one in told] == names()
    assert all(one["kept"] for one in told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "there is no task 'nothing'"),
        (["hanoi", "--disks", "65"], "disks must be 1 to 64"),
        (["hanoi", "--problem", "none.json"], "none.json cannot be read"),
        (["hanoi", "--only", "luck"], "there is no check 'luck'; known: introduction"),
        (["hanoi", "--states", "0"], "--states must be at least 1"),
        (["hanoi", "--limit", "0"], "--limit above 0"),
    ],
)
def test_bad_input_is_one_line_and_status_2(words, told, capsys):
    """Whatever cannot be used is named, with what can."""
    assert main(["check-task", *words]) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


def test_no_option_of_a_task_can_be_a_flag_of_makers():
    """No option of a task has the name of a flag of `run`, `check-task` or `calibrate`, but for `--only`."""
    parsers = (run_parser(None), check_parser(None), calibrate_parser(None))
    flags = {flag for parser in parsers for action in parser._actions for flag in action.option_strings}
    names = {flag.removeprefix("--").replace("-", "_") for flag in flags if flag.startswith("--")}
    assert (names - {"only"}) | {"problem"} == TAKEN


def test_tasks_are_listed_with_their_options(capsys):
    """`maker tasks` tells each task's summary and options."""
    assert main(["tasks"]) == 0
    out = capsys.readouterr().out
    assert "hanoi        Towers of Hanoi: " in out
    assert "--disks" in out
    assert "What is done with them. (default multiply): multiply, add\n" in out


def test_an_option_with_nothing_for_a_default_has_none_told(capsys):
    """A text that is empty by default is told without one, in the list and in the help of a run."""
    assert main(["tasks"]) == 0
    listed = capsys.readouterr().out
    assert "(default )" not in listed
    assert "--scramble Turns that lead" in listed
    assert "(default )" not in run_parser("cube").format_help()


def test_help_may_hold_any_sign(tmp_path, capsys):
    """What a stranger's task says of an option is printed as it is, a per cent sign included."""
    assert main(["new-task", "percent", "--full", "--to", str(tmp_path)]) == 0
    folder = tmp_path / "percent"
    source = next(path for path in folder.rglob("*.py") if "Option(" in path.read_text())
    text = source.read_text()
    text = text.replace('Option("', 'Option("share", "50 %s of it, 100% sure.", 1), Option("', 1)
    source.write_text(text.replace("source_help = ", 'source_help = "JSON, 100% of it." or ', 1))
    capsys.readouterr()
    told = " ".join(run_parser(str(folder)).format_help().split())
    assert "50 %s of it, 100% sure. (default 1)" in told
    assert "JSON, 100% of it." in told
