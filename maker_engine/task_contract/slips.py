"""What one slip results in: the right response with a single token of its answer changed, over and over.

A slip that contradicts the rest of its answer is flagged and costs a sample; one that does not is a vote for something
wrong. How many are caught says how much of its own check an answer carries. Nothing is broken where few are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from maker_engine.core.responses import Flag
from maker_engine.task_contract.deciding import VARIANTS, known_answer, response, voted
from maker_engine.task_contract.subject import Prompted, Subject
from maker_engine.task_contract.time_limit import RetriesExhaustedError, patience
from maker_engine.wording import count_of

MOST_PLACES = 200
"""States at which slips are made, spread over all that were found."""
ALTERNATIVES = 2
"""Slips of one token that are tried."""
_TOKEN = re.compile(r"\w+'?")
_NAMES = re.compile(r"\s*[=]")
"""Follows the name of a part."""


@dataclass(frozen=True, slots=True)
class Slips:
    """What came of them.

    Attributes:
        flagged: Discarded.
        right: Read as the right answer all the same.
        wrong: Votes for a wrong answer.
    """

    flagged: int = 0
    right: int = 0
    wrong: int = 0

    @property
    def caught(self) -> float | None:
        """Share of those that did not leave the answer right that a flag catches; None where there were none."""
        spoilt = self.flagged + self.wrong
        return self.flagged / spoilt if spoilt else None

    def __str__(self) -> str:
        if self.caught is None:
            return "no answer has a token that could be changed"
        share = f"{100 * self.caught:.3g} %"
        votes = f"{self.flagged:,} flagged, {count_of(self.wrong, 'wrong vote')}, {self.right:,} still right"
        return f"with one token of a right answer changed, flags catch {share} of the errors ({votes})"

    def to_json(self) -> dict[str, float | int | None]:
        """Return the figures by name."""
        caught = None if self.caught is None else round(self.caught, 4)
        return {"flagged": self.flagged, "wrong": self.wrong, "right": self.right, "caught": caught}


def slips(subject: Subject) -> Slips:
    """Make one slip at a time in the right responses of a task.

    Raises:
        UnfitError: The task writes no responses, or asks for no votes.
        ContractError: The task fails where it should read them.
    """
    votes = subject.votes(imitated=True)
    dice = subject.dice("slips")
    flagged = right = wrong = 0
    for one in votes[:: max(1, len(votes) // MOST_PLACES)]:
        answer = known_answer(one.problem, one.state)
        for text in _texts(one, dice):
            verdict = voted(one.problem, one.state, text)
            if answer is None:
                answer = voted(one.problem, one.state, response(one.problem, one.state, one.step, None, 0))
            flagged += isinstance(verdict, Flag)
            right += verdict == answer
            wrong += not isinstance(verdict, Flag) and verdict != answer
    return Slips(flagged, right, wrong)


def measured(subject: Subject, limit_s: float | None = None) -> Slips | None:
    """Return what slips result in, None where it cannot be measured: the checks say what is in the way.

    Args:
        subject: What to measure.
        limit_s: Seconds after which it is given up, None for no limit.
    """
    try:
        with patience(limit_s):
            return slips(subject)
    except (Exception, RetriesExhaustedError):  # noqa: BLE001 - a stranger's task may do anything, and is no worse for it here
        return None


def _texts(one: Prompted, dice: Random) -> Iterator[str]:
    """Write a right response with each token of its answer changed in turn; the names of its parts stay."""
    reasoning, block = one.problem.imitated(one.state, one.step, None, dice.randrange(VARIANTS))
    known = sorted({*_TOKEN.findall(block), *_TOKEN.findall(one.step.prompt.user)})
    for token in _TOKEN.finditer(block):
        if _NAMES.match(block, token.end()) is None:
            for other in _others(token[0], known, dice):
                yield f"{reasoning}\n\n{block[: token.start()]}{other}{block[token.end() :]}"


def _others(token: str, known: list[str], dice: Random) -> list[str]:
    """Return what a token could be taken for: a number with another digit, a word of the same shape."""
    alike = [word for word in known if word != token and _shape(word) == _shape(token)]
    if token.isdigit() or not alike:
        places = [at for at, letter in enumerate(token) if letter.isdigit()]
        if not places:
            return []
        at = dice.choice(places)
        alike = [token[:at] + digit + token[at + 1 :] for digit in "123456789" if digit != token[at]]
    return dice.sample(alike, min(ALTERNATIVES, len(alike)))


def _shape(word: str) -> str:
    return "".join("9" if letter.isdigit() else "a" if letter.islower() else "A" for letter in word)
