"""What people typically want of six kinds of project: where the simulated agents get their proposals from.

Nothing here is known of the one idea but its kind, what it is about and what it leaves open, all read off its words. It
is a stand-in for a model's general knowledge: enough to rehearse an interview without a key, and to test it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from random import Random
from typing import Any

from .data_files import data_file, data_names
from .gates.words import pattern
from .situations import left_open, purpose_of

DECISIVE = 3
"""How many hints a decisive word is worth."""

SURE = 2
"""Hints that a kind needs at least: one word such as "tool" names none, and no kind is guessed."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question worth asking about such a project, with the answers to choose from."""

    area: str
    ask: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """One kind of project; in its texts {thing} and {things} represent what the idea is about.

    Attributes:
        kind: Its name.
        decisive: Words of an idea that name the kind.
        hints: Words that speak for it.
        thing: What such a project is about when the idea does not say, singular and plural.
        purposes: Whole sentences, as are stories, features, constraints, data, interfaces and acceptance.
        users: Who uses it.
        stories: In story form.
        features: In EARS form.
        constraints: With numbers.
        data: What it keeps.
        interfaces: How others talk to it.
        acceptance: In Given, when, then.
        spill: What agents like to add although no one asked.
        questions: What is worth asking.
    """

    kind: str
    decisive: tuple[str, ...]
    hints: tuple[str, ...]
    thing: tuple[str, str]
    purposes: tuple[str, ...]
    users: tuple[str, ...]
    stories: tuple[str, ...]
    features: tuple[str, ...]
    constraints: tuple[str, ...]
    data: tuple[str, ...]
    interfaces: tuple[str, ...]
    acceptance: tuple[str, ...]
    spill: tuple[str, ...]
    questions: tuple[Question, ...]


@cache
def projects() -> tuple[Project, ...]:
    """Return all kinds of project, by name."""
    read = (_project(tomllib.loads(data_file(name))) for name in data_names("kinds"))
    return tuple(sorted(read, key=lambda project: project.kind))


def recognise(idea: str) -> Project:
    """Return the kind of project an idea names, its texts about what the idea is about.

    The kind with the most words in the idea is taken, decisive ones weighing more; of equals the one named first. For
    an idea that names none there is a neutral project, of which less is proposed and more is asked. What the idea's own
    words leave open comes first in the questions, and what they say in the purposes.
    """
    ranked = sorted((-_score(project, idea), _first(project, idea), project.kind, project) for project in projects())
    score, _, _, best = ranked[0]
    project = best if -score >= SURE else neutral()
    found = left_open(idea)
    purpose = purpose_of(idea)
    system = re.search(r"\b[Tt]he ([\w -]+?) (?:shall|must)\b", project.features[0])
    own = tuple(text.replace("{system}", system[1] if system else "product") for one in found for text in one.features)
    asked = tuple(Question("what happens", one.ask, one.options) for one in found)
    project = replace(
        project,
        purposes=((purpose,) * 3 if purpose else ()) + project.purposes,
        features=own + project.features,
        questions=asked + project.questions,
    )
    return _about(project, thing_of(idea) or project.thing)


@cache
def neutral() -> Project:
    """Return the project of no known kind."""
    return _project(tomllib.loads(data_file("neutral.toml")))


def thing_of(idea: str) -> tuple[str, str] | None:
    """Return what an idea is about, singular and plural: the first thing we know that it names; None for none."""
    named = [
        (match.start(), -len(match.group()), thing)
        for words, thing in _things()
        if (match := pattern(words).search(idea))
    ]
    return min(named)[2] if named else None


def draw(texts: tuple[str, ...], seed: str, most: int, *, reword: bool = True) -> tuple[str, ...]:
    """Propose some of these texts as an agent might: the first ones oftener, and each in a wording of its own.

    Args:
        texts: What there is to propose, the likeliest first.
        seed: Equal seeds propose the same.
        most: At most so many; at least one, if there is any.
        reword: Whether each is worded again.
    """
    dice = Random(seed)  # noqa: S311 - a simulation
    left, drawn = list(texts), []
    for _ in range(min(len(texts), dice.randint(1, max(1, most)))):
        weights = [1 / (2 + texts.index(text)) for text in left]
        chosen = dice.choices(left, weights)[0]
        left.remove(chosen)
        way = dice.randrange(len(_WORDINGS))
        drawn.append(reworded(chosen, way) if reword else chosen)
    return tuple(drawn)


def reworded(text: str, way: int) -> str:
    """Say a text in another way of the same meaning; way 0 and texts that cannot be said so stay as they are."""
    find, instead = _WORDINGS[way % len(_WORDINGS)]
    return re.sub(find, instead, text, count=1)


# Each of these is undone by `wording.tokens` and the glossary, as the wordings of true agents mostly are.
_WORDINGS = (
    (r"(?!)", ""),
    (r"(?!)", ""),
    (r"(?!)", ""),
    (r"\bshall\b", "must"),
    (r"\bshall\b", "should"),
    (r"\.$", ""),
    (r"(?!)", ""),
    (r"\bstore\b", "save"),
    (r"\bshow\b", "display"),
    (r"\bdeletes\b", "removes"),
    (r"\ba mail\b", "an email"),
    (r"^The ", "the "),
)


def _score(project: Project, idea: str) -> int:
    counts = [len({match.group().casefold() for match in pattern(words).finditer(idea)}) for words in _words(project)]
    return DECISIVE * counts[0] + counts[1]


def _first(project: Project, idea: str) -> int:
    found = [match.start() for words in _words(project) if (match := pattern(words).search(idea)) is not None]
    return min(found, default=len(idea))


def _words(project: Project) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _with_plurals(project.decisive), _with_plurals(project.hints)


@cache
def _with_plurals(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for word in words for form in (word, f"{word}s")))


@cache
def _things() -> tuple[tuple[tuple[str, ...], tuple[str, str]], ...]:
    listed = tomllib.loads(data_file("things.toml"))["things"]
    return tuple((tuple(thing["words"]), (thing["one"], thing["many"])) for thing in listed)


def _project(said: Mapping[str, Any]) -> Project:
    questions = tuple(Question(each["area"], each["ask"], tuple(each["options"])) for each in said["questions"])
    texts = {name: tuple(value) for name, value in said.items() if name not in ("kind", "questions")}
    return Project(kind=said["kind"], questions=questions, **texts)


def _about(project: Project, thing: tuple[str, str]) -> Project:
    """Return the project with its texts about `thing` (singular, plural)."""

    def filled(text: str) -> str:
        sentence = text.replace("{things}", thing[1]).replace("{thing}", thing[0])
        return re.sub(rf"\b([Aa]) (?={re.escape(thing[0])}\b)", _article(thing[0]), sentence)

    def of(value: Any) -> Any:
        if isinstance(value, Question):
            return Question(value.area, filled(value.ask), tuple(filled(option) for option in value.options))
        return filled(value) if isinstance(value, str) else value

    kept = ("kind", "decisive", "hints", "thing")
    values = {each.name: getattr(project, each.name) for each in fields(project)}
    sentence = {name: tuple(of(item) for item in value) for name, value in values.items() if name not in kept}
    return Project(project.kind, project.decisive, project.hints, thing, **sentence)


def _article(noun: str) -> str:
    return r"\1n " if noun[:1] in "aeiou" else r"\1 "
