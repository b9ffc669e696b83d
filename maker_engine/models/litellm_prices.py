"""List prices, from the table that LiteLLM ships, without the three seconds that importing LiteLLM takes."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maker_engine.models.prices import Price

_TABLE = "model_prices_and_context_window_backup.json"


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
    file = table()
    if file is None:
        return None
    text = file.read_text(encoding="utf-8")
    found = _entry(text, name)
    provider, slash, bare = name.partition("/")
    if found is None and slash:
        found = _entry(text, bare)
        if found is not None and not str(found.get("litellm_provider", "")).startswith(provider):
            return None
    return found


def table() -> Path | None:
    """Return the file with LiteLLM's table, None where there is none."""
    package = importlib.util.find_spec("litellm")  # finds a top-level package without importing it
    if package is None or package.origin is None:
        return None
    file = Path(package.origin).with_name(_TABLE)
    return file if file.is_file() else None


def _entry(text: str, name: str) -> Mapping[str, Any] | None:
    """Decode one entry only: the whole table is 3 MB and would take 50 ms."""
    key = f"\n    {json.dumps(name)}: "
    at = text.rfind(key)  # of an entry given twice, JSON keeps the last
    if at < 0:
        return None
    found, _ = json.JSONDecoder().raw_decode(text, at + len(key))
    return found if isinstance(found, dict) else None


def _price(found: Mapping[str, Any]) -> Price | None:
    def of(name: str) -> float | None:
        value = found.get(name)
        return value if isinstance(value, int | float) else None

    prompt, output = of("input_cost_per_token"), of("output_cost_per_token")
    if prompt is None or output is None:
        return None
    cached = of("cache_read_input_token_cost")
    if cached is None:
        cached = of("input_cost_per_token_cache_hit")
    return Price(
        prompt,
        prompt if cached is None else cached,
        output,
        of("cache_creation_input_token_cost"),
        of("output_cost_per_reasoning_token"),
    )
