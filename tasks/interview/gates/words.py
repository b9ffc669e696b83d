"""Finding words in a line: boundaries, endings, phrases in which they mean something else, and what excuses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from .lexicon import Group

_QUOTED = re.compile(r'`[^`\n]*`|"[^"\n]*"|“[^“”\n]*”|«[^«»\n]*»|\bhttps?://[^\s)]+')
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety"
    "|hundred|thousand"
)
_NUMBER = r"(?<!\d[,:])(?<![.,:]{2})\d[\d.,:]*+"  # never begun within another: there are many places in "1,1,1,1"
_MEASURE = re.compile(
    rf"(?<![\w.-])(?:{_NUMBER}[ \t]?(?:%|[^\W\d_]+|°)|(?:{_NUMBER_WORDS})[ -]+[^\W\d_]{{2,}})", re.IGNORECASE
)
# A proper name or an acronym: capitals inside (PDF, OAuth, UTF-8, iOS), or a capital that does not begin the sentence.
_NAME = re.compile(r"\b(?:[A-Z][A-Z0-9+#-]+|[A-Z]?[a-z]+[A-Z]\w*)\b|(?<=[a-z,;] )[A-Z][a-z]+\b")
_SHOUTED = frozenset(
    ["SHALL", "MUST", "SHOULD", "MAY", "NOT", "WILL", "WHEN", "WHILE", "IF", "THEN", "WHERE", "AND", "OR", "API", "THE"]
)


def masked(line: str) -> str:
    """Return the line, as long as before, with quotations, code and addresses made of q: what they say is not said."""
    return _QUOTED.sub(lambda match: re.sub(r"\w", "q", match.group()), line)


def measured(text: str) -> bool:
    """Return whether there is a number with a unit or a counted noun, such as "200 ms", "99 %" or "three rooms"."""
    return _MEASURE.search(text) is not None


def named(text: str) -> bool:
    """Return whether a product, format or standard is named: an acronym, or a capital within the sentence."""
    return any(match.group() not in _SHOUTED for match in _NAME.finditer(text))


def found(text: str, group: Group) -> Iterator[str]:
    """Yield the words of a group in a masked line, each wording once, in order; none where something excuses them."""
    if ("number" in group.unless and measured(text)) or ("name" in group.unless and named(text)):
        return
    allowed = [match.span() for match in pattern(group.allow).finditer(text)] if group.allow else []
    seen: set[str] = set()
    for match in pattern(group.words).finditer(text):
        inside = any(start <= match.start() and match.end() <= end for start, end in allowed)
        if not inside and match.group().casefold() not in seen:
            seen.add(match.group().casefold())
            yield match.group()


@lru_cache(maxsize=256)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the words, the longest first, whole, whatever their case."""
    if not words:
        return re.compile(r"(?!)")
    plain = [word for word in words if word[0].isalnum() and word[-1:].replace("*", "x").isalnum()]
    marks = [(r"(?<![\w-])" if part[0].isalnum() else "") + part for part in _parts(set(words).difference(plain))]
    # The boundary comes before all words, not before each: most places of a line are no beginning of a word.
    whole = f"(?<![\\w-])(?:{'|'.join(_parts(plain))})(?![\\w-])" if plain else ""
    return re.compile("|".join(part for part in (whole, *marks) if part), re.IGNORECASE)


def _parts(words: Iterable[str]) -> Iterator[str]:
    for word in sorted(words, key=lambda word: (-len(word), word)):
        stem = re.escape(word.removesuffix("*")).replace(r"\ ", r"[\s-]+").replace(r"\-", "[ -]?")
        yield stem + (r"\w*" if word.endswith("*") else "")
