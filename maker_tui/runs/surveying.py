"""Reads the figures of a whole run bit by bit, evenly spread over it, for as long as someone looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from maker_engine.sessions.queries.survey import Survey, spread
from maker_engine.sessions.store.reader import Reader
from maker_tui.runs.records import Records
from maker_tui.text.figures import count, count_of, share

TELL_S = 0.25
BITE_S = 0.02
"""One look reads for so long: someone who wants a page meanwhile waits no longer."""


class Surveying:
    """Fills a `Survey`.

    Args:
        records: The record.
        tell: Called when there is more to show, a few times a second.
    """

    def __init__(self, records: Records, tell: Callable[[], None]) -> None:
        self.survey = Survey()
        self.going = False
        self._records = records
        self._tell = tell
        self._known = 0
        self._reported_at = 0.0
        self._blocks: Iterator[tuple[int, int]] = iter(())

    @property
    def status(self) -> str:
        """Say of how much of the run the figures are."""
        done = self.survey.read_steps
        if done == self._known:
            return f"all {count_of(self._known, 'decided step')}"
        return f"{count(done)} of {count_of(self._known, 'step')}, {share(done, self._known)} read"

    def go_on(self) -> None:
        """Read on, until it is stopped or everything is read."""
        if not self.going:
            self.going = True
            self._records.look(self._bite, self._bitten)

    def stop(self) -> None:
        """Read no further for now."""
        self.going = False

    def _bite(self, reader: Reader) -> bool:
        end = time.monotonic() + BITE_S
        while time.monotonic() < end:
            block = next(self._blocks, None) or self._more(reader)
            if block is None:
                return False
            self.survey.read(reader, *block)
        return True

    def _more(self, reader: Reader) -> tuple[int, int] | None:
        """Go on with the steps that were decided since."""
        first, self._known = self._known, reader.steps_done()
        self._blocks = ((first + begin, first + end) for begin, end in spread(self._known - first))
        return next(self._blocks, None)

    def _bitten(self, more: bool) -> None:
        if not more or time.monotonic() - self._reported_at > TELL_S:
            self._reported_at = time.monotonic()
            self._tell()
        if self.going and more:
            self._records.look(self._bite, self._bitten)
        else:
            self.going = False
