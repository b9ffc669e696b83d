"""Secrets in requests and answers, known by the names of their headers and fields: masked in every file and picture."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"
_NAME = re.compile(
    r"authorization|cookie|token|secret|passw(?:or)?d|passphrase|api[_-]?key|session[_-]?id|credential", re.IGNORECASE
)
_PAIR = re.compile(
    r"(?P<name>[\w\-]*(?:token|secret|passw(?:or)?d|api[_-]?key|credential)[\w\-]*)(?P<between>=|%3D|\"\s*:\s*\")(?P<value>[^&\s\"]+)",
    re.IGNORECASE,
)
LONGEST = 1_000


def is_secret(name: str) -> bool:
    """Return whether a header or a field of a name holds a secret."""
    return _NAME.search(name) is not None


def masked_headers(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return headers with the values of secret ones masked."""
    return tuple((name, MASK if is_secret(name) else masked_text(value)[:300]) for name, value in headers.items())


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: MASK if is_secret(key) and not isinstance(one, dict | list) else _masked(one)
            for key, one in value.items()
        }
    return [_masked(one) for one in value] if isinstance(value, list) else value


def masked_text(text: str) -> str:
    """Return a text with secrets masked that are given as `name=value` or in JSON."""
    return _PAIR.sub(lambda found: f"{found['name']}{found['between']}{MASK}", text)


def masked_body(body: Any) -> str:
    """Return the beginning of a body as text, with the values of secret fields masked."""
    text = body if isinstance(body, str) else json.dumps(_masked(body), ensure_ascii=False)
    return masked_text(text)[:LONGEST]
