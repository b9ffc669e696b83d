"""A server for the toy task that can give several answers a call, and keeps the bill.

What it answers depends on the prompt, the temperature and how many answers to them it has given before: so the n-th
sample of a step is the same, whether it was asked for alone or with others.
"""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from typing import Any

from tests.support.openai_server import Reply

PROMPT_TOKENS, ANSWER_TOKENS = 1_003, 7


class Counting:
    """Answers; some answers are wrong, and some have another form.

    Args:
        gives: Answers it gives, of so many that are asked for.
        wrong: Share of wrong answers.
        malformed: Share of answers in another form.

    Attributes:
        asked: Answers that each call asked for.
        given: Answers that each call got.
    """

    def __init__(self, gives: Any = lambda asked: asked, wrong: float = 0.15, malformed: float = 0.1) -> None:
        self._gives = gives
        self._wrong, self._malformed = wrong, malformed
        self._before: Counter[tuple[str, object]] = Counter()
        self.asked: list[int] = []
        self.given: list[int] = []

    @property
    def billed(self) -> tuple[int, int]:
        """Prompt tokens, once a call, and output tokens."""
        return PROMPT_TOKENS * len(self.given), ANSWER_TOKENS * sum(self.given)

    def __call__(self, messages: list[dict[str, Any]], body: dict[str, Any], _number: int) -> Reply:
        self.asked.append(body.get("n", 1))
        self.given.append(self._gives(self.asked[-1]))
        said, temperature = messages[-1]["content"], body.get("temperature")
        first = self._before[said, temperature]
        self._before[said, temperature] += self.given[-1]
        texts = [self._text(said, temperature, first + index) for index in range(self.given[-1])]
        return Reply(texts, usage=(PROMPT_TOKENS, ANSWER_TOKENS * len(texts), 0))

    def _text(self, said: str, temperature: object, number: int) -> str:
        hour, hours = map(int, re.findall(r"\d+", said))
        dice = Random(f"{said} {temperature} {number}").random()
        right = (hour + 1) % hours
        thought = f"Thought {number} at temperature {temperature} on hour {hour}."
        if dice < self._malformed:
            return f"{thought}\n\nIt is {right}."
        return f"{thought}\n\nanswer = {(right + (dice < self._malformed + self._wrong)) % hours}"
