"""Hashes that make any change to a session show: a chain over its steps, digests of what is beside them.

SQLite's own checks notice 3 % of flipped bits. The chain covers every column of every step, uncompressed, so that
texts can be compressed again without breaking it; a branch's seal covers its row, its record and the end of its chain.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

import msgpack

LINK_BYTES, HASH_BYTES = 16, 8
_HEAD = struct.Struct(">qqqIII")
_pack = msgpack.Packer(unicode_errors="surrogatepass").pack


class Branch(NamedTuple):
    """One branch as its row has it.

    Attributes:
        id: 0 for the run itself, counting up for its forks.
        parent: Branch it was forked from, None for the run itself.
        fork_step: Its first own step, 0-based.
        created: Seconds since the epoch; for display only.
        steps: Decided steps, those shared with its parents included.
        chain: Link of the last of them; empty before the first.
        seal: Digest of this row and of the branch's record.
    """

    id: int
    parent: int | None
    fork_step: int
    created: int
    steps: int
    chain: bytes
    seal: bytes = b""


def link(before: bytes, row: int, samples: int, flags: int, content: tuple[bytes, bytes, bytes]) -> bytes:
    """Link one step to the one before.

    Args:
        before: Link of the step before, empty at the first.
        row: The step's row id.
        samples: How many samples it counted.
        flags: Its flags.
        content: Its action, its state hash and its votes, uncompressed.
    """
    action, state, votes = content
    # Lengths first, so that no byte can move from one column to the next.
    head = _HEAD.pack(row, samples, flags, len(before), len(action), len(state))
    return blake2b(b"".join((head, before, action, state, votes)), digest_size=LINK_BYTES).digest()


def state_hash(state: str) -> bytes:
    """Digest of a state's JSON."""
    return blake2b(state.encode(), digest_size=HASH_BYTES).digest()


def digest(*values: Any) -> bytes:
    """Digest of a row outside the chain."""
    packed: bytes = _pack(values)
    return blake2b(packed, digest_size=HASH_BYTES).digest()


def seal(branch: Branch, meta: Iterable[tuple[str, str]]) -> bytes:
    """Digest of a branch's row and of its record, (key, value) pairs in any order."""
    return digest(*branch._replace(seal=b""), *(text for pair in sorted(meta) for text in pair))
