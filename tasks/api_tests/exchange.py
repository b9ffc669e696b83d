"""A request as it is sent, and an answer as it came, as criteria and expressions see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from maker_engine.documents import read_json

MOST_JSON = 1_000_000
"""Characters of a body that is read as JSON."""


class _Missing:
    """No value: what an expression finds where there is nothing."""

    def __repr__(self) -> str:
        return "nothing"


MISSING: Any = _Missing()


@dataclass(frozen=True)
class Request:
    """A request, its expressions filled in.

    Attributes:
        method: In capitals.
        url: Whole address.
        headers: By name in small letters.
        query: Query parameters by name.
        path: Path parameters by name.
        body: As JSON value, or text, or `MISSING`.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    body: Any = MISSING


@dataclass(frozen=True)
class Reply:
    """What came of a request.

    Attributes:
        kind: "answered"; or "refused" by consent, "unreachable", "tls", "timed out", "closed", "too large", "failed".
        status: HTTP status, 0 where there was no answer.
        headers: By name in small letters.
        text: Body as text; "" where it is none.
        binary: The body is no text.
        cut: The body was longer than is taken, and is cut.
        why: Where there was no answer: why, in one line.
    """

    kind: str
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    binary: bool = False
    cut: bool = False
    why: str = ""

    @cached_property
    def body(self) -> Any:
        """Return the body as JSON value, as text where it is no JSON, or `MISSING` where there is none."""
        if self.binary or self.cut or len(self.text) > MOST_JSON:
            return MISSING
        try:
            return read_json(self.text)
        except ValueError:
            return self.text or MISSING

    @cached_property
    def is_json(self) -> bool:
        """Return whether the body is JSON."""
        if self.binary or self.cut or len(self.text) > MOST_JSON:
            return False
        try:
            read_json(self.text)
        except ValueError:
            return False
        return True
