"""Names of models: which two mean the same one, whoever serves it and of whatever date its build is."""

from __future__ import annotations

import re

_VERSION = re.compile(r"[-@:](?:\d{4}-?\d{2}-?\d{2}|\d{3,4}|latest|preview)$")
_FILE = re.compile(r"\.(?:gguf|safetensors|bin)$", re.IGNORECASE)
_ALIASES = ("azure/", "azure_ai/", "litellm_proxy/", "openrouter/auto", "openrouter/openrouter/auto")
"""Names that stand for a model of the server's choosing begin with one of these."""


def family(model: str) -> str:
    """Name of a model without its provider and version: a dated build is the same model."""
    return _VERSION.sub("", model.rpartition("/")[2]).lower()


def is_same(asked: str, answered: str) -> bool:
    """Tell whether the model that answered is the one that was asked, as far as their names say."""
    return _bare(asked) == _bare(answered)


def is_alias(asked: str) -> bool:
    """Tell whether a name leaves it to the server which model answers: a deployment, a route of a proxy."""
    return asked.startswith(_ALIASES)


def _bare(model: str) -> str:
    """Name of a model without anything that a server may add: its family, of which every version is taken off."""
    name = _FILE.sub("", model)
    while (shorter := family(name)) != name:
        name = shorter
    return name
