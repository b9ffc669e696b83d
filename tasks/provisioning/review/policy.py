"""The policy of a review: what keeps data, what is in scope, what is to be asked about, and the owners' words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from maker_engine.core.errors import ProblemError

from ..fields import Place
from ..templates import load

FILE = "stateful.yaml"
_KEYS = ("stateful", "not_stateful", "scope", "open", "ask", "words")
LONGEST_WORDS = 4_000
_LIKE_DATA = re.compile(r"\s*(?:[{\[]|---|(?:#[^\n]*\n\s*)*\w+:(?:\s|$))")
"""How a file begins that is meant to hold more than prose."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy. Patterns have `*` for anything, and case counts in those of addresses alone.

    Attributes:
        stateful: Types that keep data, beside those known.
        not_stateful: Types that keep none, though they are known to.
        scope: Addresses that the plan is meant to change; empty for all.
        open: Addresses that may be open to the world.
        ask_types: Types to be asked about.
        ask_values: Names of values, a change of which is asked about.
        words: What else agents go by, in the owners' words.
    """

    stateful: tuple[str, ...] = ()
    not_stateful: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    ask_types: tuple[str, ...] = ()
    ask_values: tuple[str, ...] = ()
    words: str = ""

    def keeps_data(self, kind: str) -> bool:
        """Return whether a type keeps data."""
        return _keeps_data(kind.lower(), self.stateful, self.not_stateful)

    def in_scope(self, address: str) -> bool:
        """Return whether the plan is meant to change an address."""
        return not self.scope or any(fnmatchcase(address, _plain(one)) for one in self.scope)

    def may_be_open(self, address: str) -> bool:
        """Return whether an address may be open to the world."""
        return any(fnmatchcase(address, _plain(one)) for one in self.open)

    def asks_about_type(self, kind: str) -> bool:
        """Return whether a type is to be asked about."""
        return _fits(kind.lower(), self.ask_types)

    def asks_about_value(self, path: str) -> bool:
        """Return whether a value is to be asked about, by its path or its last name."""
        last = path.rpartition(".")[2].partition("[")[0]
        return _fits(path.lower(), self.ask_values) or _fits(last.lower(), self.ask_values)


def _plain(pattern: str) -> str:
    """Return a pattern in which brackets, as addresses have them, represent themselves."""
    return pattern.replace("[", "[[]")


@cache
def _keeps_data(kind: str, more: tuple[str, ...], less: tuple[str, ...]) -> bool:
    return not _fits(kind, less) and _fits(kind, (*more, *known_stateful()))


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, _plain(pattern.lower())) for pattern in patterns)


@cache
def known_stateful() -> tuple[str, ...]:
    """Return the types that are known to keep data."""
    text = (files("maker_tasks.provisioning") / "data" / FILE).read_text("utf-8")
    return tuple(one.text() for one in Place(load(text, FILE)).mapping()["stateful"].items())


def read_policy(text: str) -> Policy:
    """Read a policy in YAML or JSON; prose is a policy of nothing but words.

    Raises:
        ProblemError: It is none.
    """
    try:
        return policy_of(load(text, "the policy"))
    except ProblemError:
        if not text.strip() or _LIKE_DATA.match(text):
            raise
    return policy_of({"words": text})


def policy_of(document: Any) -> Policy:
    """Make a policy of what a file holds.

    Raises:
        ProblemError: It is none.
    """
    top = Place(document, "").mapping(_KEYS)
    ask = top["ask"].mapping(("types", "values")) if "ask" in top else {}

    def listed(place: Place | None) -> tuple[str, ...]:
        return () if place is None else tuple(one.text() for one in place.items())

    words = top["words"].value if "words" in top else ""
    if not isinstance(words, str) or len(words) > LONGEST_WORDS:
        raise top["words"].refuse(f"text of at most {LONGEST_WORDS:,} characters")
    return Policy(
        listed(top.get("stateful")),
        listed(top.get("not_stateful")),
        listed(top.get("scope")),
        listed(top.get("open")),
        listed(ask.get("types")),
        listed(ask.get("values")),
        " ".join(words.split()),
    )


def policy_json(policy: Policy) -> dict[str, Any]:
    """Write a policy as its file has it."""
    return {
        "stateful": [*policy.stateful],
        "not_stateful": [*policy.not_stateful],
        "scope": [*policy.scope],
        "open": [*policy.open],
        "ask": {"types": [*policy.ask_types], "values": [*policy.ask_values]},
        "words": policy.words,
    }
