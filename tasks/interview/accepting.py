"""How a line gets into the document: through the gates, by a vote or by a person, or kept out as spill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .document import Document, GateResult, Kind, Source, Spill, Status, Tally
from .gates import check_document
from .parts import BUILT
from .rewording import as_feature
from .talk import LATER_GATES, RULES, Candidate, Talk
from .tracing import alike, bars

UNTESTED = "no-acceptance"
"""What every feature fails until the last part."""


def proposed(talk: Talk, candidate: Candidate, source: Source, tally: Tally, traces: tuple[str, ...] = ()) -> Document:
    """Add an agents' line that was voted for: accepted where the gates pass it, else left for a person to settle."""
    document = talk.document
    line_id = document.next_id(candidate.kind)
    fields = {"status": Status.ACCEPTED, "traces": traces, "tallies": (tally,)}
    grown = check_document(document.added(candidate.kind, candidate.text, source, **fields))
    return (
        check_document(grown.changed(line_id, status=Status.ASKED)) if failures(grown, line_id, talk.rules) else grown
    )


def said(
    document: Document, kind: Kind, text: str, source: Source, tallies: tuple[Tally, ...] = (), rules: int = RULES
) -> Document:
    """Add a person's line: it is accepted, whatever the gates say, since no one knows better what is wanted."""
    line_id = id_of(document, kind, text)
    known = document.line(line_id)
    if known is None:
        document = document.added(kind, text, source, status=Status.ACCEPTED, tallies=tallies)
    else:
        fields = {"source": source, "status": Status.ACCEPTED, "tallies": (*known.tallies, *tallies)}
        document = document.changed(line_id, **fields)
    return accept(check_document(document), line_id, _why(source, rules), rules)


def _why(source: Source, rules: int) -> str:
    if rules == 1:
        return WANTS_IT.format(source.voter)
    if source.chosen:
        return f"{source.chosen} chose it as agents worded it, with {{rules}} shown beside it"
    return f"in {source.voter}'s own words; {{rules}} was found in them and not put to anybody"


def id_of(document: Document, kind: Kind, text: str) -> str:
    """Return the id of the line that says exactly this, or else the one that the next line gets."""
    known = (line.id for line in document.of(kind, accepted_only=False) if line.text == text)
    return next(known, document.next_id(kind))


WANTS_IT = "{} wants it so, although {{rules}} fails"
"""Why a line stood by rule 1, whoever worded it."""


def accept(document: Document, line_id: str, why: str, rule: int = RULES) -> Document:
    """Accept a line by a person's word; `why` is the reason where gates fail, {rules} being which."""
    failed = failures(document, line_id, rule)
    if not failed:
        return document.changed(line_id, status=Status.ACCEPTED, reason="")
    rules = ", ".join(dict.fromkeys(f"{one.gate}/{one.rule}" for one in failed))
    return document.changed(line_id, status=Status.WAIVED, reason=why.replace("{rules}", rules))


def failures(document: Document, line_id: str, rules: int = RULES) -> tuple[GateResult, ...]:
    """Return the gates that a line does not pass; that nothing tests a feature yet is reported at the end."""
    line = document.line(line_id)
    unheeded = (UNTESTED, *(LATER_GATES if rules == 1 else ()))
    return () if line is None else tuple(one for one in line.failures if one.rule not in unheeded)


_BUILDS = (Kind.FEATURE, Kind.INTERFACE, Kind.NON_GOAL)
"""What would be built, and can be spilled. A story, a limit or a datum that no one wants is left out, no more."""


def kept_out(talk: Talk, candidate: Candidate, tally: Tally, voter: str = "") -> Document:
    """Record that something agents would have added is not to be built, under a non-goal; not of what is wanted."""
    document, step = talk.document, talk.step
    near = next((line.id for kind in BUILT for line in document.of(kind) if alike(candidate.text, line.text)), "")
    if candidate.kind not in _BUILDS or near:
        if talk.rules == 1:
            return document
        return set_aside(
            talk, candidate, tally, f"says nearly what {near} says" if near else "nobody's words ask for it"
        )
    line_id = next((line.id for line in document.of(Kind.NON_GOAL) if bars(line.text, candidate.text)), "")
    if not line_id:
        line_id = document.next_id(Kind.NON_GOAL)
        source = Source(step, voter) if talk.rules == 1 and voter else Source(candidate.step, chosen=voter)
        document = document.added(Kind.NON_GOAL, candidate.text, source, status=Status.ACCEPTED, tallies=(tally,))
    spill = Spill(
        candidate.text, candidate.drafts, kept=False, line=line_id, step=step if tally.step is None else tally.step
    )
    return check_document(replace(document, spill=(*document.spill, spill)))


def set_aside(talk: Talk, candidate: Candidate, tally: Tally, why: str) -> Document:
    """Keep what was offered and not taken in, word for word: neither wanted nor ruled out."""
    document, kind = talk.document, Kind.FEATURE if candidate.kind is Kind.NON_GOAL else candidate.kind
    text = candidate.text if kind is not Kind.FEATURE else as_feature(candidate.text)
    if any(text in (line.text, line.source.words) for line in document.of(kind, accepted_only=False)):
        return document
    line_id = document.next_id(kind)
    fields = {"status": Status.NOT_NOW, "reason": why, "tallies": (tally,)}
    words = "" if text == candidate.text else candidate.text
    document = document.added(kind, text, Source(candidate.step, words=words), **fields)
    if candidate.kind in _BUILDS:
        spill = Spill(candidate.text, candidate.drafts, kept=None, line=line_id)
        document = replace(document, spill=(*document.spill, spill))
    return check_document(document)


def kept_in(talk: Talk, candidate: Candidate, tally: Tally, voter: str) -> Document:
    """Record that something agents added is wanted by a person, and add it as they put it."""
    document, step = talk.document, talk.step
    kind = Kind.FEATURE if candidate.kind is Kind.NON_GOAL else candidate.kind
    text = candidate.text if talk.rules == 1 or kind is not Kind.FEATURE else as_feature(candidate.text)
    line_id = id_of(document, kind, text)
    source = Source(candidate.step, words="" if text == candidate.text else candidate.text, chosen=voter)
    if talk.rules == 1:
        source = Source(step, voter)
    grown = said(document, kind, text, source, (tally,), talk.rules)
    spill = Spill(candidate.text, candidate.drafts, kept=True, line=line_id, step=step)
    return replace(grown, spill=(*grown.spill, spill))


def torn(document: Document) -> list[str]:
    """Return the ids of the lines that are wanted and ruled out at once."""
    return [
        line.id
        for line in document.lines
        if line.status.is_accepted and any(one.rule in ("non-goal", "near-non-goal") for one in line.failures)
    ]


def unsettled(document: Document) -> Sequence[str]:
    """Return the ids of the lines that wait for a person."""
    return [line.id for line in document.lines if line.status is Status.ASKED and line.kind is not Kind.QUESTION]
