"""The models of LiteLLM's price table, their prices and whether there is a key; LiteLLM is not imported."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from maker_engine.core.errors import InputError
from maker_engine.models import litellm_prices
from maker_engine.models.keys import KEYS
from maker_engine.models.prices import MILLION
from maker_engine.printable import one_line

_MODES = ("chat", "responses")
_SIGNED_IN_ELSEWHERE = frozenset({
    "bedrock", "bedrock_mantle", "sagemaker", "vertex_ai", "oci", "snowflake", "github_copilot", "chatgpt",
    "microsoft_365_copilot", "ollama", "lemonade", "xinference",
})  # fmt: skip
"""Their credentials lie in files or in the machine's identity, or they ask for none."""
_MORE_KEYS: Mapping[str, tuple[str, ...]] = {
    "azure": ("AZURE_API_KEY", "AZURE_OPENAI_API_KEY", "AZURE_AD_TOKEN"),
    "huggingface": ("HUGGINGFACE_API_KEY", "HF_TOKEN"),
    "lambda_ai": ("LAMBDA_API_KEY",),
    "meta_llama": ("LLAMA_API_KEY",),
    "perplexity": ("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
    "replicate": ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"),
    "together_ai": ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"),
}
"""Where a provider's key is not in PROVIDER_API_KEY alone."""
_PREFIXES = {"bedrock_converse": "bedrock", "cohere_chat": "cohere"}


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of the table.

    Attributes:
        name: As `--model` takes it.
        usd_in: Dollars per million prompt tokens, None where the table has no price.
        usd_out: Dollars per million output tokens, likewise.
        context: Most prompt tokens, None where it is not known.
        key_variables: The environment variables that may hold a key; empty where none is needed, or it lies elsewhere.
        has_key: Whether one of them is set; None where there are none.
    """

    name: str
    usd_in: float | None
    usd_out: float | None
    context: int | None
    key_variables: tuple[str, ...]
    has_key: bool | None


def listed(word: str = "") -> list[ListedModel]:
    """Return the models whose name has `word` in it, in any case, by name; those with a key come first."""
    found = {name: entry for name, entry in _chat_models().items() if word.lower() in name.lower()}
    models = [_listed(name, entry) for name, entry in sorted(found.items())]
    return sorted(models, key=lambda one: one.has_key is not True)


def describe(name: str) -> ListedModel | None:
    """Return what the table says of the model the user named, None where it has no entry."""
    entry = litellm_prices.entry(name)
    return None if entry is None else _listed(name, entry)


def refuse_unknown(name: str) -> None:
    """Refuse a name without a provider that the table does not have: a typo, refused without importing LiteLLM.

    Raises:
        InputError: It is one; a near name is given.
    """
    if "/" in name or ":" in name or litellm_prices.entry(name) is not None:
        return
    near = _near(name)
    mend = f"did you mean {near}?" if near else "write PROVIDER/MODEL, such as openai/gpt-6-luna, or sim"
    raise InputError(f"model {one_line(name, 60)!r}: no such provider; {mend} (maker models lists what there is)")


def _near(name: str) -> str:
    """Return the full name of the model whose name is the nearest, empty for none."""
    full: dict[str, str] = {}
    for one, entry in _chat_models().items():
        bare = one.rpartition("/")[2]
        if bare not in full or _provider(entry) == "openai":
            full[bare] = one
    near = get_close_matches(name, full, 1, 0.75)
    return full[near[0]] if near else ""


def key_variables(provider: str) -> tuple[str, ...]:
    """Return the variables that may hold a provider's key; empty where it needs none, or has it elsewhere."""
    if provider in _SIGNED_IN_ELSEWHERE:
        return ()
    return (
        KEYS.get(provider)
        or _MORE_KEYS.get(provider)
        or (_own_variables().get(provider) or f"{provider.upper().replace('-', '_')}_API_KEY",)
    )


def _listed(name: str, entry: Mapping[str, Any]) -> ListedModel:
    provider = name.partition("/")[0] if "/" in name else _provider(entry)
    variables = key_variables(provider)
    context = entry.get("max_input_tokens") or entry.get("max_tokens")
    return ListedModel(
        name,
        _per_million(entry.get("input_cost_per_token")),
        _per_million(entry.get("output_cost_per_token")),
        context if isinstance(context, int) else None,
        variables,
        _is_set(variables) if variables else None,
    )


def _per_million(price: object) -> float | None:
    return round(price * MILLION, 6) if isinstance(price, int | float) else None


def _provider(entry: Mapping[str, Any]) -> str:
    provider = str(entry.get("litellm_provider", ""))
    return _PREFIXES.get(provider, "vertex_ai" if provider.startswith("vertex_ai") else provider)


@functools.cache
def _chat_models() -> dict[str, Mapping[str, Any]]:
    """Return the models that converse, by the name that `--model` takes."""
    table = litellm_prices.table()
    if table is None:
        return {}
    entries = json.loads(table.read_text(encoding="utf-8"))
    return {
        _full_name(name, entry): entry
        for name, entry in entries.items()
        if isinstance(entry, dict) and entry.get("mode") in _MODES and name.isprintable() and "*" not in name
    }


def _full_name(name: str, entry: Mapping[str, Any]) -> str:
    provider = _provider(entry)
    return name if not provider or name.startswith(f"{provider}/") else f"{provider}/{name}"


@functools.cache
def _own_variables() -> dict[str, str]:
    """Return the variables of providers that LiteLLM knows from a list of theirs, by provider."""
    package = importlib.util.find_spec("litellm")
    if package is None or package.origin is None:
        return {}
    path = Path(package.origin).parent / "llms" / "openai_like" / "providers.json"
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(one["api_key_env"]) for name, one in known.items() if "api_key_env" in one}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _is_set(variables: Iterable[str]) -> bool:
    return any(os.environ.get(one, "").strip() for one in variables)
