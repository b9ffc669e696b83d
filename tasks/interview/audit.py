"""Checks a finished document against what was said: independent of how it came about, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from maker_engine.core.decomposition import Amendment, Gathered, Said

from .answers import Draft, Pick
from .document import Document, Kind, Line
from .rewording import as_constraint, as_feature, as_non_goal
from .statements import spoken
from .talk import RULES
from .words import clauses, one_line

MOST_FINDINGS = 5


def audit(document: Document, answers: Iterable[Any], earlier: Document | None) -> list[str]:
    """Return the first few things that are wrong with a document.

    Args:
        document: What the interview resulted in.
        answers: Every decision of the run, in order.
        earlier: The document it continued from, None for none.
    """
    proposed, persons, votes = _said(answers)
    said_first = clauses(document.idea)
    lines = {one.line for one in spoken(said_first, RULES)} | {as_non_goal(one) for one in said_first}
    known = {line.text for line in earlier.lines} if earlier is not None else {*lines, *said_first}
    findings = [*_quoted(document, proposed, persons, known, votes), *_whole(document)]
    return findings[:MOST_FINDINGS]


def _said(answers: Iterable[Any]) -> tuple[set[str], dict[str, str], set[int]]:
    """Return what agents proposed, what each person said, and the steps that were voted on."""
    proposed: set[str] = set()
    persons: dict[str, str] = {}
    votes: set[int] = set()
    for step, answer in enumerate(answers):
        if isinstance(answer, Gathered):
            proposed |= {text for one, _ in answer.proposals if isinstance(one, Draft) for _, text in one.lines}
        elif isinstance(answer, Said | Amendment):
            persons[answer.voter] = f"{persons.get(answer.voter, '')}\n{one_line(answer.text)}"
        elif isinstance(answer, Pick):
            votes.add(step)
    return proposed, persons, votes


def _said_by(line: Line, words: str) -> bool:
    """Return whether a line is a person's words, as they were said or as they are worded in a document."""
    said = line.source.words
    if line.text in words:
        return True
    if not said or said not in words:
        return False
    wordings = {as_constraint(said), as_non_goal(said)}
    return line.text in wordings or any(
        line.text == one.line for lead in clauses(words) for one in spoken((lead, said), RULES)
    )


def _quoted(
    document: Document, proposed: set[str], persons: dict[str, str], known: set[str], votes: set[int]
) -> Iterator[str]:
    """Every line is as someone put it, and behind an accepted line is a person's word or a vote."""
    for line in document.lines:
        if line.text in known or line.kind is Kind.QUESTION:
            continue
        by = line.source.voter
        named = line.source.words in proposed and as_feature(line.source.words) == line.text
        if line.text not in proposed and not named and not _said_by(line, persons.get(by, "")):
            yield f"{line.id} is quoted from no person: {line.text[:60]!r}"
        if by and by not in persons:
            yield f"{line.id} is said to be {by}'s, who said nothing"
        voted = {tally.step for tally in line.tallies} & votes
        if line.status.is_accepted and not by and not voted and not any(tally.persons for tally in line.tallies):
            yield f"{line.id} is accepted without a vote or a person's word"


def _whole(document: Document) -> Iterator[str]:
    """The document agrees with itself."""
    if not document.of(Kind.PURPOSE, accepted_only=False):
        yield "the document says nowhere what it is for"
    ids = [line.id for line in document.lines]
    for line_id in sorted({one for one in ids if ids.count(one) > 1}):
        yield f"the id {line_id} is used for two lines"
    out = {line.text for line in document.of(Kind.NON_GOAL)}
    for line in document.of(Kind.FEATURE):
        if line.text in out:
            yield f"{line.id} is to be built, and is a non-goal as well"
    for spill in document.spill:
        if spill.line and document.line(spill.line) is None:
            yield f"what was kept {'in' if spill.kept else 'out'} as {spill.line} is not in the document"
