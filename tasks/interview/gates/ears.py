"""EARS, the Easy Approach to Requirements Syntax (Mavin et al., RE 2009): a trigger first, then who shall do what.

The SYSTEM shall RESPONSE                    always
When EVENT, the SYSTEM shall RESPONSE        something happens
While STATE, the SYSTEM shall RESPONSE       as long as something holds
If TROUBLE, then the SYSTEM shall RESPONSE   something goes wrong
Where FEATURE, the SYSTEM shall RESPONSE     only where something is included
While …, when …, the SYSTEM shall RESPONSE   several of them
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_EVENT = ("when", "whenever", "once", "after", "upon", "on", "as soon as", "before")
_STATE = ("while", "during", "as long as", "until")
_TROUBLE = ("if", "unless")
_OPTION = ("where", "in case")
_PATTERNS = {"event": _EVENT, "state": _STATE, "trouble": _TROUBLE, "option": _OPTION}
_KEYWORDS = {keyword: pattern for pattern, keywords in _PATTERNS.items() for keyword in keywords}
_TRIGGER = re.compile(rf"(?:{'|'.join(sorted(_KEYWORDS, key=lambda word: -len(word)))})(?=\s)", re.IGNORECASE)
_DUTIES = tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in ("shall", "must", "will|should"))
# A permission binds only where it shuts something out: "only … may", "may not", "can only".
_MAY = re.compile(r"\b(?:may|can)\b", re.IGNORECASE)
_MAY_NOT = re.compile(r"\b(?:may|can)\s*(?:not|only)\b", re.IGNORECASE)
_ONLY = re.compile(r"only\b", re.IGNORECASE)
_THEN = re.compile(r",(?:\s*then\b)?|\bthen\b", re.IGNORECASE)
_ACTOR = re.compile(r"\s(?=(?:the|an?|each|every|all|no)\s)", re.IGNORECASE)
_ARTICLES = re.compile(r"^(?:(?:the|an?|each|every|all|any|no|only)\b\s*)+", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:it|this|that|these|those|they|he|she|we|i|you|one|there|which)$", re.IGNORECASE)
_EMPTY = re.compile(r"(?:\b(?:not|be|to|able|also|always|never)\b|[\W_])+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ears:
    """A sentence taken apart.

    Attributes:
        patterns: Which clauses lead it, of "event", "state", "trouble", "option"; none for a ubiquitous sentence.
        subject: Who shall, articles left out; "" when no one is named.
        modal: The word of duty: shall, must, will, should; "" when there is none.
        response: What comes after it.
        start: Character at which the response begins.
    """

    patterns: tuple[str, ...]
    subject: str
    modal: str
    response: str
    start: int

    @property
    def names_nobody(self) -> bool:
        """Whether the subject is missing, or a pronoun."""
        return not self.subject or _PRONOUN.match(self.subject) is not None

    @property
    def says_nothing(self) -> bool:
        """Whether no response is left beside "be", "not" and the like."""
        return _EMPTY.sub("", self.response) == ""


def take_apart(sentence: str) -> Ears:
    """Take a sentence apart; what is missing comes back as ""."""
    leading = _TRIGGER.match(sentence) is not None
    modal = _duty(sentence, leading=leading)
    if modal is None:
        return Ears((), "", "", "", len(sentence))
    head = sentence[: modal.start()].strip()
    clauses, subject = _split(head) if leading else ("", head)
    subject = _ARTICLES.sub("", subject.strip(" ,:-")).strip()
    return Ears(_patterns(clauses), subject, modal.group().lower(), sentence[modal.end() :].strip(), modal.end())


def _duty(sentence: str, *, leading: bool) -> re.Match[str] | None:
    """Find the word of duty: "shall" before "must" before others, and past the comma of a leading clause."""
    comma = sentence.find(",") if leading else 0
    permission = _MAY if _ONLY.match(sentence) else _MAY_NOT
    for start in (max(comma, 0), 0):
        for words in (*_DUTIES, permission):
            match = words.search(sentence, start)
            if match is not None:
                return match
    return None


def _split(head: str) -> tuple[str, str]:
    """Cut what comes before the word of duty into its leading clauses and the subject."""
    cuts = list(_THEN.finditer(head))
    if cuts:
        return head[: cuts[-1].start()], head[cuts[-1].end() :]
    actors = list(_ACTOR.finditer(head, len(head.split(maxsplit=1)[0]) + 1))
    return (head[: actors[-1].start()], head[actors[-1].end() :]) if actors else (head, "")


def _patterns(clauses: str) -> tuple[str, ...]:
    starts = [match.end() for match in re.finditer(r"^|,\s*(?:and\s+)?", clauses)]
    triggers = (_TRIGGER.match(clauses, start) for start in starts)
    return tuple(_KEYWORDS[trigger.group().lower()] for trigger in triggers if trigger is not None)
