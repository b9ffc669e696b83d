"""Reads answers: generously in form, strictly in content. What contradicts its own row of the menu is a red flag."""

from __future__ import annotations

import re

from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .problem import Problem
from .ruling import Question
from .state import Infeasible, Place, Reading, Undo
from .windows import read_window
from .wording import reach_words, time_words

_TAIL, _LONGEST_LINE = 3_000, 200
_DRESS = str.maketrans("", "", "*`$")
_BULLET = re.compile(r"(?:[-•>]|\d{1,2}[.)])\s+")
_PART = re.compile(r"(slot|time|room|reach)\s*[=:]\s*(.+)", re.IGNORECASE)
_UNDO = re.compile(r"undo\s*[=:]?\s+(.+)|undo\s*[=:]\s*(.+)", re.IGNORECASE)
_RULE = re.compile(r"(prefer|avoid)\s*[:=]?\s+(.+)", re.IGNORECASE)
_NONE = ("none", "nothing")
_NO_SCHEDULE = ("no schedule", "infeasible")


def lines_of(text: str) -> list[str]:
    """Return the last lines of a response without fences, bold and bullets, empty ones left out."""
    found = []
    for raw in text[-_TAIL:].splitlines():
        line = raw.strip()
        if not line or line.startswith("```") or len(line) > _LONGEST_LINE:
            continue
        plain = " ".join(line.translate(_DRESS).split())
        found.append(_BULLET.sub("", plain, count=1).rstrip("."))
    return [line for line in found if line]


def read_place(text: str, question: Question, problem: Problem) -> Place | Flag:
    """Read a chosen slot: its number, and what its row says, which must agree."""
    parts: dict[str, str] = {}
    for line in reversed(lines_of(text)):
        found = _PART.fullmatch(line)
        if found is None:
            break
        if found[1].lower() in parts:
            break
        parts[found[1].lower()] = found[2].strip()
    needed = ["slot", "time", *(["room"] if problem.rooms else []), "reach"]
    if missing := [name for name in needed if name not in parts]:
        return Flag(MALFORMED, f"the last lines have no `{missing[0]} =`", excerpt(text[-120:]))
    number = parts["slot"].rstrip(".")
    if not number.isdecimal() or len(number) > 3 or not 1 <= int(number) <= len(question.offers):
        return Flag(MALFORMED, f"the slot is not a number from 1 to {len(question.offers)}", excerpt(number))
    offer = question.offers[int(number) - 1]
    due = {
        "time": time_words(offer.place.start, problem),
        "room": offer.place.room,
        "reach": reach_words(offer.reach, problem),
    }
    for name in needed[1:]:
        said = re.sub(r"(?<=\d)[Tt](?=\d)", " ", parts[name])
        if due[name].casefold() not in (said.casefold(), _without_day(said).casefold()):
            return Flag(INCONSISTENT, f"slot {number} has {name} {due[name]}, not what is said", excerpt(said))
    return offer.place


def _without_day(said: str) -> str:
    """Return a time without the name of its weekday."""
    return re.sub(r"^[A-Za-z]{3,9},? ", "", said)


def read_way_out(text: str, problem: Problem) -> Undo | Infeasible | Flag:
    """Read what is to be undone at a dead end."""
    lines = lines_of(text)
    last = lines[-1] if lines else ""
    if last.casefold() in _NO_SCHEDULE:
        return Infeasible()
    found = _UNDO.fullmatch(last)
    name = (found[1] or found[2]).strip() if found is not None else ""
    if name in problem.interview_ids:
        return Undo(name)
    return Flag(MALFORMED, "the last line is neither `undo = INTERVIEW` nor `no schedule`", excerpt(last))


def read_reading(text: str) -> Reading | Flag:
    """Read what words say of times: the rules in the last lines."""
    rules: set[tuple[bool, str]] = set()
    lines = lines_of(text)
    for number, line in enumerate(reversed(lines)):
        if number == 0 and line.casefold() in _NONE:
            return Reading(())
        found = _RULE.fullmatch(line)
        if found is None:
            break
        window = read_window(found[2])
        if window is None or window.startswith("room "):
            return Flag(MALFORMED, "a line names no window", excerpt(line))
        rules.add((found[1].lower() == "prefer", window))
    if not rules:
        return Flag(MALFORMED, "the last lines are no rules and not `none`", excerpt(text[-120:]))
    both = {window for wanted, window in rules if (not wanted, window) in rules}
    if both:
        return Flag(INCONSISTENT, "a window is both wanted and not", excerpt(min(both)))
    return Reading(tuple(sorted(rules)))
