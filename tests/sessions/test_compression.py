"""Rows compressed: in order, whichever thread did it, and with a dictionary that is told of once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import given, settings, strategies as st

from maker_engine.sessions.compression import AHEAD, TRAINING_STEPS, Press, decompress

SENTENCE = b"Disk %d is on peg %d, so it has to go to peg %d before disk %d can be moved to where it belongs. "


@contextmanager
def press(dictionary: bytes | None = None) -> Iterator[Press]:
    one = Press(dictionary)
    try:
        yield one
    finally:
        one.close()


def packed(number: int) -> bytes:
    """A row much like the others, and equal to none."""
    return b"".join(SENTENCE % (number, part, number % (part + 2), number + part) for part in range(8))


def restored(rows: list[bytes], dictionary: bytes | None) -> list[bytes]:
    return [decompress(row, dictionary) for row in rows]


@settings(deadline=None)
@given(st.lists(st.integers(0, 3 * AHEAD), max_size=4))
def test_rows_come_out_as_they_went_in(commits: list[int]) -> None:
    """However many rows a commit has, they come out in order, readable with the one dictionary that was told of."""
    known, number = None, 0
    with press() as one:
        for size in commits:
            numbers = range(number, number + size)
            number += size
            for each in numbers:
                one.add(packed(each))
            rows = one.rows()
            assert known is None or one.dictionary is None
            known = known or one.dictionary
            assert restored(rows, known) == [packed(each) for each in numbers]
            one.forget()
    assert (known is None) == (number < TRAINING_STEPS)


def test_a_commit_that_failed_can_be_tried_again() -> None:
    """Until rows are known to be safe, they and their dictionary come out again, with what was added since."""
    with press() as one:
        for number in range(AHEAD + 5):
            one.add(packed(number))
        first, dictionary = [*one.rows()], one.dictionary
        one.add(packed(AHEAD + 5))
        again = one.rows()
        assert again[:-1] == first
        assert one.dictionary == dictionary is not None
        assert restored(again, dictionary)[-1] == packed(AHEAD + 5)


def test_only_many_rows_are_worth_a_thread() -> None:
    """A run that waits for its model has no thread for this; one whose rows come thick has one, until it closes."""
    with press() as one:
        before = threading.active_count()
        for number in range(AHEAD - 1):
            one.add(packed(number))
        assert threading.active_count() == before
        one.add(packed(AHEAD))
        assert threading.active_count() == before + 1
    assert threading.active_count() == before


def test_a_file_that_has_a_dictionary_gets_no_other() -> None:
    """Rows of a run that goes on are compressed with the dictionary its file has."""
    with press() as one:
        for number in range(TRAINING_STEPS):
            one.add(packed(number))
        one.rows()
        known = one.dictionary
    with press(known) as one:
        for number in range(TRAINING_STEPS):
            one.add(packed(number))
        assert restored(one.rows(), known) == [packed(number) for number in range(TRAINING_STEPS)]
        assert one.dictionary is None
