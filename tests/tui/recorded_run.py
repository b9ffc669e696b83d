"""A recorded run for the screens that look at one: the same each time, with dissent, flags and a fork."""

from __future__ import annotations

import asyncio
from pathlib import Path

from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.queries.saved import open_saved
from maker_tui.runs.bridge import SavedSource

FILE = Path("hanoi.maker")
"""Relative, so that a picture of it is the same wherever it is taken."""


def record_hanoi(path: Path, disks: int = 6, model: str = "sim:p=0.8,v=0.8", seed: int = 3) -> None:
    """Solve a tower with the simulated model, and fork it at step 21."""
    order = RunOrder("hanoi", {"disks": disks}, model=model, k=3, seed=seed, session=path)
    asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    fork(path, 20, {"k": 4})


def saved_source(path: Path = FILE) -> SavedSource:
    """Open the run itself, not its fork."""
    return SavedSource(open_saved(path, branch=0))
