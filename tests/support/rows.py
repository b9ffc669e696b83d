"""A task of independent steps: say in which column a row of a table belongs. Its state counts, and adds up."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from maker_engine.core.decomposition import Mistake, Task, Undecided, Vote
from maker_engine.core.red_flags import MALFORMED
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest

SYSTEM = "You sort rows into columns 0 to 6. Say the column, as `column = N` and nothing else."
FORMAT = re.compile(r"column = (\d)")
COLUMNS = 7


class Sorted(NamedTuple):
    """How many rows are sorted, the sum of their columns, and how many were given up."""

    row: int = 0
    total: int = 0
    undecided: int = 0


@dataclass(frozen=True)
class Table(Task[Sorted, Any]):
    """Sort `length` rows; row n belongs into column n mod 7."""

    length: int = 3

    name = "table"
    title = "A table"
    summary = "Sort rows into columns."
    independent = True
    has_oracle = True

    @property
    def expected_steps(self) -> int:
        return self.length

    def source(self) -> str:
        return json.dumps({"length": self.length})

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Table:
        return cls(**{**options, **json.loads(source or "{}")})

    def start(self) -> Sorted:
        return Sorted()

    def row(self, number: int) -> Sorted:
        return Sorted(number)

    def step(self, state: Sorted) -> Vote | None:
        return Vote(Prompt(SYSTEM, f"row = {state.row}")) if state.row < self.length else None

    def parse(self, state: Sorted, text: str) -> int | Flag:  # noqa: ARG002 - every row is answered in one form
        match = FORMAT.fullmatch(text.rpartition("\n\n")[2])
        return int(match[1]) if match else Flag(MALFORMED, "not of the form `column = N`", text[:40])

    def apply(self, state: Sorted, answer: int | Undecided) -> Sorted:
        if isinstance(answer, Undecided):
            return state._replace(row=state.row + 1, undecided=state.undecided + 1)
        return state._replace(row=state.row + 1, total=state.total + answer)

    def verify(self, answers: Iterable[int | Undecided]) -> list[str]:
        count = sum(1 for _ in answers)
        return [] if count == self.length else [f"{count} of {self.length} rows are sorted"]

    def encode_state(self, state: Sorted) -> list[int]:
        return list(state)

    def decode_state(self, value: list[int]) -> Sorted:
        return Sorted(*value)

    def oracle(self, state: Sorted) -> int:
        return state.row % COLUMNS

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        row = int(prompt.user.rpartition("= ")[2])
        wrong = mistake is Mistake.WRONG
        return "It counts up.", "no column" if mistake and not wrong else column((row + wrong * (1 + variant % 6)) % 7)


def column(number: int) -> str:
    """What a model says."""
    return f"column = {number}"


def sorts(request: SampleRequest) -> Response:
    """The right answer."""
    return Response(column(request.step % COLUMNS))
