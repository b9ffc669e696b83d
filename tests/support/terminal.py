"""A program in a real terminal of its own, which can be hung up like a connection that drops."""

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
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.support.orphans import end_with_parent

PATIENCE_S = 60.0
LOOK_S = 0.01
STILL_LOOKS = 30


class Ending:
    """How the program ended: status as a shell tells it, seconds and processor seconds since it was hung up."""

    def __init__(self, status: int, seconds: float, cpu: float) -> None:
        self.status, self.seconds, self.cpu = status, seconds, cpu


class Terminal:
    """`maker` in a pseudo-terminal.

    Args:
        arguments: Of `maker`.
        directory: Its home, and where it would leave a report of a crash.
        deaf: Start it with SIGHUP ignored, so that all it can notice is that the terminal hangs up.
        error: Where its standard error goes, None for the terminal.
        environment: Changes to the environment, None to take a variable out of it.
        program: What is run instead of `maker`.
    """

    def __init__(
        self,
        arguments: list[str],
        directory: Path,
        *,
        deaf: bool = False,
        error: Path | None = None,
        environment: Mapping[str, str | None] | None = None,
        program: Path | None = None,
    ) -> None:
        self.shown = b""
        self._master, slave = pty.openpty()
        self.slave = slave
        self.resize(120, 40)

        def settle() -> None:
            end_with_parent()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            if deaf:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)

        changes: dict[str, str | None] = {
            "TERM": "xterm-256color",
            "MAKER_HOME": str(directory / "home"),
            "TMPDIR": str(directory),
        }
        changes |= environment or {}
        streams: dict[str, Any] = {"stdin": slave, "stdout": slave, "stderr": slave}
        if error is not None:
            streams["stderr"] = os.open(error, os.O_CREAT | os.O_WRONLY, 0o600)
        self.process = subprocess.Popen(
            [program or Path(sys.executable).with_name("maker"), *arguments],
            start_new_session=True,
            preexec_fn=settle,  # noqa: PLW1509 - nothing else takes a terminal over
            env={name: value for name, value in {**os.environ, **changes}.items() if value is not None},
            **streams,
        )
        if error is not None:
            os.close(streams["stderr"])
        self._since, self._cpu = time.monotonic(), 0.0

    def until(self, happened: Callable[[], object]) -> None:
        """Read what the program shows until `happened`."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < deadline, self.shown[-2_000:]
            self._take()

    def still(self) -> bool:
        """Whether nothing has come for a while."""
        before = len(self.shown)
        for _ in range(STILL_LOOKS):
            self._take()
        return len(self.shown) == before

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self._master, keys)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, number: signal.Signals) -> None:
        """Send a signal; the terminal stays."""
        self._note()
        self.process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal as a dropped connection does."""
        self._note()
        os.close(self.slave)
        os.close(self._master)
        self._master = -1

    def end(self) -> Ending:
        """Wait until the program has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            pid, status, used = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                break
            assert time.monotonic() < deadline, "it does not end"
            self._take()
        seconds = time.monotonic() - self._since
        code = self.process.returncode = os.waitstatus_to_exitcode(status)
        return Ending(code if code >= 0 else 128 - code, seconds, used.ru_utime + used.ru_stime - self._cpu)

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)
            os.close(self.slave)

    def _note(self) -> None:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        self._since = time.monotonic()
        self._cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _take(self) -> None:
        if self._master < 0:
            time.sleep(LOOK_S)
        elif select.select([self._master], [], [], LOOK_S)[0]:
            self.shown += os.read(self._master, 65_536)
