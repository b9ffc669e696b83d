"""What follows from what agents said: the way through the parts, gathered, voted on, asked about."""

from __future__ import annotations

from dataclasses import replace

from maker_engine.core.decomposition import Gathered

from . import accepting, open_points
from .answers import Pick
from .brief import Brief
from .candidates import MOST, candidates, dissent, fresh
from .document import Document, Kind, Line, Source, Status, Tally
from .parts import ACCEPTANCE, BUILT, BY_NAME, NON_GOALS, OPEN, Part
from .talk import Candidate, Stage, Talk
from .tracing import Entry, alike, bars, entries

THRESHOLD = 0.3
"""A question is worth its asking from this impact × dissent on: two of seven agents who disagree on one line."""


def gathered(talk: Talk, brief: Brief, answer: Gathered) -> Talk:
    """Take proposals in."""
    found = candidates(answer.proposals, talk.step, talk.rules)
    if talk.stage is Stage.SURVEY:
        document = replace(talk.document, drafts=sum(times for _, times in answer.proposals))
        return begin(replace(talk, survey=found, document=document), brief)
    part = talk.part
    if part is OPEN:
        talk = open_points.gathered(talk, brief, found)
        return talk if talk.candidates else finish(talk, brief)
    if part is NON_GOALS:
        found = _unasked(talk, found)
    found = found[:MOST] if part.single else fresh(found, talk.document, 2 * MOST if part is NON_GOALS else MOST)
    if set(part.kinds) & set(BUILT):
        talk, found = _within(talk, found)
    talk = replace(talk, candidates=found, at=0)
    if not found:
        return finish(talk, brief)
    if part is NON_GOALS:
        return replace(talk, stage=Stage.TRACE)
    return replace(talk, stage=Stage.ASK) if worth_asking(talk, brief) else voting(talk, brief)


def _unasked(talk: Talk, found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """Put what drafts would have built beside what agents name as usually spilled; of two alike the first stays."""
    drafted = [one for one in talk.survey if one.kind in (Kind.FEATURE, Kind.INTERFACE) and one.drafts > 1]
    kept: list[Candidate] = []
    for one in sorted([*found, *drafted], key=lambda each: -each.drafts):
        if not any(alike(one.text, other.text) for other in kept):
            kept.append(one)
    return tuple(kept)


def _within(talk: Talk, found: tuple[Candidate, ...]) -> tuple[Talk, tuple[Candidate, ...]]:
    """Keep out what a non-goal rules out; that was settled before, and is not voted on again."""
    limits = [line.text for line in talk.document.of(Kind.NON_GOAL)]
    out = [one for one in found if any(bars(limit, one.text) for limit in limits)]
    document = talk.document
    for one in out:
        document = accepting.kept_out(replace(talk, document=document), one, Tally())
    return replace(talk, document=document), tuple(one for one in found if one not in out)


def begin(talk: Talk, brief: Brief) -> Talk:
    """Begin the next part that there is something to do for; where there is none, the review."""
    while talk.queue and _idle(talk, brief):
        talk = replace(talk, queue=talk.queue[1:])
    stage = Stage.GATHER if talk.queue else (Stage.REVIEW if brief.questions else Stage.CLOSED)
    return replace(talk, stage=stage, candidates=(), at=0, heard=())


def _idle(talk: Talk, brief: Brief) -> bool:
    """Return whether there is nothing to do for the part at hand: all is tested, or no one is there to be asked."""
    if talk.part is OPEN:
        return talk.forced != OPEN.name and brief.questions <= talk.asked
    return talk.part is ACCEPTANCE and untested(talk) is None


def finish(talk: Talk, brief: Brief) -> Talk:
    """Go on from a part that is settled; acceptance is settled feature by feature."""
    if talk.part is ACCEPTANCE:
        return begin(talk, brief)
    forced = "" if talk.forced == talk.part.name else talk.forced
    return begin(replace(talk, queue=talk.queue[1:], forced=forced), brief)


def untested(talk: Talk) -> Line | None:
    """Return the first accepted feature that no acceptance line, settled or waiting, traces to."""
    document = talk.document
    tried = {
        target
        for line in document.of(Kind.ACCEPTANCE, accepted_only=False)
        if line.status is not Status.REJECTED
        for target in line.traces
    }
    return next((line for line in document.of(Kind.FEATURE) if line.id not in tried), None)


def score(found: tuple[Candidate, ...], part: Part, drafts: int) -> float:
    """Return impact × dissent of a part."""
    return part.impact * dissent(found, drafts, single=part.single)


def worth_asking(talk: Talk, brief: Brief) -> bool:
    """Return whether a question is spent on the part at hand: one is left after those on later parts worth more.

    What the later parts will be worth is taken from the drafts of everything, before any of it was settled.
    """
    part = talk.part
    if talk.forced == part.name:
        return True
    left = brief.questions - talk.asked - (open_points.reserved(brief) if OPEN.name in talk.queue else 0)
    own = score(talk.candidates, part, brief.drafts)
    if left <= 0 or part is ACCEPTANCE or own < THRESHOLD:
        return False
    later = [BY_NAME[name] for name in talk.queue[1:] if name not in (ACCEPTANCE.name, OPEN.name)]
    worth = [score(surveyed(talk, one), one, brief.drafts) for one in later]
    return sum(one > own for one in worth) < left


def surveyed(talk: Talk, part: Part) -> tuple[Candidate, ...]:
    """Return what the drafts of everything hold for a part."""
    kinds = (Kind.FEATURE, Kind.INTERFACE) if part is NON_GOALS else part.kinds
    return tuple(one for one in talk.survey if one.kind in kinds)


def voting(talk: Talk, brief: Brief) -> Talk:
    """Let agents vote on the candidates at hand; without any the part is settled."""
    if not talk.candidates:
        return finish(talk, brief)
    return replace(talk, stage=Stage.CHOOSE if talk.part.single else Stage.TRACE, at=0)


def picked(talk: Talk, brief: Brief, pick: Pick) -> Talk:
    """Take the outcome of a vote in."""
    return _chosen(talk, brief, pick) if talk.stage is Stage.CHOOSE else _traced(talk, brief, pick)


def _chosen(talk: Talk, brief: Brief, pick: Pick) -> Talk:
    place = pick.number - 1 if 0 < pick.number <= len(talk.candidates) else 0
    candidate = talk.candidates[place]
    tested = untested(talk) if talk.part is ACCEPTANCE else None
    words = talk.document.idea if tested is None else tested.source.words or tested.text
    traces = () if tested is None else (tested.id,)
    source = Source(candidate.step, "", words)
    document = accepting.proposed(talk, candidate, source, Tally(talk.step), traces)
    return finish(replace(talk, document=document), brief)


def _traced(talk: Talk, brief: Brief, pick: Pick) -> Talk:
    listed = entries(talk, talk.part)
    entry = listed[pick.number - 1] if 0 < pick.number <= len(listed) else None
    if talk.part is NON_GOALS:
        return _spilled(talk, brief, entry)
    candidate, tally = talk.candidates[talk.at], Tally(talk.step)
    if entry is None:
        document = accepting.kept_out(talk, candidate, tally)
    else:
        traces = (entry.line,) if entry.line else ()
        document = accepting.proposed(talk, candidate, entry.source(candidate.step), tally, traces)
    talk = replace(talk, document=document, at=talk.at + 1)
    return talk if talk.at < len(talk.candidates) else finish(talk, brief)


def _spilled(talk: Talk, brief: Brief, entry: Entry | None) -> Talk:
    """Keep a candidate that no one asked for among the possible non-goals; drop one that someone did ask for."""
    here = talk.at + (entry is None)
    own = () if entry is not None else (replace(talk.candidates[talk.at], voted=talk.step),)
    kept = (*talk.candidates[: talk.at], *own, *talk.candidates[talk.at + 1 :])
    talk = replace(talk, candidates=kept, at=here)
    if here < len(kept):
        return talk
    if kept and worth_asking(talk, brief):
        asked = replace(talk, stage=Stage.ASK, candidates=kept[:MOST], at=0)
        return replace(asked, document=_out(talk, kept[MOST:]))
    return spill_out(talk, brief)


def spill_out(talk: Talk, brief: Brief) -> Talk:
    """Make non-goals of all candidates that are left: agents found no word that asks for them."""
    return finish(replace(talk, document=_out(talk, talk.candidates)), brief)


def _out(talk: Talk, left: tuple[Candidate, ...]) -> Document:
    for candidate in left:
        talk = replace(talk, document=accepting.kept_out(talk, candidate, Tally(candidate.voted)))
    return talk.document
