"""A limit on how long a stranger's code may take: an endless loop is reported, not waited for."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


class RetriesExhaustedError(KeyboardInterrupt):
    """Time is up; the text is the place that was running.

    An interrupt, because no `except Exception` catches those, and asyncio lets them through.
    """


@contextmanager
def patience(limit_s: float | None) -> Iterator[None]:
    """Raise `OutOfPatienceError` where what is inside takes longer than `limit_s` seconds.

    Signals carry it, so outside the main thread, or where the system has no timer, there is no limit.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if limit_s is None or not in_main or not hasattr(signal, "setitimer"):
        yield
        return

    def give_up(_: int, frame: FrameType | None) -> None:
        place = "no code" if frame is None else f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        raise RetriesExhaustedError(place)

    handler = signal.signal(signal.SIGALRM, give_up)
    before, _ = signal.setitimer(signal.ITIMER_REAL, limit_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, before)  # someone else's, a test's, begins again
        signal.signal(signal.SIGALRM, handler)
