"""A red flag: a sign that a response is unreliable, for which it is discarded."""

from __future__ import annotations

from typing import NamedTuple

MALFORMED, ILLEGAL, INCONSISTENT = "malformed", "illegal", "inconsistent"
"""The rules that are about an answer's form and content; `red_flags.RULES` says what each means."""


class Flag(NamedTuple):
    """A sign that a response is unreliable (§3.3). A flagged response is discarded: never repaired, never a vote.

    Attributes:
        rule: Name of the rule that fired, one of `red_flags.RULES` or a task's own.
        reason: One sentence for a person.
        excerpt: The offending bit of the response, at most 120 characters; empty when there is none to show.
    """

    rule: str
    reason: str
    excerpt: str = ""


EXCERPT_CHARACTERS = 120


def excerpt(text: str, start: int = 0) -> str:
    """Cut what a flag shows of `text`, from character `start` (0-based)."""
    bit = text[start : start + EXCERPT_CHARACTERS + 1]
    return bit if len(bit) <= EXCERPT_CHARACTERS else bit[: EXCERPT_CHARACTERS - 1] + "…"
