"""The demo: a run of the simulated model, slow enough to be watched, with something to see in every pane."""

from __future__ import annotations

from maker_engine.runtime.order import PreparedRun, RunOrder, prepare

DISKS = 7
MODEL = "sim:p=0.85,v=0.85,latency=0.25"


def prepare_demo(*, attended: bool = True) -> PreparedRun:
    """Make the demo ready to start, with a person to answer for it or without."""
    return prepare(RunOrder("hanoi", {"disks": DISKS}, model=MODEL, attended=attended))
