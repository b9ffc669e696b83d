"""The run that the app has open: where it comes from, and its end. It may be closed and stopped from any thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from maker_tui.runs.bridge import LiveRun, RunSource


class OpenRun:
    """Holds at most one run.

    Args:
        source: The run to begin with, None for none.

    Attributes:
        source: The run that is shown, None for none.
        started: The run that was started in the app last, None for none.
    """

    def __init__(self, source: RunSource | None) -> None:
        self.source = source
        self.started: LiveRun | None = None
        self._one_closer = threading.Lock()

    def close(self) -> None:
        """Stop and save the run, if there is one. May be called again."""
        with self._one_closer:  # whoever comes second waits until the run is saved
            source, self.source = self.source, None
            if source is not None:
                source.close()

    def stop(self, reason: str) -> None:
        """Ask the run, if there is one, to end, and do not wait."""
        source = self.source
        if source is not None:
            from maker_engine.core.record.commands import Stop  # noqa: PLC0415 - start-up: home stops nothing

            source.send(Stop(reason))

    def out_of(self, session: Path) -> Path | None:
        """Return the folder for the papers of a run that was started here; no session keeps it."""
        view = None if self.started is None else self.started.view()
        return self.started.out if self.started is not None and view is not None and view.session == session else None

    @property
    def session(self) -> Path | None:
        """The session of the run, None where there is no run, or it has not begun."""
        view = None if self.source is None else self.source.view()
        return None if view is None else view.session
