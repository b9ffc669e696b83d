"""When the terminal goes away the run is saved, or goes on; real terminals, really hung up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.errors import SessionError
from maker_engine.sessions.store.reader import Reader
from maker_tui.cli.main import main
from tests.support.terminal import Terminal
from tests.support.waiting import wait_for

SCREEN, BACK = b"\x1b[?1049h", b"\x1b[?1049l"
BOUND_S = 20.0
"""Fifty times what it takes; a program that hangs takes for ever."""
SPIN = 0.4
"""Textual alone, its terminal gone, takes nearly half a processor."""

Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `maker` in a terminal."""
    started: list[Terminal] = []

    def begin(*arguments: str, deaf: bool = False) -> Terminal:
        started.append(Terminal(list(arguments), tmp_path, deaf=deaf))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()
    assert list(tmp_path.glob("maker-crash-*")) == []


def running(path: Path, *flags: str, disks: int = 7, latency: float = 0.05) -> list[str]:
    model = f"sim:p=0.99,latency={latency}"
    return ["run", "hanoi", "--disks", str(disks), "--model", model, "--session", str(path), *flags]


def steps_of(path: Path) -> int:
    """Steps decided so far, also while the file is being made."""
    try:
        with Reader(path) as reader:
            return reader.steps_done()
    except SessionError:
        return 0


def ended(path: Path) -> tuple[str, str]:
    """How a run ended, by its session."""
    with Reader(path) as reader:
        end = reader.meta()["ended"]
    return end["outcome"], end["reason"]


def under_way(start: Start, path: Path, *flags: str, deaf: bool = False, **how: Any) -> Terminal:
    """A run in the app, a few steps in."""
    terminal = start(*running(path, *flags, **how), deaf=deaf)
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    return terminal


STOPPED = ("stopped", "the terminal went away")


@pytest.mark.parametrize("deaf", [False, True], ids=["SIGHUP", "no signal"])
def test_a_run_ends_with_its_terminal(start: Start, tmp_path: Path, *, deaf: bool) -> None:
    """However the terminal goes, the process ends at once with status 129, and the session has all that was decided."""
    path = tmp_path / "run.maker"
    terminal = under_way(start, path, deaf=deaf)
    seen = steps_of(path)
    terminal.hang_up()
    ending = terminal.end()
    assert not path.with_name("run.maker-wal").exists()
    assert (ending.status, ended(path)) == (129, STOPPED)
    assert ending.seconds < BOUND_S
    assert steps_of(path) >= seen


def test_a_run_that_lost_its_terminal_goes_on_from_there(
    start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What SIGHUP ended, `sessions resume` takes further; a terminal that is still there is put in order."""
    path = tmp_path / "run.maker"
    terminal = under_way(start, path)
    terminal.send(signal.SIGHUP)
    assert terminal.end().status == 129
    assert BACK in terminal.shown
    with Reader(path) as reader:
        done, asked = reader.steps_done(), reader.meta()["totals"]["asked"]
    assert main(["sessions", "resume", str(path), "--json", "--limit-samples", str(asked + 40)]) == 1
    resumed = json.loads(capsys.readouterr().out)
    assert resumed["outcome"] == "out_of_budget"
    assert resumed["decided_steps"] > done > 1


def test_a_run_can_outlast_its_terminal(start: Start, tmp_path: Path) -> None:
    """With --on-hangup continue the run is solved without a terminal, and hardly uses the processor."""
    runs = {}
    for deaf in (False, True):
        path = tmp_path / f"{deaf}.maker"
        runs[path] = under_way(start, path, "--on-hangup", "continue", deaf=deaf, disks=4, latency=0.1)
        runs[path].hang_up()
    for path, terminal in runs.items():
        ending = terminal.end()
        assert (ending.status, ended(path)[0]) == (0, "solved")
        assert ending.seconds > 0.5
        assert ending.cpu < SPIN * ending.seconds


@pytest.mark.parametrize(
    ("number", "reason"), [(signal.SIGTERM, "interrupted by SIGTERM"), (signal.SIGINT, "interrupted by SIGINT")]
)
def test_a_run_without_its_terminal_can_be_ended(
    start: Start, tmp_path: Path, number: signal.Signals, reason: str
) -> None:
    """SIGTERM and SIGINT stop and save a run that went on alone."""
    path = tmp_path / "run.maker"
    terminal = under_way(start, path, "--on-hangup", "continue")
    terminal.hang_up()
    seen = steps_of(path)
    terminal.until(lambda: steps_of(path) > seen + 2)
    terminal.send(number)
    assert (terminal.end().status, ended(path)) == (130, ("stopped", reason))


def test_a_run_that_waits_for_a_person_does_not_wait_for_ever(start: Start, tmp_path: Path) -> None:
    """A paused run is stopped with its terminal: nobody is left who could let it go on."""
    path = tmp_path / "run.maker"
    terminal = under_way(start, path, "--on-hangup", "continue")
    terminal.press(b" ")
    terminal.until(lambda: "‖ paused".encode() in terminal.shown)
    terminal.hang_up()
    assert (terminal.end().status, ended(path)) == (129, STOPPED)


def test_home_ends_with_its_terminal(start: Start) -> None:
    """There is nothing to save, and nothing to wait for."""
    terminal = start()
    terminal.until(lambda: b"No saved runs yet." in terminal.shown)
    terminal.hang_up()
    ending = terminal.end()
    assert ending.status == 129
    assert ending.seconds < BOUND_S


def test_sigterm_puts_the_terminal_in_order(start: Start, tmp_path: Path) -> None:
    """The app saves the run and leaves the terminal as it was, with status 130."""
    path = tmp_path / "run.maker"
    terminal = start(*running(path))
    before = termios.tcgetattr(terminal.slave)
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    assert termios.tcgetattr(terminal.slave) != before
    terminal.send(signal.SIGTERM)
    assert (terminal.end().status, ended(path)) == (130, ("stopped", "interrupted by SIGTERM"))
    assert terminal.shown.rindex(BACK) > terminal.shown.rindex(SCREEN)
    assert termios.tcgetattr(terminal.slave) == before


@pytest.mark.parametrize("progress", ["bar", "lines"])
@pytest.mark.parametrize("policy", ["stop", "continue"])
def test_progress_survives_its_terminal(start: Start, tmp_path: Path, policy: str, progress: str) -> None:
    """Headless the rule is the same, and writing to a dead terminal is no error."""
    path, flags = tmp_path / "run.maker", ["--headless", "--on-hangup", policy, "--progress", progress]
    terminal = start(*running(path, *flags, disks=4, latency=0.1))
    terminal.until(lambda: b"flagged" in terminal.shown and steps_of(path) > 1)
    terminal.hang_up()
    ending = terminal.end()
    assert (ending.status, ended(path)[0]) == ((129, "stopped") if policy == "stop" else (0, "solved"))


@pytest.mark.parametrize(("ignored", "status"), [(False, 129), (True, 0)], ids=["", "nohup"])
def test_without_a_terminal_there_is_only_the_signal(tmp_path: Path, *, ignored: bool, status: int) -> None:
    """SIGHUP stops a run in a script, which still prints its object; under nohup there is no SIGHUP."""
    path = tmp_path / "run.maker"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    command = [sys.executable, "-m", "maker_tui", *running(path, "--json", disks=4)]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        wait_for(process, lambda: steps_of(path) > 1)
        process.send_signal(signal.SIGHUP)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == status
    assert json.loads(output)["outcome"] == ended(path)[0]
