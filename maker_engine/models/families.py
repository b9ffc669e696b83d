"""Families of models: a dated build, a provider's prefix or a region's suffix make no other model of it."""

from __future__ import annotations

import re

_NEAR = r"us|eu|uk|apac|emea|europe|global"
_PLACE = (
    rf"(?:{_NEAR}|ap|asia|ca|sa|me|af|au|jp|in|cn|il|mx|sweden|france|germany|norway|switzerland|japan|korea|india"
    r"|australia|canada|brazil)(?:-gov)?"
)
_COMPASS = r"(?:north|south|east|west|central)+(?:-central)?\d*(?:-\d+)?"
_SUFFIX = re.compile(
    r"[-@:](?:\d{4}-?\d{2}-?\d{2}|\d{2}-\d{4}|preview-\d{2}-\d{2}|\d{6}|\d{3,4}|latest|preview|default"
    r"|v\d+:\d+"
    r"|free|nitro|floor"  # how a router chose among its providers
    # A bare place is only taken for one where it is no language: a model tuned for Japanese is another model.
    rf"|{_NEAR}|{_PLACE}-?(?:{_COMPASS}|region)|{_COMPASS}(?:us|europe|asia|india)\d*)$"
)
_PREFIX = re.compile(
    rf"^(?:(?:{_NEAR}|us-gov|jp|au|ca)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|openai|qwen)\."
)
_FILE = re.compile(r"\.(?:gguf|safetensors|bin)$")


def family_of(model: str) -> str:
    """Return a model's name without provider, region, build and capitals: all that is known to be the same model.

    Sizes, quantizations and tunings stay in it: they err at other rates.
    """
    name = _FILE.sub("", re.split(r"[/\\]", model.strip().lower())[-1])
    name = _PREFIX.sub("", name)
    while (shorter := _SUFFIX.sub("", name)) != name and shorter:
        name = shorter
    return name
