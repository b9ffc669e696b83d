"""What the idea leaves open: questions that agents would put to the person, asked one at a time.

An answer becomes a decision in the document, question and answer on one line, and agents may rest on it afterwards.
What no one was asked about stays an open question, so that whoever builds it asks instead of guessing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from . import accepting
from .brief import Brief
from .document import Conflict, Kind, Source, Status, Tally
from .parts import OPEN
from .sentences import Sense
from .statements import entered, spoken
from .talk import Candidate, Stage, Statement, Talk
from .tracing import alike
from .words import Reply, one_line

MOST_OPTIONS = 6
_POINT = re.compile(r"(?P<ask>[^?]{3,}\?)\s*(?:\[(?P<options>[^\[\]]*)\])?\W*")


class Point(NamedTuple):
    """One open point: what is asked, and the answers that agents offer."""

    ask: str
    options: tuple[str, ...]


def read_point(text: str) -> Point | None:
    """Read "QUESTION? [ANSWER | ANSWER]"; None for anything else."""
    found = _POINT.fullmatch(text.strip())
    if found is None:
        return None
    options = (one_line(one) for one in (found["options"] or "").split("|"))
    return Point(one_line(found["ask"]), tuple(dict.fromkeys(one for one in options if one))[:MOST_OPTIONS])


def reserved(brief: Brief) -> int:
    """Return how many of the questions are kept for open points: the greater half."""
    return (brief.questions + 1) // 2


def gathered(talk: Talk, brief: Brief, found: Iterable[Candidate]) -> Talk:
    """Take the points of most drafts to be asked, those that ask the same put together; write the next ones down."""
    points: list[Candidate] = []
    for one in found:
        point = read_point(one.text)
        if point is None or _known(talk, point):
            continue
        same = next((place for place, other in enumerate(points) if alike(point.ask, _ask(other))), None)
        if same is None:
            points.append(one)
        else:
            points[same] = replace(points[same], drafts=min(brief.drafts, points[same].drafts + one.drafts))
    points.sort(key=lambda one: -one.drafts)
    most = max(1, min(reserved(brief), brief.questions - talk.asked))
    left = [one for one in points[most : most + 3] if one.drafts > 1]
    document = talk.document
    for one in left:
        document = document.added(Kind.QUESTION, _ask(one), Source(one.step), status=Status.ASKED)
    return replace(talk, document=document, candidates=tuple(points[:most]), at=0, stage=Stage.ASK)


def _ask(candidate: Candidate) -> str:
    point = read_point(candidate.text)
    return candidate.text if point is None else point.ask


def _known(talk: Talk, point: Point) -> bool:
    asked = (
        line.text for line in talk.document.of(Kind.QUESTION, accepted_only=False) if line.status is not Status.REJECTED
    )
    return any(text.startswith(point.ask) for text in asked)


def at_hand(talk: Talk) -> Point:
    """Return the point that is asked about."""
    return read_point(talk.candidates[talk.at].text) or Point(talk.candidates[talk.at].text, ())


def settled(talk: Talk, replies: dict[str, Reply]) -> Talk:
    """Take in what persons answered to the point at hand; `at` moves to the next."""
    point, document = at_hand(talk), talk.document
    answers = {voter: _answer(point, reply) for voter, reply in replies.items()}
    given = {voter: text for voter, text in answers.items() if text}
    step = talk.step
    if len(set(given.values())) > 1:
        sides = tuple((text, tuple(v for v in given if given[v] == text)) for text in dict.fromkeys(given.values()))
        talk = replace(talk, document=replace(document, conflicts=(*document.conflicts, Conflict(point.ask, sides))))
    elif given:
        voter, text = next(iter(given.items()))
        said = Statement(f"{point.ask} {text}", voter, OPEN.name, step)
        tally = Tally(step, persons=tuple((one, text) for one in given))
        document = accepting.said(document, Kind.QUESTION, said.text, Source(step, voter), (tally,))
        talk = replace(talk, document=document, said=(*talk.said, said))
        talk = _kept_to(talk, replies[voter], said)
    else:
        document = document.added(Kind.QUESTION, point.ask, Source(step, next(iter(replies))), status=Status.ASKED)
        talk = replace(talk, document=document)
    return replace(talk, at=talk.at + 1, heard=())


def _answer(point: Point, reply: Reply) -> str:
    chosen = [point.options[place] for place in reply.picks if place < len(point.options)]
    text = ", ".join(chosen)
    for one in reply.sentences:
        text += f"{', ' if one[:1].islower() else ' '}{one}" if text else one
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "!", "?")) else ".")


def _kept_to(talk: Talk, reply: Reply, said: Statement) -> Talk:
    """Write the prohibitions in an answer down as constraints of their own."""
    for one in spoken(reply.sentences, talk.rules):
        if one.sense is Sense.CONSTRAINT:
            talk = entered(talk, Kind.CONSTRAINT, one.line, replace(said, text=one.said))
    return talk
