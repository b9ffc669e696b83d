"""What a proposed line may rest on: the person's statements, and the accepted lines that it could serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .document import Kind, Source
from .parts import Part
from .talk import Talk
from .wording import NEGATIONS, tokens

BEFORE = {
    "stories": (Kind.PURPOSE,),
    "features": (Kind.PURPOSE, Kind.STORY),
    "limits": (Kind.PURPOSE, Kind.STORY, Kind.FEATURE),
}
"""The lines that a part's lines may serve. What nobody asked for rests on words alone, so non-goals serve none."""

_EMPTY = frozenset(
    "a all an and any api app application are as at be but by can data do does each for from get give given has have i in "
    "into is it its just let like line list make may must my new of on one only or other our own please project service "
    "shall should simple site so some such system that the their them then there they thing this to tool up use user want "
    "we web when where which who will with within you your".split()
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may ask for a line.

    Attributes:
        text: As it is listed.
        words: The person's words that it comes to in the end.
        line: Id of the accepted line that it is; "" for a statement.
    """

    text: str
    words: str
    line: str = ""

    def source(self, step: int) -> Source:
        """Return the source of a line that rests on this, proposed at `step`."""
        return Source(step, "", self.words)


def entries(talk: Talk, part: Part) -> tuple[Entry, ...]:
    """List what a line of `part` may rest on: statements first, oldest first."""
    said = [Entry(one.text, one.text) for one in talk.said if not is_exclusion(one.text)]
    lines = [
        Entry(line.text, line.source.words or line.text, line.id)
        for kind in BEFORE.get(part.name, ())
        for line in talk.document.of(kind)
        if line.source.asked_for
    ]
    known = {entry.text for entry in said}
    return tuple(said + [entry for entry in lines if entry.text not in known])


def rests_on(line: str, listed: Sequence[str]) -> int:
    """Return the 1-based number of the first entry that a line shares its matter with, 0 for none.

    What the simulated model goes by: half of the shorter one's telling words, or three of them.
    """
    own = matter(line)
    for number, entry in enumerate(listed, 1):
        other = matter(entry)
        shared = len(own & other)
        if shared >= 3 or (shared and 2 * shared >= min(len(own), len(other))):
            return number
    return 0


def alike(one: str, other: str) -> bool:
    """Tell whether two lines are about the same matter, for the most part."""
    a, b = matter(one), matter(other)
    return bool(a and b) and 2 * len(a & b) > min(len(a), len(b))


def bars(non_goal: str, line: str) -> bool:
    """Tell whether a non-goal rules a line out: all that it is about, the line is about too."""
    barred = matter(non_goal)
    return bool(barred) and barred <= matter(line)


def matter(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about."""
    return frozenset(tokens(text)) - _EMPTY - NEGATIONS


_EXCLUDES = ("no ", "not ", "without ", "never ", "don't ", "do not ", "nothing ", "leave out ", "exclude ", "skip ",
             "it must not ", "it does not ", "it doesn't ", "we don't ", "we do not ", "i don't ", "i do not ")  # fmt: skip
_EXCLUDED = (" out of scope", " not needed", " is not needed", " are not needed")


def is_exclusion(text: str) -> bool:
    """Tell whether a person's sentence says what not to build."""
    lowered = text.casefold().strip().replace("’", "'").rstrip(".!")
    return lowered.startswith(_EXCLUDES) or lowered.endswith(_EXCLUDED)
