"""Make the golden files of the present format: `python -m tests.sessions.golden.make`, from the project's root.

A golden file is kept as it was written, so that what users have can be opened for ever. Make new ones when the format
gets a new number, and leave the old ones alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from maker_engine.core.record.events import RunStarted
from maker_engine.runtime.continuing import fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.store import schema
from maker_engine.sessions.store.journal import Journal
from tests.sessions.exchange.test_import_fuzz import HAPPENED, TASK
from tests.support.recorded import order_of
from tests.support.toy import Count

HERE = Path(__file__).parent
ENDINGS = {"solved": None, "stopped": 50}
"""What the run may draw, by how it ends; the second stops in the middle of a step."""


def make() -> None:
    """Write the files that are not there yet."""
    for name, samples in ENDINGS.items():
        path = HERE / f"format{schema.FORMAT}-{name}.maker"
        if not path.exists():
            order = RunOrder(
                "hanoi", {"disks": 5}, model="sim:p=0.9,v=0.9", k=3, seed=4, limit_samples=samples, session=path
            )
            asyncio.run(drive(prepare(order), Inbox(), lambda _: None))
    make_everything(HERE / f"format{schema.FORMAT}-everything.maker")


def make_everything(path: Path) -> None:
    """Write a session with an event of every kind, and a fork, unless it is there."""
    if path.exists():
        return
    journal = Journal(path, TASK, {**order_of(TASK, k=1), "task": "count"})
    for event in HAPPENED:
        journal.record(replace(event, task="count") if isinstance(event, RunStarted) else event)
    journal.close()
    fork(path, 1, {"k": 2}, note="another k", family=Count)


if __name__ == "__main__":
    make()
