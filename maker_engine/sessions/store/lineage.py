"""A session's runs: the first one and its forks, and which of them the steps of a run are stored with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from maker_engine.sessions.store.chain import Branch


class Segment(NamedTuple):
    """Steps `first` to `last` (0-based, exclusive) of a run, which are stored with one branch."""

    branch: int
    first: int
    last: int


def branches_of(rows: Iterable[Sequence[Any]]) -> list[Branch]:
    """Turn the rows of a file's branches, in the order of their ids, into branches.

    Raises:
        ValueError: They are not as maker writes them.
    """
    found = [Branch._make(row) for row in rows]
    known: set[int] = set()
    for one in found:
        if not _is_sound(one):
            raise ValueError(f"the row of fork {one.id} is not one that maker writes")
        # Parents come first, so that a chain of them ends, whatever a file says.
        if (one.parent is None) != (one.id == 0) or (one.parent is not None and one.parent not in known):
            raise ValueError(f"fork {one.id} has no parent")
        known.add(one.id)
    return found


def _is_sound(row: Branch) -> bool:
    numbers = (row.id, row.fork_step, row.steps, 0 if row.parent is None else row.parent)
    counted = all(type(number) is int and number >= 0 for number in numbers) and row.fork_step <= row.steps
    return counted and type(row.created) is int and type(row.chain) is bytes and type(row.seal) is bytes


def segments_of(branch: Branch, branches: Iterable[Branch]) -> list[Segment]:
    """Return the branches that the steps of `branch` are stored with, from its first step to its last."""
    by_id = {one.id: one for one in branches}
    segments = [Segment(branch.id, branch.fork_step, branch.steps)]
    while branch.parent is not None:
        upto, branch = branch.fork_step, by_id[branch.parent]
        while branch.parent is not None and branch.fork_step >= upto:  # forked before this one's own first step
            branch = by_id[branch.parent]
        segments.insert(0, Segment(branch.id, branch.fork_step, upto))
    return segments
