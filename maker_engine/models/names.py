"""Names of models: two in a cascade, and whether the one that answered is the one that was asked."""

from __future__ import annotations

from maker_engine.core.errors import InputError
from maker_engine.models.families import family_of

_ALIASES = ("azure/", "azure_ai/", "litellm_proxy/", "openrouter/auto", "openrouter/openrouter/auto")
"""Names that represent a model of the server's choosing begin with one of these."""


def read_cascade(text: str) -> tuple[str, str]:
    """Return the first model and the one that gets what the first does not decide, of a text such as "A->B".

    Raises:
        InputError: It does not name two different models.
    """
    for arrow in ("->", "→", ","):
        names = [one.strip() for one in text.split(arrow)]
        if len(names) == 2 and all(names) and names[0] != names[1]:
            return names[0], names[1]
        if arrow in text:
            break
    raise InputError("must be two different models with an arrow between them, such as CHEAP->STRONG in quotes")


def is_same(asked: str, answered: str) -> bool:
    """Return whether the model that answered is the one that was asked, as far as their names say."""
    return family_of(asked) == family_of(answered)


def is_alias(asked: str) -> bool:
    """Return whether a name leaves it to the server which model answers: a deployment, a route of a proxy."""
    return asked.startswith(_ALIASES)
