"""How a run is voted at one of its steps: as it was ordered, or as a person changed it before."""

from __future__ import annotations

from maker_engine.core.decomposition import AnyTask
from maker_engine.sessions.asides import Change
from maker_engine.sessions.reader import Reader
from maker_engine.sessions.schema import StepFlag


def in_force(reader: Reader, task: AnyTask, step: int) -> Change | None:
    """Return what had been changed when a branch came to `step` (0-based), all changes in one; None for nothing.

    A fork begins with an order of its own, in which its parent's changes are: only its own steps are looked at.
    """
    change: Change | None = None
    for stored in reader.steps(task, reader.branch.fork_step, step, StepFlag.CHANGED):
        for entry in stored.entries:
            if isinstance(entry, Change):
                change = entry.after(change)
    return change
