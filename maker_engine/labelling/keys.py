"""Keys of what is asked: equal where the same agents would read the same prompt and owe an answer of the same form.

A key is a digest of two parts: of the row, what an agent sees of it and the id that orders the labels; of the field,
all that the codebook says of it. So a changed field changes its own keys only, and a moved row none.
"""

from __future__ import annotations

import json
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.labelling.codebook import Codebook, Field
from maker_engine.labelling.units import Units
from maker_engine.labelling.wording import guide

_ROW, _FIELD = 8, 16
"""Bytes of the digests of a row and of a field; two of a million rows have one digest with probability 3 in 10⁸."""


def keys_of(units: Units, seed: int) -> Iterator[int]:
    """Give the key of each thing that is asked, in order.

    Args:
        units: What is asked of which row.
        seed: Of the order in which labels are offered.
    """
    return _keys(units.digests, units.codebook, units.shown, seed)


def _keys(digests: Sequence[int], codebook: Codebook, shown: Sequence[str], seed: int) -> Iterator[int]:
    parts = [_part(codebook, field, shown, seed) for field in codebook.fields]
    for digest in digests:
        row = digest.to_bytes(_ROW, "big")
        for part in parts:
            yield int.from_bytes(blake2b(row + part, digest_size=_ROW).digest(), "big")


def _part(codebook: Codebook, field: Field, shown: Sequence[str], seed: int) -> bytes:
    """Digest what does not depend on the row; the order of labels matters only where the guide lists them."""
    mixed = bool(field.names or field.wordings)
    said = [
        guide(codebook, field), field.question, [*field.wordings], sorted(field.names), field.form,
        sorted(field.details), [*shown], seed if mixed else None,
    ]  # fmt: skip
    return blake2b(json.dumps(said, default=str).encode("utf-8", "surrogatepass"), digest_size=_FIELD).digest()


def packed(units: Units) -> dict[str, Any]:
    """Return what a session keeps of a table that it does not keep whole, so that the keys outlive the table."""
    return {"digests": b64encode(units.digests.tobytes()).decode(), "shown": [*units.shown]}


def keys_kept(kept: Mapping[str, Any], codebook: Codebook, seed: int) -> Iterator[int]:
    """Give the keys of what was asked of a table of which a session keeps what `packed` gave.

    Raises:
        InputError: It is not that.
    """
    try:
        digests = array("Q", b64decode(kept["digests"], validate=True))
        shown = [str(name) for name in kept["shown"]]
    except (KeyError, TypeError, ValueError):
        raise InputError("the session keeps no digests of its rows") from None
    return _keys(digests, codebook, shown, seed)
