"""Whatever the screen does, the run is safe: in real terminals, with an app that fails on a key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from maker_tui.cli.main import main
from tests.support.failing_driver import FAILING
from tests.support.terminal import Terminal
from tests.tui.terminal.test_hangup import BACK, SCREEN, ended, running, steps_of

ROOT = Path(__file__).parents[2]
CRASHED = 70

Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `maker` with the failing driver."""
    started: list[Terminal] = []

    def begin(*arguments: str) -> Terminal:
        environment = {"TEXTUAL_DRIVER": FAILING, "PYTHONPATH": str(ROOT), "NO_COLOR": None}
        started.append(Terminal(list(arguments), tmp_path, environment=environment))
        return started[-1]

    yield begin
    for terminal in started:
        terminal.close()


def behind_the_screen(terminal: Terminal) -> str:
    """What was printed after the screen was taken down."""
    return terminal.shown.rpartition(BACK)[2].decode()


def test_a_run_whose_screen_fails_is_saved_and_says_how_to_go_on(start: Start, tmp_path: Path) -> None:
    """The status is 70, what was decided is saved, and the command that is printed goes on with the run."""
    path = tmp_path / "a run.maker"
    terminal = start(*running(path, disks=5))
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    terminal.press(b"X")
    assert terminal.end().status == CRASHED
    assert ended(path) == ("stopped", "the screen failed")
    printed = behind_the_screen(terminal)
    assert "stopped by an error of its own: SlipError" in printed
    assert "Traceback" not in printed
    resume = re.search(r"resume with: maker sessions resume '(.+)'", printed)
    assert resume is not None
    assert resume[1] == str(path)
    assert main(["sessions", "resume", resume[1], "--json"]) in (0, 1)


def test_a_run_may_go_on_without_its_screen(start: Start, tmp_path: Path) -> None:
    """With --on-hangup continue the run is solved though its screen failed; the status still tells of the failure."""
    path = tmp_path / "run.maker"
    terminal = start(*running(path, "--on-hangup", "continue", disks=4))
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    terminal.press(b"X")
    assert terminal.end().status == CRASHED
    assert ended(path)[0] == "solved"
    assert "the run continues without its screen" in behind_the_screen(terminal)
    assert "sessions resume" not in behind_the_screen(terminal)


def test_a_failing_home_screen_is_no_success(start: Start) -> None:
    """The home screen too ends with status 70, two lines, and nothing else."""
    terminal = start()
    terminal.until(lambda: b"No saved runs yet." in terminal.shown)
    terminal.press(b"X")
    assert terminal.end().status == CRASHED
    assert behind_the_screen(terminal).count("maker: ") == 2


def test_the_palette_in_a_sliver_of_a_terminal_ends_no_run(start: Start, tmp_path: Path) -> None:
    """A run goes on in a terminal of a few columns with the palette open, which is drawn again once there is room."""
    path = tmp_path / "run.maker"
    terminal = start(*running(path, disks=9))
    terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
    terminal.press(b"\x10")
    terminal.until(lambda: b"earch for commands" in terminal.shown)
    for columns, rows in ((6, 24), (4, 24), (1, 1), (6, 1), (2, 40)):
        seen = steps_of(path)
        terminal.resize(columns, rows)
        terminal.until(lambda seen=seen: steps_of(path) > seen + 1)
    terminal.resize(120, 40)
    before = len(terminal.shown)
    terminal.until(lambda: b"earch for commands" in terminal.shown[before:])
    terminal.press(b"\x11")
    assert terminal.end().status == 130
