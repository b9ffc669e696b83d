"""The engine on the bench: one whole run as `maker run --headless` makes it, its journal included."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask
from maker_engine.models.simulated import SimulatedModel
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView

PAGE = os.sysconf("SC_PAGE_SIZE")


class Run(NamedTuple):
    """A run that was driven; seconds are those of the wall and of the processor, the whole process counted."""

    view: RunView
    wall_s: float
    cpu_s: float
    file_bytes: int

    @property
    def steps(self) -> int:
        """Decided steps."""
        return self.view.snapshot.totals.steps


def order(disks: int, model: str, path: Path, **chosen: object) -> PreparedRun:
    """Make a run of Towers of Hanoi ready; `chosen` are fields of the order."""
    with suppress(FileNotFoundError):
        path.unlink()
    return prepare(RunOrder("hanoi", {"disks": disks}, model=model, session=path, **chosen))


def parts(prepared: PreparedRun) -> tuple[AnyTask, SimulatedModel, int]:
    """Return the task, the model and k of a run, for a plain loop over the same."""
    assert isinstance(prepared.plan.model, SimulatedModel)
    return prepared.task, prepared.plan.model, prepared.settings.k


def run(prepared: PreparedRun, on_view: Callable[[RunView], None] = lambda _: None) -> Run:
    """Drive a run to its end; it has to be solved, and no decision wrong."""
    wall, cpu = time.perf_counter(), time.process_time()
    view = asyncio.run(drive(prepared, Inbox(), on_view))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert view.snapshot.outcome == "solved", view.snapshot.reason
    assert view.snapshot.totals.wrong == 0
    return Run(view, wall, cpu, view.session.stat().st_size)


def resident_mb(pid: int | str = "self") -> float:
    """Memory that a process has in RAM, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6
