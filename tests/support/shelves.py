"""Saved sessions for a test: real ones, run by the engine, and summaries of any kind at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import strategies as st

from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.library.library import SessionSummary

_words = st.text(st.sampled_from("aAbßÉé ｆ1\n"), max_size=6)
_counts = st.integers(0, 5)
summaries = st.builds(
    SessionSummary,
    path=st.builds(lambda number: Path(f"/sessions/run-{number}.maker"), st.integers(0, 10**9)),
    task=st.sampled_from(["hanoi", "Sort", "?"]),
    problem=_words,
    model=st.sampled_from(["sim", "openai/x", "Local"]),
    simulated=st.booleans(),
    outcome=st.sampled_from([None, "solved", "out_of_budget"]),
    steps_done=_counts,
    steps=st.none() | _counts,
    samples=_counts,
    created=st.integers(0, 5).map(float),
    damaged=st.sampled_from([None, None, None, "broken"]),
    name=_words,
    busy=st.booleans(),
)
"""Few different values, so that many are equal; paths are the only ones that need not be."""

shelves = st.lists(summaries, max_size=12, unique_by=lambda one: one.path)


async def solve(path: Path, *, disks: int = 3, seed: int = 0, limit_samples: int | None = None) -> Path:
    """Let the engine run towers of Hanoi into `path`, to the end or to a limit."""
    order = RunOrder("hanoi", {"disks": disks}, k=2, seed=seed, limit_samples=limit_samples, session=path)
    await drive(prepare(order), Inbox(), lambda _: None)
    return path


def solved(path: Path, *, disks: int = 3, seed: int = 0, limit_samples: int | None = None) -> Path:
    """Do what `solve` does where no loop is running."""
    return asyncio.run(solve(path, disks=disks, seed=seed, limit_samples=limit_samples))
