"""What is going on, in a few short lines beside the picture, the most important one first."""

from __future__ import annotations

from .coordinates import PHASES
from .layers import MOST_PIECES, piece_of
from .pieces import PIECES, SOLVED, Cube
from .prompt import PHASES_METHOD
from .question import Question


def tell(method: str, cube: Cube, question: Question | None, played: str, steps: int) -> list[tuple[str, str]]:
    """Return lines with their roles.

    Args:
        method: "phases" or "layers".
        cube: As it is.
        question: What is asked about it, None when the task has ended.
        played: What the last step played, empty at the start.
        steps: Steps taken.
    """
    last = (f"last: {played}", "moved") if played else ("no turn yet", "label")
    home = sum(place == piece for place, piece in zip(cube, PIECES, strict=True))
    count = (f"{home} of 20 pieces home", "label")
    if question is None:
        return [("solved" if cube == SOLVED else f"given up after {steps} steps", "target"), last, count]
    if method == PHASES_METHOD:
        phase = (f"phase {question.stage + 1} of {len(PHASES)}", "target")
        togo = int(question.cases[question.right].answer.reading) + 1
        distance = (f"{togo} move{'s' if togo > 1 else ''} to go", "plain")
        return [phase, last, distance, (PHASES[question.stage].goal, "plain"), count]
    piece = piece_of(question.stage)
    sought = f"{'edge' if len(piece) == 2 else 'corner'} {piece}"
    return [(sought, "target"), last, (f"piece {question.stage + 1} of {MOST_PIECES}", "plain"), count]
