"""The gate of form: behaviour is said in EARS, a story as role, want and benefit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..document import GateResult
from .ears import take_apart

# "shall check if …", "shall record when …": what is checked or recorded, not a trigger said too late.
_ASKED = (
    "check|checks|ask|asks|see|tell|tells|know|decide|decides|determine|verify|test|show|shows|say|says|state|record|records"
    "|store|note|log|report|reports|choose|chooses|of|and|or|even|only|list|remember|time|moment|date|as"
)
_LATE = re.compile(rf"(?<!\w)(?!(?:{_ASKED})\s)(\w+),?\s+(when|whenever|while|if|unless)\s+\w+", re.IGNORECASE)
_STORY = re.compile(
    r"^as .+?,?\s+(?:i|we)\s+(?:\w+\s+)?(?:want|need|wish|can|like|expect)\b(?P<wish>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BENEFIT = re.compile(r"\bso\s+(?:that\s+)?(?:\w+)|\bin order to\b|\bbecause\b", re.IGNORECASE)


def behaviour(sentence: str) -> Iterator[GateResult]:
    """Yield what is wrong with the form of a sentence that says what the system does."""
    ears = take_apart(sentence)
    if not ears.modal:
        yield _fails("no-shall", "", 'Binds nobody: say it as "The … shall …", or "When …, the … shall …".')
        return
    if ears.names_nobody:
        yield _fails("no-subject", ears.subject, f"Does not say who {ears.modal}: name the system or the person.")
    if ears.says_nothing:
        yield _fails("no-response", "", f'Says nothing after "{ears.modal}": name what can be seen afterwards.')
    late = None if ears.patterns else _LATE.search(ears.response)
    if late is not None:
        word = late.group(2).lower()
        yield _fails(
            "trigger-last",
            late.group(2),
            f'Says its trigger last: begin with it, "{word.capitalize()} …, the … shall …".',
        )


def story(sentence: str) -> Iterator[GateResult]:
    """Yield what is wrong with the form of a user story."""
    match = _STORY.match(sentence)
    if match is None:
        yield _fails("no-role", "", 'Is no story yet: say it as "As a ROLE, I want WISH so that BENEFIT."')
    elif _BENEFIT.search(match["wish"]) is None:
        yield _fails("no-benefit", "", 'Does not say what for: end it with "so that …".')


def _fails(rule: str, words: str, why: str) -> GateResult:
    return GateResult("form", rule, words, why)
