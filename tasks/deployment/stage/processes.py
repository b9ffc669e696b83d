"""Processes by number and start time: a number alone may belong to another process by now."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path


def start_time(pid: int) -> str:
    """Return when a process was started, as the system writes it; "" where there is none, or it has ended."""
    file = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = file.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in ("Z", "X") else fields[19]
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - fixed


def is_running(pid: int, started: str) -> bool:
    """Return whether the process that was started then still runs under this number."""
    return pid > 1 and started != "" and start_time(pid) == started


def kill_group(pid: int, started: str) -> bool:
    """Kill the group that a process leads, if it is still that process; tell whether it was."""
    if not is_running(pid, started):
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    return True
