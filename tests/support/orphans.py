"""Children that end with the program that started them, however that ends: a killed benchmark leaves nothing behind."""

from __future__ import annotations

import ctypes
import select
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the kernel kill this process when its parent dies; on Linux only. To be called in the child, before exec."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def has_ended(handle: int, patience_s: float) -> bool:
    """Wait until the process behind a handle of `os.pidfd_open` has ended; False where it has not in time."""
    return bool(select.select([handle], [], [], patience_s)[0])
