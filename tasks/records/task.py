"""Rows as a task: each field of each row is a step of its own, which depends on no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Option, Said, Task, Undecided, Vote
from maker_engine.labelling.codebook import CHOICE
from maker_engine.labelling.units import Unit
from maker_engine.labelling.wording import vote_on

from .loading import Asked, Problem, load_problem
from .picture import draw
from .verifier import findings

_HELD = 1_024
"""Votes that are kept, since each is needed several times."""
_TITLE = 200
"""Characters of a row's title."""


class State(NamedTuple):
    """How far the table is decided.

    Attributes:
        done: Things that were decided or given up.
        undecided: Those given up.
        people: Those that a person is to be asked about, or has decided.
        judged: Decided ones of which the gold answer is known.
        right: Those of them that are as the gold answer.
        counts: How often each label of the first field that is one of a list was decided.
    """

    done: int = 0
    undecided: int = 0
    people: int = 0
    judged: int = 0
    right: int = 0
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Records(Task[State, Any]):
    """Rows of a table by a codebook.

    Attributes:
        problem: The rows, the codebook, and gold where there is some.
        questions: What the steps ask, so that what an earlier run has decided need not be asked again.
    """

    problem: Problem

    name = "records"
    title = "Records"
    summary = "Label rows of a table or extract from them, a vote for each field; dissent goes to people."
    source_help = (
        "A codebook in YAML: fields, labels, rules, examples (docs/records.md); maker records init drafts one."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("rows", "The rows: CSV, TSV, JSON Lines, Parquet, SQLite (data.db#table), or - for standard input.", ""),
        Option("gold", "A table of right answers, with the rows' ids; never in a prompt.", ""),
        Option("id", "The column that identifies a row; without one, its content does.", ""),
        Option("question", "Without a codebook: what is asked of each row; {column} is a cell.", ""),
        Option("choices", "Without a codebook: the answers, with commas.", ""),
        Option("field", "Without a codebook: the name of the answer's column.", "answer"),
        Option("shuffle", "Seed of the order in which labels are offered.", 0),
    )
    independent = True
    result_with_cost = True
    has_oracle = True

    questions: Asked = field(init=False, repr=False, compare=False)
    _votes: dict[int, tuple[Unit, Vote]] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "questions", Asked(self.problem))
        if not self.problem.right:
            object.__setattr__(self, "has_oracle", False)  # of these rows nobody has said what is right

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """Make the problem of a codebook and the rows that an option names, or of what a session kept.

        Raises:
            ProblemError: One of them cannot be used.
        """
        return cls(load_problem(options, source))

    def source(self) -> str:
        """Return codebook, gold, and the rows or where they are with their digest."""
        return self._source

    @cached_property
    def _source(self) -> str:
        return self.problem.to_text()

    @property
    def label(self) -> str:
        """Such as `60 rows, 1 field`."""
        rows, fields = len(self.problem.units.table), len(self.problem.codebook.fields)
        return f"{rows:,} row{'s' * (rows != 1)}, {fields} field{'s' * (fields != 1)}"

    @property
    def expected_steps(self) -> int:
        """One for each field of each row with a content of its own."""
        return len(self.problem.units)

    def start(self) -> State:
        """Return that nothing is decided."""
        return State(counts=(0,) * len(self._closed))

    def row(self, number: int) -> State:
        """Return a state at which step `number` (0-based) is asked."""
        return State(min(number, len(self.problem.units)))

    def row_title(self, number: int) -> str:
        """Return a row's id, the field where there are several, and what is shown of it."""
        units = self.problem.units
        unit = units[number]
        texts = (unit.row.text(name)[:_TITLE] for name in units.shown)
        field = f" {unit.field.name}?" if len(self.problem.codebook.fields) > 1 else ""
        return f"{unit.id[:_TITLE]}{field} {' · '.join(texts)}"[:_TITLE]

    @cached_property
    def _closed(self) -> tuple[str, ...]:
        """The labels of the first field that is one of a list."""
        return next((field.names for field in self.problem.codebook.fields if field.form == CHOICE), ())

    def _at(self, number: int) -> tuple[Unit, Vote]:
        held = self._votes
        found = held.get(number)
        if found is None:
            units = self.problem.units
            unit = units[number]
            found = (unit, vote_on(unit, self.problem.codebook, units.shown, self.problem.seed))
            if len(held) >= _HELD:
                held.clear()
            held[number] = found
        return found

    def step(self, state: State) -> Vote | None:
        """Ask for one field of one row."""
        return None if state.done >= len(self.problem.units) else self._at(state.done)[1]

    def apply(self, state: State, answer: Any) -> State:
        """Count what was decided, and whether it is as the gold answer."""
        if isinstance(answer, Undecided):
            later = int(answer.ask_later)
            return state._replace(done=state.done + 1, undecided=state.undecided + 1, people=state.people + later)
        unit = self._at(state.done)[0]
        people = int(isinstance(answer, Said))
        decided = unit.field.read(answer.text) if isinstance(answer, Said) else answer
        right = self.problem.right.get(unit.id).get(unit.field.name)
        counts = state.counts
        if unit.field.names == self._closed and decided in self._closed:
            place = self._closed.index(decided)
            counts = (*counts[:place], counts[place] + 1, *counts[place + 1 :])
        return State(
            state.done + 1,
            state.undecided,
            state.people + people,
            state.judged + (right is not None),
            state.right + (right is not None and right == decided),
            counts,
        )

    def oracle(self, state: State) -> Any:
        """Return the gold answer, None where there is none."""
        if state.done >= len(self.problem.units):
            return None
        unit = self._at(state.done)[0]
        return self.problem.right.get(unit.id).get(unit.field.name)

    def draft(self, state: State) -> Any:
        """Guess the gold answer."""
        return self.oracle(state)

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Check that every row has an answer that the codebook allows."""
        return findings(self.source(), len(self.problem.units), answers)

    def result(self, state: State) -> Json:
        """Return how many rows there are, how many of their fields were accepted, and how many are right by gold."""
        accepted = state.done - state.undecided
        found: dict[str, Json] = {
            "rows": len(self.problem.units.table),
            "accepted": accepted,
            "undecided": state.undecided,
            "to_people": state.people,
        }
        if self.problem.right:
            share = round(state.right / state.judged, 4) if state.judged else None
            found["accuracy"] = {"judged": state.judged, "right": state.right, "share": share}
        return found

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw how far the table is, how the labels are spread, and the row that is asked about."""
        units = self.problem.units
        unit = self._at(state.done)[0] if state.done < len(units) else None
        spread = tuple(zip(self._closed, state.counts, strict=False))
        return draw((state.done, len(units), state.undecided), spread, unit, units.shown, (columns, rows))

    def describe(self, answer: Any) -> str:
        """Tell an answer in at most 24 characters."""
        if isinstance(answer, tuple):
            return (", ".join(map(str, answer)) or "none")[:24]
        return " ".join(str(answer).split())[:24]

    def encode_state(self, state: State) -> Json:
        """Return the counts."""
        return [*state[:5], [*state.counts]]

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        done, undecided, people, judged, right, counts = value
        return State(done, undecided, people, judged, right, tuple(counts))
