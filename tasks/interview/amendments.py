"""What a person may amend at any time: a strict small grammar, and what each amendment does to the document.

accept ID              accepted, whatever agents or gates say           add KIND TEXT    a line of your own
reject ID [REASON]     it goes                                          non-goal TEXT    short for add non-goal
later ID               neither wanted nor ruled out: not now
edit ID TEXT           your wording in its place                        revise PART      ask about a part again
move ID up|down|first|last                                              revise PART TEXT with the answer at once
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from maker_engine.core.decomposition import Amendment

from . import accepting
from .brief import Brief
from .document import Document, Kind, Line, Source, Status, Tally
from .flow import begin
from .gates import check_document
from .parts import ACCEPTANCE, BY_NAME
from .reopening import reopened
from .rewording import as_constraint, as_non_goal
from .sentences import Sense, sense
from .statements import entered
from .talk import Stage, Statement, Talk
from .words import clauses, one_line

LONGEST = 1_000
_REQUEST = re.compile(r"(?P<verb>[a-z-]+)(?: +(?P<what>\S+))?(?: +(?P<rest>.+))?", re.IGNORECASE)
_WAYS = ("up", "down", "first", "last")
_ADDED = tuple(kind for kind in Kind if kind is not Kind.QUESTION)


@dataclass(frozen=True, slots=True)
class Request:
    """An amendment, read.

    Attributes:
        verb: What to do.
        line: Id of the line it is about, "" where it is about none.
        kind: Kind of the line to add.
        part: Name of the part to revise.
        text: Words that go with it: a wording, a reason, an answer, a way to move.
    """

    verb: str
    line: str = ""
    kind: Kind = Kind.FEATURE
    part: str = ""
    text: str = ""


def read_amendment(text: str, document: Document) -> Request | str:
    """Read an amendment; for a text that is none, return one line that says why, and how to write it."""
    said = one_line(text)
    if len(said) > LONGEST:
        return f"that has {len(said):,} characters: say it in {LONGEST:,}"
    found = _REQUEST.fullmatch(said)
    verb = found["verb"].lower() if found else ""
    what, rest = (found["what"] or "", found["rest"] or "") if found else ("", "")
    if verb == "non-goal":
        return _adding(Kind.NON_GOAL.value, f"{what} {rest}".strip())
    if verb == "add":
        return _adding(what.lower(), rest)
    if verb == "revise":
        part = what.lower()
        return Request(verb, part=part, text=rest) if part in BY_NAME else f"revise which part? {', '.join(BY_NAME)}"
    if verb not in ("accept", "reject", "later", "edit", "move"):
        return f"{said[:30]!r} is not an amendment: accept, later, reject, edit, move, add, non-goal or revise"
    return _about(Request(verb, what.upper(), text=rest), document)


def _adding(kind: str, text: str) -> Request | str:
    if kind not in _ADDED:
        return f"add what? {', '.join(_ADDED)}, then the line"
    if not re.search(r"\w", text):
        return f"a {kind} needs words: add {kind} TEXT"
    return Request("add", kind=Kind(kind), text=text)


def _about(request: Request, document: Document) -> Request | str:
    line = document.line(request.line)
    if line is None:
        known = next((one.id for one in document.lines), "")
        return f"there is no line {request.line[:20]!r}" + (f"; the first is {known}" if known else " yet")
    ruled_out = line.kind is Kind.NON_GOAL and request.verb == "edit"
    for wrong, mend in (
        (
            request.verb == "edit" and not re.search(r"\w", request.text),
            f"edit {line.id} needs the new words: edit {line.id} TEXT",
        ),
        (
            ruled_out and sense(request.text) is Sense.CONSTRAINT,
            "that must never happen, and is nothing to leave out: add constraint TEXT",
        ),
        (request.verb == "later" and request.text, f"later {line.id} takes no more words"),
        (request.verb == "move" and request.text.lower() not in _WAYS, f"move {line.id} which way? {', '.join(_WAYS)}"),
        (
            request.verb == "accept" and request.text,
            f"accept {line.id} takes no more words: edit {line.id} TEXT changes the line",
        ),
    ):
        if wrong:
            return mend
    return request


def refusal(talk: Talk, amendment: Amendment) -> str:
    """Say in one line why an amendment cannot be taken; empty to take it."""
    request = read_amendment(amendment.text, talk.document)
    return request if isinstance(request, str) else ""


def amended(talk: Talk, brief: Brief, amendment: Amendment) -> Talk:
    """Amend as a person asks; what cannot be read changes nothing."""
    request = read_amendment(amendment.text, talk.document)
    if isinstance(request, str):
        return talk
    voter = amendment.voter
    document = talk.document
    persons = tuple(dict.fromkeys((*document.persons, voter)))
    talk = replace(talk, document=replace(document, persons=persons))
    match request.verb:
        case "revise":
            return reopened(talk, brief, request.part, clauses(request.text), voter)
        case "add":
            return _with_tests(_added(talk, request, voter), brief)
        case "move":
            return replace(talk, document=_moved(talk.document, request))
    line = talk.document.line(request.line)
    return talk if line is None else _with_tests(_judged(talk, request, line, voter), brief)


def _added(talk: Talk, request: Request, voter: str) -> Talk:
    said = Statement(request.text, voter, "", talk.step)
    if talk.rules == 1:
        return entered(talk, request.kind, request.text, said)
    if request.kind is Kind.NON_GOAL and sense(request.text) is not Sense.CONSTRAINT:
        return entered(talk, request.kind, as_non_goal(request.text), said)
    if request.kind in (Kind.NON_GOAL, Kind.CONSTRAINT):
        return entered(talk, Kind.CONSTRAINT, as_constraint(request.text), said)
    return entered(talk, request.kind, request.text, said)


def _judged(talk: Talk, request: Request, line: Line, voter: str) -> Talk:
    """Accept, reject or edit a line; whatever was in conflict about it is settled by that."""
    document = talk.document
    if request.verb == "reject":
        tally = Tally(talk.step, persons=((voter, "out"),))
        reason = request.text or f"{voter} does not want it"
        document = document.changed(line.id, status=Status.REJECTED, reason=reason, tallies=(*line.tallies, tally))
        document = check_document(document)
    elif request.verb == "accept":
        tally = Tally(talk.step, persons=((voter, "in"),))
        document = document.changed(line.id, status=Status.ACCEPTED, tallies=(*line.tallies, tally))
        document = accepting.accept(check_document(document), line.id, _why(talk, voter, "accepted"), talk.rules)
    elif request.verb == "later":
        document = check_document(document.changed(line.id, status=Status.NOT_NOW, reason=f"{voter}: not now"))
    else:
        document = document.changed(line.id, text=request.text, source=Source(talk.step, voter), status=Status.ACCEPTED)
        document = accepting.accept(check_document(document), line.id, _why(talk, voter, "worded"), talk.rules)
        talk = replace(talk, said=(*talk.said, Statement(request.text, voter, "", talk.step)))
    participle = {"reject": "rejected", "accept": "accepted", "edit": "edited", "later": "put off"}[request.verb]
    conflicts = tuple(
        replace(one, settled=f"{participle} by {voter}") if one.about == line.id and not one.settled else one
        for one in document.conflicts
    )
    return replace(talk, document=replace(document, conflicts=conflicts))


def _why(talk: Talk, voter: str, did: str) -> str:
    """Return why a line is accepted that a person accepted or worded."""
    return accepting.WANTS_IT.format(voter) if talk.rules == 1 else f"{voter} {did} it so, although {{rules}} fails"


def _moved(document: Document, request: Request) -> Document:
    """Move a line among those of its kind."""
    line = document.line(request.line)
    if line is None:
        return document
    places = [place for place, one in enumerate(document.lines) if one.kind is line.kind]
    own = [document.lines[place] for place in places]
    at = own.index(line)
    own.pop(at)
    own.insert({"up": max(0, at - 1), "down": at + 1, "first": 0, "last": len(own)}[request.text.lower()], line)
    lines = list(document.lines)
    for place, one in zip(places, own, strict=True):
        lines[place] = one
    return replace(document, lines=tuple(lines))


def _with_tests(talk: Talk, brief: Brief) -> Talk:
    """See to it that a feature that is now accepted gets its acceptance line, even where that part was through."""
    if talk.stage is Stage.SURVEY or ACCEPTANCE.name in talk.queue:
        return talk
    queued = replace(talk, queue=(*talk.queue, ACCEPTANCE.name))
    return begin(queued, brief) if talk.stage is Stage.REVIEW else queued
