"""The state of an interview: the document so far, the person's words, and what is being settled just now.

SURVEY ─▶ for each part in the queue:  GATHER ─▶ ASK ─▶ TRACE or CHOOSE ─▶ next part      … ─▶ REVIEW ─▶ CLOSED
                                              (non-goals are traced first, and asked about then)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from maker_engine.core.decomposition import Json

from .document import Document, Kind
from .document_json import from_fields, to_fields
from .parts import BY_NAME, PARTS, Part

IDEA = "idea"
LATER_GATES = ("no-event", "near-non-goal")
"""Rules of gates that interviews by rule 1 did not have: what failed nowhere must not fail when it is played back."""
RULES = 2
"""The rules of a new interview. By rule 1, of earlier versions, every exclusion and every option that was not chosen
became a non-goal; a saved interview that began so is played back so."""


class Stage(StrEnum):
    """What the open step is about."""

    SURVEY = "survey"  # agents draft all they would build
    GATHER = "gather"  # agents propose lines of one part
    ASK = "ask"  # a person is asked about them
    CHOOSE = "choose"  # agents vote for one of them
    TRACE = "trace"  # agents vote, line by line, on what asks for it
    REVIEW = "review"  # everything is settled, and a person may still change it
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Statement:
    """Something a person said.

    Attributes:
        text: In their words.
        voter: Their name; "" for the idea that the interview began from.
        part: Name of the part they were asked about, "idea" for the idea; "" for what they said unasked.
        step: Step of the run (0-based), None for what was said before it.
    """

    text: str
    voter: str = ""
    part: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposal, with all that say the same.

    Attributes:
        kind: What it is.
        wordings: Its wordings: those that pass the gates first, then those that most agents chose.
        drafts: How many agents proposed it.
        step: Step of the run in which they did (0-based).
        voted: Step of the vote about it (0-based), None while there was none.
    """

    kind: Kind
    wordings: tuple[str, ...]
    drafts: int
    step: int
    voted: int | None = None

    @property
    def text(self) -> str:
        """The wording that represents all."""
        return self.wordings[0]


@dataclass(frozen=True, slots=True)
class Talk:
    """The state of an interview.

    Attributes:
        document: What it has produced.
        said: What persons said, oldest first; what was taken back is gone.
        queue: Names of the parts to be settled, the one at hand first.
        stage: What the open step is about.
        step: Steps decided so far.
        candidates: Proposals for the part at hand.
        at: The candidate that is voted on, 0-based.
        asked: Questions asked so far.
        heard: Answers to the open question, where several persons are asked one after the other.
        survey: What agents would have built, had no one asked anything.
        forced: Name of the part whose question is asked whatever the dissent; "" for none.
        unclear: What persons said that may be a prohibition or an exclusion; they are asked which, the oldest first.
        rules: By which rules answers are taken in: an interview keeps those that it began with.
    """

    document: Document
    said: tuple[Statement, ...] = ()
    queue: tuple[str, ...] = field(default=tuple(part.name for part in PARTS))
    stage: Stage = Stage.SURVEY
    step: int = 0
    candidates: tuple[Candidate, ...] = ()
    at: int = 0
    asked: int = 0
    heard: tuple[Statement, ...] = ()
    survey: tuple[Candidate, ...] = ()
    forced: str = ""
    unclear: tuple[Statement, ...] = ()
    rules: int = 1

    @property
    def part(self) -> Part:
        """The part at hand; only while there is one."""
        return BY_NAME[self.queue[0]]


def encode(talk: Talk) -> Json:
    """Turn a state into JSON."""
    value = {**asdict(talk), "document": to_fields(talk.document)}
    return _as_before(value) if talk.rules == 1 else value


def _as_before(value: dict[str, Any]) -> Json:
    """Leave out what interviews by rule 1 did not have, so that a saved one is seen to lead where it led."""
    document = {name: item for name, item in value["document"].items() if name != "simulated"}
    lines = []
    for line in document["lines"]:
        source = {name: item for name, item in line["source"].items() if name != "chosen"}
        gates = [one for one in line["gates"] if one["rule"] not in LATER_GATES]
        order = [one["gate"] for one in line["gates"]]
        gone = {gate for gate in order if gate not in {one["gate"] for one in gates}}
        gates += [{"gate": gate, "rule": "", "words": "", "why": ""} for gate in gone]
        gates.sort(key=lambda one: order.index(one["gate"]))
        if line["kind"] is Kind.STORY:
            gates = [one for one in gates if one["gate"] != "consistent"]
        lines.append({**line, "source": source, "gates": tuple(gates)})
    kept = {name: item for name, item in value.items() if name not in ("unclear", "rules")}
    return {**kept, "document": {**document, "lines": tuple(lines)}}


def decode(value: Any) -> Talk:
    """Turn what `encode` gave back into an equal state."""
    made = {
        "document": from_fields(value["document"]),
        "said": tuple(Statement(**one) for one in value["said"]),
        "heard": tuple(Statement(**one) for one in value["heard"]),
        "queue": tuple(value["queue"]),
        "stage": Stage(value["stage"]),
        "candidates": tuple(map(_candidate, value["candidates"])),
        "survey": tuple(map(_candidate, value["survey"])),
        "unclear": tuple(Statement(**one) for one in value.get("unclear", ())),
    }
    return Talk(**{**value, **made})


def _candidate(value: Any) -> Candidate:
    return Candidate(**{**value, "kind": Kind(value["kind"]), "wordings": tuple(value["wordings"])})
