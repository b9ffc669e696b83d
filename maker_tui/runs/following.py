"""A run that another process drives, followed in its session file: read-only, and never in the writer's way."""

from __future__ import annotations

import threading
import time

from maker_engine.core.errors import MakerError
from maker_engine.core.record.commands import Command
from maker_engine.runtime.view import RunView
from maker_engine.sessions.queries.saved import SavedRun, open_again
from maker_engine.sessions.store.lock import writer_of
from maker_engine.sessions.store.reader import Reader
from maker_tui.runs.bridge import view_of

LOOK_S = 0.5


class FollowedRun:
    """Looks at a session twice a second in a thread of its own, and reads it when it has been written.

    Args:
        saved: The run as it is now.
    """

    def __init__(self, saved: SavedRun) -> None:
        self.task = saved.task
        self.error: str | None = None
        self.branch = saved.branch
        self.writer = writer_of(saved.path)
        self._saved = saved
        self._view = view_of(saved)
        self._seal = b""
        self._read_at = time.monotonic()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="maker-following", daemon=True)
        self._thread.start()

    @property
    def live(self) -> bool:
        """True while the other process drives it."""
        return self.writer is not None

    @property
    def ended(self) -> bool:
        """True when the other process has let go of it."""
        return self.writer is None

    def view(self) -> RunView | None:
        """Return the latest view."""
        return self._view

    def send(self, command: Command) -> None:
        """Only the process that drives a run can steer it."""

    def close(self) -> None:
        """Look away."""
        self._closed.set()

    def _follow(self) -> None:
        while not self._closed.wait(LOOK_S):
            writer = writer_of(self._saved.path)
            try:
                self._look(last=writer is None)
            except MakerError as error:
                self.error = str(error)
                return
            if writer is None:
                return

    def _look(self, *, last: bool) -> None:
        with Reader(self._saved.path, self._saved.branch) as reader:
            seal = reader.branch.seal
        if seal == self._seal and not last:
            return
        saved = open_again(self._saved)
        now = time.monotonic()
        speed = (saved.step - self._saved.step) / max(1e-3, now - self._read_at)
        self._saved, self._seal, self._read_at = saved, seal, now
        if last:
            self.writer = None
        self._view = view_of(saved, 0.0 if last else speed)
