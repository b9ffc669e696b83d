"""Rows compressed: in order, whichever thread did it, and with a dictionary that is told of once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings, strategies as st

from maker_engine.core.record.events import ResponseFlagged, StepDecided, VoteCast
from maker_engine.core.responses import Flag, Response
from maker_engine.sessions.store.compression import AHEAD, LARGEST_ROW, TRAINING_STEPS, Press, decompress
from maker_engine.sessions.store.journal import Journal
from maker_engine.sessions.store.packing import open_packed, undense
from maker_engine.sessions.store.reader import Reader
from tests.support.running import started
from tests.support.toy import Count

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


@settings(max_examples=40, deadline=None)
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


def frame(size: int, *, told: bool) -> bytes:
    """A zstd frame of `size` zeros, which claims its size or does not."""
    maker = zstandard.ZstdCompressor().compressobj(size=size if told else -1)
    return b"".join(maker.compress(bytes(min(2**20, size - at))) for at in range(0, size, 2**20)) + maker.flush()


def test_a_row_cannot_unpack_to_more_than_a_step_comes_to() -> None:
    """A frame of a few kilobytes that holds half a gigabyte is refused, whether it says so or not."""
    for told in (True, False):
        bomb = frame(2 * LARGEST_ROW, told=told)
        assert len(bomb) < LARGEST_ROW / 1_000
        with pytest.raises((ValueError, zstandard.ZstdError)):
            decompress(bomb, None)
        assert decompress(frame(2**20, told=told), None) == bytes(2**20)


def test_a_claim_of_a_terabyte_takes_no_memory() -> None:
    """What a frame says that it holds is looked at before there is room made for it."""
    head, empty_block = bytes.fromhex("28b52ffde0"), b"\x01\x00\x00"  # one segment, its size in eight bytes
    with pytest.raises(ValueError, match="claims to hold 1,099,511,627,776 bytes"):
        decompress(head + (2**40).to_bytes(8, "little") + empty_block, None)


@pytest.mark.parametrize(("part", "read"), [(b"\x90", open_packed), (b"\x80", undense)])
def test_a_step_is_not_made_of_parts_without_number(part: bytes, read: Callable[[bytes], object]) -> None:
    """Millions of empty lists or objects, a byte each, are refused before they fill the memory."""
    packed = b"\xdd" + (5 * 2**20).to_bytes(4) + part * (5 * 2**20)
    with pytest.raises(ValueError, match="more than 2,000,000 parts"):
        read(packed)


def test_a_step_whose_texts_are_too_large_is_kept_without_them(tmp_path: Path) -> None:
    """What is written can be read again: votes and flags of such a step stay, its texts do not."""
    journal = Journal(tmp_path / "run.maker", Count(2), {"task": "count", "source": "{}"})
    journal.record(started(Count(2), 1))
    for number in range(2):
        huge = Response(f"{number}" * (LARGEST_ROW // 2), tokens_out=7)
        journal.record(ResponseFlagged(0, number, Flag("length", "too long"), huge))
    journal.record(VoteCast(0, 2, 1, Response("answer = 1")))
    journal.record(StepDecided(0, 1, 9))
    journal.close()
    with Reader(journal.path) as reader:
        (stored,) = reader.steps(Count(2))
    assert [one.response.text for one in stored.samples] == ["", "", ""]
    assert [one.response.tokens_out for one in stored.samples] == [7, 7, None]
