from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from maker_tui.cli import check_model_command as check_model, task_commands
from maker_tui.cli.commands import _parser
from maker_tui.cli.flags import run_parser
from maker_tui.cli.main import main
from maker_tui.cli.parsing import Parser
from tests.support.running import TOY
from tests.support.waiting import grown, wait_for

MAKER = [sys.executable, "-m", "maker_tui"]
KEYS = [
    "version", "outcome", "reason", "result", "shortfall", "task", "problem", "model", "simulated", "k", "rule",
    "steps", "decided_steps",
    "samples", "votes", "flagged", "wasted", "undecided_steps", "carried_steps",
    "refused", "identical_texts", "hopeless", "wrong_decisions", "tokens_in", "tokens_out", "tokens_reasoning",
    "saved", "adjustments", "model_check", "cost_usd", "tokens_estimated", "cost_usd_estimated", "limit_is_estimate",
    "answered_by", "timeouts", "resets_at", "outlook", "wall_s", "session", "papers", "dry_run",
]  # fmt: skip


def test_a_headless_run_prints_one_json_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """The main job: ten disks, solved and verified, not one decision wrong."""
    assert main(["run", "hanoi", "--disks", "10", "--model", "sim", "--headless", "--json", "--progress", "none"]) == 0
    printed = capsys.readouterr()
    result = json.loads(printed.out)
    assert list(result) == KEYS
    assert (result["outcome"], result["decided_steps"], result["wrong_decisions"], result["simulated"]) == (
        "solved",
        1023,
        0,
        True,
    )
    assert result["samples"] == result["votes"] + result["flagged"]
    assert Path(result["session"]).is_file()
    assert printed.err == ""


def test_without_json_a_headless_run_ends_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary names the outcome, says that the model is simulated, and where the session is."""
    assert main(["run", "hanoi", "--disks", "3", "--headless"]) == 0
    printed = capsys.readouterr().out
    assert "solved and verified" in printed
    assert "(simulated)" in printed
    assert ".maker" in printed


def test_the_same_seed_gives_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Every figure but the time and the file is the same; another seed gives another run."""
    runs = []
    for seed in ("7", "7", "8"):
        main(["run", "hanoi", "--disks", "7", "--model", "sim:p=0.9", "--seed", seed, "--json"])
        result = json.loads(capsys.readouterr().out)
        runs.append({key: value for key, value in result.items() if key not in ("wall_s", "session")})
    assert runs[0] == runs[1] != runs[2]


def problem(tmp_path: Path, text: str) -> str:
    path = tmp_path / "problem.json"
    path.write_text(text)
    return str(path)


def test_a_problem_file_is_solved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A scattered tower with another goal goes by the rule for states."""
    source = problem(tmp_path, '{"pegs": [[3], [2, 1], []], "goal": 1}')
    assert main(["run", "hanoi", "--problem", source, "--strategy", "state", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["wrong_decisions"] == 0


BAD = [
    (["run", "nothing"], "no task 'nothing'"),
    (["run"], "name the task first"),
    (["run", "hanoi", "--disks", "0", "--json"], "disks must be 1 to 64"),
    (["run", "hanoi", "--disks", "65", "--json"], "disks must be 1 to 64"),
    (["run", "hanoi", "--disks", "x", "--json"], "--disks"),
    (["run", "hanoi", "--k", "0", "--json"], "k must be at least 1"),
    (["run", "hanoi", "--k", "many", "--json"], "whole number or auto"),
    (["run", "hanoi", "--rule", "luck", "--json"], "rule must be ahead, first, lead-table,"),
    (["run", "hanoi", "--problem", "/no/such/file", "--json"], "/no/such/file cannot be read"),
    (["run", "hanoi", "--model", "sim:p=0.5", "--json"], "p must lie above 0.5"),
    (["run", "hanoi", "--model", "sim:speed=9", "--json"], "'speed'"),
    (["run", "hanoi", "--model", "", "--json"], "no model is named"),
    (["run", "hanoi", "--model", "nosuchprovider/x", "--json"], "nosuchprovider"),
    (["run", "hanoi", "--model", "openai/gpt-4.1-mini", "--json"], "OPENAI_API_KEY"),
    (["run", "hanoi", "--concurrency", "0", "--json"], "concurrency must be"),
    (["run", "hanoi", "--limit-samples", "0", "--json"], "limit samples must be at least 1, got 0"),
    (["run", "hanoi", "--limit-usd", "nan", "--json"], "limit usd must be a number or none"),
    (["run", "hanoi", "--max-tokens", "0", "--json"], "max tokens"),
    (["run", "hanoi", "--temperature", "-1", "--json"], "temperature must be auto, none or between 0 and 2"),
    (["run", "hanoi", "--target", "1", "--json"], "target"),
    (["run", "hanoi", "--session", "/proc/no/run.maker", "--json"], "/proc/no/run.maker cannot be created"),
    (["run", "hanoi", "--break", "votes>>5"], "there is '>' at character 7, where a number should be"),
    (["run", "hanoi", *["--break", "dissent"] * 101], "--break can be given 100 times, got 101: join some"),
    (["run", "hanoi", "--break", "dissent", "--json"], "--break needs a person: leave --headless out"),
    (["sessions", "resume", "none", "--break", "flags", "--headless"], "--break needs a person"),
    (["run", "hanoi", "--disk", "3"], "--disk"),
    (["run", "hanoi"], "needs a terminal: add --headless"),
    ([], "needs a terminal"),
    (["demo"], "needs a terminal"),
    (["plan", "--steps", "10", "--p", "0.4"], "p must lie above 0.5"),
    (["plan", "--steps", "0", "--p", "0.9"], "steps must be at least 1"),
    (["plan", "--steps", "10"], "--p"),
    (["plan", "--steps", "10", "--p", "0.9", "--price", "1,2"], "--tokens and --price go together"),
    (["plan", "--steps", "10", "--p", "0.9", "--price", "1"], "must be two numbers such as 500,200"),
    (["fly"], "'fly'"),
    (["rnu"], "there is no command 'rnu'; did you mean 'run'?"),
    (["hanoi"], "there is no command 'hanoi'; did you mean 'maker run hanoi'?"),
    (["run", "hanoy"], "sudoku; did you mean 'hanoi'?"),
    (["run", "hanoi", "--disk", "3"], "there is no option --disk; did you mean '--disks'? (see maker run --help)"),
    (["run", "sudoku", "--grade", "esy"], "did you mean 'easy'?"),
    (["sessions", "lss"], "there is no command 'lss'; did you mean 'ls'? (see maker sessions --help)"),
    (["sessions", "ls", "--jsn"], "there is no option --jsn; did you mean '--json'? (see maker sessions ls --help)"),
    (["check-task", "hanoi", "--only", "aply"], "did you mean 'apply'?"),
    (["plan", "--step=3", "--p", "0.9"], "there is no option --step; did you mean '--steps'?"),
    (["plan", "--steps", "1e6.5", "--p", "0.9"], "must be a whole number such as 1000000 or 1e6, got '1e6.5'"),
    (["plan", "--steps", "1.5", "--p", "0.9"], "must be a whole number"),
    (["plan", "--steps", "1e99999999", "--p", "0.9"], "must be a whole number"),
    (["plan", "--steps", "2e19", "--p", "0.9"], "steps must be"),
]


@pytest.mark.parametrize(
    ("arguments", "blamed"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_is_one_line_that_names_it(
    arguments: list[str], blamed: str, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """Status 2, one line on stderr, nothing on stdout, no session."""
    try:
        status = main(arguments)
    except SystemExit as leaving:
        status = int(leaving.code or 0)
    printed = capsys.readouterr()
    assert status == 2
    assert blamed in printed.err
    assert printed.err.startswith("maker: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not list(home.rglob("*.maker"))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"pegs": 3}', '{"pegs": [[1, 2], [], []]}', '{"pegs": [[2, 2], [], []]}',
     '{"pegs": [[true], [], []]}',
     '{"pegs": [[3, 1], [], []]}', '{"pegs": [[2, 1], [], []], "goal": 3}', "[" * 100_000, '{"pegs": [[NaN], [], []]}'],
)  # fmt: skip
def test_an_illegal_problem_file_is_refused_in_one_line(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is in it, the error is one line and there is no traceback."""
    assert main(["run", "hanoi", "--problem", problem(tmp_path, text), "--json"]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "Traceback" not in printed


def test_a_problem_file_that_is_not_text_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bytes that are not UTF-8 are named as such."""
    path = tmp_path / "problem"
    path.write_bytes(b"\xff\xfe\x00")
    assert main(["run", "hanoi", "--problem", str(path), "--json"]) == 2
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "outcome"),
    [
        (["--limit-samples", "10"], "out_of_budget"),
        (["--limit-usd", "0.001"], "out_of_budget"),
        (["--model", "sim:v=0.001", "--max-samples", "20"], "undecided"),
        (["--model", "sim:p=0.55", "--k", "1"], "unsolved"),
    ],
)
def test_an_end_without_a_solution_has_a_name_and_status_1(
    flags: list[str], outcome: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The outcome says how it ended, and the session is kept."""
    assert main(["run", "hanoi", "--disks", "6", "--json", *flags]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["outcome"] == outcome
    assert Path(result["session"]).is_file()


@pytest.mark.parametrize("arguments", [["demo"], ["run", "hanoi"]])
def test_what_needs_a_terminal_can_do_without_as_it_says(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The flag that the refusal names is one of that command's own."""
    assert main(arguments) == 2
    flag = re.search(r"add (--\w+)", capsys.readouterr().err)
    assert flag is not None
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    assert flag[1] in capsys.readouterr().out


def test_plan_prints_the_scaling_laws(capsys: pytest.CaptureFixture[str]) -> None:
    """The paper's run: k_min 3, 98.9 % likely to be right."""
    assert main(["plan", "--steps", "1048575", "--p", "0.9978", "--v", "0.98", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["k_min"] == 3
    assert plan["p_solve"] == pytest.approx(0.98882, abs=1e-5)
    assert plan["samples"] == pytest.approx(plan["votes"] / 0.98)
    for steps in ("1e6", "1,000,000", "1_000_000"):
        assert main(["plan", "--steps", steps, "--p", "0.9978", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["steps"] == 10**6
    assert main(["plan", "--steps", "1e6", "--p", "1", "--k", "4", "--tokens", "500,200", "--price", "1,5"]) == 0
    assert "k_min    1" in (told := capsys.readouterr().out)
    assert "cost     $6,000.00" in told


def test_tasks_lists_the_tasks_with_their_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """What can be solved, and what can be chosen about it."""
    assert main(["tasks"]) == 0
    assert "--disks" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["run", "hanoi", "--help"], ["plan", "--help"]])
def test_help_is_given_with_examples(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help leaves with status 0, and those who have examples show them."""
    with pytest.raises(SystemExit) as leaving:
        main(arguments)
    assert leaving.value.code == 0
    printed = capsys.readouterr().out
    assert "maker" in printed
    assert arguments[0] == "plan" or "examples:" in printed


def parsers(parser: Parser) -> Iterator[Parser]:
    """A parser, and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from parsers(command)


def test_help_states_every_default() -> None:
    """What is used where nothing is given stands in the help of each option that has it."""
    tops = [_parser(listing=False)[0], run_parser("hanoi"), task_commands.check_parser(None), check_model._parser()]
    for parser in (one for top in tops for one in parsers(top)):
        for action in parser._actions:
            takes = action.option_strings and action.nargs != 0 and action.help not in (None, argparse.SUPPRESS)
            if takes and action.default and action.default != argparse.SUPPRESS:
                assert "default" in str(action.help), f"{parser.prog} {action.option_strings}"


def test_a_task_is_found_by_its_path(capsys: pytest.CaptureFixture[str]) -> None:
    """A stranger's task runs without being installed."""
    assert main(["run", TOY, "--length", "20", "--model", "sim:tokens=1,spread=0", "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["task"] == TOY


@pytest.mark.parametrize(("number", "word"), [(signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")])
def test_an_interrupt_ends_the_run_and_saves_it(tmp_path: Path, number: signal.Signals, word: str) -> None:
    """Status 130, the outcome says that it was stopped, and the session holds what was decided."""
    session = tmp_path / "run.maker"
    flags = ["--disks", "20", "--model", "sim:latency=0.01", "--json", "--session", str(session)]
    with subprocess.Popen(
        [*MAKER, "run", "hanoi", *flags], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        wait_for(process, grown(session, 100_000))
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    result = json.loads(output)
    assert process.returncode == 130
    assert (result["outcome"], result["reason"]) == ("stopped", f"interrupted by {word}")
    assert result["decided_steps"] > 0
    assert not session.with_name(session.name + "-wal").exists()


START_UP = """
import sys
from contextlib import suppress
from maker_tui.cli.main import main

def loaded(*names):
    return [one for one in sys.modules if one.startswith(names)]

import maker_tui.settings.config
found = [loaded("maker_engine.core.record.events")]
with suppress(SystemExit):
    main(["--help"])
found.append(loaded("maker_tasks", "sqlglot", "icalendar", "textual", "litellm"))
main(["run", "hanoi", "--disks", "3", "--json"])
found.append(loaded("textual", "litellm", "sqlglot", "maker_engine.calibration.plan_file"))
sys.exit(str(found) if any(found) else 0)
"""


def test_nothing_heavy_is_loaded_that_is_not_used() -> None:
    """Home loads no events before it is painted, help loads no task, and a run in a script neither app nor LiteLLM."""
    ended = subprocess.run([sys.executable, "-c", START_UP], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


NO_FCNTL = "import sys; sys.modules['fcntl'] = None; from maker_tui.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.parametrize("arguments", [[], ["tasks"], ["run", "hanoi", "--headless"], ["--help"]])
def test_a_system_without_fcntl_is_told_in_one_line(arguments: list[str]) -> None:
    """Native Windows has none: whatever is asked for, the line names the mend, with no traceback; status 2."""
    ended = subprocess.run(
        [sys.executable, "-c", NO_FCNTL, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "on Windows, install maker in WSL" in ended.stderr


def test_the_engine_alone_says_so_too() -> None:
    """Who imports the library there gets a sentence with the mend, not the name of a missing module."""
    program = "import sys; sys.modules['fcntl'] = None; import maker_engine.sessions.store.lock"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "ImportError: sessions are kept on Linux and macOS only (no fcntl here): on Windows, use WSL" in ended.stderr
