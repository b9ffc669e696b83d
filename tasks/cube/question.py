"""What a step asks, whichever the method: one of a list of cases, and a reading that shows that the case was seen."""

from __future__ import annotations

from typing import NamedTuple


class Answer(NamedTuple):
    """An answer as it was written, fitting or not.

    Attributes:
        choice: The move, or the number of the case (1-based).
        reading: What belongs to it: the distance after the move, or the place of the piece.
    """

    choice: str
    reading: str


class Case(NamedTuple):
    """One case to choose.

    Attributes:
        answer: The answer that chooses it.
        moves: What is then played.
    """

    answer: Answer
    moves: tuple[str, ...]


class Question(NamedTuple):
    """One decision.

    Attributes:
        stage: Number of the phase, or of the piece to bring home, 0-based.
        cases: In the order in which they are listed.
        right: Which of them the rule makes right, 0-based.
    """

    stage: int
    cases: tuple[Case, ...]
    right: int

    def find(self, choice: str) -> Case | None:
        """Return the case of that name, None when there is none."""
        return next((case for case in self.cases if case.answer.choice == choice), None)
