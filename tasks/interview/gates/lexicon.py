"""The words the gates look for: ours, in a TOML file of the package, and a user's own file on top of them."""

from __future__ import annotations

import reprlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any

from maker_engine.core.errors import InputError

from ..data_files import data_file

GATES = ("clear", "testable", "minimal", "consistent", "form")
"""All gates, in the order their results are reported."""

RULES = {
    "clear": ("empty", "too-long"),
    "testable": ("no-unit", "no-test", "no-acceptance"),
    "minimal": ("two-needs", "repeated"),
    "consistent": ("other-number", "negated", "opposite", "only", "non-goal"),
    "form": ("no-shall", "no-subject", "no-response", "trigger-last", "no-role", "no-benefit"),
}
"""The rules of each gate beside the groups of words."""

WORD_GATES = GATES[:3]
EXCUSES = ("number", "name")
_GROUP_KEYS = {"name", "gate", "why", "words", "unless", "allow", "drop"}
_TABLES = {"joined": {"verbs", "nouns_too", "phrases", "allow"}, "consistent": {"opposites", "fillers", "units"}}


@dataclass(frozen=True, slots=True)
class Group:
    """Words that fail one gate for one reason.

    Attributes:
        name: Id of the rule.
        gate: The gate it belongs to: clear, testable or minimal.
        why: One sentence: what is wrong, and the fix.
        words: Words and phrases; a * at the end of one matches any ending.
        unless: What excuses them in the same line: "number", "name".
        allow: Phrases in which they mean something else.
    """

    name: str
    gate: str
    why: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words and lists.

    Attributes:
        groups: The groups of words, in order.
        verbs: Verbs that begin a second need after "and".
        nouns_too: Verbs that do so only before an article or a pronoun, since they are nouns as well.
        phrases: Phrases that join a second need.
        joined_allow: Pairs joined by "and" that are one need.
        opposites: Pairs of words that contradict each other.
        fillers: Words that make no difference when two lines are held against each other.
        units: Words that are the unit of the number before them.
        glossary: One (said, words that mean it) for each entry.
        off: Gates, and rules as gate/rule, that are left out.
    """

    groups: tuple[Group, ...] = ()
    verbs: tuple[str, ...] = ()
    nouns_too: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    joined_allow: tuple[str, ...] = ()
    opposites: tuple[tuple[str, str], ...] = ()
    fillers: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    glossary: tuple[tuple[str, tuple[str, ...]], ...] = ()
    off: frozenset[str] = frozenset()

    def watches(self, gate: str, rule: str) -> bool:
        """Return whether a rule is switched on."""
        return gate not in self.off and f"{gate}/{rule}" not in self.off


@cache
def standard() -> Lexicon:
    """Return the lexicon that comes with maker."""
    return read_lexicon(data_file("lexicon.toml"), "the lexicon of maker", Lexicon())


def read_lexicon(text: str, name: str, base: Lexicon | None = None) -> Lexicon:
    """Return a lexicon with what a file says added to it.

    Args:
        text: The file, TOML.
        name: The file's name, for errors.
        base: The lexicon to add to, the standard one if None.

    Raises:
        InputError: The file is no lexicon; the text names the place.
    """
    base = standard() if base is None else base
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} is not TOML: {error}") from None
    _known(said, {"off", "group", "glossary", *_TABLES}, name)
    for table, keys in _TABLES.items():
        _known(_table(said, table, name), keys, f"{name}, [{table}]")
    joined, at = _table(said, "joined", name), f"{name}, [joined]"
    held, against = _table(said, "consistent", name), f"{name}, [consistent]"
    groups = _groups(base.groups, said.get("group", []), name)
    return Lexicon(
        groups,
        _joined(base.verbs, _texts(joined, "verbs", at)),
        _joined(base.nouns_too, _texts(joined, "nouns_too", at)),
        _joined(base.phrases, _texts(joined, "phrases", at)),
        _joined(base.joined_allow, _texts(joined, "allow", at)),
        _joined(base.opposites, _pairs(held, against)),
        base.fillers.union(_texts(held, "fillers", against)),
        base.units.union(_texts(held, "units", against)),
        _glossary(base.glossary, _table(said, "glossary", name), f"{name}, [glossary]"),
        base.off | known_rules(_texts(said, "off", name), groups, f"{name}, off"),
    )


def _groups(base: tuple[Group, ...], said: Any, name: str) -> tuple[Group, ...]:
    if not isinstance(said, list):
        raise InputError(f"{name}: write each group under a line [[group]]")
    groups = {group.name: group for group in base}
    for number, fields in enumerate(said, start=1):
        at = f"{name}, group {number}"
        if not isinstance(fields, dict) or not isinstance(fields.get("name"), str):
            raise InputError(f'{at} has no name: give it one, such as name = "house-words"')
        _known(fields, _GROUP_KEYS, at)
        groups[fields["name"]] = _group(groups.get(fields["name"]), fields, f"{at} ({fields['name'][:40]})")
    return tuple(groups.values())


def _group(base: Group | None, fields: dict[str, Any], at: str) -> Group:
    gate = fields.get("gate", base and base.gate)
    why = fields.get("why", base and base.why)
    if gate not in WORD_GATES:
        raise InputError(f"{at}: gate must be one of {', '.join(WORD_GATES)}, got {reprlib.repr(gate)}")
    if not isinstance(why, str) or not why.strip():
        raise InputError(f'{at}: say why in one sentence, as in why = "Counts nothing: say how many."')
    unless = _texts(fields, "unless", at)
    strange = next((excuse for excuse in unless if excuse not in EXCUSES), None)
    if strange is not None:
        raise InputError(f"{at}: unless must be of {', '.join(EXCUSES)}, got {reprlib.repr(strange)}")
    words, allow = _texts(fields, "words", at), _texts(fields, "allow", at)
    if base is None:
        return Group(fields["name"], gate, why, words, unless, allow)
    dropped = {word.casefold() for word in _texts(fields, "drop", at)}
    kept = tuple(word for word in _joined(base.words, words) if word.casefold() not in dropped)
    return replace(
        base, gate=gate, why=why, words=kept, unless=_joined(base.unless, unless), allow=_joined(base.allow, allow)
    )


def known_rules(names: Iterable[str], groups: Iterable[Group], at: str) -> frozenset[str]:
    """Return the names of gates, or rules as gate/rule, having made sure that there are such.

    Raises:
        InputError: There is none of a name; `at` says where it is.
    """
    rules = {f"{gate}/{rule}" for gate, of_gate in RULES.items() for rule in of_gate}
    known = {*GATES, *rules, *(f"{group.gate}/{group.name}" for group in groups)}
    for name in names:
        if name not in known:
            near = get_close_matches(name, sorted(known), 1, 0.5)
            mend = f"did you mean {near[0]}?" if near else f"the gates are {', '.join(GATES)}"
            raise InputError(f"{at} names no gate and no rule {name!r}: {mend}")
    return frozenset(names)


def _known(fields: dict[str, Any], keys: set[str], at: str) -> None:
    strange = next((key for key in fields if key not in keys), None)
    if strange is not None:
        raise InputError(f"{at}: unknown key {reprlib.repr(strange)}; known: {', '.join(sorted(keys))}")


def _table(fields: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    value = fields.get(key, {})
    if not isinstance(value, dict):
        raise InputError(f"{name}: {key} must be a table, written under a line [{key}]")
    return value


def _texts(fields: dict[str, Any], key: str, at: str) -> tuple[str, ...]:
    value = fields.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip(" *") for item in value):
        raise InputError(f"{at}: {key} must be a list of words in quotes, got {reprlib.repr(value)}")
    return tuple(item.strip() for item in value)


def _pairs(fields: dict[str, Any], at: str) -> tuple[tuple[str, str], ...]:
    pairs = fields.get("opposites", [])
    if not isinstance(pairs, list):
        raise InputError(f"{at}: opposites must be a list of pairs of words")
    checked = [_texts({"opposites": pair}, "opposites", at) for pair in pairs]
    wrong = next((pair for pair in checked if len(pair) != 2), None)
    if wrong is not None:
        raise InputError(f"{at}: each pair of opposites has two words, got {reprlib.repr(list(wrong))}")
    return tuple((pair[0], pair[1]) for pair in checked)


def _glossary(
    base: tuple[tuple[str, tuple[str, ...]], ...], fields: dict[str, Any], at: str
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    entries = dict(base)
    for said in fields:
        entries[said] = _joined(entries.get(said, ()), _texts(fields, said, at))
    return tuple(entries.items())


def _joined(base: tuple[Any, ...], more: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*base, *more)))
