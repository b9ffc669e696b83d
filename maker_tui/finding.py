"""A search through a run that goes on beside everything else, and can be ended."""

from __future__ import annotations

from collections.abc import Callable

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.filters import parse_filter
from maker_engine.sessions.marks import Marks
from maker_engine.sessions.search import Search
from maker_tui.figures import count, share
from maker_tui.inspector_lines import Describe
from maker_tui.records import Records

LANE = "search"


class Finding:
    """At most one search at a time.

    Args:
        records: The record.
        task: What the run solves.
        marks: Flags of its steps, kept up to date by somebody else.
        describe: Tells an answer in words; never raises.
        tell: Called whenever more was looked through.
    """

    def __init__(
        self, records: Records, task: AnyTask, marks: Marks, describe: Describe, tell: Callable[[], None]
    ) -> None:
        self.search: Search | None = None
        self.text = ""
        self._going = self._ended = False
        self._records, self._task, self._marks, self._describe, self._tell = records, task, marks, describe, tell

    @property
    def told(self) -> str:
        """Say what is looked for, how much was found, and how far the search is."""
        search = self.search
        if search is None:
            return ""
        total = self._records.steps
        far = "" if search.looked >= total else f", {share(search.looked, total)} looked through"
        return f"{count(len(search.found))} match {self.text}{far}"

    @property
    def going(self) -> bool:
        """True while there are steps to be looked through and nobody has ended it."""
        return self._going

    def begin(self, text: str) -> None:
        """Look for steps; empty text ends what was looked for.

        Raises:
            InputError: It cannot be read.
        """
        wanted = parse_filter(text) if text.strip() else None
        self.text = text.strip()
        self.search = None if wanted is None else Search(wanted, self._task, self._marks, self._describe)
        self._going = self._ended = False
        self.go_on()

    def go_on(self) -> None:
        """Look through what has not been looked through, unless somebody has ended it."""
        search = self.search
        if search is not None and not search.over and not self._going and not self._ended:
            self._going = True
            self._records.look(search.go_on, self._looked, LANE)

    def end(self) -> None:
        """Look no further; what was found stays."""
        self._going, self._ended = False, True

    def _looked(self, _: None) -> None:
        going, self._going = self._going, False
        if going:
            self.go_on()
        self._tell()
