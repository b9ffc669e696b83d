"""A calibration as a session keeps it: sampled steps of a task, each asked a few times, and no one votes.

It is a task like any other, so that a calibration is listed, viewed, searched, verified and exported as a run is.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from maker_engine import catalogue
from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, AnyTask, Gather, Json, Option, Task, Vote
from maker_engine.core.errors import InputError, TaskError
from maker_engine.core.responses import Flag
from maker_engine.sessions.store.kinds import CALIBRATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.text import Text

TASK, PROBLEM, CALLS, STEPS = "task", "problem", "calls", "steps"
"""Keys of the source."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step that is sampled.

    Attributes:
        step: Its number in the run, 0-based.
        state: The state it is asked at.
        truth: The answer that is taken to be right.
    """

    step: int
    state: Hashable
    truth: Hashable


@dataclass(frozen=True)
class Sampled(Task[int, Any]):
    """Steps of a task drawn at random, each asked a few times without a vote.

    Args:
        family: The task's name, or its path.
        inner: The task.
        places: The steps, in order.
        calls: Calls a step.
    """

    family: str
    inner: AnyTask
    places: tuple[Place, ...]
    calls: int

    name = CALIBRATION
    title = "Calibration"
    summary = "Steps of a task drawn at random, each asked a few times without a vote."
    source_help = "what maker calibrate has written"
    options: ClassVar[tuple[Option, ...]] = ()

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:  # noqa: ARG003 - it takes none
        """Make it of what a session keeps; the task is found by its name and never loaded from a path.

        Raises:
            InputError: It is none of ours.
        """
        try:
            kept = json.loads(source or "")
            name, problem, calls = str(kept[TASK]), str(kept[PROBLEM]), int(kept[CALLS])
            steps = [(int(step), state, truth) for step, state, truth in kept[STEPS]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError("a calibration is begun by maker calibrate, and continued by the same command") from None
        inner = catalogue.installed(name).load({}, problem)
        try:
            places = tuple(
                Place(step, inner.decode_state(state), inner.decode_answer(truth)) for step, state, truth in steps
            )
        except (ValueError, TypeError) as error:
            raise InputError(f"the sampled steps of the calibration cannot be read: {error}") from None
        return cls(name, inner, places, calls)

    def source(self) -> str:
        """Return the task, its problem and the steps as JSON."""
        inner = self.inner
        steps = [[one.step, inner.encode_state(one.state), inner.encode_answer(one.truth)] for one in self.places]
        kept = {TASK: catalogue.located(self.family), PROBLEM: inner.source(), CALLS: self.calls, STEPS: steps}
        return json.dumps(kept, separators=(",", ":"))

    @property
    def label(self) -> str:
        """Such as `hanoi 10 disks, 300 × 5`."""
        size = f", {len(self.places):,} × {self.calls}"
        return f"{self.inner.title} {self.inner.label}"[: 40 - len(size)] + size

    @property
    def expected_steps(self) -> int:
        """One a sampled step."""
        return len(self.places)

    def start(self) -> int:
        """Return 0; a state is how many steps are done."""
        return 0

    def step(self, state: int) -> Gather | None:
        """Ask for what the sampled step asks for."""
        if state >= len(self.places):
            return None
        asked = self.inner.step(self.places[state].state)
        if not isinstance(asked, Vote):
            raise TaskError(f"step {self.places[state].step + 1:,} of {self.inner.name} is not voted on any more")
        return Gather(asked.prompt, self.calls, form=asked.form)

    def apply(self, state: int, answer: object) -> int:  # noqa: ARG002 - no answer matters to another step
        """Move to the next one."""
        return state + 1

    def _at(self, state: int) -> Hashable:
        return self.places[min(state, len(self.places) - 1)].state

    def parse(self, state: int, text: str) -> Any | Flag:
        """Read a response as the task reads it."""
        return self.inner.parse(self._at(state), text)

    def read_decision(self, state: int, text: str) -> Any | Flag:
        """Likewise."""
        return self.inner.read_decision(self._at(state), text)

    def objection(self, state: int, answer: Any) -> Flag | None:
        """Object as the task objects."""
        return self.inner.objection(self._at(state), answer)

    def picture(self, state: int, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the sampled state."""
        return self.inner.picture(self._at(state), columns, rows)

    def describe(self, answer: Any) -> str:
        """Describe an answer as the task does."""
        return self.inner.describe(answer)

    def encode_answer(self, answer: Any) -> Json:
        """Turn an answer into JSON as the task does."""
        return self.inner.encode_answer(answer)

    def decode_answer(self, value: Any) -> Any:
        """Turn it back."""
        return self.inner.decode_answer(value)

    has_oracle = True

    def oracle(self, state: int) -> Any:
        """Return what is taken to be right there."""
        return self.places[min(state, len(self.places) - 1)].truth

    def result(self, state: int) -> Json:
        """Return how many steps were sampled."""
        return state
