"""How a run is voted at one of its steps: as it was ordered, or as a person changed it before."""

from __future__ import annotations

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.record.entries import Change
from maker_engine.core.record.events import RunStarted, SettingsChanged
from maker_engine.core.record.state import RunState
from maker_engine.sessions.store.reader import Reader

CHANGED_STEPS = "changed"
"""Key of a branch's record: its steps, 0-based, in which something was changed, so that no one has to look for them."""


def change_in_effect(reader: Reader, task: AnyTask, step: int, branch: int | None = None) -> Change | None:
    """Return what had been changed when a branch reached `step` (0-based), all changes in one; None for nothing.

    A fork begins with an order of its own, in which its parent's changes are: only its own steps are examined.

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


def started_at(reader: Reader, task: AnyTask, step: int) -> RunStarted:
    """Return what a step was voted under: the start of the run that decided it, with what was changed by its end.

    A fork shares the steps before its first own one: they were voted under the settings of its parent.

    Args:
        reader: The branch.
        task: What it solves.
        step: Step, 0-based; at most the number of decided steps.

    Raises:
        SessionError: The file is damaged.
    """
    owner = reader.owner(step)
    started = RunStarted(**reader.meta(owner)["started"])
    change = change_in_effect(reader, task, step + 1, owner)
    if step == reader.steps_done():
        for entry in reader.open_entries(task):
            change = entry.after(change) if isinstance(entry, Change) else change
    if change is None:
        return started
    run = RunState(started)
    run.record(SettingsChanged(step, *change))
    return run.started or started
