"""Taking an answer back: what rested on it is opened again, and everything else stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .brief import Brief
from .candidates import WITHDRAWN
from .document import Document, Kind, Line, Status
from .flow import begin
from .gates import check_document
from .parts import BY_NAME, PARTS, part_of, question_of
from .statements import written
from .talk import Stage, Statement, Talk


def reopened(talk: Talk, brief: Brief, part: str, sentences: Sequence[str], voter: str) -> Talk:
    """Take back what was answered about a part and all that rested on it; ask again, or take the new answer at once."""
    taken = {one.text for one in talk.said if one.part == part}
    said = tuple(one for one in talk.said if one.part != part)
    document = talk.document
    own = {line.id for line in document.lines if line.kind in BY_NAME[part].kinds and _goes(line, taken)}
    own |= {
        line.id
        for line in document.of(Kind.QUESTION, accepted_only=False)
        if line.text == question_of(BY_NAME[part], talk.rules)
    }
    gone = _resting_on(document, own, taken)
    for line_id in gone:
        document = document.changed(line_id, status=Status.REJECTED, reason=f"{WITHDRAWN}: {voter} revised the {part}")
    document = replace(document, spill=tuple(one for one in document.spill if not one.line or one.line not in gone))
    talk = replace(talk, document=document, said=said)
    talk = written(talk, sentences, BY_NAME[part].kinds[0], Statement("", voter, part, talk.step))
    document, said = talk.document, talk.said
    open_parts = {part_of(line.kind).name for line in document.lines if line.id in gone} | set(talk.queue)
    open_parts = open_parts - {part} if sentences else open_parts | {part}
    queue = tuple(one.name for one in PARTS if one.name in open_parts)
    talk = replace(talk, document=check_document(document), said=said, queue=queue)
    if talk.stage is Stage.SURVEY:
        return talk
    return begin(talk if sentences else replace(talk, forced=part), brief)


def _goes(line: Line, taken: set[str]) -> bool:
    """Return whether a line of the revised part goes: what persons wrote stays, unless it was that very answer."""
    answered = line.text in taken or line.source.words in taken
    return line.status is not Status.REJECTED and (answered or not line.source.voter)


def _resting_on(document: Document, own: set[str], taken: set[str]) -> set[str]:
    """Return the ids of `own` and of all agents' lines that rest on them or on the words taken back, however far."""
    gone = set(own)
    while True:
        more = {
            line.id
            for line in document.lines
            if line.id not in gone
            and line.status is not Status.REJECTED
            and not line.source.voter
            and (gone.intersection(line.traces) or line.source.words in taken)
        }
        if not more:
            return gone
        gone |= more
