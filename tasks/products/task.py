"""The products as a task: its states, its steps, and the answers that are voted on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text

from maker_engine.core.decomposition import PICTURE_COLUMNS, PICTURE_ROWS, Json, Mistake, Option, Task, Vote
from maker_engine.core.errors import ProblemError
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag, Prompt

from .verifier import findings
from .wording import ask, imitate, read

MOST, LARGEST = 64, 81
EXAMPLE = '{"pairs": [[7, 8], [6, 9]]}'
_CELL = 12  # columns of one product in the picture
_STRIDE = 37  # a step through the 64 pairs that meets each once and keeps neighbours apart

State = tuple[int, ...]
"""What was decided so far, in order."""


@dataclass(frozen=True)
class Products(Task[State, int]):
    """A table of products.

    Attributes:
        pairs: The factors of each, 1 to 9.
    """

    pairs: tuple[tuple[int, int], ...]

    name = "products"
    title = "Products"
    summary = "Products of two digits: the smallest real table. Python does it for $0; a small model does not."
    source_help = f"JSON such as {EXAMPLE}: 1 to {MOST} pairs of digits, 1 to 9."
    options: ClassVar[tuple[Option, ...]] = (Option("products", f"How many, 1 to {MOST}.", 40),)
    has_oracle = True

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Products:
        """Make the pairs that the source holds, or as many as the option says, each another one.

        Raises:
            ProblemError: They are no such pairs.
        """
        if source is None:
            count = options.get("products", 40)
            if not (isinstance(count, int) and 1 <= count <= MOST):
                raise ProblemError(f"products must be 1 to {MOST}, got {count!r}")
            places = (_STRIDE * number % MOST for number in range(count))
            return cls(tuple((2 + place // 8, 2 + place % 8) for place in places))
        try:
            pairs = json.loads(source)["pairs"]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise ProblemError(f"the problem is not JSON with pairs: write it as {EXAMPLE}") from None
        if not (isinstance(pairs, list) and 1 <= len(pairs) <= MOST and all(map(_is_pair, pairs))):
            raise ProblemError(f"pairs must be 1 to {MOST} pairs of digits from 1 to 9: write it as {EXAMPLE}")
        return cls(tuple((a, b) for a, b in pairs))

    def source(self) -> str:
        """Return the pairs in JSON."""
        return json.dumps({"pairs": self.pairs})

    @property
    def label(self) -> str:
        """Such as `40 products`."""
        return f"{len(self.pairs)} product{'s' if len(self.pairs) > 1 else ''}"

    @property
    def expected_steps(self) -> int:
        """One a pair."""
        return len(self.pairs)

    def start(self) -> State:
        """Return the empty table."""
        return ()

    def step(self, state: State) -> Vote | None:
        """Ask for the next product; None when all are decided."""
        return Vote(ask(*self.pairs[len(state)])) if len(state) < len(self.pairs) else None

    def parse(self, state: State, text: str) -> int | Flag:
        """Read the last line."""
        return read(*self.pairs[min(len(state), len(self.pairs) - 1)], text)

    def objection(self, state: State, answer: int) -> Flag | None:  # noqa: ARG002 - true of every pair
        """Flag what is no product of two digits."""
        if 1 <= answer <= LARGEST:
            return None
        return Flag(ILLEGAL, f"{answer} is not a product of two digits: the largest is {LARGEST}")

    def apply(self, state: State, answer: int) -> State:
        """Write the product down."""
        return (*state, answer)

    def oracle(self, state: State) -> int | None:
        """Return the product; None where the table is full."""
        if len(state) >= len(self.pairs):
            return None
        a, b = self.pairs[len(state)]
        return a * b

    def right_answers(self, state: State) -> list[int]:
        """Try each number on the division that the product undoes."""
        a, b = self.pairs[len(state)]
        return [number for number in range(1, LARGEST + 1) if divmod(number, a) == (b, 0)]

    def verify(self, answers: Iterable[int]) -> list[str]:
        """Add each product up; return what is wrong."""
        return findings(self.pairs, answers)

    def picture(self, state: State, columns: int = PICTURE_COLUMNS, rows: int = PICTURE_ROWS) -> Text:
        """Draw the table, as many rows of it as fit, with the last product in it."""
        across = max(1, columns // _CELL)
        lines = -(-len(self.pairs) // across)
        top = max(0, min(max(0, len(state) - 1) // across - rows + 1, lines - rows))
        picture = Text()
        for place in range(top * across, min(len(self.pairs), (top + rows) * across)):
            if place % across == 0 and place > top * across:
                picture.append("\n")
            a, b = self.pairs[place]
            done = place < len(state)
            role = "moved" if place == len(state) - 1 else "given" if done else "label"
            picture.append(f"{a} × {b} = {state[place] if done else '?'}".ljust(_CELL), role)
        return picture

    def describe(self, answer: int) -> str:
        """Describe a product."""
        return str(answer)

    def encode_state(self, state: State) -> Json:
        """Return the products."""
        return [*state]

    def decode_state(self, value: Any) -> State:
        """Turn what `encode_state` gave back into an equal state."""
        return tuple(value)

    def result(self, state: State) -> Json:
        """Return the products in the order of their pairs."""
        return [*state]

    def encode_answer(self, answer: int) -> Json:
        """Return the number."""
        return answer

    def decode_answer(self, value: Any) -> int:
        """Turn what `encode_answer` gave back into an equal answer."""
        return int(value)

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """Write a response as a model might, out of the prompt's words alone."""
        return imitate(prompt.user, mistake, variant)


def _is_pair(pair: object) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(type(one) is int and 1 <= one <= 9 for one in pair)
