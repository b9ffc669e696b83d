"""How work grows with what it is done on, in processor time of this process alone."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TURNS, ROUNDS, TIMES = 3, 5, 4
MOST = 10.0
"""Work that grows with length grows to about 4 on four times as much; with the square of the length, to about 16."""

Work = Callable[[int], Callable[[], object]]
"""Prepares work on so much, and returns what does it."""


def grows_with_length(work: Work, size: int) -> bool:
    """Whether work on four times as much takes about four times as long, and not sixteen times.

    Args:
        work: The work.
        size: How much, for the smaller one.
    """
    small, large = work(size), work(TIMES * size)
    return any(_growth(small, large) < MOST for _ in range(ROUNDS))  # a busy machine may spoil a round


def _growth(small: Callable[[], object], large: Callable[[], object]) -> float:
    gc.disable()  # how often it runs depends on the number of objects, and is not what is measured
    try:
        return _seconds(large) / min(_seconds(small) for _ in range(TURNS))  # a slow turn can only count against it
    finally:
        gc.enable()


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
