"""The recursion of Appendix F: the steps of the method."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, cast

from rich.text import Text

from maker_engine.core.decomposition import Gather, Json, Vote
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.core.responses import Flag

from . import answers
from .answers import Answer
from .picture import draw
from .prompts import prompt
from .verifier import replay
from .work import (
    ATOM,
    CHOOSE,
    COMPOSE,
    SPLIT,
    Choice,
    Part,
    Split,
    Value,
    Work,
    advance,
    begin,
    composed,
    most_depth,
    split_by_rule,
)


class Recursive:
    """Each product is decomposed, its parts are solved, and their values are put together.

    Args:
        numbers: The two numbers, in decimal digits.
        proposals: How many proposals are gathered; the paper's N = 2k − 1 makes 5 of k = 3.
    """

    def __init__(self, numbers: tuple[str, ...], proposals: int) -> None:
        self._left, self._right = int(numbers[0]), int(numbers[1])
        self._proposals = proposals
        self._deepest = most_depth(self._left, self._right)

    @cached_property
    def expected_steps(self) -> int:
        """Steps of a run without errors in which every gathering brings the right proposal."""
        return _steps(self._left, self._right)

    def start(self) -> Work:
        """Return the stack with the whole product on it."""
        return Work((begin((self._left, self._right), depth=0, deepest=self._deepest),))

    def step(self, state: Work) -> Vote | Gather | None:
        """Gather proposals or vote, as the innermost product's stage has it."""
        if not state.stack:
            return None
        part = state.stack[-1]
        asked = prompt(part)
        return Gather(asked, self._proposals) if part.stage in (SPLIT, COMPOSE) else Vote(asked)

    def parse(self, state: Work, text: str) -> Answer | Flag:
        """Read a decomposition, a choice or a value."""
        return answers.read_answer(state.stack[-1].stage if state.stack else ATOM, text)

    def objection(self, state: Work, answer: Answer) -> Flag | None:
        """Flag what cannot be an answer to the question."""
        return answers.objection(state.stack[-1], answer) if state.stack else Flag(ILLEGAL, "nothing is asked here")

    def apply(self, state: Work, answer: Any) -> Work:
        """Go on with what was gathered or voted for."""
        return advance(state, answer, self._deepest)

    def oracle(self, state: Work) -> Answer | None:
        """Return the right choice or value; None where proposals are gathered."""
        part = state.stack[-1] if state.stack else None
        if part is None or part.stage in (SPLIT, COMPOSE):
            return None
        if part.stage == ATOM:
            return Value(part.left * part.right)
        right = split_by_rule(part.left, part.right) if part.stage == CHOOSE else Value(composed(part))
        return Choice(part.offers.index(right) + 1 if right in part.offers else 0)

    def right_answers(self, state: Work) -> tuple[Answer, ...]:
        """Return every answer that the rule allows, judged as it is stated, proposal by proposal."""
        part = state.stack[-1] if state.stack else None
        if part is None or part.stage in (SPLIT, COMPOSE):
            return ()
        if part.stage == ATOM:
            rows = (part.left * int(digit) * 10**place for place, digit in enumerate(reversed(str(part.right))))
            return (Value(sum(rows)),)
        right = [Choice(number) for number, offer in enumerate(part.offers, 1) if _follows(part, offer)]
        return tuple(right) or (Choice(0),)

    def result(self, state: Work) -> Json:
        """Return the value of the whole product."""
        return state.result

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """Walk through the recursion again on whole numbers."""
        return replay(self._left, self._right, self._deepest, answers)

    def picture(self, state: Work, columns: int, rows: int) -> Text:
        """Draw the stack."""
        return draw((self._left, self._right), state, columns, rows)

    def describe(self, answer: Answer) -> str:
        """Describe an answer."""
        return answers.describe(answer)

    def encode_state(self, state: Work) -> Json:
        """Return [[each product's fields], result]; numbers are text."""
        return [[_part_to_json(part) for part in state.stack], None if state.result is None else str(state.result)]

    def decode_state(self, value: Any) -> Work:
        """Turn JSON back into the stack."""
        stack, result = value
        return Work(tuple(map(_part_from_json, stack)), None if result is None else int(result))

    def encode_answer(self, answer: Answer) -> Json:
        """Return the answer's kind and fields."""
        return answers.to_json(answer)

    def decode_answer(self, value: Any) -> Answer:
        """Turn JSON back into the answer."""
        return answers.from_json(value)


def _steps(left: int, right: int) -> int:
    split = split_by_rule(left, right)
    if not split.first or not split.second:
        return 3
    return 4 + sum(_steps(left, right) for left, right in (split.first, split.second))


def _follows(part: Part, offer: Split | Value) -> bool:
    """Return whether a proposal is what the printed rule asks for, digit by digit."""
    if isinstance(offer, Value):
        power = 0 if part.split is None else part.split.power
        return offer.value == int(f"{part.first}{'0' * power}") + (part.second or 0)
    a, b = str(part.left), str(part.right)
    if len(a) == len(b) == 1 or not offer.first or not offer.second:
        return len(a) == len(b) == 1 and not offer.first and not offer.second and not offer.power
    split, kept, at = (a, part.right, 0) if len(a) >= len(b) else (b, part.left, 1)
    cut = len(split) - len(split) // 2
    return (
        offer.power == len(split[cut:])
        and (offer.first[at], offer.second[at]) == (int(split[:cut]), int(split[cut:]))
        and offer.first[1 - at] == offer.second[1 - at] == kept
    )


def _part_to_json(part: Part) -> Json:
    offers: list[Json] = [answers.to_json(offer) for offer in part.offers]
    split = None if part.split is None else answers.to_json(part.split)
    first, second = (None if value is None else str(value) for value in (part.first, part.second))
    return [str(part.left), str(part.right), part.stage, offers, split, first, second, part.tries]


def _part_from_json(value: Any) -> Part:
    left, right, stage, offers, split, first, second, tries = value
    return Part(
        int(left),
        int(right),
        stage,
        tuple(cast("Split | Value", answers.from_json(offer)) for offer in offers),
        None if split is None else cast("Split", answers.from_json(split)),
        None if first is None else int(first),
        None if second is None else int(second),
        tries,
    )
