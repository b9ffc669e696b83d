"""The check that a move carries: the distances that were compared, face by face, of which the move has to be the least.

A slip then contradicts itself, and is flagged instead of voting. Whether the distances are those of the list is not
examined: a move that was compared by wrong ones is for the vote. They are no part of the answer: they split no votes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from maker_engine.core.red_flags import INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .question import Answer, Question

NAME = "distances"
ASKED = "distances = FACE NUMBERS, … (each face with the distances of its moves, in the order of the list)"
"""What the prompt asks for."""

_FACE = r"[UDLRFB](?:[^\S\n]+[0-9]{1,2}){1,3}"
_NAMED = re.compile(rf"(?<!\w){NAME}[^\S\n]*=[^\S\n]*", re.IGNORECASE)
_WHOLE = re.compile(rf"({_FACE}(?:[^\S\n]*,[^\S\n]*{_FACE}){{0,11}})[^\S\n]*(?:\n|$)")


def write(distances: Iterable[Answer]) -> str:
    """Write the distances of moves, in the order of their list."""
    faces: dict[str, list[str]] = {}
    for move, distance in distances:
        faces.setdefault(move[0], []).append(distance)
    return f"{NAME} = {', '.join(' '.join([face, *numbers]) for face, numbers in faces.items())}"


def contradiction(question: Question, answer: Answer, text: str) -> Flag | None:
    """Flag a response whose distances are missing, not in their form, or at odds with its answer.

    Args:
        question: What was asked.
        answer: What was answered, a move of the list.
        text: The response.
    """
    at = None
    for at in _NAMED.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    if at is None:
        return Flag(MALFORMED, f"no `{NAME} = …`", excerpt(text[-120:]))
    whole = _WHOLE.match(text, at.end())
    if whole is None:
        return Flag(
            MALFORMED, "the distances are not faces with numbers, on a line of their own", excerpt(text, at.start())
        )
    reason = _reason([case.answer.choice for case in question.cases], answer, whole[1])
    return Flag(INCONSISTENT, reason, excerpt(text, at.start())) if reason else None


def _reason(moves: list[str], answer: Answer, said: str) -> str:
    """Say how what was compared contradicts the move; empty where it does not."""
    faces: dict[str, list[int]] = {}
    for face, *figures in map(str.split, said.split(",")):
        if face in faces:
            return f"{face} has distances twice"
        faces[face] = [int(figure) for figure in figures]
    compared: dict[str, int] = {}
    for face, numbers in faces.items():
        its_moves = [move for move in moves if move[0] == face]
        if len(its_moves) != len(numbers):
            return f"{face} has {len(its_moves)} moves, and {len(numbers)} distances"
        compared |= dict(zip(its_moves, numbers, strict=True))
    if missing := [move for move in moves if move not in compared]:
        return f"{missing[0]} was not compared"
    if compared[answer.choice] != int(answer.reading):
        return f"{answer.choice} is compared with {compared[answer.choice]}, and answered with {answer.reading}"
    least = min(moves, key=compared.__getitem__)  # the list is in the order that settles ties
    return "" if least == answer.choice else f"{least} comes before {answer.choice} by the distances compared"
