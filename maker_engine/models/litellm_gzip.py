"""Inflating what was not asked to be compressed, never beyond a limit: a kilobyte can hold a gigabyte."""

from __future__ import annotations

import zlib
from typing import Any

from maker_engine.models.litellm_faults import UnreadableError

_PLAIN = frozenset({"", "identity"})
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib, by what the bytes begin with
_BARE = -zlib.MAX_WBITS  # what some servers take "deflate" for


class Inflater:
    """Inflates one body, chunk by chunk.

    Args:
        encoding: The content encoding that the server states, in lower case.
        most: Most bytes to inflate it to; one more comes out where there are more.

    Attributes:
        inflates: Whether the body is compressed.

    Raises:
        UnreadableError: The encoding is not known, or the bytes are not in it.
    """

    def __init__(self, encoding: str, most: int) -> None:
        self.inflates = encoding not in _PLAIN
        if self.inflates and encoding not in _KNOWN:
            raise UnreadableError(f"the answer is compressed ({encoding}), which was not asked for: switch that off")
        self._encoding = encoding
        self._left = most + 1
        self._member: Any = None  # zlib has no public name for the type

    def more(self, chunk: bytes) -> bytes:
        """Inflate a further chunk."""
        if not self.inflates:
            return chunk
        out = bytearray()
        while chunk and self._left > 0:
            if self._member is None or self._member.eof:  # a gzip file may be several one after the other
                bare = self._encoding == "deflate" and chunk[0] & 15 != 8
                self._member = zlib.decompressobj(_BARE if bare else _EITHER)
            try:
                out += (bit := self._member.decompress(chunk, self._left))
            except zlib.error:
                raise UnreadableError(f"the answer says that it is compressed ({self._encoding}), and is not") from None
            self._left -= len(bit)
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return bytes(out)

    def end(self) -> None:
        """Note that no chunk follows."""
        if self._member is not None and not self._member.eof and self._left > 0:
            raise UnreadableError(f"the compressed answer ({self._encoding}) breaks off")
