"""Reads plain words about times by their keywords: the oracle of simple sentences, silent about all others."""

from __future__ import annotations

import re

from .state import Reading
from .windows import AFTERNOON, MORNING, WEEKDAYS

_CLAUSES = re.compile(r"[,;.!]|\band\b|\bbut\b|\bor\b")
_AGAINST = re.compile(r"\b(?:not|no|never|avoid|except|without|rather not|cannot|can't|don't|nothing)\b")
_CLOCK = re.compile(r"\b(before|after|until|by|from) (\d{1,2})(?::(\d\d))?(?: ?(am|pm|o'clock))?\b")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_FILLER = re.compile(
    r"\b(?:i|would|like|prefer|please|best|only|on|in|the|my|is|are|a|at|fine|good|work|works|suit|suits|me|want|rather"
    r"|not|no|never|avoid|except|without|cannot|can't|don't|do|if|possible|any|time|day|days|interviews?|happy|with|for"
    r"|love|ideally|nothing)\b|['’]"
)
_BEFORE = {"before": "before", "until": "before", "by": "before", "after": "after", "from": "after"}


def read_plainly(words: str) -> Reading | None:
    """Return what words say of times; None where there is anything in them that is not plain.

    A refusal holds for the clauses after it, up to one that names what is wanted.
    """
    rules: set[tuple[bool, str]] = set()
    wanted = True
    for clause in _CLAUSES.split(words.lower()):
        if not clause.strip():
            continue
        wanted = (
            False
            if _AGAINST.search(clause)
            else wanted
            if not re.search(r"\b(?:prefer|like|best|fine|good|love|happy)\b", clause)
            else True
        )
        windows, rest = _windows(clause)
        if _FILLER.sub(" ", rest).strip():
            return None
        rules.update((wanted, window) for window in windows)
    if any((not wanted, window) in rules for wanted, window in rules):
        return None
    return Reading(tuple(sorted(rules)))


def _windows(clause: str) -> tuple[list[str], str]:
    """Return the windows that a clause names, and what is left of it."""
    found: list[str] = []
    rest = clause
    for name in (MORNING, AFTERNOON, *WEEKDAYS):
        rest, count = re.subn(rf"\b{name}s?\b", " ", rest)
        found += [name] * bool(count)
    for match in _CLOCK.finditer(rest):
        hour, minute = int(match[2]), int(match[3] or 0)
        hour += 12 if match[4] == "pm" and hour < 12 else 0
        if hour < 24 and minute < 60:
            found.append(f"{_BEFORE[match[1]]} {hour:02}:{minute:02}")
    rest = _CLOCK.sub(" ", rest)
    found += _DATE.findall(rest)
    return found, _DATE.sub(" ", rest)
