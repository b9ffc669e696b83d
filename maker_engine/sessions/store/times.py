"""When the samples of a step were begun: kept beside what the chain covers, which is the same when a run is repeated.

A run that was killed and continues has the links of one that never was, so no link may depend on a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import msgpack

from maker_engine.core.record.entries import Entry, Probe
from maker_engine.core.record.values import LATEST_S
from maker_engine.core.responses import Sample

_CHECK_BYTES = 4
_LATEST_MS = int(LATEST_S) * 1000
_pack = msgpack.Packer().pack


def began_of(entry: Entry) -> float | None:
    """Return when the call was begun that an entry came of, in s since 1970; None for none, or one without a time."""
    return entry.response.began_s if isinstance(entry, Sample | Probe) else None


def pack_times(entries: Sequence[Entry]) -> bytes | None:
    """Pack the times of a step's entries, with a digest of them; None where none has a time.

    The first is kept in ms since 1970, each other one in ms since the first.
    """
    began = [None if (at := began_of(entry)) is None else _ms(at) for entry in entries]
    first = next((at for at in began if at is not None), None)
    if first is None:
        return None
    packed: bytes = _pack([first, *(None if at is None else at - first for at in began)])
    return _check(packed) + packed


def unpack_times(times: Any, entries: int) -> list[float | None]:
    """Return the times of so many entries, in s since 1970, each None where it has none.

    Raises:
        ValueError: They are not as `pack_times` wrote them.
    """
    if times is None:
        return [None] * entries
    if type(times) is not bytes or _check(times[_CHECK_BYTES:]) != times[:_CHECK_BYTES]:
        raise ValueError("when it was sampled has been changed")
    first, *since = msgpack.unpackb(times[_CHECK_BYTES:])
    if type(first) is not int or len(since) != entries or not {*map(type, since)} <= {int, type(None)}:
        raise ValueError("a time is not as maker writes it")
    found = [None if at is None else first + at for at in since]
    if not all(at is None or 0 <= at <= _LATEST_MS for at in found):
        raise ValueError("a time is none that can be")
    return [None if at is None else at / 1000 for at in found]


def timed(entries: list[Entry], times: Any) -> list[Entry]:
    """Return entries with their times; raises as `unpack_times` does."""
    if times is None:
        return entries
    began = unpack_times(times, len(entries))
    return [_timed(entry, at) for entry, at in zip(entries, began, strict=True)]


def _timed(entry: Entry, began_s: float | None) -> Entry:
    if began_s is None or not isinstance(entry, Sample | Probe):
        return entry
    return entry._replace(response=replace(entry.response, began_s=began_s))


def _ms(began_s: float) -> int:
    return round(min(max(began_s, 0), LATEST_S) * 1000)  # whatever the machine's clock says


def _check(packed: bytes) -> bytes:
    return blake2b(packed, digest_size=_CHECK_BYTES).digest()
