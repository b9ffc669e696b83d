"""What is said of a wrong step: one sentence for each cause, and the change that a fork is offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.sessions.queries.mistakes import Cause, WrongStep
from maker_tui.text.mistake_words import advice_words, offered_changes, verdict_words

HARD = WrongStep(30, "B", "A", 3, Cause.HARD, 8, 3, 0.98, 0.01, 255, None)


@pytest.mark.parametrize(
    ("wrong", "said", "offered"),
    [
        (HARD, "38 % of this step's 8 samples made this mistake, more than chance explains", "model="),
        (replace(HARD, p=0.4), "votes around it are 40 % right: more k will not help; change the model", "model="),
        (
            replace(HARD, cause=Cause.OUTVOTED, better_k=5),
            "the right answer had most votes over all samples: k = 5 would have decided it",
            "k=5",
        ),
        (
            replace(HARD, cause=Cause.CHANCE, p=0.75, by_chance=9.1, better_k=8),
            "votes around it are 75 % right, so k = 3 lets up to 9.1 of 255 steps go wrong by chance: k = 8",
            "k=8",
        ),
        (replace(HARD, cause=Cause.PERSON, better_k=3), "a fork votes on it again", "k=3"),
    ],
    ids=lambda value: value.cause.name if isinstance(value, WrongStep) else None,
)
def test_each_cause_has_its_advice(wrong: WrongStep, said: str, offered: str) -> None:
    """Rule: the advice names the record's figures, and the line of a fork begins with what it recommends."""
    assert said in advice_words(wrong)
    assert offered_changes(wrong, 3) == offered


def test_without_advice_one_vote_more_is_offered() -> None:
    """Rule: a step that is not known to be wrong is forked with a margin one larger."""
    assert offered_changes(None, 3) == "k=4"


def test_what_is_said_of_an_answer_is_printable() -> None:
    """Rule: what a task says of an answer cannot give orders to the terminal, and an unknown answer is said to be."""
    assert verdict_words(HARD, lambda answer: f"{answer}\x1b[31m") == "✖ wrong: B␛[31m · right: A␛[31m (oracle)"
    assert "no answer here" in verdict_words(replace(HARD, right=None), str)
