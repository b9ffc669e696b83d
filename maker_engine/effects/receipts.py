"""Receipts: how programs ended, each in a file named by its idempotency key, which outlives a kill of maker.

The file is made before the intent is on record, so that none means that it lies elsewhere. Whoever runs the program
writes into it (`leash.py`) and holds its lock, which the program has, too: it is free when nothing of it runs any more.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from maker_engine.core.decomposition import Json
from maker_engine.effects.consent import Scope
from maker_engine.effects.port import Call, EffectError, take

LOOK_S = 0.05
KEPT_S = 90 * 24 * 3600
"""Seconds after which a receipt is removed. What it could have shown is then not known."""
UNKNOWN, NOT_BEGUN, RUNNING, CUT_OFF, ENDED = "unknown", "not_begun", "running", "cut_off", "ended"
_ENDED_BY_US = (-signal.SIGKILL, -signal.SIGTERM)


class End(NamedTuple):
    """What a receipt says of a program.

    Attributes:
        state: "not_begun", "running", "ended" by itself, "cut_off" before its end, or "unknown": there is no receipt.
        exit: Its exit status where it has ended, −n for signal n; else None.
    """

    state: str
    exit: int | None = None


class ProcessEnd:
    """The effect "process_end": how the program ended that has this effect's own key and left a receipt.

    It takes no arguments, only reads, waits while the program runs, and needs no consent. Value: {"state", "exit"}, as
    `End` has them.
    """

    def scope(self, arguments: Mapping[str, Any], *, writes: bool) -> Scope | None:  # noqa: ARG002 - it touches nothing
        """Return None: it reads nothing but maker's own notes."""
        take(arguments, {})
        return None

    def describe(self, arguments: Mapping[str, Any]) -> str:  # noqa: ARG002 - it has none
        """Return what it does."""
        return "see how a program has ended"

    async def carry_out(self, call: Call) -> dict[str, Json]:
        """Read the receipt, once the program runs no longer."""
        while (found := read(call.receipt)).state == RUNNING:
            await call.sleep(LOOK_S)
        return {"state": found.state, "exit": found.exit}


def read(path: Path | None) -> End:
    """Return what a receipt says; None is none."""
    if path is None:
        return End(UNKNOWN)
    try:
        with path.open("rb") as file:
            running = not _locked(file.fileno())
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return End(UNKNOWN)
    for place, line in enumerate(lines[:-1]):
        if line.startswith("exit "):
            code = int(line[5:])
            cut_off = code in _ENDED_BY_US or (code != 0 and "stopped" in lines[:place])
            return End(CUT_OFF) if cut_off else End(ENDED, code)
    if running:
        return End(RUNNING)
    return End(CUT_OFF if "begun" in lines else NOT_BEGUN)


def lay_out(path: Path) -> None:
    """Make an empty receipt where there is none. Where that cannot be, there is none, and nothing is known later."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))


def begin(path: Path) -> int:
    """Return a descriptor of an empty, locked receipt, for whoever runs the program.

    Raises:
        EffectError: It cannot be written, or the program that has it still runs.
    """
    try:
        lay_out(path)
        found = os.open(path, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise EffectError("program", f"its receipt {path} cannot be written: {error.strerror}", refused=True) from None
    if not _locked(found):
        os.close(found)
        raise EffectError("program", "it still runs, from a sitting that has ended", refused=True)
    os.truncate(found, 0)
    return found


def note_stop(path: Path) -> None:
    """Note that the program is asked to end: what it says of that is not its own end."""
    with suppress(OSError), path.open("ab") as file:
        file.write(b"stopped\n")


def sweep(folder: Path) -> None:
    """Remove receipts that nobody will ask for any more."""
    with suppress(OSError):
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime > KEPT_S:
                path.unlink()


def _locked(descriptor: int) -> bool:
    """Take the lock that a running program holds; False where it is held."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
