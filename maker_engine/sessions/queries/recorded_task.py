"""A run viewed without its task: what the record alone says, where the task's code is not there or not agreed to."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Task, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.record.outcomes import Outcome
from maker_engine.core.responses import Flag, Prompt
from maker_engine.printable import one_line

if TYPE_CHECKING:
    from rich.text import Text

    from maker_engine.sessions.store.reader import Reader

LONGEST_ANSWER = 200
"""Characters of an answer in words."""
WITHOUT = "opened without its task"
_OVER = frozenset(one for one in Outcome if one.concluded)


class Place(NamedTuple):
    """Represents a state, which only the task's code can make.

    Attributes:
        kept: The JSON of the state that is kept last before it, empty for the first state.
        since: Steps decided since that one.
    """

    kept: str
    since: int


class RecordedTask(Task[Place, str]):
    """Represents the task of a recorded run. Answers are their JSON, states are places in the record.

    Nothing can be run with it: it reads no response, makes no prompt and verifies nothing.

    Args:
        reader: The run.
        meta: Its record.
        reason: Why its task is not loaded, in one line.
    """

    name = "recorded"
    title = "recorded run"
    summary = "a run whose task is not loaded"

    def __init__(self, reader: Reader, meta: Mapping[str, Any], reason: str) -> None:
        self.reason = reason
        started = meta.get("started", {})
        self._problem = str(started.get("problem", ""))
        self._source = str(meta.get("order", {}).get("source", ""))
        self._ends: frozenset[Place] = frozenset()
        done = reader.steps_done()
        if meta.get("ended", {}).get("outcome") in _OVER:
            self._ends = frozenset({_place(reader, done, before) for before in (done, max(0, done - 1))})

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:  # noqa: ARG003 - it takes none
        """Refuse: it is made of a record only."""
        raise InputError("a recorded run cannot be started without its task: name it with --task PATH")

    def source(self) -> str:
        """Return the problem as recorded."""
        return self._source

    @property
    def label(self) -> str:
        """The problem, as the run called it."""
        return self._problem

    def start(self) -> Place:
        """Return the first place."""
        return Place("", 0)

    def step(self, state: Place) -> Vote | None:
        """Say that agents answered there, unless the run was over."""
        if state in self._ends:
            return None
        return Vote(Prompt("", f"The prompt is written by the task's code. This run is {WITHOUT}: {self.reason}"))

    def parse(self, state: Place, text: str) -> Flag:  # noqa: ARG002 - it reads none
        """Read no answer."""
        return Flag("format", "the task is not loaded")

    def apply(self, state: Place, answer: object) -> Place:  # noqa: ARG002 - any answer leads one step on
        """Go one step on."""
        return Place(state.kept, state.since + 1)

    def verify(self, answers: Iterable[str]) -> list[str]:  # noqa: ARG002 - it verifies none
        """Say that nothing can be verified."""
        return ["the task is not loaded"]

    def picture(self, state: Place, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:  # noqa: ARG002
        """Say why there is no picture."""
        from rich.text import Text  # noqa: PLC0415 - reading sessions does not need it

        lines = textwrap.wrap(f"{WITHOUT}: {self.reason}", columns)[:rows]
        return Text("\n".join(lines))

    def describe(self, answer: str) -> str:
        """Describe an answer by its JSON."""
        return one_line(answer, LONGEST_ANSWER)

    def encode_state(self, state: Place) -> Json:
        """Return the JSON of the last kept state."""
        kept: Json = json.loads(state.kept) if state.kept else None
        return kept

    def decode_state(self, value: Any) -> Place:
        """Return the place of a kept state."""
        return Place(_json(value), 0)

    def encode_answer(self, answer: str) -> Json:
        """Return an answer as it was recorded."""
        value: Json = json.loads(answer)
        return value

    def decode_answer(self, value: Any) -> str:
        """Return the JSON of an answer."""
        return _json(value)

    def oracle(self, state: Place) -> str | None:  # noqa: ARG002 - it knows none
        """Know no right answer."""
        return None


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _place(reader: Reader, step: int, before: int) -> Place:
    """Return the place of `step` as it is reached from what is kept at or before step `before`."""
    begun, value, _ = reader.snapshot(before)
    return Place("" if value is None else _json(value), step - begun)
