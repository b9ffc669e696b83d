"""How far a migration is, and the answers that are voted on; both as JSON, and back."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any, TypeAlias

from maker_engine.core.decomposition import Json
from maker_engine.core.task.plain import listed, tupled

COPY, CHOOSE, GATE, ASK, BACKUP, RUN, CHECK = "copy", "choose", "gate", "ask", "backup", "run", "check"
VERDICT, REVERT, RECHECK, RESTORE = "verdict", "revert", "recheck", "restore"
UNWIND, UNWOUND, FINISH, END = "unwind", "unwound", "finish", "end"
STAGES = (COPY, CHOOSE, GATE, ASK, BACKUP, RUN, CHECK, VERDICT, REVERT, RECHECK, RESTORE, UNWIND, UNWOUND, FINISH, END)

BATCHES, KEEP = "batches", "keep"
GATES = (RUN, BACKUP, BATCHES, ASK)
VERDICTS = (KEEP, REVERT, RESTORE)
NOTHING, ALL, PART = "nothing", "all", "part"
GO_ON, STOP = "go on", "stop here"
UNANSWERED = "it gave no answer:"
"""How what a check says begins that did not come through."""


@dataclass(frozen=True, slots=True)
class Table:
    """What is known of a table.

    Attributes:
        name: Its name.
        rows: How many it has.
        digest: Of its rows, in hexadecimal.
        columns: Their names.
        broken: Rows whose foreign key leads nowhere.
    """

    name: str
    rows: int
    digest: str
    columns: tuple[str, ...]
    broken: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The outcome of a change.

    Attributes:
        error: What failed, "" where all statements ran.
        left: What is left of it in the database: "nothing", "part" or "all".
        verify: What its verify script says against it, "" for nothing.
        broken: Rows whose foreign key leads nowhere, before and after.
        lost: What is lost and was not declared.
    """

    error: str = ""
    left: str = ALL
    verify: str = ""
    broken: tuple[int, int] = (0, 0)
    lost: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every check holds."""
        return not (self.error or self.verify or self.lost or self.broken[1] > self.broken[0])


@dataclass(frozen=True, slots=True)
class Deed:
    """A change that was carried out.

    Attributes:
        name: The change.
        gates: What was decided before it, in order.
        changed: Rows.
        took: Seconds.
        batches: How many there were, 0 for none.
        before: Digest of the database before it.
        after: And after it.
        head: What the database's state was called before it.
        verdict: What was decided after it.
        why: What its checks found, "" for nothing.
    """

    name: str
    gates: tuple[str, ...] = ()
    changed: int = 0
    took: float = 0.0
    batches: int = 0
    before: str = ""
    after: str = ""
    head: str = ""
    verdict: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How far the run is.

    Attributes:
        stage: What comes next, one of `STAGES`.
        work: Name of the copy.
        head: What the state of the database is called.
        tables: As they were last examined.
        first: As they were in the beginning.
        schemas: What made the tables, indices and so on in the beginning and at the end: (type, name, SQL).
        applied: Changes in the database, in order.
        reverted: Changes that were taken back, in order.
        deed: The change that is at hand; None for none.
        statement: Its statements that are done, where it goes in batches.
        above: The key up to which the next statement is done, None from the start.
        longest: Seconds of its longest batch.
        wrote: Tables that it may have changed; None for all.
        backup: State of the last backup that was tested, "" for none.
        dirty: Data has changed since.
        evidence: The outcome of the change at hand.
        deeds: What was done, in order.
        findings: What makes the migration unsafe.
        downtime: Seconds for which writers were held up.
        stop: Why no further change is made, "" where they are.
        had: Changes that the database had before the run, by its tool's own table, in plan order.
    """

    stage: str = COPY
    work: str = ""
    head: str = ""
    tables: tuple[Table, ...] = ()
    first: tuple[Table, ...] = ()
    schemas: tuple[tuple[tuple[str, str, str], ...], ...] = ()
    applied: tuple[str, ...] = ()
    reverted: tuple[str, ...] = ()
    deed: Deed | None = None
    statement: int = 0
    above: int | None = None
    longest: float = 0.0
    wrote: tuple[str, ...] | None = ()
    backup: str = ""
    dirty: bool = False
    evidence: Evidence | None = None
    deeds: tuple[Deed, ...] = ()
    findings: tuple[str, ...] = ()
    downtime: float = 0.0
    stop: str = ""
    had: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    """The change that goes next."""

    change: str


@dataclass(frozen=True, slots=True)
class Gate:
    """What is done before the change runs: "run", "backup", "batches" or "ask"."""

    word: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done after it: "keep", "revert" or "restore"."""

    word: str


Answer: TypeAlias = Choose | Gate | Verdict

_ANSWERS: dict[str, type[Choose | Gate | Verdict]] = {"choose": Choose, "gate": Gate, "verdict": Verdict}


def state_json(state: State) -> Json:
    """Return the state's fields in their order, each record as a list of its own."""
    found: Json = listed(astuple(state))
    return found


def state_from(value: Any) -> State:
    """Turn what `state_json` gave back into an equal state."""
    fields = dict(zip(State.__dataclass_fields__, tupled(value), strict=False))  # earlier ones have fewer
    for name in ("tables", "first"):
        fields[name] = tuple(Table(*one) for one in fields[name])
    fields["deed"] = None if fields["deed"] is None else Deed(*fields["deed"])
    fields["evidence"] = None if fields["evidence"] is None else Evidence(*fields["evidence"])
    fields["deeds"] = tuple(Deed(*one) for one in fields["deeds"])
    return State(**fields)


def answer_json(answer: Answer) -> Json:
    """Return the answer's kind and its word."""
    return [type(answer).__name__.lower(), answer.change if isinstance(answer, Choose) else answer.word]


def answer_from(value: Any) -> Answer:
    """Turn what `answer_json` gave back into an equal answer.

    Raises:
        ValueError: It is no such thing.
    """
    kind, word = value
    if kind not in _ANSWERS or not isinstance(word, str):
        raise ValueError(f"{kind!r} is not an answer of a migration")
    return _ANSWERS[kind](word)
