"""CPU seconds from starting `maker` until its home screen stands, in a pseudo-terminal of 80 × 24."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.table import Row
from tests.support.orphans import end_with_parent

COLUMNS, ROWS = 80, 24
REPEATS = 9
PATIENCE_S = 30.0
STILL_S = 0.4
"""A screen that has not changed for so long stands."""

LAST_ROW = re.compile(rb"\x1b\[%d;\d+H[^\x1b]*(?:\x1b\[[\d;]*m[^\x1b]*)*[^\s\x1b]" % ROWS)
MAKER = "from maker_tui.cli.main import main; main([])"
MINIMAL = """
from textual.app import App
from textual.widgets import Footer, Static

class Minimal(App):
    BINDINGS = [("q", "quit", "quit")]
    def compose(self):
        yield from (Static("one"), Static("two"), Static("three"), Footer())

Minimal().run()
"""
HEAVY = ("litellm", "openai", "httpx")
TOLD = """
import os, sys
said = lambda name: os.write({fd}, name.encode() + b" ") if name in {heavy} else None
sys.addaudithook(lambda event, details: said(details[0]) if event == "import" else None)
"""


class Paint(NamedTuple):
    """One start: CPU seconds until every row was painted, until the screen stood, and what was written for it."""

    first_s: float
    settled_s: float
    written: bytes


def rows(repeats: int = REPEATS) -> list[Row]:
    """Measure the app and a minimal Textual app in turn."""
    with tempfile.TemporaryDirectory() as home:
        loaded = _loaded(home)
        ours, theirs = [], []
        for _ in range(repeats):
            ours.append(paint(MAKER, home))
            theirs.append(paint(MINIMAL, home))
    first, settled = (median(values) for values in zip(*((one.first_s, one.settled_s) for one in ours), strict=True))
    minimal = median(one.first_s for one in theirs)
    return [
        Row(f"CPU to the first full paint of `maker`, {COLUMNS} × {ROWS}", f"{first:.2f} s, {settled:.2f} s to rest",
            f"{minimal:.2f} s a minimal Textual app", first / minimal, "×", 1.4),
        Row("imports of LiteLLM by then", f"{', '.join(sorted(loaded)) or 'none'} of {', '.join(HEAVY)}", "",
            float("litellm" in loaded), "", 0),
    ]  # fmt: skip


def paint(program: str, home: str, fds: Sequence[int] = ()) -> Paint:
    """Start a Python program in a terminal of its own, and end it once its screen stands."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "MAKER_HOME": home}
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=inside, stdout=inside, stderr=inside, env=environment, pass_fds=fds, start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - as for `screen.Screen`
    ) as child:  # fmt: skip
        os.close(inside)
        try:
            return _watch(child.pid, terminal)
        finally:
            child.kill()
            os.close(terminal)


def _watch(pid: int, terminal: int) -> Paint:
    written, first, settled, deadline = b"", None, 0.0, time.monotonic() + PATIENCE_S
    while True:
        ready, _, _ = select.select([terminal], [], [], STILL_S if first is not None else 0.05)
        if ready:
            written += os.read(terminal, 1 << 16)
            settled = _cpu_s(pid)
            if first is None and LAST_ROW.search(written):
                first = settled
        elif first is not None:
            return Paint(first, settled, written)
        assert time.monotonic() < deadline, f"nothing was painted: {written[-500:]!r}"


def _cpu_s(pid: int) -> float:
    """CPU seconds of all threads so far, from the scheduler's nanoseconds."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _loaded(home: str) -> set[str]:
    """Start the app once with an ear on its imports; return which of the heavy packages it took in."""
    heard, told = os.pipe()
    with os.fdopen(heard) as names:
        try:
            paint(TOLD.format(fd=told, heavy=HEAVY) + MAKER, home, [told])
        finally:
            os.close(told)
        return set(names.read().split())
