"""A saved run left to a process of its own, which continues it when the terminal is gone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from maker_engine.catalogue import is_path
from maker_engine.core.errors import InputError
from maker_engine.printable import one_line
from maker_engine.runtime.plan import ASK, STOP
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_tui.text.statuses import NOT_SOLVED, SOLVED

LOOK_S = 0.05
PATIENCE_S = 60.0
"""A process has this long to begin: importing LiteLLM may take 15 s on a busy machine."""


def go_on_alone(path: Path, branch: int, out: Path | None = None) -> int | None:
    """Start a process that continues a saved run; return its id once it drives the run, None if it has ended it.

    It asks no one: an undecided step that a person was to be asked about stops it.

    Args:
        path: The session, which no one drives.
        branch: Which of its runs.
        out: Folder for its task's papers, None for none.

    Raises:
        InputError: The process could not continue it; in its own words.
    """
    before = _ended(path, branch)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - this program itself, and no shell
            [*_command(path, branch), *([] if out is None else ["--out", str(out.absolute())])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # no hang-up of this terminal reaches it
        )
        until = time.monotonic() + PATIENCE_S
        while process.poll() is None and time.monotonic() < until:
            if writer_of(path) == process.pid:
                threading.Thread(target=process.wait, name="maker-background", daemon=True).start()
                return process.pid
            time.sleep(LOOK_S)
        if process.returncode is None:
            process.terminate()
            process.wait()
            raise InputError(f"a process of its own had not begun with it after {PATIENCE_S:.0f} s")
        if _ended(path, branch) != before:
            return None
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
        if not words and process.returncode in (SOLVED, NOT_SOLVED):  # it ended at once, and as before
            return None
        words = words or ["it gave no reason"]
    raise InputError(one_line(words[-1].removeprefix("maker: "), 400))


def _ended(path: Path, branch: int) -> object:
    """Return how a run has ended, which is another thing once someone has driven it."""
    with Reader(path, branch) as reader:
        return reader.meta().get("ended")


def _command(path: Path, branch: int) -> list[str]:
    with Reader(path, branch) as reader:
        order = reader.meta()["order"]
    words = [sys.executable, "-m", "maker_tui", "sessions", "resume", str(path.resolve()), "--fork", str(branch)]
    words += ["--headless", "--progress", "none"]
    words += ["--task", order["task"]] if is_path(order["task"]) else []
    return words + (["--undecided", STOP] if order.get("undecided") == ASK else [])
