"""What a person said, sentence by sentence: as it was said, as it is now in the document, and what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from . import accepting
from .document import Document, Kind, Source, Status
from .rewording import as_constraint, object_of, worded
from .sentences import Sense, sense
from .talk import Statement, Talk
from .tracing import is_exclusion

_UNCLEAR = 'Must "{}" never happen, or is it not to be built?'
_PRODUCT = (
    "tool|app|application|program|service|site|website|script|bot|library|package|api|system|server|command|utility|client"
    "|cli|game|page"
)
_WHICH_NEVER = re.compile(
    rf"^(?:an?|the|our|my) (?:[\w'-]+ ){{0,6}}?(?:{_PRODUCT}) (?:that|which) "
    r"(?P<what>(?:never|must not|must never|does not|doesn['’]t|do not|don['’]t|cannot|won['’]t"
    r"|will not) (?P<verb>\w+).*)$",
    re.IGNORECASE,
)
_EVER = re.compile(r" (?=without (?:ever |once )[a-z]+ing\b)", re.IGNORECASE)


class Spoken(NamedTuple):
    """One sentence.

    Attributes:
        said: As it was said.
        line: As it is in the document.
        sense: What it is about.
    """

    said: str
    line: str
    sense: Sense


def spoken(sentences: Iterable[str], rules: int) -> list[Spoken]:
    """Return of each sentence what it is about, by the rules of the interview."""
    if rules == 1:
        return [Spoken(one, one, Sense.NON_GOAL if is_exclusion(one) else Sense.WANTED) for one in sentences]
    found: list[Spoken] = []
    about = ""
    for one in (piece for each in sentences for piece in _pieces(each)):
        meant = sense(one)
        if meant is Sense.WANTED:
            about = object_of(one) or about
        found.append(Spoken(one, worded(one, about), meant))
        never = _WHICH_NEVER.match(one)
        if never is not None:
            found[-1] = Spoken(one, one, Sense.WANTED)
            verb = never["verb"]
            what = re.sub(
                rf"\b{verb}\b", _plural(verb) if never["what"].startswith("never") else verb, never["what"], count=1
            )
            found.append(Spoken(one, as_constraint(f"It {what}"), Sense.CONSTRAINT))
    return found


def _pieces(sentence: str) -> list[str]:
    """Cut what must never happen off what is wanted: "Rename files without ever losing one" says two things."""
    pieces = _EVER.split(sentence)
    return [sentence] if len(pieces) == 1 else [piece.strip(" ,") for piece in pieces]


def _plural(verb: str) -> str:
    """Return the verb of "it VERBs" without its ending."""
    if verb.endswith("ies") and len(verb) > 4:
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zes", "oes")):
        return verb[:-2]
    return verb.removesuffix("s") if not verb.endswith("ss") else verb


def written(talk: Talk, sentences: Iterable[str], wanted: Kind, statement: Statement) -> Talk:
    """Write down what a person said in their own words; what is unclear waits until they say what they mean.

    Args:
        talk: The state of the interview.
        sentences: What was said.
        wanted: What a want becomes.
        statement: Who said it, when and about what; its text is not read.
    """
    for one in spoken(sentences, talk.rules):
        said = replace(statement, text=one.said)
        if one.sense is Sense.UNCLEAR:
            talk = replace(talk, unclear=(*talk.unclear, said))
        else:
            talk = entered(talk, one.sense.kind or wanted, one.line, said)
    return talk


def entered(talk: Talk, kind: Kind, line: str, said: Statement) -> Talk:
    """Add a line that a person said, and what they said to what agents may rest on."""
    source = Source(said.step, said.voter, said.text if line != said.text else "")
    known = talk.said if said in talk.said and talk.rules > 1 else (*talk.said, said)
    return replace(talk, document=accepting.said(talk.document, kind, line, source, (), talk.rules), said=known)


def left_open(document: Document, unclear: Iterable[Statement]) -> Document:
    """Write down as open questions what no one is there to be asked about."""
    for one in unclear:
        document = document.added(
            Kind.QUESTION,
            _UNCLEAR.format(one.text.rstrip(".!")),
            Source(one.step, one.voter, one.text),
            status=Status.ASKED,
        )
    return document
