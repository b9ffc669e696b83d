"""What a proposed line may rest on: the person's statements, and the accepted lines that it could serve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from .data_files import data_file
from .document import Kind, Source
from .gates import standard
from .parts import Part
from .sentences import Sense, sense
from .talk import Statement, Talk
from .wording import NEGATIONS, tokens

BEFORE = {
    "stories": (Kind.PURPOSE,),
    "features": (Kind.STORY, Kind.PURPOSE),
    "limits": (Kind.FEATURE, Kind.STORY, Kind.PURPOSE),
}
"""The lines that a part's lines may serve, the nearest first. What no one asked for rests on a person's words alone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may ask for a line.

    Attributes:
        text: As it is listed.
        words: The person's words that it traces to in the end.
        line: Id of the accepted line that it is; "" for a statement.
    """

    text: str
    words: str
    line: str = ""

    def source(self, step: int) -> Source:
        """Return the source of a line that rests on this, proposed at `step`."""
        return Source(step, "", self.words)


def entries(talk: Talk, part: Part) -> tuple[Entry, ...]:
    """List what a line of `part` may rest on, the most particular first: accepted lines, statements, the idea last."""
    lines = [
        Entry(line.text, line.source.words or line.text, line.id)
        for kind in BEFORE.get(part.name, ())
        for line in talk.document.of(kind)
        if line.source.asked_for
    ]
    said = [Entry(one.text, one.text) for one in reversed(wanted(talk))]
    known = {entry.text for entry in lines}
    return tuple(lines + [entry for entry in said if entry.text not in known])


def wanted(talk: Talk) -> list[Statement]:
    """Return what persons said that they want, oldest first; what they ruled out asks for nothing."""
    non_goals = talk.document.of(Kind.NON_GOAL)
    out = {text for line in non_goals for text in (line.text, line.source.words)}
    return [one for one in talk.said if one.text not in out and not _excludes(one.text, talk.rules)]


def _excludes(text: str, rules: int) -> bool:
    return is_exclusion(text) if rules == 1 else sense(text) is Sense.NON_GOAL


def alike(one: str, other: str) -> bool:
    """Return whether two lines are about the same matter, for the most part."""
    a, b = matter(one), matter(other)
    return bool(a and b) and 2 * len(a & b) > min(len(a), len(b))


def bars(non_goal: str, line: str) -> bool:
    """Return whether a non-goal rules a line out: all that it is about, the line is about too."""
    barred = matter(non_goal)
    return bool(barred) and barred <= matter(line)


@lru_cache(maxsize=4_096)  # an interview holds the same few lines against each other all along
def matter(text: str) -> frozenset[str]:
    """Return the words of a text that say what it is about."""
    return frozenset(tokens(text, standard().glossary)) - _empty() - NEGATIONS


@cache
def _empty() -> frozenset[str]:
    words = " ".join((data_file("empty_words.txt"), *standard().fillers))
    return frozenset(tokens(words, standard().glossary))


_EXCLUDES = (
    "no ", "not ", "without ", "never ", "don't ", "do not ", "nothing ", "leave out ", "exclude ", "skip ",
    "it must not ", "it does not ", "it doesn't ", "we don't ", "we do not ", "i don't ", "i do not ",
)  # fmt: skip
_EXCLUDED = (" out of scope", " not needed", " is not needed", " are not needed")


def is_exclusion(text: str) -> bool:
    """Return whether a sentence says what not to build, by rule 1: by the word that it begins or ends with."""
    lowered = text.casefold().strip().replace("’", "'").rstrip(".!")
    return lowered.startswith(_EXCLUDES) or lowered.endswith(_EXCLUDED)
