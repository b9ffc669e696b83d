"""What is remarkable about each step of a run, a byte a step: a million of them are at hand in a megabyte."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import StepFlag

_CHUNK = 1 << 16  # steps searched at once, on the way to the nearest one
_BYTE = 0xFF
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
    """

    steps: int
    dissent: int
    flagged: int
    wrong: int
    failed: int = 0
    acted: int = 0


class Marks:
    """The flags of every decided step of one branch.

    One thread may catch up while others look: what there is only ever grows.
    """

    def __init__(self) -> None:
        self._flags = bytearray()

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

    def shares(self, first: int, last: int, each: int) -> list[Share]:
        """Count what is remarkable in steps `first` to `last` (0-based, exclusive), for every `each` of them."""
        last = max(first, min(last, len(self._flags)))
        has = [self._has(flag, first, last) for flag in _COUNTED]
        return [
            Share(min(each, last - first - at), *(kind.count(1, at, at + each) for kind in has))
            for at in range(0, last - first, each)
        ]

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
