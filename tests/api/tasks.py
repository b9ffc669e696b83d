"""Tasks as a user of the library writes them."""

from __future__ import annotations

from typing import NamedTuple

import maker_engine as maker


class Countdown(maker.Task):
    """Count down, one vote a step."""

    def start(self):
        return 5

    def step(self, n):
        return maker.Vote(f"What is {n} - 1?", maker.Integer(0, 9)) if n else None

    def apply(self, n, answer):  # noqa: ARG002 - the answer is the next state
        return answer


class Verified(Countdown):
    """Counting down, where the whole is checked."""

    def verify(self, answers):
        return [] if list(answers) == [4, 3, 2, 1, 0] else ["not 4, 3, 2, 1, 0"]


class Tally(NamedTuple):
    """A state with names."""

    left: int
    answers: tuple[str, ...]


class Greeting(maker.Task[Tally, maker.Said]):
    """Ask a person twice."""

    def start(self):
        return Tally(2, ())

    def step(self, state):
        return maker.Ask("Who is there?", ("Ann", "Bob"), free=False) if state.left else None

    def apply(self, state, answer):
        return Tally(state.left - 1, (*state.answers, answer.text))


def minus_one(prompt):
    """Work the prompt's difference out, as a model that never errs."""
    return str(int(prompt.split()[2]) - 1)
