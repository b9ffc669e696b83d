"""What an interview results in: a document of single lines, each with its source, its votes and its gate results.

    Document ── Line ── Source        who first said it, and on what words it rests
            │       ├── Tally         how agents voted, and persons by name
            │       └── GateResult    what each quality gate said of it
            ├── Conflict              where persons split; shown, never averaged
            └── Spill                 what drafts added that no one had asked for, kept in or kept out

All values are frozen; every change gives a new document. A line's text is what was proposed or written, character for
character: nothing here rewrites it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """What a line is; `prefix` begins the ids of its kind. The order is that of the sections."""

    PURPOSE = "purpose"
    NON_GOAL = "non-goal"
    STORY = "story"
    FEATURE = "feature"
    CONSTRAINT = "constraint"
    DATA = "data"
    INTERFACE = "interface"
    ACCEPTANCE = "acceptance"
    QUESTION = "question"

    @property
    def prefix(self) -> str:
        """The letters before the number of an id."""
        return _PREFIXES[self]


_PREFIXES = {
    Kind.PURPOSE: "PU", Kind.NON_GOAL: "NG", Kind.STORY: "US", Kind.FEATURE: "FR", Kind.CONSTRAINT: "CO",
    Kind.DATA: "DA", Kind.INTERFACE: "IF", Kind.ACCEPTANCE: "AC", Kind.QUESTION: "OQ",
}  # fmt: skip


class Status(StrEnum):
    """What has become of a line."""

    ASKED = "asked"  # put to a person, or to a vote, and not answered yet
    ACCEPTED = "accepted"
    WAIVED = "waived"  # accepted although a gate failed; the reason is given
    NOT_NOW = "not-now"  # offered and not chosen: neither wanted nor ruled out, and never lost
    REJECTED = "rejected"

    @property
    def is_accepted(self) -> bool:
        """Whether the line is part of what is to be built (or, for a non-goal, of what is not)."""
        return self in (Status.ACCEPTED, Status.WAIVED)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a line comes from.

    Attributes:
        step: Step of the run in which it was said (0-based), None when it was there before the run, as the idea is.
        voter: Name of the person who said it; "" for agents.
        words: The person's own words that it rests on, quoted; "" when agents added it of their own accord. Beside a
            `voter` they are what was said, where the line words it otherwise.
        chosen: Name of the person who chose it as agents worded it; "" for no one.
    """

    step: int | None = None
    voter: str = ""
    words: str = ""
    chosen: str = ""

    @property
    def asked_for(self) -> bool:
        """Whether a person said it, or said words that it rests on. What is not asked for is spill."""
        return bool(self.voter or self.words or self.chosen)


@dataclass(frozen=True, slots=True)
class Tally:
    """One vote about a line.

    Attributes:
        step: Step of the run in which it was decided (0-based), None when it is not one step's.
        counts: Votes of agents, one (choice, votes) for each candidate.
        persons: What persons voted, one (name, choice) for each; a person's choice overrules any number of agents.
        k: Margin that the winner needed, None where no one but persons voted.
    """

    step: int | None = None
    counts: tuple[tuple[str, int], ...] = ()
    persons: tuple[tuple[str, str], ...] = ()
    k: int | None = None

    @property
    def split(self) -> bool:
        """Whether persons chose different things."""
        return len({choice for _, choice in self.persons}) > 1


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate said of one line.

    Attributes:
        gate: Name of the gate, such as "clear".
        rule: The rule that failed, such as "quality-word"; "" when the gate passed.
        words: The words that failed it, quoted; "" when it is what is missing that fails.
        why: One sentence that says what is wrong and how to fix it; "" when the gate passed.
    """

    gate: str
    rule: str = ""
    words: str = ""
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether the gate lets the line through."""
        return not self.rule


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the document.

    Attributes:
        id: Its kind's prefix and a number from 1, such as "FR-001"; never given twice, not even after a rejection.
        kind: What it is.
        text: Exactly as proposed or written.
        source: Where it comes from.
        status: What has become of it.
        reason: Why it was waived or rejected, one sentence; "" otherwise.
        traces: Ids of the lines it serves: a feature's story, an acceptance criterion's feature.
        tallies: The votes about it, oldest first.
        gates: Results of the quality gates, as last run.
    """

    id: str
    kind: Kind
    text: str
    source: Source = Source()
    status: Status = Status.ASKED
    reason: str = ""
    traces: tuple[str, ...] = ()
    tallies: tuple[Tally, ...] = ()
    gates: tuple[GateResult, ...] = ()

    @property
    def failures(self) -> tuple[GateResult, ...]:
        """The gates that it does not pass."""
        return tuple(result for result in self.gates if not result.passed)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Persons who want different things. It stays in the document, settled or not.

    Attributes:
        about: The question, or the id of the line, that they split on.
        sides: One (what they want, in their words; names of those who want it) for each side.
        settled: What was decided and by whom, "" while it is open.
    """

    about: str
    sides: tuple[tuple[str, tuple[str, ...]], ...]
    settled: str = ""


@dataclass(frozen=True, slots=True)
class Spill:
    """Something drafts added without a source in anyone's words.

    Attributes:
        text: As the drafts put it.
        drafts: How many of the drafts added it.
        kept: True when it was voted in, False when it was kept out, None while no one has decided.
        line: Id of the line it became: a feature when kept in, a non-goal when kept out; "" for none.
        step: Step of the run that decided it (0-based), None while no one has.
    """

    text: str
    drafts: int
    kept: bool | None = None
    line: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class SpillCount:
    """How much drafts added: distinct items that came up, were kept in, were kept out, and are undecided."""

    found: int
    kept_in: int
    kept_out: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Document:
    """The whole of it.

    Attributes:
        title: Short name of what is to be built, one line.
        idea: What the interview began from, in the person's words.
        persons: Names of those who vote, in the order they came.
        lines: In the order they were written.
        conflicts: Where persons split.
        spill: What drafts added that no one had asked for.
        drafts: How many drafts the spill was counted over.
        simulated: Whether any of it comes from simulated agents: then it is a rehearsal, and its papers say so.
    """

    title: str
    idea: str = ""
    persons: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    spill: tuple[Spill, ...] = ()
    drafts: int = 0
    simulated: bool = False

    def of(self, kind: Kind, *, accepted_only: bool = True) -> tuple[Line, ...]:
        """Return the lines of a kind; only accepted ones, by default."""
        return tuple(
            line for line in self.lines if line.kind is kind and (line.status.is_accepted or not accepted_only)
        )

    def line(self, line_id: str) -> Line | None:
        """Return the line with that id, None when there is none."""
        return next((line for line in self.lines if line.id == line_id), None)

    def next_id(self, kind: Kind) -> str:
        """Return the id the next line of a kind gets."""
        return f"{kind.prefix}-{1 + max((int(line.id[3:]) for line in self.lines if line.kind is kind), default=0):03}"

    def added(self, kind: Kind, text: str, source: Source, **fields: Any) -> Self:
        """Return the document with one line more, at the end, under the next id; `fields` are the line's others."""
        return replace(self, lines=(*self.lines, Line(self.next_id(kind), kind, text, source, **fields)))

    def changed(self, line_id: str, **fields: Any) -> Self:
        """Return the document with some fields of one line changed.

        Raises:
            KeyError: There is no such line.
        """
        if self.line(line_id) is None:
            raise KeyError(line_id)
        return replace(
            self, lines=tuple(replace(line, **fields) if line.id == line_id else line for line in self.lines)
        )

    def untested(self) -> Iterator[Line]:
        """Yield the accepted features that no accepted acceptance criterion traces to."""
        tested = {target for line in self.of(Kind.ACCEPTANCE) for target in line.traces}
        yield from (line for line in self.of(Kind.FEATURE) if line.id not in tested)

    @property
    def spilled(self) -> SpillCount:
        """How much drafts added."""
        kept = [item.kept for item in self.spill]
        return SpillCount(len(kept), kept.count(True), kept.count(False), kept.count(None))
