"""A helper process ends when the one that started it does, whatever either is busy with."""

from __future__ import annotations

import os
import select
import threading
import time

GRACE_S = 2.0
"""Seconds to end in order, where whoever started it is still there."""


def end_with_input() -> None:
    """End this process once no one can write to its standard input any more, which is a pipe.

    A starter that closes the pipe leaves time to end in order. One that has died wants nothing any more, and cannot
    have closed what it has sent: so the input is not read for this, only watched.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), name="leash", daemon=True).start()


def _watch(starter: int) -> None:
    hung_up = select.poll()
    hung_up.register(0, 0)  # a hang-up is reported whatever is asked for, and nothing else is
    hung_up.poll()
    if os.getppid() == starter:
        time.sleep(GRACE_S)
    os._exit(0)
