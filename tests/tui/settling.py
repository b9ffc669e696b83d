"""Waiting, after each key, until the app has nothing left to do: the pilot's own wait knows too little."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent.futures import thread
from typing import Any
from weakref import ref

from textual._context import active_app
from textual.app import App

QUIET_S, QUIET_LOOKS, MOST_S = 0.002, 3, 10.0
"""Seconds between looks at the event loop, how many must find it with nothing to do, and when that is given up."""
_WAITING = threading.Event.wait.__code__.co_filename


class _SeenWork(thread._WorkItem):  # type: ignore[type-arg]
    """A piece of work of a pool of threads, seen until its end is reported to the loop that asked for it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.loop = asyncio._get_running_loop()
        self.thread: int | None = None
        self.seen = ref(self, _WORK.discard)
        if self.loop is not None:
            _WORK.add(self.seen)

    def run(self, *arguments: Any) -> None:
        self.thread = threading.get_ident()
        try:
            super().run(*arguments)
        finally:
            _WORK.discard(self.seen)


_WORK: set[ref[_SeenWork]] = set()


def see_threads() -> None:
    """From now on, notice what is handed to pools of threads."""
    thread._WorkItem = _SeenWork  # type: ignore[misc]


async def settled(min_sleep: float = 0.0, max_sleep: float = MOST_S) -> None:
    """Wait until nothing is left to do: by the event loop, by the threads it waits for, in a queue, to be drawn.

    The pilot's own wait asks the clock of the processor, which a thread of the engine keeps going and which a busy
    machine stands still for: it waits ten times as long, and knows less.
    """
    loop: Any = asyncio.get_running_loop()
    app = active_app.get(None)
    begun, quiet = time.monotonic(), 0
    while quiet < QUIET_LOOKS and time.monotonic() < begun + max_sleep:
        await asyncio.sleep(max(QUIET_S, min_sleep / QUIET_LOOKS))
        quiet = 0 if loop._ready or _working(loop) else quiet + 1
        if quiet == QUIET_LOOKS and app is not None and (_queued(app) or _drawn(app)):
            quiet = 0


def _working(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether a thread works for the loop; one that waits for an event waits for the test, and is not waited for."""
    asked = [work for seen in tuple(_WORK) if (work := seen()) is not None and work.loop is loop]
    frames = sys._current_frames() if asked else {}
    return any(work.thread not in frames or frames[work.thread].f_code.co_filename != _WAITING for work in asked)


def _queued(app: App[Any]) -> bool:
    """Whether a message waits for a widget, a screen or the app."""
    return any(
        pump._running and (pump._next_callbacks or pump.message_queue_size) for pump in (app, *tuple(app._registry))
    )


def _drawn(app: App[Any]) -> bool:
    """Draw what waits for the next picture, instead of waiting for its time; return whether there was any."""
    if not app.screen_stack or not (screen := app.screen).is_current or not screen.is_running or app._batch_count:
        return False
    if waiting := any((screen._layout_required, screen._recompose_required, screen._dirty_widgets, screen._callbacks)):
        screen._on_timer_update()
    return waiting
