"""List prices, from the table that LiteLLM ships, without the three seconds that importing LiteLLM takes."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

_TABLE = "model_prices_and_context_window_backup.json"


class Price(NamedTuple):
    """Dollars per token.

    Attributes:
        prompt: Price of a prompt token.
        cached: Price of a prompt token that the provider had in its cache.
        output: Price of an output token, reasoning included.
    """

    prompt: float
    cached: float
    output: float

    def cost(self, prompt: int, cached: int, output: int) -> float:
        """Price a call in dollars; `cached` of the `prompt` tokens came from the cache."""
        return (prompt - cached) * self.prompt + cached * self.cached + output * self.output


@functools.lru_cache(maxsize=64)
def find(name: str) -> Price | None:
    """Return the price of the model the user named, None where the table has none."""
    found = entry(name)
    return None if found is None else _price(found)


@functools.lru_cache(maxsize=64)
def entry(name: str) -> Mapping[str, Any] | None:
    """Return what the table says of the model the user named, None where it has no entry.

    The table names some models with their provider ("groq/…") and some without ("gpt-4.1-mini"). A bare name is used
    only where its entry is of the same provider: someone else's server may sell the same model at another price.
    """
    table = _table()
    if table is None:
        return None
    text = table.read_text(encoding="utf-8")
    found = _entry(text, name)
    provider, slash, bare = name.partition("/")
    if found is None and slash:
        found = _entry(text, bare)
        if found is not None and not str(found.get("litellm_provider", "")).startswith(provider):
            return None
    return found


def _table() -> Path | None:
    package = importlib.util.find_spec("litellm")  # finds a top-level package without importing it
    if package is None or package.origin is None:
        return None
    table = Path(package.origin).with_name(_TABLE)
    return table if table.is_file() else None


def _entry(text: str, name: str) -> Mapping[str, Any] | None:
    """Decode one entry only: the whole table is 3 MB and would take 50 ms."""
    key = f"\n    {json.dumps(name)}: "
    at = text.rfind(key)  # of an entry given twice, JSON keeps the last
    if at < 0:
        return None
    found, _ = json.JSONDecoder().raw_decode(text, at + len(key))
    return found if isinstance(found, dict) else None


def _price(found: Mapping[str, Any]) -> Price | None:
    prompt, output = found.get("input_cost_per_token"), found.get("output_cost_per_token")
    if not isinstance(prompt, int | float) or not isinstance(output, int | float):
        return None
    cached = found.get("cache_read_input_token_cost")
    return Price(prompt, cached if isinstance(cached, int | float) else prompt, output)
