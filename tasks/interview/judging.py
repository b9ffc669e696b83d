"""What a simulated agent finds: the judgement that a model would make, made by words and the catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from .gates import standard
from .ideas import Project
from .tracing import matter
from .wording import tokens

_EARS = re.compile(
    r"(?:(?P<word>When|If|While|Where) (?P<event>.+?), (?:then )?)?(?:the|a|an) (?P<who>[\w -]+?) "
    r"(?:shall|must|should) (?P<what>.+?)[.!]?",
    re.IGNORECASE,
)


def rests_on(line: str, listed: Sequence[str], project: Project) -> int:
    """Return the 1-based number of the first entry that asks for a line, 0 for none.

    What is typical of such a project is asked for by whatever shares two of its telling words, or else by the last
    entry, which is the idea. Anything else has to be said: half of its telling words have to stand in one entry.
    """
    own = matter(line) - matter(" ".join(project.thing))
    typical = _plain(line) in _typical(project)
    for number, entry in enumerate(listed, 1):
        shared = len(own & matter(entry))
        if (typical and shared >= 2) or (not typical and shared and 2 * shared >= len(own)):
            return number
    return len(listed) if typical else 0


@lru_cache(maxsize=8)
def _typical(project: Project) -> frozenset[tuple[str, ...]]:
    asked = (project.stories, project.features, project.constraints, project.data, project.interfaces)
    return frozenset(_plain(text) for texts in asked for text in texts)


def _plain(text: str) -> tuple[str, ...]:
    return tokens(text, standard().glossary)


def test_of(feature: str, project: Project, way: int) -> str:
    """Return an acceptance line for a feature: one of the catalogue's that is about it, else one made of its words."""
    near = _nearest(feature, project.acceptance)
    if way and near and _plain(_nearest(near, project.features)) == _plain(feature):
        return near
    said = _EARS.fullmatch(feature.strip())
    if said is None:
        return f"Given a new installation, when a user tries it, then this holds: {feature.strip()}"
    event = said["event"] if said["event"] and said["word"].lower() in ("when", "if") else "a user needs it"
    verb, _, rest = said["what"].partition(" ")
    what = f"is {rest}" if verb == "be" else f"{_third_person(verb)} {rest}".strip()
    return f"Given a running {said['who']}, when {event}, then the {said['who']} {what}."


def _nearest(line: str, texts: Sequence[str]) -> str:
    """Return the text that shares most telling words with a line, "" where none shares two."""
    own = matter(line)
    best = max(texts, key=lambda text: len(own & matter(text)), default="")
    return best if len(own & matter(best)) >= 2 else ""


def _third_person(verb: str) -> str:
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
