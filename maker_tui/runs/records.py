"""The record of a run, read in a thread of its own: no key ever waits for a disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context, copy_context
from pathlib import Path
from typing import TypeVar

from maker_engine.core.errors import MakerError
from maker_engine.sessions.store.chain import Branch
from maker_engine.sessions.store.reader import Reader

T = TypeVar("T")
Look = Callable[[Reader], T]


class Records:
    """Looks into one branch of a session, one look after the other. To be used on the screen's loop.

    The file is opened for each look and closed behind it, so that none is left open beside the one who writes it.

    Args:
        path: The session.
        branch: Which run of it.
        refuse: Called with one line that says why a look failed.

    Attributes:
        branches: All runs of the session, as they were at the last look.
        steps: Decided steps on record, as they were at the last look.
    """

    def __init__(self, path: Path, branch: int, refuse: Callable[[str], None]) -> None:
        self.path = path
        self.branch = branch
        self.branches: Sequence[Branch] = ()
        self.steps = 0
        self._refuse = refuse
        self._threads = ThreadPoolExecutor(1, "maker-reading")
        self._latest: dict[str, object] = {}
        self._closed = False

    def look(self, look: Look[T], then: Callable[[T], None], lane: str = "", *, quiet: bool = False) -> None:
        """Look in the thread, and hand what was found to `then` on the loop.

        Args:
            look: Given a reader. Quick: others wait for it.
            then: Called with what it returned.
            lane: Of the looks in a lane only the latest matters: the ones before are left out, and not reported.
            quiet: No one asked for it, and a failure is not shown.
        """
        if self._closed:
            return
        ticket = object()
        if lane:
            self._latest[lane] = ticket
        refuse = _ignore if quiet else self._refuse
        hear = (then, refuse)
        self._threads.submit(self._work, look, hear, (lane, ticket), asyncio.get_running_loop(), copy_context())

    def close(self) -> None:
        """Look no more; what is still asked for is not answered."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _wanted(self, place: tuple[str, object]) -> bool:
        lane, ticket = place
        return not self._closed and (not lane or self._latest.get(lane) is ticket)

    def _work(
        self, look: Look[T], hear: tuple[Callable[[T], None], Callable[[str], None]], place: tuple[str, object],
        loop: asyncio.AbstractEventLoop, context: Context,
    ) -> None:  # fmt: skip
        if not self._wanted(place):
            return
        then, refuse = hear
        tell: Callable[[], None]
        try:
            with Reader(self.path, self.branch) as reader:
                self.branches, self.steps = tuple(reader.branches), reader.steps_done()
                found = look(reader)
        except MakerError as error:
            reason = str(error)
            tell = lambda: refuse(reason)  # noqa: E731
        except Exception as error:  # noqa: BLE001 - a damaged row or a stranger's task must not end the screen
            reason = f"this part of the session cannot be read ({type(error).__name__}: {error})"
            tell = lambda: refuse(reason)  # noqa: E731
        else:
            tell = lambda: then(found) if self._wanted(place) else None  # noqa: E731
        with suppress(RuntimeError):  # the loop is closed: no one looks any more
            loop.call_soon_threadsafe(tell, context=context)


def _ignore(_reason: str) -> None:
    """Do nothing."""
