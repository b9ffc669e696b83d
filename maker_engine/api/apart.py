"""Runs a coroutine where an event loop is running already, as in a notebook: in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
_LOOK_S = 0.1
"""Seconds between two looks at whether the caller has been interrupted meanwhile."""


class _Apart:
    """A coroutine in a thread of its own."""

    def __init__(self, work: Coroutine[Any, Any, Any]) -> None:
        self._work = work
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._cancelled = False
        self.result: Any = None
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=contextvars.copy_context().run, args=(self._run,), name="maker")

    def _run(self) -> None:
        try:
            self.result = asyncio.run(self._driven())
        except BaseException as fault:  # noqa: BLE001 - raised in the caller's thread
            self.fault = fault

    async def _driven(self) -> Any:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.ensure_future(self._work)
        if self._cancelled:
            self._task.cancel()
        return await self._task

    def cancel(self) -> None:
        """Have the coroutine cancelled, once, from another thread."""
        if self._cancelled:
            return
        self._cancelled = True
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # it has just ended, and its loop is closed
                self._loop.call_soon_threadsafe(self._task.cancel)


def settle_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in a thread with a loop of its own, while the loop that is running here waits.

    An interrupt ends it: a KeyboardInterrupt here, as notebooks raise it, or a cancellation of the task that called,
    which is how `asyncio.run` passes one on.
    """
    apart, caller = _Apart(work), asyncio.current_task()
    before = 0 if caller is None else caller.cancelling()
    apart.thread.start()
    try:
        while apart.thread.is_alive():
            apart.thread.join(_LOOK_S)
            if caller is not None and caller.cancelling() > before:
                apart.cancel()
    except BaseException:
        apart.cancel()
        apart.thread.join()
        raise
    if apart.fault is not None:
        raise apart.fault
    result: T = apart.result
    return result
