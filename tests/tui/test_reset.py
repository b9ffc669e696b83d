"""A terminal whose app was killed is put in order: by `maker --reset-terminal`, and by the app's next start."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import termios
import tty
from pathlib import Path

import pytest

from maker_tui.cli.main import main
from tests.support.terminal import Terminal
from tests.tui.terminal.test_hangup import SCREEN, running, steps_of

MAKER = [sys.executable, "-m", "maker_tui"]
MODE = re.compile(rb"\x1b\[\?(\d+)([hl])|\x1b\[([<>])(\d*)u")
ORDINARY = {b"7", b"25"}
"""Modes that are on in a terminal that nobody has touched: lines wrap, and the cursor is seen."""
SHOWN_SCREEN = {b"47", b"1047", b"1049"}
REPORTS = {b"1000", b"1003", b"1004", b"1006", b"2004"}
"""Mouse, focus and paste, as the app wants them reported."""


class Modes:
    """What a terminal with the kitty keyboard protocol has been switched to, each screen with keyboards of its own."""

    def __init__(self, sent: bytes) -> None:
        self.on, self.alternate = set(ORDINARY), False
        self.keyboards: dict[bool, int] = {False: 0, True: 0}
        for mode, way, turn, number in MODE.findall(sent):
            if mode in SHOWN_SCREEN:
                self.alternate = way == b"h"
            elif mode:
                (self.on.add if way == b"h" else self.on.discard)(mode)
            else:
                change = 1 if turn == b">" else -int(number or 1)
                self.keyboards[self.alternate] = max(0, self.keyboards[self.alternate] + change)

    @property
    def ordinary(self) -> bool:
        """Whether a shell would find the terminal as it was."""
        return not self.alternate and self.on == ORDINARY and not self.keyboards[False]


@pytest.fixture
def killed(tmp_path: Path) -> bytes:
    """What an app has sent to its terminal that was killed in the midst of a run."""
    path = tmp_path / "run.maker"
    terminal = Terminal(running(path), tmp_path)
    try:
        terminal.until(lambda: SCREEN in terminal.shown and steps_of(path) > 1)
        terminal.send(signal.SIGKILL)
        assert terminal.end().status == 128 + signal.SIGKILL
    finally:
        terminal.close()
    modes = Modes(terminal.shown)
    assert modes.alternate
    assert modes.keyboards[True] == 1
    assert modes.on >= REPORTS
    return terminal.shown


def reset(terminal: int) -> None:
    """Reset a terminal from elsewhere, as `maker --reset-terminal > /dev/pts/N` does."""
    subprocess.run([*MAKER, "--reset-terminal"], stdin=subprocess.DEVNULL, stdout=terminal, check=True)


def test_a_terminal_is_reset_from_another_one(killed: bytes) -> None:
    """Every mode is off, the keyboard and the screen are the ordinary ones, and keys are echoed and make signals."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    tty.setraw(slave)
    reset(slave)
    assert Modes(killed + os.read(master, 4_096)).ordinary
    assert [termios.tcgetattr(slave)[part] for part in (1, 3)] == [before[part] for part in (1, 3)]
    os.close(slave)
    os.close(master)


def test_a_terminal_that_is_in_order_stays_so() -> None:
    """Resetting what needs no reset switches nothing on, and moves to a free row instead of back to an old one."""
    master, slave = pty.openpty()
    reset(slave)
    sent = os.read(master, 4_096)
    assert Modes(sent).ordinary
    assert b"1049" not in sent
    os.close(slave)
    os.close(master)


def test_the_next_start_ends_what_a_killed_app_left(tmp_path: Path, killed: bytes) -> None:
    """An app that uses neither mouse nor the keyboard protocol leaves none of them on behind a killed one."""
    terminal = Terminal(["--no-mouse"], tmp_path, environment={"TEXTUAL_DISABLE_KITTY_KEY": "1"})
    try:
        terminal.until(lambda: SCREEN in terminal.shown and b"sessions" in terminal.shown)
        terminal.press(b"\x11")
        assert terminal.end().status == 0
    finally:
        terminal.close()
    assert Modes(killed + terminal.shown).ordinary


def test_without_a_terminal_there_is_nothing_to_reset() -> None:
    """One line says how to name a terminal, with status 2; nothing goes to standard output."""
    done = subprocess.run([*MAKER, "--reset-terminal"], capture_output=True, stdin=subprocess.DEVNULL,
                          start_new_session=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"maker: there is no terminal to reset: name it, as in maker --reset-terminal > /dev/pts/3\n"


def test_help_tells_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A user who looks for it finds it."""
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--reset-terminal" in capsys.readouterr().out
