"""Keys, sizes and pastes at random, on the app in a real terminal: it ends as asked, and the terminal is as before."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from maker_engine.sessions.store.lock import writer_of
from tests.support.terminal import Terminal

MAKER = (sys.executable, "-m", "maker_tui")
ENDINGS = (0, 1, 130)
"""Statuses of an app that was left: done, not done, interrupted."""
SCREEN, BACK = b"\x1b[?1049h", b"\x1b[?1049l"
SENT_AT_ONCE = 4
LEAVING_S = 30.0
"""Seconds after which an app that was told to end is one that hangs."""
PASTES = (
    b"\x1b[200~paste\x1b[31m\nbad\x00\x1b[201~",
    b"\x1b[200~" + b"9" * 5_000 + b"\x1b[201~",
    b"\x1b[200~never ended",
)
KEYS = (
    *(bytes([one]) for one in range(0x20, 0x7F) if one not in b"/~"),  # a path that leads out of the folder has these
    *(b"\x1b[" + one for one in (b"A", b"B", b"C", b"D", b"H", b"F", b"Z", b"5~", b"6~", b"3~", b"1;5C", b"1;2A")),
    *(b"\r", b"\r", b"\r", b"\t", b"\x1b", b"\x1b", b"\x10", b"\x0c", b"\x14", b"\x7f", b"\x1bOP", b"\x00", b"\xff"),
    *(b"99999999999999999999", "é日本".encode(), b"\x1b[<0;30;10M\x1b[<0;30;10m", b"\x1b[<64;30;10M", b"\x1b[<35;1;1M"),
    *PASTES,
)
"""What a person may press, and a few things that only a broken terminal sends. Ctrl+C and Ctrl+Q end it, last."""
_CONTROL = re.compile(rb"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07]*\x07")
MODES = (b"25", b"1000", b"1003", b"1006", b"2004", b"1049")
"""Private modes of a terminal that an app may change: cursor, mouse, paste, screen."""
AS_FOUND = {b"25": b"h"}


@dataclass
class Pressing:
    """What came of it.

    Attributes:
        rounds: Apps that were opened.
        keys: Keys that were sent.
        statuses: How they ended.
        failures: What went wrong, with the seed to do it again.
    """

    rounds: int = 0
    keys: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> Iterator[tuple[str, object]]:
        """Name and figure."""
        yield "apps opened in a terminal", self.rounds
        yield "   keys, pastes and clicks sent", self.keys
        for status, number in sorted(self.statuses.items()):
            yield f"   ended with status {status}", number
        yield "ended by a fault, or left the terminal changed", len(self.failures)


def press(rounds: int, seed: int, directory: Path, kinds: tuple[str, ...] = (), keys: int = 250) -> Pressing:
    """Open the app so many times, on each kind of session in turn, and send it so many keys each time.

    Args:
        rounds: How often.
        seed: Of the keys; a round's own seed is this and its number.
        directory: An empty folder, where all of it happens.
        kinds: Of `KINDS`, empty for all of them.
        keys: Sent to one app.
    """
    pressing = Pressing()
    kinds = kinds or tuple(KINDS)
    shelf = directory / "shelf"
    shelf.mkdir()
    saved = sorted({KINDS[kind][0] for kind in kinds if KINDS[kind][0]})
    for name in saved:
        _save(shelf, name)
    for number in range(rounds):
        kind = kinds[number % len(kinds)]
        pressing.rounds += 1
        folder = directory / f"{number}-{kind}"
        shutil.copytree(shelf, folder)
        _Round(folder, kind, Random(f"{seed}/{number}"), pressing).play(keys)
    return pressing


def _save(shelf: Path, name: str) -> None:
    """Make a session of one kind."""
    command = [*MAKER, "run", *SAVED[name], "--session", f"{name}.maker", "--headless", "--quiet"]
    environment = {**os.environ, "MAKER_HOME": str(shelf / "home"), "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(command, cwd=shelf, env=environment, capture_output=True, check=False, timeout=120)
    assert (shelf / f"{name}.maker").exists(), name


SAVED = {
    "hanoi": ("hanoi", "--disks", "6", "--model", "sim:p=0.85"),
    "records": ("records", "--model", "sim:p=0.7"),
    "migration": ("migration", "--rows", "500"),
    "interview": ("interview", "--questions", "0"),
    "stopped": ("hanoi", "--disks", "8", "--model", "sim:p=0.9", "--limit-samples", "300"),
}
KINDS: dict[str, tuple[str, list[str]]] = {
    "home": ("hanoi", []),
    "live": ("", ["run", "hanoi", "--disks", "8", "--model", "sim:p=0.9,latency=0.02", "--session", "live.maker"]),
    "live records": ("", ["run", "records", "--model", "sim:p=0.7,latency=0.01", "--session", "live.maker"]),
    "live migration": ("", ["run", "migration", "--rows", "500", "--session", "live.maker"]),
    "live interview": ("", ["interview", "a list of things", "--session", "live.maker"]),
    "saved": ("hanoi", ["open", "hanoi.maker"]),
    "saved table": ("hanoi", ["open", "hanoi.maker", "--view", "table"]),
    "saved map": ("hanoi", ["open", "hanoi.maker", "--view", "map"]),
    "saved plots": ("hanoi", ["open", "hanoi.maker", "--view", "plots"]),
    "saved votes": ("hanoi", ["open", "hanoi.maker", "--view", "inspect", "--step", "9"]),
    "review": ("records", ["open", "records.maker"]),
    "migration": ("migration", ["open", "migration.maker"]),
    "interview": ("interview", ["open", "interview.maker"]),
    "read only": ("hanoi", ["open", "hanoi.maker"]),
    "resumed": ("stopped", ["sessions", "resume", "stopped.maker"]),
}
"""Each kind of app: the session that it needs, and what opens it."""


class _Round:
    """One app, from its first frame to its end."""

    def __init__(self, folder: Path, kind: str, dice: Random, pressing: Pressing) -> None:
        self._folder, self._kind, self._dice, self._pressing = folder, kind, dice, pressing

    def play(self, keys: int) -> None:
        """Open it, press so many keys, leave it, and look at what is left."""
        if self._kind == "read only":
            for path in (self._folder / "hanoi.maker", self._folder):
                path.chmod(path.stat().st_mode & ~0o222)
        environment = {"EDITOR": "true", "VISUAL": "true", "HOME": str(self._folder)}
        app = Terminal(KINDS[self._kind][1], self._folder, folder=self._folder, environment=environment)
        before = termios.tcgetattr(app.slave)
        try:
            app.until(lambda: SCREEN in app.shown or app.ended)
            self._press(app, keys)
            status = self._leave(app)
            self._pressing.statuses[status] += 1
            changed = termios.tcgetattr(app.slave)[:4] != before[:4] or _modes(app.shown)
            self._judge(app.shown, status, "the terminal was left changed" if changed else "")
        except AssertionError as error:
            self._judge(app.shown, -1, f"{str(error)[:200]}")
        finally:
            app.close()
            for path in (self._folder, self._folder / "hanoi.maker"):
                if path.exists():
                    path.chmod(path.stat().st_mode | 0o200)

    def _press(self, app: Terminal, keys: int) -> None:
        sent = 0
        while sent < keys and not app.ended:
            if self._dice.random() < 0.03:
                app.resize(self._dice.randint(1, 200), self._dice.randint(1, 60))
            together = self._dice.choices(KEYS, k=self._dice.randint(1, SENT_AT_ONCE))
            app.offer(b"".join(together))
            sent += len(together)
            app.read_for(self._dice.choice((0.005, 0.01, 0.05)) if self._dice.random() < 0.9 else 0.2)
        self._pressing.keys += sent

    def _leave(self, app: Terminal) -> int:
        """Leave by the key that always leaves; return the exit status."""
        app.resize(120, 40)
        app.offer(b"\x1b[201~")  # a paste that was never ended swallows what comes after it
        deadline = time.monotonic() + LEAVING_S
        while not app.ended and time.monotonic() < deadline:
            app.offer(b"\x11")
            app.read_for(0.5)
        ending = app.end()
        for session in self._folder.glob("*.maker"):
            _end_writer(session)
        return ending.status

    def _judge(self, shown: bytes, status: int, problem: str) -> None:
        reports = list(self._folder.glob("maker-crash-*"))
        plain = _CONTROL.sub(b"", shown)
        if b"Traceback" in plain or reports:
            problem = "a traceback " + " ".join(str(one) for one in reports)
        elif status not in ENDINGS and not problem:
            problem = f"it ended with status {status}"
        if problem:
            (self._folder / "shown.txt").write_bytes(plain)
            self._pressing.failures.append(f"{self._folder.name}: {problem}")
        else:
            shutil.rmtree(self._folder)


def _end_writer(session: Path) -> None:
    """End the process that a key left a run to, and wait for it."""
    deadline = time.monotonic() + LEAVING_S
    while (writer := writer_of(session)) is not None and time.monotonic() < deadline:
        if writer > 1:
            with suppress(ProcessLookupError):
                os.kill(writer, signal.SIGTERM)
        time.sleep(0.1)


def _modes(shown: bytes) -> list[bytes]:
    """Return the modes that are not as they were found."""
    left = []
    for mode in MODES:
        switched = re.findall(rb"\x1b\[\?" + mode + rb"([hl])", shown)
        if switched and switched[-1] != AS_FOUND.get(mode, b"l"):
            left.append(mode)
    return left
