"""How a run is voted at one of its steps: as it was ordered, or as a person changed it before."""

from __future__ import annotations

from maker_engine.core.decomposition import AnyTask
from maker_engine.sessions.asides import Change
from maker_engine.sessions.reader import Reader

CHANGED_STEPS = "changed"
"""Key of a branch's record: its steps, 0-based, in which something was changed, so that nobody has to look for them."""


def in_force(reader: Reader, task: AnyTask, step: int, branch: int | None = None) -> Change | None:
    """Return what had been changed when a branch came to `step` (0-based), all changes in one; None for nothing.

    A fork begins with an order of its own, in which its parent's changes are: only its own steps are looked at.

    Args:
        reader: The branch.
        task: What it solves.
        step: Step, 0-based.
        branch: The one of its line that the step is stored with, None for itself.
    """
    change: Change | None = None
    for number in reader.note(CHANGED_STEPS, [], branch):
        for stored in reader.steps(task, number, min(number + 1, step)):
            for entry in stored.entries:
                if isinstance(entry, Change):
                    change = entry.after(change)
    return change
