"""A search through a run, beside everything else, that can be ended."""

from __future__ import annotations

import re
from collections.abc import Callable

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError
from maker_engine.core.filters.language import FACTS, parse_filter
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.search import Matches, Search
from maker_engine.sessions.queries.text_search import Terms, TextSearch, terms_of
from maker_tui.runs.records import Records
from maker_tui.text.figures import count, share
from maker_tui.text.inspector_lines import Describe

LANE = "search"
_FIRST_WORD = re.compile(r"[\s(]*(?:not[\s(]+)*([^\W\d]\w*)\s*[<>=~:!≥≤≠]")


def is_filter(text: str) -> bool:
    """Distinguish a filter from words to look for: `flags>2` from `disk 3`; in quotes anything is words.

    Raises:
        InputError: It begins as a filter does, and cannot be read as one.
    """
    try:
        parse_filter(text)
    except InputError:
        begun = _FIRST_WORD.match(text)
        if begun is not None and begun[1] in FACTS:
            raise
        return False
    return True


class Finding:
    """At most one search at a time.

    Args:
        records: The record.
        task: What the run solves.
        marks: Flags of its steps, kept up to date by someone else.
        describe: Describes an answer in words; never raises.
        tell: Called whenever more was searched.
    """

    def __init__(
        self, records: Records, task: AnyTask, marks: Marks, describe: Describe, tell: Callable[[], None]
    ) -> None:
        self.search: Matches | None = None
        self.text = ""
        self.terms: Terms | None = None
        self._going = self._ended = False
        self._records, self._task, self._marks, self._describe, self._tell = records, task, marks, describe, tell

    @property
    def status(self) -> str:
        """Say what is searched for, how much was found, and how far the search is."""
        search = self.search
        if search is None:
            return ""
        total = self._records.steps
        far = "" if search.searched >= total else f", {share(search.searched, total)} searched"
        found = count(len(search.found))
        if self.terms is not None:
            return f"{found} {'step says' if len(search.found) == 1 else 'steps say'} {self.text}{far}"
        return f"{found} {'matches' if len(search.found) == 1 else 'match'} {self.text}{far}"

    @property
    def going(self) -> bool:
        """True while there are steps to be searched and no one has ended it."""
        return self._going

    def begin(self, text: str) -> None:
        """Look for steps; empty text ends the search.

        Raises:
            InputError: It cannot be read.
        """
        wanted = parse_filter(text) if text.strip() else None
        search = None if wanted is None else Search(wanted, self._task, self._marks, self._describe)
        self._begin(text, search, None)

    def begin_words(self, text: str) -> None:
        """Look for steps with a response that has all words; empty text ends the search."""
        terms = terms_of(text) if text.strip() else None
        self._begin(text, None if terms is None else TextSearch(terms, self._marks), terms)

    def _begin(self, text: str, search: Matches | None, terms: Terms | None) -> None:
        self.text, self.search, self.terms = text.strip(), search, terms
        self._going = self._ended = False
        self.go_on()

    def go_on(self) -> None:
        """Search what has not been searched, unless someone has ended it."""
        search = self.search
        if search is not None and not search.over and not self._going and not self._ended:
            self._going = True
            self._records.look(search.go_on, self._searched, LANE)

    def end(self) -> None:
        """Look no further; what was found stays."""
        self._going, self._ended = False, True

    def _searched(self, _: None) -> None:
        going, self._going = self._going, False
        if going:
            self.go_on()
        self._tell()
