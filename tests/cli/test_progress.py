"""Progress without the app: lines and a bar on standard error, never anything on standard output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.state import RunState
from maker_engine.runtime.view import RunView
from maker_tui.cli.main import main
from maker_tui.cli.progress import LINE_S, QUIET_S, Lines, bar_line, figures, label
from tests.support.terminal import Terminal
from tests.tui.sources import SESSION, hanoi, opening

MODEL = "sim:p=1,v=0.9,latency=0.02"
LINE = re.compile(r"maker: [\d.:]+( s)? · \d+/31 steps · \d+ flagged( · [\d.,]+ s(teps/s| a step))?( · ETA .*)?\n")


def view(steps: int = 12, *, speed: float = 2.0, disks: int = 7, flagged: int = 3) -> RunView:
    """A run that has decided so many steps."""
    totals = Totals(steps=steps, votes=3 * steps, flagged=flagged)
    return RunView(
        replace(RunState(started=opening(hanoi(disks))).snapshot(), totals=totals), 20.0, speed, SESSION, 750
    )


class Said:
    """What lines said, at times that a test sets."""

    def __init__(self, quiet_s: float = 0.0) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.progress = Lines(self.lines.append, lambda: self.now, quiet_s)

    def at(self, now: float, steps: int | None = None) -> int:
        """Let time go on, and steps be decided; return how many lines there are now."""
        self.now = now
        if steps is None:
            self.progress.tick()
        else:
            self.progress.show(view(steps))
        return len(self.lines)


def test_the_figures_tell_speed_in_seconds_a_step_where_steps_are_slow() -> None:
    """Below one step a second it is the seconds a step takes; the time left is told with it."""
    assert figures(view(speed=4.0)) == "12/127 steps · 3 flagged · 4.0 steps/s · ETA 29 s"
    assert figures(view(speed=1 / 8.2)) == "12/127 steps · 3 flagged · 8.2 s a step · ETA 15:43"


def test_nothing_is_said_of_a_speed_that_is_not_known() -> None:
    """Before the first step there is neither speed nor time left."""
    assert figures(view(0, speed=0.0, flagged=0)) == "0/127 steps · 0 flagged"


def test_copies_are_said_once_as_soon_as_they_are_significant() -> None:
    """The sentence comes at once, and never again."""
    said = Said()
    totals = Totals(steps=10, votes=40, compared=30, repeated=30, echoes=30)
    for now in (1.0, 2.0, 3.0):
        said.now = now
        said.progress.show(replace(view(10), snapshot=replace(view(10).snapshot, totals=totals), temperature=0.1))
    assert len(said.lines) == 1
    assert said.lines[0].startswith("maker: 30 of 30 texts are alike at T = 0.1: nearly copies")


def test_a_line_comes_every_half_minute() -> None:
    """Though no step is decided, a user who waits sees that the run is alive."""
    said = Said()
    assert said.at(0.0, steps=0) == 0
    assert said.at(LINE_S - 1) == 0
    assert [said.at(LINE_S), said.at(2 * LINE_S - 1), said.at(2 * LINE_S)] == [1, 1, 2]


def test_a_line_comes_with_every_twentieth_of_the_steps() -> None:
    """Of 127 steps those are seven at least, counted from the last line, whatever its occasion."""
    said = Said()
    assert [said.at(1.0, steps=steps) for steps in (0, 6, 7, 13, 14, 60, 66, 67)] == [0, 0, 1, 1, 2, 3, 3, 4]


def test_steps_decided_before_a_resume_are_no_news() -> None:
    """A run that goes on where it was says nothing of the steps it came with."""
    said = Said()
    assert [said.at(1.0, steps=steps) for steps in (100, 106, 107)] == [0, 0, 1]


def test_a_run_that_is_over_at_once_says_nothing() -> None:
    """Within the first seconds there are no lines, whatever is decided, and then there are."""
    said = Said(quiet_s=QUIET_S)
    assert [said.at(QUIET_S * part, steps=int(100 * part)) for part in (0.0, 0.5, 0.9, 1.1)] == [0, 0, 0, 1]


@pytest.mark.parametrize("width", [20, 40, 77, 157])
@pytest.mark.parametrize("steps", [0, 1, 500_000, 1_048_575])
def test_the_bar_fits_its_window(width: int, steps: int) -> None:
    """Figures come before the bar, and both together are no wider than the window; at 80 columns nothing is cut off."""
    shown = view(steps, speed=0.31, disks=20, flagged=12_345)
    row = bar_line(shown, width)
    assert row.no_wrap
    assert width < 77 or (row.cell_len <= width and row.plain.endswith(figures(shown)))


@pytest.mark.parametrize("width", [30, 77])
def test_a_simulated_run_is_called_so_at_any_width(width: int) -> None:
    """Task and model are cut first, the time is there, and all of it fits."""
    started = replace(opening(hanoi()), model="sim:" + "p=0.9," * 30)
    assert label(started, 65.0, width).endswith(" (simulated) · 1:05")
    assert len(label(started, 65.0, width)) <= width


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    """A headless run of 31 steps whose outputs are pipes."""
    command = [sys.executable, "-m", "maker_tui", "run", "hanoi", "--disks", "5", "--model", MODEL, "--headless"]
    return subprocess.run([*command, *flags], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_lines_go_to_standard_error_only(flags: list[str]) -> None:
    """In a pipe a run tells of itself on standard error, with --json too; standard output has the summary alone."""
    done = run("--progress", "lines", *flags)
    lines = done.stderr.splitlines(keepends=True)
    assert done.returncode == 0
    assert 5 < len(lines) <= 20
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert "maker:" not in done.stdout
    assert json.loads(done.stdout)["outcome"] == "solved" if flags else done.stdout.startswith("outcome")


def test_progress_can_be_left_out() -> None:
    """With --progress none standard error stays empty."""
    assert run("--progress", "none").stderr == ""


def test_a_bar_without_a_terminal_is_refused(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """It is one line that names the mend, with status 2, before anything is drawn or written."""
    assert main(["run", "hanoi", "--headless", "--progress", "bar"]) == 2
    printed = capsys.readouterr()
    assert (printed.err, printed.out) == (
        "maker: --progress bar needs a terminal on standard error: take lines\n", "",
    )  # fmt: skip
    assert not list(home.rglob("*.maker"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start `maker` in a terminal."""
    started: list[Terminal] = []

    def begin(*arguments: str) -> Terminal:
        started.append(Terminal(list(arguments), tmp_path))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()


def test_a_terminal_shows_a_bar_that_makes_way_for_the_summary(start: Callable[..., Terminal]) -> None:
    """The bar comes with its figures, and goes without a trace before the summary is printed."""
    terminal = start("run", "hanoi", "--disks", "5", "--model", "sim:p=1,v=0.9,latency=0.05", "--headless")
    terminal.until(lambda: b"/31 steps" in terminal.shown and b"flagged" in terminal.shown)
    assert terminal.end().status == 0
    bar, _, summary = terminal.shown.rpartition(b"\x1b[2K")
    assert b"(simulated)" in bar
    assert summary.lstrip(b"\r\n").startswith(b"outcome  solved")
