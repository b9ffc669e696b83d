"""The links that an export of version 1 names: they are of rows as formats 1 and 2 packed them."""

from __future__ import annotations

import msgpack

from maker_engine.sessions.store import chain
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.former import untagged
from maker_engine.sessions.store.packing import open_packed
from maker_engine.sessions.store.reader import Reader


def last_link(reader: Reader) -> bytes:
    """Return the link that a branch's last step had in a file of format 2; empty before the first.

    Raises:
        SessionError: The file is damaged.
    """
    link = b""
    for row in reader.rows():
        step = open_packed(decompress(row.votes, reader.dictionary()))
        parts = step.answers, step.texts, step.models, untagged(step.rows)
        packed: bytes = msgpack.packb(parts, unicode_errors="surrogatepass")
        link = chain.link(link, row.id, row.n, row.flags, (row.action, row.state_hash, packed))
    return link
