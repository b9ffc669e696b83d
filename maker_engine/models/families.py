"""Who answered, by families of models: build, provider and region make no other model of one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

Answered: TypeAlias = Counter[tuple[int | None, str]]
"""Responses by voter, None where it is unknown which, and by the family of the model that sent them."""
LONGEST_NAME = 100

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


@lru_cache(maxsize=256)  # every answer brings a name, and nearly always the same one
def family_of(model: str) -> str:
    """Return a model's name without provider, region, build and capitals: all that is known to be the same model.

    Sizes, quantizations and tunings stay in it: they err at other rates.
    """
    name = _FILE.sub("", re.split(r"[/\\]", model.strip().lower())[-1])
    name = _PREFIX.sub("", name)
    while (shorter := _SUFFIX.sub("", name)) != name and shorter:
        name = shorter
    return name


def by_family(answered: Answered) -> dict[str, int]:
    """Return how many responses came from each family, most first."""
    counts: Counter[str] = Counter()
    for (_, family), number in answered.items():
        counts[family] += number
    return dict(counts.most_common())


def by_voter(answered: Answered) -> dict[int | None, list[str]]:
    """Return the families that have answered for each voter, most first."""
    found: dict[int | None, list[str]] = {}
    for (voter, family), _ in answered.most_common():
        found.setdefault(voter, []).append(family)
    return found


def kept_of(answered: Answered) -> dict[str, object]:
    """Return what a session's record keeps of it, as JSON."""
    voters: dict[str, dict[str, int]] = {}
    for (voter, family), number in answered.items():
        if voter is not None:
            voters.setdefault(str(voter), {})[family] = number
    return {"answered_by": by_family(answered), **({"answered_voters": voters} if len(voters) > 1 else {})}


def answered_of(kept: Mapping[str, Any]) -> Answered:
    """Read back what `kept_of` gave; what is not as it gave it counts for nothing."""
    answered: Answered = Counter()
    voters = kept.get("answered_voters")
    for voter, families in voters.items() if isinstance(voters, dict) else ():
        if voter.lstrip("-").isdecimal():
            answered.update({(int(voter), family): number for family, number in _counts(families)})
    if not answered:
        answered.update({(None, family): number for family, number in _counts(kept.get("answered_by"))})
    return answered


def _counts(families: object) -> Iterator[tuple[str, int]]:
    for family, number in families.items() if isinstance(families, dict) else ():
        if type(number) is int and number > 0:
            yield str(family)[:LONGEST_NAME], number
