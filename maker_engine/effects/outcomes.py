"""Outcomes that the engine words itself."""

from __future__ import annotations

import json

from maker_engine.core.decomposition import Done, Status
from maker_engine.printable import one_line


def failure(status: Status, kind: str, message: str, at_s: float = 0.0) -> Done:
    """Return the outcome of an effect that gave no value: one word, and one line; `at_s` is in s since 1970."""
    return Done(status, json.dumps({"error": one_line(message), "kind": kind}, ensure_ascii=False), at_s, at_s)
