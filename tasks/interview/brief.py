"""What an interview is about and how it is led, from options or a file, and back to text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from maker_engine.core.errors import ProblemError

from .document import Document, Line, Source, Status
from .document_json import FORMAT, from_fields, to_fields
from .parts import OPEN, PARTS, part_of
from .sentences import Sense
from .statements import left_open, spoken
from .talk import IDEA, RULES, Stage, Statement, Talk
from .words import clauses, one_line

EXAMPLE = "a simple task management API"
QUESTIONS, DRAFTS = 5, 7
LONGEST_IDEA = 2_000
MOST_QUESTIONS, MOST_DRAFTS, MOST_PERSONS = 50, 50, 9
_DEFAULTS = {"questions": QUESTIONS, "drafts": DRAFTS, "persons": ""}
_NAME = re.compile(r"[\w.@-]{1,32}")


@dataclass(frozen=True, slots=True)
class Brief:
    """What an interview is about.

    Attributes:
        idea: In the person's words, on one line.
        questions: Most questions that a person is asked; 0 leaves everything to the agents.
        drafts: Agents that propose, each time.
        persons: Who is asked, by name, each in turn; empty for whoever is there.
        document: What an earlier interview resulted in; None for a new one.
        rules: By which rules answers are taken in, see `talk.RULES`.
    """

    idea: str = EXAMPLE
    questions: int = QUESTIONS
    drafts: int = DRAFTS
    persons: tuple[str, ...] = ()
    document: Document | None = None
    rules: int = RULES


def read_brief(options: Mapping[str, int | str], source: str | None) -> Brief:
    """Read the options, and the problem file where there is one: it has the say over the idea and over defaults.

    Raises:
        ProblemError: Something cannot be used; the text names it and the fix.
    """
    brief = Brief() if source is None else _from_source(source)
    chosen = {name: value for name, value in options.items() if source is None or value != _DEFAULTS.get(name)}
    if source is None and chosen.get("idea"):
        brief = replace(brief, idea=str(chosen["idea"]))
    if "questions" in chosen:
        brief = replace(brief, questions=_whole(chosen["questions"]))
    if "drafts" in chosen:
        brief = replace(brief, drafts=_whole(chosen["drafts"]))
    if chosen.get("persons"):
        brief = replace(brief, persons=tuple(one.strip() for one in str(chosen["persons"]).split(",")))
    return _checked(brief)


def _checked(brief: Brief) -> Brief:
    idea = one_line(brief.idea)
    for wrong, message in (
        (not re.search(r"\w", idea), 'the idea says nothing: write what is to be built, as in "a to-do list API"'),
        (len(idea) > LONGEST_IDEA, f"the idea has {len(idea):,} characters: say it in {LONGEST_IDEA:,}"),
        (not 0 <= brief.questions <= MOST_QUESTIONS, f"questions must be 0 to {MOST_QUESTIONS}, got {brief.questions}"),
        (not 2 <= brief.drafts <= MOST_DRAFTS, f"drafts must be 2 to {MOST_DRAFTS}, got {brief.drafts}"),
        (len(set(brief.persons)) < len(brief.persons), "a person is named twice: name each once"),
        (len(brief.persons) > MOST_PERSONS, f"at most {MOST_PERSONS} persons can be asked, got {len(brief.persons)}"),
    ):  # fmt: skip
        if wrong:
            raise ProblemError(message)
    for name in brief.persons:
        if not _NAME.fullmatch(name):
            raise ProblemError(f"{name[:40]!r} is not a name: use letters, figures, dots and hyphens, as in ada,bob")
    return replace(brief, idea=idea)


def _whole(value: int | str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ProblemError(f"questions and drafts are whole numbers, got {str(value)[:20]!r}") from None


def _from_source(text: str) -> Brief:
    if not text.lstrip().startswith("{"):
        return Brief(idea=text)
    try:
        value: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        raise ProblemError(
            "the file begins like JSON and is not: give an idea in words, or an exported document"
        ) from None
    if value.get("format") == FORMAT:
        document = _from_another_run(from_fields(value))
        return Brief(idea=document.idea or document.title, document=document)
    strange = set(value) - {"idea", "questions", "drafts", "persons", "document", "rules"}
    if strange:
        raise ProblemError(
            f"an interview has no {min(strange)[:40]!r}: it has idea, questions, drafts, persons, document"
        )
    # What an earlier version wrote into its sessions names no rules; what a person writes need not.
    saved = text == json.dumps(value) and list(value)[:4] == ["idea", "questions", "drafts", "persons"]
    rules = value.pop("rules", 1 if saved else RULES)
    if type(rules) is not int or not 1 <= rules <= RULES:
        raise ProblemError(f"this version knows the rules 1 to {RULES}, and the file asks for {str(rules)[:20]!r}")
    return replace(_from_object(value), rules=rules)


def _from_object(value: dict[str, Any]) -> Brief:
    persons = value.get("persons", [])
    kept = value.get("document")
    numbers = {name: value[name] for name in ("questions", "drafts") if name in value}
    if not isinstance(value.get("idea", ""), str) or not isinstance(persons, list):
        raise ProblemError('the idea must be text and persons a list, as in {"idea": "…", "persons": ["ada"]}')
    if any(type(number) is not int for number in numbers.values()) or any(type(name) is not str for name in persons):
        raise ProblemError("questions and drafts must be whole numbers, persons must be names")
    document = None if kept is None else _from_another_run(from_fields(kept))
    return Brief(value.get("idea", EXAMPLE), persons=tuple(persons), document=document, **numbers)


def write_brief(brief: Brief) -> str:
    """Write a brief as JSON that `read_brief` turns back into an equal one."""
    kept = None if brief.document is None else to_fields(brief.document)
    value = {"idea": brief.idea, "questions": brief.questions, "drafts": brief.drafts, "persons": list(brief.persons)}
    if brief.rules > 1:
        value["rules"] = brief.rules
    return json.dumps(value if kept is None else {**value, "document": kept})


def _from_another_run(document: Document) -> Document:
    """Take out the steps of the run that a document comes from, which are none of this one's, and all line breaks.

    A file may hold anything; what is quoted in a prompt or shown on a row has to be on one line.
    """

    def line(one: Line) -> Line:
        source = Source(None, *map(one_line, (one.source.voter, one.source.words, one.source.chosen)))
        tallies = tuple(replace(tally, step=None) for tally in one.tallies)
        return replace(one, text=one_line(one.text), source=source, reason=one_line(one.reason), tallies=tallies)

    return replace(
        document,
        title=one_line(document.title),
        idea=one_line(document.idea),
        persons=tuple(map(one_line, document.persons)),
        lines=tuple(map(line, document.lines)),
        spill=tuple(replace(one, text=one_line(one.text), step=None) for one in document.spill),
    )


def beginning(brief: Brief) -> Talk:
    """Return the state before step 0."""
    if brief.document is None:
        return _new(brief)
    said = tuple(Statement(one, part=IDEA) for one in clauses(brief.idea))
    document = replace(brief.document, persons=tuple(dict.fromkeys((*brief.document.persons, *brief.persons))))
    said += tuple(
        Statement(line.text, who)
        for line in document.lines
        if line.status.is_accepted and (who := line.source.voter or line.source.chosen)
    )
    there = {part_of(line.kind).name for line in document.lines if line.status.is_accepted}
    missing = tuple(part.name for part in PARTS if part.name not in there and part is not OPEN)
    if not missing:
        return Talk(document, said, (), Stage.REVIEW if brief.questions else Stage.CLOSED, rules=brief.rules)
    return Talk(document, said, missing, rules=brief.rules)


def _new(brief: Brief) -> Talk:
    """Return a new interview: what the idea itself rules out, or never lets happen, holds before anyone is asked."""
    document = Document(_title(brief.idea), brief.idea, brief.persons)
    queue = tuple(part.name for part in PARTS if brief.rules > 1 or part is not OPEN)
    talk = Talk(document, (), queue, rules=brief.rules)
    for one in spoken(clauses(brief.idea), brief.rules):
        statement = Statement(one.said, part=IDEA)
        if one.sense is Sense.UNCLEAR:
            talk = replace(talk, unclear=(*talk.unclear, statement))
        else:
            talk = replace(talk, said=tuple(dict.fromkeys((*talk.said, statement))))
        if one.sense.kind is not None:
            source = Source(words=one.said)
            added = talk.document.added(one.sense.kind, one.line, source, status=Status.ACCEPTED)
            talk = replace(talk, document=added)
    if talk.unclear and not brief.questions:
        return replace(talk, document=left_open(talk.document, talk.unclear), unclear=())
    return talk


def _title(idea: str) -> str:
    words = re.split(r"[.,;:]", idea, maxsplit=1)[0].strip()
    return words if len(words) <= 60 else words[:59] + "…"
