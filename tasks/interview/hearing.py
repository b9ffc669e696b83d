"""The questions a person is asked, and what follows from the answers."""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.decomposition import Ask, Said

from . import accepting
from .brief import Brief
from .candidates import dissent
from .document import Conflict, Document, Kind, Source, Status, Tally
from .flow import finish, score, spill_out, voting
from .parts import NON_GOALS, PURPOSE, STORIES, Part
from .talk import Candidate, Stage, Statement, Talk
from .tracing import alike, is_exclusion
from .words import DECIDE, NONE, SKIP, Reply, one_line, read_reply

DONE = "done"


def ask(talk: Talk, brief: Brief) -> Ask:
    """Return the question that is open."""
    if talk.stage is Stage.REVIEW:
        return _review(talk.document)
    part, drafts = talk.part, brief.drafts
    options = [f"{one.text} · {one.drafts} of {drafts} drafts" for one in talk.candidates]
    whose = f"{brief.persons[len(talk.heard)]}: " if brief.persons else ""
    apart = dissent(talk.candidates, drafts, single=part.single)
    different = f"{len(options)} different proposal{'s' if len(options) != 1 else ''} from {drafts} agents"
    why = f"{different}: dissent {apart:.2f} × impact {part.impact} = {score(talk.candidates, part, drafts):.2f}"
    if talk.forced == part.name:
        why = f"you wanted to be asked this again; {why}"
    words = [DECIDE, SKIP] if part.single else [NONE, DECIDE, SKIP]
    return Ask(whose + part.question, (*options, *words), why, several=not part.single)


def _review(document: Document) -> Ask:
    waiting = len(accepting.unsettled(document))
    left = f", {waiting} of them waiting for your word" if waiting else ""
    lines = sum(line.status is not Status.REJECTED for line in document.lines)
    why = f"it is complete, with {lines} lines{left}; until you say so, every line can still be changed"
    return Ask("Is the document what you want?", (DONE,), why, free=False)


def refusal(talk: Talk, brief: Brief, said: Said) -> str:
    """Say in one line why an answer cannot be taken; empty to take it."""
    if talk.stage is not Stage.REVIEW and not one_line(said.text):
        return f"an empty answer says nothing: choose by number, write what you want, or say {SKIP!r} or {DECIDE!r}"
    if brief.persons and talk.stage is Stage.ASK and said.voter != brief.persons[len(talk.heard)]:
        return f"this question is for {brief.persons[len(talk.heard)]}, not for {said.voter[:32]!r}: say who answers"
    return ""


def heard(talk: Talk, brief: Brief, said: Said) -> Talk:
    """Take an answer in; once everybody who is asked has answered, settle the part."""
    if talk.stage is Stage.REVIEW:
        return replace(talk, stage=Stage.CLOSED)
    part = talk.part
    first = not talk.heard
    known = (*talk.heard, Statement(said.text, said.voter, part.name, talk.step))
    persons = tuple(dict.fromkeys((*talk.document.persons, said.voter)))
    talk = replace(talk, heard=known, asked=talk.asked + first, document=replace(talk.document, persons=persons))
    if len(known) < len(brief.persons):
        return talk
    options = ask(replace(talk, heard=()), brief).options
    return _settled(talk, brief, {one.voter: read_reply(one.text, options) for one in known})


def _settled(talk: Talk, brief: Brief, replies: dict[str, Reply]) -> Talk:
    for voter, reply in replies.items():
        talk = _spoken(talk, voter, reply)
        if reply.word == SKIP:
            question = Source(talk.step, voter)
            document = talk.document.added(Kind.QUESTION, talk.part.question, question, status=Status.ASKED)
            talk = replace(talk, document=document)
    picks = {voter: reply.picks for voter, reply in replies.items() if reply.picks or reply.word == NONE}
    talk, chosen = _chosen(talk, picks)
    if talk.part.single:
        talk, by_words = _split(talk, {voter: reply.sentences for voter, reply in replies.items() if reply.sentences})
        return finish(talk, brief) if picks or by_words else voting(talk, brief)
    left = tuple(one for place, one in enumerate(talk.candidates) if place not in chosen)
    if picks:
        return _left_out(replace(talk, candidates=left), brief, tuple(picks))
    lines = (line for line in talk.document.lines if line.kind is not Kind.NON_GOAL)
    mine = [line.text for line in lines if line.source.voter in replies and line.source.step == talk.step]
    left = tuple(one for one in left if not any(alike(one.text, text) for text in mine))
    talk = replace(talk, candidates=left)
    return spill_out(talk, brief) if talk.part is NON_GOALS else voting(talk, brief)


def _spoken(talk: Talk, voter: str, reply: Reply) -> Talk:
    """Write down what a person said in their own words, sentence by sentence."""
    document, said = talk.document, talk.said
    for text in reply.sentences:
        kind = Kind.NON_GOAL if is_exclusion(text) else _own_kind(talk.part)
        document = accepting.said(document, kind, text, Source(talk.step, voter))
        said = (*said, Statement(text, voter, talk.part.name, talk.step))
    return replace(talk, document=document, said=said)


def _split(talk: Talk, words: dict[str, tuple[str, ...]]) -> tuple[Talk, bool]:
    """Where one line is wanted and persons wrote different ones, write the conflict down; neither line stands."""
    if len(set(words.values())) < 2:
        return talk, bool(words)
    document = talk.document
    for line in document.lines:
        if line.source.step == talk.step and line.kind in talk.part.kinds:
            document = document.changed(line.id, status=Status.ASKED, reason="")
    sides = tuple((" ".join(said), (voter,)) for voter, said in words.items())
    conflict = Conflict(talk.part.question, sides)
    return replace(talk, document=replace(document, conflicts=(*document.conflicts, conflict))), True


def _own_kind(part: Part) -> Kind:
    """Return what a person's sentence about a part becomes; what they want of the spill is a feature."""
    return Kind.FEATURE if part is NON_GOALS else part.kinds[0]


def _chosen(talk: Talk, picks: dict[str, tuple[int, ...]]) -> tuple[Talk, set[int]]:
    """Accept what everybody chose; what only some chose is a conflict, and waits."""
    chosen: set[int] = set()
    for place, candidate in enumerate(talk.candidates):
        voters = tuple(voter for voter, places in picks.items() if place in places)
        if not voters:
            continue
        chosen.add(place)
        others = tuple(voter for voter in picks if voter not in voters)
        tally = Tally(talk.step, persons=(*((one, "in") for one in voters), *((one, "out") for one in others)))
        line_id = accepting.id_of(talk.document, _kind_taken(talk.part, candidate), candidate.text)
        document = _taken(talk, candidate, voters[0], tally)
        if others:
            document = document.changed(line_id, status=Status.ASKED, reason="")
            sides = ((f"in: {candidate.text}", voters), (f"out: {candidate.text}", others))
            document = replace(document, conflicts=(*document.conflicts, Conflict(line_id, sides)))
        statement = Statement(candidate.text, voters[0], talk.part.name, talk.step)
        said = talk.said if others else (*talk.said, statement)
        talk = replace(talk, document=document, said=said)
    return talk, chosen


def _kind_taken(part: Part, candidate: Candidate) -> Kind:
    return Kind.FEATURE if part is NON_GOALS and candidate.kind is Kind.NON_GOAL else candidate.kind


def _taken(talk: Talk, candidate: Candidate, voter: str, tally: Tally) -> Document:
    if talk.part is NON_GOALS:
        return accepting.kept_in(talk.document, candidate, talk.step, tally, voter)
    return accepting.said(talk.document, candidate.kind, candidate.text, Source(talk.step, voter), (tally,))


def _left_out(talk: Talk, brief: Brief, voters: tuple[str, ...]) -> Talk:
    """Keep out what nobody chose, by the persons' word."""
    document = talk.document
    if talk.part not in (PURPOSE, STORIES):
        for candidate in talk.candidates:
            tally = Tally(talk.step, persons=tuple((voter, "out") for voter in voters))
            document = accepting.kept_out(document, candidate, talk.step, tally, voters[0])
    return finish(replace(talk, document=document), brief)
