"""Waiting for another process, which needs the processor itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

LOOK_S = 0.01
PATIENCE_S = 60.0


def wait_for(process: subprocess.Popen[Any], happened: Callable[[], object]) -> None:
    """Wait until `happened`; fail if the process ends before it, or after a minute."""
    for _ in range(int(PATIENCE_S / LOOK_S)):
        if happened():
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_S)
            break
    assert happened(), "it ended too early" if process.returncode is not None else "waited in vain"


def grown(session: Path, size: int) -> Callable[[], bool]:
    """Whether the log of a session under way has more than `size` bytes."""
    log = session.with_name(session.name + "-wal")
    return lambda: log.exists() and log.stat().st_size > size
