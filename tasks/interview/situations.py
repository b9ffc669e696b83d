"""What the words of one idea leave open, and what the idea says itself: where simulated proposals follow the idea."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from .data_files import data_file
from .gates.words import pattern


@dataclass(frozen=True, slots=True)
class Situation:
    """Something that a word of an idea leaves open.

    Attributes:
        words: The words.
        ask: The question, with placeholders.
        options: Answers to choose from.
        features: What agents would propose for it.
    """

    words: tuple[str, ...]
    ask: str
    options: tuple[str, ...]
    features: tuple[str, ...]


@cache
def situations() -> tuple[Situation, ...]:
    """Return all of them, in the order of the file."""
    listed = tomllib.loads(data_file("situations.toml"))["situations"]
    return tuple(
        Situation(tuple(one["words"]), one["ask"], tuple(one["options"]), tuple(one["features"])) for one in listed
    )


def left_open(idea: str) -> tuple[Situation, ...]:
    """Return what the words of an idea leave open, what more of its words ask about first."""
    counted = [(len(set(pattern(one.words).findall(idea))), one) for one in situations()]
    return tuple(one for count, one in sorted(counted, key=lambda pair: -pair[0]) if count)


_ANSWERED = {
    "users": r"\b(?:for|by) (?:our|my|one|two|a|an|the)? ?(?:team|family|club|school|office|person|people|teachers?"
    "|students?"
    r"|parents?|members?|developers?|administrators?|beekeepers?|photographers?|\w+ers)\b",
    "quality": r"\b\d+ ?(?:ms|s|seconds?|minutes?|MB|GB|%)",
    "limits": r"\b(?:linux|windows|macos|android|ios|iphone|raspberry|python|browser)\b",
    "interfaces": r"\b(?:json|csv|http|standard output|stdout|pdf|excel)\b",
    "errors": r"\b(?:errors?|fails?|failures?|crash(?:es)?|invalid|corrupt|missing)\b",
}


def answered(area: str, said: str) -> bool:
    """Return whether the words that were said answer what a question of this area asks."""
    return area in _ANSWERED and re.search(_ANSWERED[area], said, re.IGNORECASE) is not None


_DOES = re.compile(r"\b(?:that|which) (?P<verb>[a-z]{3,}s) (?P<rest>[^.,;]+)", re.IGNORECASE)
_TO_DO = re.compile(r"\bto (?P<verb>[a-z]{3,}) (?P<rest>[^.,;]+)", re.IGNORECASE)


def purpose_of(idea: str) -> str:
    """Return what an idea says that it does, as a purpose: "Rename photos by date."; "" if it does not say."""
    does = _DOES.search(idea)
    found = does or _TO_DO.search(idea)
    if found is None:
        return ""
    verb = found["verb"].lower()
    if does is not None:
        verb = re.sub(r"ies$", "y", verb) if verb.endswith("ies") else re.sub(r"(?<=ch|sh|ss)es$|(?<!s)s$", "", verb)
    return f"{verb.capitalize()} {found['rest'].strip()}."
