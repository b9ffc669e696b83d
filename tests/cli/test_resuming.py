"""The summary of a run that can go on ends with the command that does so, as it stands."""

from __future__ import annotations

import shlex
import threading
from pathlib import Path

import pytest

from maker_engine.sessions.library.library import Library
from maker_engine.sessions.store.exhausted_limit import Shortage, shortage_in
from maker_engine.sessions.store.reader import Reader
from maker_tui.cli.main import main
from maker_tui.runs.background import go_on_alone
from maker_tui.runs.resuming import parse_changes, resume_command
from tests.support.running import TOY

HANOI = ("hanoi", "--disks", "4", "--k", "2")
MOST = 6
"""So often a run of four disks goes on at most, when its limit is doubled each time."""


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What a summary ends with."""
    return capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize(
    "words",
    [
        (*HANOI, "--model", "sim", "--limit-samples", "12"),
        (*HANOI, "--model", "sim", "--limit-usd", "0.001"),
        (*HANOI, "--model", "sim", "--limit-tokens", "9000"),
        (*HANOI, "--model", "sim:latency=0.01", "--limit-minutes", "0.003"),
        (*HANOI, "--model", "sim:p=0.8", "--k", "6", "--max-samples", "8"),
        (TOY, "--limit-samples", "3", "--model", "sim", "--k", "2"),
    ],
)
def test_the_command_that_is_printed_goes_on(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """It names the session, the task where that is a path, and a limit that lets the run get on, up to its end."""
    status = main(["run", *words, "--headless", "--progress", "none"])
    assert status == 1
    for _ in range(MOST):
        name, _, command = last_line(capsys).partition("   ")
        assert name == "resume"
        program, *arguments = shlex.split(command)
        assert program == "maker"
        if (status := main([*arguments, "--headless", "--progress", "none"])) == 0:
            break
    assert status == 0
    assert not last_line(capsys).startswith("resume")


def test_a_run_left_to_itself_that_ends_as_before_has_ended(tmp_path: Path) -> None:
    """A process that finds the budget spent has done what it could: that is no error of it."""
    path = tmp_path / "spent.maker"
    assert (
        main(["run", "hanoi", "--disks", "4", "--limit-samples", "5", "--headless", "-q", "--session", str(path)]) == 1
    )
    assert main(["sessions", "resume", str(path), "--headless", "-q"]) == 1
    with Reader(path) as reader:
        before = reader.meta()["ended"]
    go_on_alone(path, 0)  # raises nothing, whether it is seen while it drives the run or ends before
    for thread in threading.enumerate():
        if thread.name == "maker-background":  # which waits for the process
            thread.join(60)
    with Reader(path) as reader:
        assert reader.meta()["ended"] == before


def test_show_ends_with_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    """A saved session says the same; of another run than the newest, which one."""
    main(["run", *HANOI, "--limit-samples", "12", "--headless"])
    (session,) = Library().list()
    name = session.path.stem
    main(["sessions", "show", name])
    assert last_line(capsys) == f"resume   maker sessions resume {name} --limit-samples 24"
    main(["sessions", "fork", name, "--at", "2", "--stay"])
    main(["sessions", "show", name, "--fork", "0"])
    assert last_line(capsys) == f"resume   maker sessions resume {name} --fork 0 --limit-samples 24"
    assert resume_command(session.path) == f"maker sessions resume {name}"


@pytest.mark.parametrize(
    ("ended", "order", "needed"),
    [
        ({"outcome": "stopped", "reason": "stopped by the user"}, {}, None),
        ({"outcome": "solved", "reason": "solved and verified"}, {}, None),
        ({"outcome": "out_of_budget", "reason": "drew 5 of 5 samples"}, {"limit_samples": "5"}, None),
        (
            {"outcome": "out_of_budget", "reason": "spent $1.0000 of $1: $0.0000 left, the dearest call costs $0.5000"},
            {"limit_usd": 1},
            Shortage("limit-usd", "6"),
        ),
        (
            {"outcome": "out_of_budget", "reason": "the provider's limit resets at 15:00, after the run's limit"},
            {"limit_seconds": 90},
            Shortage("limit-minutes", "3"),
        ),
        (
            {
                "outcome": "stopped",
                "reason": "x (to go on: maker sessions resume --accept-model 'a b')",
            },
            {},
            Shortage("accept-model", "a b"),
        ),
    ],
)
def test_what_ran_out_is_read_from_the_record(
    ended: dict[str, str], order: dict[str, object], needed: Shortage | None
) -> None:
    """The reason says which limit stood in the way; what is offered leaves room for some of the dearest calls."""
    assert shortage_in({"ended": ended, "order": order}) == needed
    if needed is not None:
        assert parse_changes(needed.entry)
