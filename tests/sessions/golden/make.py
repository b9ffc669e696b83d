"""Make the golden files of the present format: `python tests/sessions/golden/make.py`, from the project's root.

A golden file is kept as it was written, so that what users have can be opened for ever. Make new ones when the format
gets a new number, and leave the old ones alone.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from maker_engine.runtime.gate import Inbox
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.sessions.store import schema

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


if __name__ == "__main__":
    make()
