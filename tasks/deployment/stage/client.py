"""maker's side of the supervisor: finds it by number and start time, starts it where it is gone, and holds on to it."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .processes import is_running

NAME = re.compile(r"[0-9a-f]{16}")
STARTING_S = 30.0
OLD_S = 7 * 24 * 3600
"""Seconds after which the log of a run is taken away by a later one."""
_PROGRAM = "import sys; sys.path.insert(0, sys.argv.pop(1)); from stage.supervisor import main; main()"
_HELD: dict[str, socket.socket] = {}
_STARTED: dict[str, subprocess.Popen[bytes]] = {}
ENDING_S = 10.0


class StageError(Exception):
    """The processes cannot be reached, or cannot do what they were asked; the text is one line."""


def folder_of(name: str) -> Path:
    """Return the folder of a run's processes, in a folder of this user's own.

    Raises:
        StageError: That folder belongs to another user.
    """
    base = Path(tempfile.gettempdir()) / f"maker-deployment-{getpass.getuser()}"
    base.mkdir(mode=0o700, exist_ok=True)
    if base.is_symlink() or base.stat().st_uid != os.getuid():
        raise StageError(f"{base} belongs to another user")
    return base / name


def prepare(name: str) -> Path:
    """Return the folder of a run's processes, made where it is not there; those of runs long ago are taken away."""
    folder = folder_of(name)
    for other in folder.parent.iterdir():
        if NAME.fullmatch(other.name) and other.stat().st_mtime < time.time() - OLD_S and not _runs(other):
            shutil.rmtree(other, ignore_errors=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _state(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _runs(folder: Path) -> bool:
    state = _state(folder)
    return is_running(int(state.get("pid", 0)), str(state.get("started", "")))


async def ask(folder: Path, order: dict[str, Any]) -> dict[str, Any]:
    """Give an order, to a supervisor that is started where none runs; return its answer.

    Raises:
        StageError: It cannot be reached, or says that it cannot.
    """
    if "close" in order and _state(folder).get("closed"):
        totals: dict[str, Any] = _state(folder)["totals"]
        return totals
    reader, writer = await _connected(folder)
    try:
        _hold(folder)
        writer.write(json.dumps(order).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
    except OSError as error:
        raise StageError(f"the processes do not answer: {error}") from None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    if not line:
        raise StageError("the processes ended in the middle")
    answer: dict[str, Any] = json.loads(line)
    if "close" in order or ("open" in order and "error" in answer):
        release(folder)
        await asyncio.to_thread(_reap, folder)
    if "error" in answer:
        raise StageError(str(answer["error"]))
    return answer


async def _connected(folder: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    ends, started = time.monotonic() + STARTING_S, False
    while time.monotonic() < ends:
        try:
            return await asyncio.open_unix_connection(folder / "control", limit=1 << 20)
        except OSError as error:
            if len(str(folder / "control")) > 100:
                raise StageError(f"the path {folder} is too long for a socket: set TMPDIR to a shorter one") from error
        if not started and not _runs(folder):
            release(folder)
            _start(folder)
            started = True
        await asyncio.sleep(0.02)
    raise StageError("the processes did not start; see errors.txt in " + str(folder))


def _reap(folder: Path) -> None:
    """Wait for a supervisor that this process has started, so that it does not stay as a zombie."""
    started = _STARTED.pop(folder.name, None)
    if started is not None:
        with suppress(subprocess.TimeoutExpired):
            started.wait(ENDING_S)


def _start(folder: Path) -> None:
    _reap(folder)
    with (folder / "errors.txt").open("ab") as errors:
        _STARTED[folder.name] = subprocess.Popen(  # noqa: S603 - our own program; it outlives us on purpose, and ends by its lease
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(Path(__file__).parents[1]), str(folder)],
            stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, start_new_session=True, cwd="/",
        )  # fmt: skip


def _hold(folder: Path) -> None:
    """Keep a connection open for as long as this process lives: it ends with it, however that ends."""
    if folder.name not in _HELD:
        held = socket.socket(socket.AF_UNIX)
        held.connect(str(folder / "control"))
        held.sendall(b'{"hold": true}\n')
        _HELD[folder.name] = held


def release(folder: Path) -> None:
    """Let go of a supervisor."""
    held = _HELD.pop(folder.name, None)
    if held is not None:
        held.close()
