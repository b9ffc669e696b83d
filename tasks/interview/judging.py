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
    entry, which is the idea. Anything else has to be said: half of its significant words have to be in one entry.
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
        return f"Given a new installation, when it is run for the first time, then this holds: {feature.strip()}"
    who = said["who"]
    given, event = f"a running {who}", said["event"]
    if not event or said["word"].lower() not in ("when", "if"):
        given, event = (said["event"] or f"an installed {who}"), f"the {who} is run"
    return f"Given {given}, when {event}, then the {who} {conjugated(said['what'])}."


def _nearest(line: str, texts: Sequence[str]) -> str:
    """Return the text that shares most telling words with a line, "" where none shares two."""
    own = matter(line)
    best = max(texts, key=lambda text: len(own & matter(text)), default="")
    return best if len(own & matter(best)) >= 2 else ""


_ADVERBS = frozenset("only never always also not still then first at once again".split())  # noqa: SIM905 - a list to read
_IRREGULAR = {"be": "is", "have": "has", "do": "does", "go": "goes"}


def conjugated(what: str) -> str:
    """Return what someone shall do as what they do: "only print and stop" is "only prints and stops"."""
    words = what.split(" ")
    at = next((place for place, word in enumerate(words) if word.lower() not in _ADVERBS), 0)
    words[at] = _third_person(words[at])
    verbs = {*standard().verbs, *standard().nouns_too, "report", "stop", "print", "list", "store", "log"}
    determiners = ("it", "the", "a", "an", "its", "each", "every", "all", "them", "one", "nothing")
    for place in range(at + 2, len(words)):
        after = words[place + 1].strip(".,;").lower() if place + 1 < len(words) else ""
        joined = words[place - 1] in ("and", "or") and words[place].strip(".,;") in verbs
        if joined and (after in determiners or place + 1 == len(words)):
            words[place] = re.sub(r"^\w+", lambda verb: _third_person(verb.group()), words[place])
    return " ".join(words)


def _third_person(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"
