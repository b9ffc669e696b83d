"""What is remarkable about each step of a run, a byte a step: a million of them are at hand in a megabyte."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag

_CHUNK = 1 << 16  # steps searched at once, on the way to the nearest one
_BYTE = 0xFF
_KEPT = 4
"""Layouts whose counts are kept: a grid, a strip, and those of the size before."""
_COUNTED = (StepFlag.DISSENT, StepFlag.FLAGGED, StepFlag.WRONG, StepFlag.FAILED_CALLS, StepFlag.ACTED)


class Share(NamedTuple):
    """What there is of a stretch of steps.

    Attributes:
        steps: Decided steps.
        dissent: Those with more than one candidate.
        flagged: Those with a flagged response.
        wrong: Those that an oracle disagrees with.
        failed: Those with a call or an effect that failed.
        acted: Those in which an effect began or ended.
        undecided: Those that were given up, so that the others continue.
    """

    steps: int
    dissent: int
    flagged: int
    wrong: int
    failed: int = 0
    acted: int = 0
    undecided: int = 0


class Marks:
    """The flags of every decided step of one branch.

    One thread may catch up while others look: what there is only ever grows.

    Args:
        independent: Steps may be given up while others continue, and which ones is to be known.
    """

    def __init__(self, *, independent: bool = False) -> None:
        self._flags = bytearray()
        self._independent = independent
        self._undecided = array("Q")
        self._counted: dict[tuple[int, int], list[Share]] = {}

    def __len__(self) -> int:
        """Return how many steps are known."""
        return len(self._flags)

    def of(self, step: int) -> StepFlag:
        """Return the flags of a known step, 0-based."""
        return StepFlag(self._flags[step])

    def catch_up(self, reader: Reader, most: int | None = None) -> bool:
        """Take in the steps that were decided since, at most `most` of them; return whether there are more.

        Raises:
            SessionError: The file is damaged.
        """
        known, done = len(self._flags), reader.steps_done()
        last = done if most is None else min(done, known + most)
        new = bytearray(max(0, last - known))
        for step, flags in reader.remarkable(known, last):
            new[step - known] = flags & _BYTE
        if self._independent:
            self._undecided.extend(reader.undecided(known, last))
        self._flags += new
        return last < done

    def after(self, step: int, flags: int) -> int | None:
        """Return the first step after `step` (0-based) that has one of `flags`; None where there is none."""
        for begin in range(step + 1, len(self._flags), _CHUNK):
            found = self._has(flags, begin, begin + _CHUNK).find(1)
            if found >= 0:
                return begin + found
        return None

    def before(self, step: int, flags: int) -> int | None:
        """Return the last step before `step` (0-based) that has one of `flags`; None where there is none."""
        for end in range(min(step, len(self._flags)), 0, -_CHUNK):
            begin = max(0, end - _CHUNK)
            found = self._has(flags, begin, end).rfind(1)
            if found >= 0:
                return begin + found
        return None

    def is_undecided(self, step: int) -> bool:
        """Return whether a known step, 0-based, was given up."""
        place = bisect_left(self._undecided, step)
        return place < len(self._undecided) and self._undecided[place] == step

    def shares(self, first: int, last: int, each: int) -> list[Share]:
        """Count what is remarkable in steps `first` to `last` (0-based, exclusive), for every `each` of them.

        What was counted for whole stretches is kept: asked again as the run grows, only what is new is counted.
        """
        last = max(first, min(last, len(self._flags)))
        kept = self._counted.pop((first, each), [])[: (last - first) // each]
        found = kept + self._count(first + len(kept) * each, last, each)
        while len(self._counted) >= _KEPT:
            del self._counted[next(iter(self._counted))]
        self._counted[first, each] = found[: (last - first) // each]
        return found

    def _count(self, first: int, last: int, each: int) -> list[Share]:
        has = [self._has(flag, first, last) for flag in _COUNTED]
        return [
            Share._make(
                (
                    min(each, last - first - at),
                    *(kind.count(1, at, at + each) for kind in has),
                    self._given_up(first + at, min(last, first + at + each)),
                )
            )
            for at in range(0, last - first, each)
        ]

    def _given_up(self, first: int, last: int) -> int:
        return bisect_left(self._undecided, last) - bisect_left(self._undecided, first) if self._undecided else 0

    def where(self, picks: bytes, first: int, last: int) -> Iterator[int]:
        """Give the known ones of steps `first` to `last` (0-based, exclusive) that `picks` has a 1 for.

        Args:
            picks: 256 bytes, a 1 in the place of each value of flags that is picked, else 0.
            first: First step.
            last: Step after the last one.
        """
        picked = self._flags[first:last].translate(picks)
        place = picked.find(1)
        while place >= 0:
            yield first + place
            place = picked.find(1, place + 1)

    def _has(self, flags: int, first: int, last: int) -> bytes | bytearray:
        """Return a byte a step: 1 where it has one of `flags`, else 0."""
        return self._flags[first:last].translate(_sieve(flags))


@lru_cache(maxsize=64)
def _sieve(flags: int) -> bytes:
    return bytes(bool(value & flags) for value in range(_BYTE + 1))
