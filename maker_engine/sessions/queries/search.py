"""Looks for the steps of a run that a filter picks, a stretch at a time, reading no more of the record than it must."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.filters.tree import Filter
from maker_engine.sessions.queries.inspection import FlagFacts, facts_of, facts_of_flags
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.store.reader import Reader

STRETCH = 512
"""Steps that are read in one go, so that someone who waits for the reader does not wait long."""
LONG_STRETCH = 16_384
"""Steps that are passed over in one go where most of them need not be read."""
BY_FLAGS = frozenset(FlagFacts.__annotations__)
IN_WORDS = frozenset({"action", "candidate"})
"""Facts for which answers must be put into words."""
QUIET = BY_FLAGS | {"flags", "flag", "candidates", "falling"}
"""Facts that are the same for every step without a flag."""


class Matches:
    """The steps found so far by a search that goes through a branch from its first step on.

    Args:
        marks: Flags of the steps, caught up with the record by the caller.

    Attributes:
        found: Numbers of the steps that were picked, 0-based, ascending.
        searched: How many steps have been searched.
    """

    def __init__(self, marks: Marks) -> None:
        self.found = array("Q")
        self.searched = 0
        self._marks = marks

    @property
    def over(self) -> bool:
        """True when every step that is known has been searched."""
        return self.searched >= len(self._marks)

    def after(self, step: int) -> int | None:
        """Return the first step found after `step`; None where there is none yet."""
        place = bisect_right(self.found, step)
        return self.found[place] if place < len(self.found) else None

    def before(self, step: int) -> int | None:
        """Return the last step found before `step`; None where there is none."""
        place = bisect_left(self.found, step)
        return self.found[place - 1] if place else None

    def go_on(self, reader: Reader) -> None:
        """Look through the next stretch.

        Raises:
            SessionError: The file is damaged.
        """
        raise NotImplementedError


class Search(Matches):
    """A search for the steps that a filter picks.

    Args:
        wanted: Picks steps.
        task: What the run solves.
        marks: As for `Matches`.
        describe: Describes an answer in words; never raises.
    """

    def __init__(self, wanted: Filter, task: AnyTask, marks: Marks, describe: Callable[[Any], str]) -> None:
        super().__init__(marks)
        self.wanted = wanted
        self._task = task
        self._describe = describe if wanted.fields & IN_WORDS else lambda _: ""
        self._picks = _picks(wanted)
        # Where every step without a flag is the same to the filter, one answer does for all of them.
        self._skips = wanted.fields <= QUIET and not wanted(StepFacts(candidates=1))

    def go_on(self, reader: Reader) -> None:
        """Look through the next stretch.

        Raises:
            SessionError: The file is damaged.
        """
        if self._picks is not None:
            last = min(len(self._marks), self.searched + LONG_STRETCH)
            self.found.extend(self._marks.where(self._picks, self.searched, last))
        else:
            last = min(len(self._marks), self.searched + STRETCH * (4 if self._skips else 1))
            facts = self._facts(reader, self.searched, last)
            self.found.extend(one.step for one in facts if self.wanted(one))
        self.searched = last

    def _facts(self, reader: Reader, first: int, last: int) -> Iterator[StepFacts]:
        if self.wanted.fields == {"step"}:
            return (StepFacts(step) for step in range(first, last))
        stored = reader.steps(self._task, first, last, -1 if self._skips else 0)
        return (facts_of(one, self._describe) for one in stored)


def _picks(wanted: Filter) -> bytes | None:
    """Return a 1 for each value of flags that the filter picks, else 0; None where it asks for more than flags."""
    if not wanted.fields <= BY_FLAGS:
        return None
    return bytes(wanted(StepFacts(**facts_of_flags(flags))) for flags in range(256))
