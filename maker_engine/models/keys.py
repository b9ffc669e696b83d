"""Which API key a model needs, as far as its name says so: LiteLLM, which knows of all, takes 3 s to load."""

from __future__ import annotations

import os
from collections.abc import Iterable

KEYS: dict[str, tuple[str, ...]] = {
    "openai": ("OPENAI_API_KEY",),
    "anthropic": ("ANTHROPIC_API_KEY",),
    "gemini": ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "mistral": ("MISTRAL_API_KEY",),
    "groq": ("GROQ_API_KEY",),
    "deepseek": ("DEEPSEEK_API_KEY",),
    "xai": ("XAI_API_KEY",),
    "openrouter": ("OPENROUTER_API_KEY", "OR_API_KEY"),
    "cohere": ("COHERE_API_KEY", "CO_API_KEY"),
    "cerebras": ("CEREBRAS_API_KEY",),
}
"""By provider, the names that its key goes by; any of them will do."""


def missing_key(models: Iterable[str], api_base: str | None) -> str:
    """Name the first key that one of `models` needs and the environment does not have, in a few words; empty for none.

    Of a provider that is not known here, and of a server of the user's own, nothing is said.

    Args:
        models: LiteLLM provider strings.
        api_base: Endpoint of a local or private server, None for the provider's own.
    """
    if api_base is not None:
        return ""
    for model in models:
        names = KEYS.get(model.partition("/")[0], ()) if "/" in model else ()
        if names and not any(os.environ.get(name, "").strip() for name in names):
            return f"{' or '.join(names)} is not set"
    return ""
