"""Packed steps compressed: each by itself, and better once there is a dictionary trained on a run's first rows."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import zstandard

LEVEL = 3
LARGEST_ROW = 256 * 2**20
"""Most bytes of a step, uncompressed; a larger one is kept without its texts."""
_UNKNOWN = frozenset({zstandard.CONTENTSIZE_UNKNOWN, zstandard.CONTENTSIZE_ERROR})
MANY = 64
"""From so many rows on they are faster compressed in one call."""
AHEAD = 512
"""So many are worth the way to another thread."""
DICTIONARY_BYTES = 32 * 1024
TRAINING_STEPS = 200
"""A dictionary trained on the first steps of a run makes the later rows several times smaller."""
TRAINING = {"k": 500, "d": 8, "f": 16}
"""Bytes of a segment and of what segments share, and the logarithm of the table they are counted in: searching for
better ones takes three times as long and gains 2 %; the default table, 2^20, takes six times as long for nothing."""


class Compressor:
    """Compresses rows with a dictionary, None for none yet."""

    def __init__(self, dictionary: bytes | None = None) -> None:
        data = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=data)
        self._training: list[bytes] | None = [] if dictionary is None else None

    def compress(self, packed: bytes) -> bytes:
        """Compress one row."""
        return self._compressor.compress(packed)

    def compress_all(self, packed: Sequence[bytes]) -> list[bytes]:
        """Compress rows, each by itself; many of them in one call, which lets other threads continue."""
        if len(packed) < MANY:
            return [self._compressor.compress(one) for one in packed]
        together = self._compressor.multi_compress_to_buffer([*packed])
        return [together[place].tobytes() for place in range(len(together))]

    def trained(self, packed: Sequence[bytes]) -> bytes | None:
        """Learn from rows that are about to be compressed.

        Returns:
            A new dictionary once enough rows were seen to train one; it is used from then on.
        """
        if self._training is None:
            return None
        self._training += packed
        if len(self._training) < TRAINING_STEPS:
            return None
        samples, self._training = self._training[:TRAINING_STEPS], None
        try:
            dictionary = zstandard.train_dictionary(
                DICTIONARY_BYTES, list[bytes | bytearray | memoryview](samples), **TRAINING
            )
        except zstandard.ZstdError:  # rows too alike or too short to learn from
            return None
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=dictionary)
        return dictionary.as_bytes()


class Press:
    """Compresses the rows of one commit; where they come thick, on another core while the run continues.

    Args:
        dictionary: The file's, None while it has none.

    Attributes:
        dictionary: A new one that the rows need and that the file does not have yet; None for none.
    """

    def __init__(self, dictionary: bytes | None) -> None:
        self.dictionary: bytes | None = None
        self._compressor = Compressor(dictionary)
        self._waiting: list[bytes] = []
        self._begun: list[Future[list[bytes]]] = []
        self._done: list[bytes] = []
        self._worker: ThreadPoolExecutor | None = None

    def add(self, packed: bytes) -> None:
        """Take the next row."""
        self._waiting.append(packed)
        if len(self._waiting) < AHEAD:
            return
        self._worker = self._worker or ThreadPoolExecutor(1, "compression")  # one: it learns from rows in their order
        self._begun.append(self._worker.submit(self._compressed, self._waiting))
        self._waiting = []

    def rows(self) -> list[bytes]:
        """Return all rows taken since `forget`, compressed, in order."""
        while self._begun:
            self._done += self._begun[0].result()
            del self._begun[0]
        self._done += self._compressed(self._waiting)
        self._waiting = []
        return self._done

    def forget(self) -> None:
        """Note that the rows, and the dictionary with them, are safe."""
        self._done, self.dictionary = [], None

    def close(self) -> None:
        """Stop the thread, if there is one."""
        if self._worker is not None:
            self._worker.shutdown()

    def _compressed(self, packed: list[bytes]) -> list[bytes]:
        self.dictionary = self._compressor.trained(packed) or self.dictionary
        return self._compressor.compress_all(packed)


@lru_cache(maxsize=8)
def _decompressor(dictionary: bytes | None) -> zstandard.ZstdDecompressor:
    data = None if dictionary is None else zstandard.ZstdCompressionDict(dictionary)
    return zstandard.ZstdDecompressor(dict_data=data)


def decompress(row: bytes, dictionary: bytes | None) -> bytes:
    """Decompress one row; `dictionary` is the file's, used where the row says so.

    Raises:
        ValueError: It would be more than `LARGEST_ROW` bytes; as many are not asked for, whatever it claims.
        zstandard.ZstdError: It is damaged.
    """
    frame = zstandard.get_frame_parameters(row)
    # Memory for what a frame claims to hold would be taken before a byte of it is examined.
    if frame.content_size not in _UNKNOWN and frame.content_size > LARGEST_ROW:
        raise ValueError(f"a row claims to hold {frame.content_size:,} bytes, at most {LARGEST_ROW:,} can be")
    return _decompressor(dictionary if frame.dict_id else None).decompress(row, max_output_size=LARGEST_ROW)
