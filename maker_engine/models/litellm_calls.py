"""Awaiting a LiteLLM call so that it can be cancelled at any moment."""

from __future__ import annotations

import asyncio
import inspect
import types
from collections.abc import Coroutine, Generator
from typing import Any


@types.coroutine
def cancellable(call: Coroutine[Any, Any, Any]) -> Generator[Any, None, Any]:
    """Await `call`, and leave nothing behind when cancelled.

    LiteLLM first prepares a call in a thread, which hands back a coroutine to await. Cancelled meanwhile, it would drop
    that coroutine unawaited, for Python to complain about at some later time. So the wait for the thread, which is the
    first thing `call` waits for, is shielded, and the coroutine is closed when it comes.
    """
    steps = call.__await__()
    try:
        thread = next(steps)
    except StopIteration as done:
        return done.value
    try:
        yield from asyncio.wait({thread}).__await__()
    except asyncio.CancelledError as cancelled:
        thread.add_done_callback(_close_unawaited)
        yield steps.throw(cancelled)
    return (yield from steps)


def _close_unawaited(thread: asyncio.Future[Any]) -> None:
    if not thread.cancelled() and thread.exception() is None and inspect.iscoroutine(thread.result()):
        thread.result().close()
