"""A program in a terminal that a benchmark reads: at any pace, and as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

from tests.support.orphans import end_with_parent

COLUMNS, ROWS = 80, 24
PATIENCE_S = 60.0
SLICE_S = 0.004
"""How often a slow line hands over what it has carried."""


class Screen:
    """A Python program in a pseudo-terminal.

    Args:
        arguments: Of the Python interpreter.
        home: Where it keeps its files.
        line: Bytes a second that the line to it carries, None for no limit.
    """

    def __init__(self, arguments: Sequence[str], home: str, line: float | None = None) -> None:
        self._line = line
        self._credit = 0.0
        self._last = time.monotonic()
        self.received = 0
        self._picture = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._picture)
        self._terminal, inside = pty.openpty()
        self.resize(COLUMNS, ROWS)
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "MAKER_HOME": home}
        self._child = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=inside, stdout=inside, stderr=inside, env=environment, start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - a program without its terminal may spin for ever
        )  # fmt: skip
        os.close(inside)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._terminal)

    @property
    def rows(self) -> list[str]:
        """What stands on the screen."""
        return self._picture.display

    @property
    def alive(self) -> bool:
        """Whether the program still runs."""
        return self._child.poll() is None

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._terminal, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the program is told."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def until(self, happened: Callable[[list[str]], object]) -> float:
        """Read until something stands on the screen; return when, on the monotonic clock."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened(self.rows):
            if time.monotonic() > deadline or not self.alive:
                raise AssertionError("\n".join(self.rows))
            self._take(0.05)
        return time.monotonic()

    def read_for(self, seconds: float) -> int:
        """Read for so long; return how many bytes came."""
        before, end = self.received, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._take(left)
        return self.received - before

    def cpu_s(self) -> float:
        """Processor seconds of all threads so far."""
        threads = Path(f"/proc/{self._child.pid}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9

    def _take(self, wait_s: float) -> None:
        most = 1 << 16
        if self._line is not None:
            time.sleep(min(wait_s, SLICE_S))
            now = time.monotonic()
            self._credit = min(self._credit + (now - self._last) * self._line, self._line / 10)
            self._last = now
            most, wait_s = int(self._credit), 0.0
            if most < 1:
                return
        if select.select([self._terminal], [], [], wait_s)[0]:
            data = os.read(self._terminal, most)
            self._credit -= len(data)
            self.received += len(data)
            self._stream.feed(data)
