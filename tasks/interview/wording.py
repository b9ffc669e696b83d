"""What is left of a wording when case, articles, punctuation, plurals and synonyms are taken out of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeAlias

Glossary: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""One (said, words that mean it) for each entry."""

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)*|[%€$£]")
_ARTICLES = frozenset({"a", "an", "the"})
_UNITS = {"s": "second", "min": "minute", "h": "hour", "d": "day", "%": "percent"}
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - a list to read
    )
}
NEGATIONS = frozenset({"not", "no", "never", "cannot", "nobody", "none", "without"})
_CONTRACTED = re.compile(r"(?:n['’]t)$")


@lru_cache(maxsize=8_192)  # the same lines are held against each other again and again
def tokens(text: str, glossary: Glossary = ()) -> tuple[str, ...]:
    """Return the words of a text in their order, each in one form; equal tuples mean equal wordings.

    Args:
        text: Any text at all.
        glossary: Words that mean the same.
    """
    found = list(_plain(unicodedata.normalize("NFKC", text).casefold()))
    return _said(found, _phrases(glossary)) if glossary else tuple(found)


def _plain(text: str) -> Iterator[str]:
    before = ""
    for word in _TOKEN.findall(text):
        if word in _ARTICLES:
            continue
        if before[:1].isdigit() and word in _UNITS:
            before = _UNITS[word]
        elif word[0].isdigit() and word.endswith("%"):
            yield word[:-1]
            before = "percent"
        elif word == "can't" or _CONTRACTED.search(word):
            before = "not"
        else:
            before = _NUMBERS.get(word) or _singular(re.sub(r"['’]s?$", "", word))
        yield before


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zes")) else word[:-1]


@lru_cache(maxsize=16)
def _phrases(glossary: Glossary) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Return, for each first word, the phrases that begin with it and what they mean, the longest first."""
    phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for said, others in glossary:
        for other in others:
            words = tuple(_plain(other.casefold()))
            if words:
                phrases.setdefault(words[0], []).append((words, tuple(_plain(said.casefold()))))
    return {first: sorted(found, key=lambda pair: (-len(pair[0]), pair)) for first, found in phrases.items()}


def _said(words: Sequence[str], phrases: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]) -> tuple[str, ...]:
    said: list[str] = []
    at = 0
    while at < len(words):
        for phrase, meaning in phrases.get(words[at], ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                said += meaning
                at += len(phrase)
                break
        else:
            said.append(words[at])
            at += 1
    return tuple(said)
