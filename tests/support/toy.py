"""A task small enough to see through, and responses to it: count upwards on a clock with a few hours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text

from maker_engine.core.decomposition import Mistake, Option, Step, Task, Vote
from maker_engine.core.errors import ProblemError
from maker_engine.core.red_flags import ILLEGAL, MALFORMED
from maker_engine.core.responses import Flag, Prompt, Response, excerpt

Draw = Callable[[int, int], Response]
"""What sample `n` of step `i` says."""

SYSTEM = "You read a clock that counts upwards. Say which hour comes next, as `answer = N` and nothing else."
FORMAT = re.compile(r"answer = (\d{1,9})")


@dataclass(frozen=True)
class Count(Task[int, int]):
    """Say the next hour, `length` times, on a clock whose hours run from 0 to `hours` − 1.

    A state is moves made × hours + the hour shown, so that a wrong answer leads to another state but not to more steps.
    """

    length: int = 3
    hours: int = 8

    name = "count"
    title = "Counting"
    summary = "Count upwards on a clock."
    source_help = 'JSON: {"length": 3, "hours": 8}'
    options: ClassVar[tuple[Option, ...]] = (
        Option("length", "How many hours to count.", 3),
        Option("hours", "How many hours the clock has, at least 3.", 8),
    )
    has_oracle = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Count:
        try:
            given = {**options, **json.loads(source or "{}")}
            task = cls(int(given.get("length", 3)), int(given.get("hours", 8)))
        except (TypeError, ValueError, RecursionError) as error:
            raise ProblemError(f"the problem is not {cls.source_help}: {error}") from error
        if task.length < 0 or task.hours < 3:
            raise ProblemError("length must be at least 0 and hours at least 3")
        return task

    def source(self) -> str:
        return json.dumps({"length": self.length, "hours": self.hours})

    @property
    def label(self) -> str:
        return f"{self.length} hours of {self.hours}"

    @property
    def expected_steps(self) -> int:
        return self.length

    def start(self) -> int:
        return 0

    def step(self, state: int) -> Step | None:
        moves, hour = divmod(state, self.hours)
        return Vote(Prompt(SYSTEM, f"hour = {hour}, hours = {self.hours}")) if moves < self.length else None

    def parse(self, state: int, text: str) -> int | Flag:  # noqa: ARG002 - every state is answered in the same form
        match = FORMAT.fullmatch(text.rpartition("\n\n")[2])
        return int(match[1]) if match else Flag(MALFORMED, "not of the form `answer = N`", excerpt(text))

    def objection(self, state: int, answer: int) -> Flag | None:  # noqa: ARG002 - the clock has the same hours all day
        return None if answer < self.hours else Flag(ILLEGAL, f"the clock has no hour {answer}")

    def apply(self, state: int, answer: int) -> int:
        return (state // self.hours + 1) * self.hours + answer % self.hours

    def oracle(self, state: int) -> int:
        return (state + 1) % self.hours

    def verify(self, answers: Iterable[int]) -> list[str]:
        wanted = [(move + 1) % self.hours for move in range(self.length)]
        return [] if list(answers) == wanted else [f"not {wanted}"]

    def picture(self, state: int, columns: int = 60, rows: int = 18) -> Text:  # noqa: ARG002 - one short line fits
        return Text(str(state % self.hours), style="given")

    def describe(self, answer: int) -> str:
        return f"hour {answer}"

    def encode_state(self, state: int) -> int:
        return state

    def decode_state(self, value: int) -> int:
        return value

    def encode_answer(self, answer: int) -> int:
        return answer

    def decode_answer(self, value: int) -> int:
        return value

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        hour, hours = map(int, re.findall(r"\d+", prompt.user))
        right = (hour + 1) % hours
        texts = {
            None: f"answer = {right}",
            Mistake.WRONG: f"answer = {(right + 1 + variant % (hours - 1)) % hours}",
            Mistake.MALFORMED: f"it is {right}",
            Mistake.ILLEGAL: f"answer = {hours + variant}",
            Mistake.INCONSISTENT: f"answer = {right}, answer = {hour}",
        }
        return f"After {hour} comes another hour. ", texts[mistake]


@dataclass(frozen=True)
class Interrupted(Count):
    """Counting, where at the second step something else than a vote is due, or nothing more."""

    due: Step | None = None

    def step(self, state: int) -> Step | None:
        return self.due if state // self.hours == 1 else super().step(state)


def answer(hour: int, **fields: object) -> Response:
    """A valid response."""
    return Response(**{"text": f"answer = {hour}", "tokens_in": 10, "tokens_out": 5, "cost_usd": 0.25, **fields})


FLAGGED: dict[str, Response] = {
    "truncated": answer(1, finish_reason="length"),
    "length": answer(1, tokens_out=751),
    "finish": answer(1, finish_reason="content_filter"),
    "refusal": answer(1, text="I'm sorry, but I cannot help with clocks."),
    "malformed": answer(1, text="the next hour is 1"),
    "illegal": answer(99),
}
"""One response a rule, discarded by that rule and by no other."""


def read(response: Response, hours: int) -> int | None:
    """What a response votes for, None when it carries a red flag; told apart without the engine's help."""
    if response.finish_reason != "stop" or response.tokens_out > 750 or not response.text.startswith("answer = "):
        return None
    hour = int(response.text.removeprefix("answer = "))
    return hour if hour < hours else None
