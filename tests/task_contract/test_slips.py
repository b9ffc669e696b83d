"""The figure that says how much of its own check an answer carries."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from maker_engine import catalogue
from maker_engine.core.decomposition import Mistake
from maker_engine.core.red_flags import INCONSISTENT
from maker_engine.core.responses import Flag, Prompt
from maker_engine.task_contract.slips import Slips, measured, slips
from maker_engine.task_contract.subject import prepare
from tests.support.toy import Count


@dataclass(frozen=True)
class Twice(Count):
    """Counting, with every answer said twice."""

    def parse(self, state: int, text: str) -> int | Flag:
        first, second = text.rsplit("\n", 2)[-2:]
        read = super().parse(state, first.replace("first", "answer")), super().parse(state, second)
        return read[1] if read[0] == read[1] else Flag(INCONSISTENT, "two answers")

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        reasoning, answer = super().imitate(prompt, mistake, variant)
        return reasoning, f"{answer.replace('answer', 'first')}\n{answer}"


def test_an_answer_that_is_said_twice_catches_every_slip() -> None:
    """Without evidence a slip is a vote for something wrong; with it, every one of them is flagged."""
    bare, twice = (slips(prepare(task, {"hours": 9}, states=60)) for task in (Count, Twice))
    assert bare.wrong > 0
    assert (twice.caught, twice.wrong, twice.right) == (1.0, 0, 0)
    assert bare.caught is not None
    assert bare.caught < 0.5


@pytest.mark.parametrize(("name", "least"), [("sudoku", 0.95), ("cube", 0.95), ("arithmetic", 0.95), ("hanoi", 0.95)])
def test_the_tasks_that_carry_evidence_catch_their_slips(name: str, least: float) -> None:
    """Of answers with one token changed, nearly every error is flagged."""
    found = measured(prepare(catalogue.find(name), states=150))
    assert found is not None
    assert found.caught is not None
    assert found.caught > least


def test_what_cannot_be_measured_is_left_out() -> None:
    """A task that writes no responses has no figure, and where nothing can be changed there is no share."""

    class Mute(Count):
        def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
            raise NotImplementedError

    assert measured(prepare(Mute, states=10)) is None
    assert Slips().caught is None
