"""Names of models: whether the one that answered is the one that was asked."""

from __future__ import annotations

from maker_engine.models.families import family_of

_ALIASES = ("azure/", "azure_ai/", "litellm_proxy/", "openrouter/auto", "openrouter/openrouter/auto")
"""Names that represent a model of the server's choosing begin with one of these."""


def is_same(asked: str, answered: str) -> bool:
    """Return whether the model that answered is the one that was asked, as far as their names say."""
    return family_of(asked) == family_of(answered)


def is_alias(asked: str) -> bool:
    """Return whether a name leaves it to the server which model answers: a deployment, a route of a proxy."""
    return asked.startswith(_ALIASES)
