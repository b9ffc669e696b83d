"""Responses as a model might write them, right or wrong in a chosen way, out of nothing but the prompt's words.

The menu with its distances, or the net with its cases, is read from the text, so that a simulated run also tests that
the prompt says enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from maker_engine.core.decomposition import Mistake
from maker_engine.core.errors import TaskError

from .answers import names
from .evidence import write
from .prompt import LAYERS_METHOD, PHASES_METHOD
from .question import Answer

_MENU_LINE = re.compile(r"^([UDLRFB][2']?) (\d+)$", re.MULTILINE)
_CASE_LINE = re.compile(r"^(\d+) ([UDLRFB]{2,3}) ((?:[UDLRFB]\d=[UDLRFB] ?)+)$", re.MULTILINE)
_NET = re.compile(r"^The cube:\n((?:    \w{3}\n){3}(?:\w{3} \w{3} \w{3} \w{3}\n){3}(?:    \w{3}\n){3})", re.MULTILINE)
_PIECE = re.compile(r"^Piece to find: (\w+ \w+)\.", re.MULTILINE)

_OPENINGS = {
    PHASES_METHOD: (
        "I compare the distances of all {count} moves.",
        "There are {count} moves to choose from; what counts is the distance.",
        "Going down the list of {count} moves, I look for the smallest number.",
        "The list has {count} moves, and the smallest distance decides.",
        "Let me find the smallest distance first, then the order of faces.",
    ),
    LAYERS_METHOD: (
        "I am looking for {piece} and go through the {count} cases.",
        "One of the {count} cases has to show the stickers of {piece}.",
        "Let me compare the stickers on the net with the {count} cases.",
        "The stickers of {piece} have to be found on the net.",
        "Case by case, I look at the stickers that are named.",
    ),
}
_REASONS = {
    PHASES_METHOD: (
        "The smallest one is {reading}, and {choice} is the first move that has it.",
        "With {reading} moves left afterwards, {choice} comes first in the order of faces and turns.",
        "No move gets below {reading}; of those that reach it, {choice} is the first.",
    ),
    LAYERS_METHOD: (
        "At {reading} all letters are the ones that the case says.",
        "Only place {reading} shows every letter of the piece.",
        "The letters agree at {reading}, and in no other case.",
    ),
}
_UNSURE = (
    "It looks as if {choice} is the one.",
    "I take it that {choice} fits.",
    "{choice} seems right to me.",
)
_CONCLUSIONS = (
    "So the answer is {choice}.",
    "Therefore I choose {choice}.",
    "That leaves {choice}.",
    "Hence {choice}, with {reading}.",
    "This settles it: {choice}.",
)
_CHECKS = ("", " Nothing else in the list does as well.", " I checked the list once more.", " The others do not fit.")


class _Reading(NamedTuple):
    """What a prompt says, worked out.

    Attributes:
        method: Which method's prompt it is.
        piece: The piece that is searched for, empty by phases.
        listed: All answers of the list, in its order.
        right: The one that the rule makes right.
    """

    method: str
    piece: str
    listed: tuple[Answer, ...]
    right: Answer


def imitate(prompt: str, mistake: Mistake | None, variant: int) -> tuple[str, str]:
    """Write a response to the user prompt alone; arguments, result and errors are those of `Task.imitate`."""
    reading = _read(prompt)
    answer = reading.right
    if mistake in (Mistake.WRONG, Mistake.ILLEGAL):
        slips = _wrong(reading) if mistake is Mistake.WRONG else _unlisted(reading)
        answer = slips[variant % len(slips)]
    elif mistake is Mistake.INCONSISTENT and reading.method == PHASES_METHOD and variant % 2:
        return _reason(reading, answer, _UNSURE, variant), _contradictory(reading, variant // 2)
    elif mistake is Mistake.INCONSISTENT:
        others = sorted(
            {other.reading for other in reading.listed} - {answer.reading} or {str(int(answer.reading) + 1)}
        )
        answer = Answer(answer.choice, others[variant % len(others)])
    reasons = _REASONS[reading.method] if answer == reading.right else _UNSURE
    reasoning = _reason(reading, answer, reasons, variant)
    if mistake is Mistake.MALFORMED:
        forms = _broken(reading)
        return reasoning, forms[variant % len(forms)]
    return reasoning, _said(reading, answer)


def _said(reading: _Reading, answer: Answer) -> str:
    """Write an answer, by phases with the distances of someone who chose it: it is the least by them."""
    block = _block(reading.method, answer)
    if reading.method != PHASES_METHOD:
        return block
    return f"{write(_compared(reading, answer))}\n{block}"


def _compared(reading: _Reading, answer: Answer) -> list[Answer]:
    """Return the distances that make an answer the right one: those that are in its way are taken for more."""
    seen, before = [], True
    for other in reading.listed:
        before = before and other.choice != answer.choice
        least = int(answer.reading) + before
        if other.choice == answer.choice:
            seen.append(answer)
        else:
            seen.append(Answer(other.choice, str(max(int(other.reading), least))))
    return seen


def _contradictory(reading: _Reading, variant: int) -> str:
    """Write a slip between what was compared and what was answered."""
    slips = _wrong(reading)
    other = slips[variant % len(slips)]
    return f"{write(_compared(reading, reading.right))}\n{_block(reading.method, other)}"


@lru_cache(maxsize=64)  # the samples of one step share its prompt, and steps in flight are few
def _read(prompt: str) -> _Reading:
    menu = _MENU_LINE.findall(prompt)
    if menu:
        listed = tuple(Answer(*line) for line in menu)
        # The list is in the order that settles ties, and `min` takes the first.
        return _Reading(PHASES_METHOD, "", listed, min(listed, key=lambda answer: int(answer.reading)))
    net, piece, cases = _NET.search(prompt), _PIECE.search(prompt), _CASE_LINE.findall(prompt)
    if net is None or piece is None or not cases:
        raise TaskError("this prompt asks for no move and no case of a cube")
    shown = _shown(net[1])
    fitting = [
        Answer(number, place)
        for number, place, stickers in cases
        if all(shown[sticker[:2]] == sticker[3] for sticker in stickers.split())
    ]
    if len(fitting) != 1:
        raise TaskError(f"{len(fitting)} cases of this prompt fit its cube, not one")
    return _Reading(LAYERS_METHOD, piece[1], tuple(Answer(number, place) for number, place, _ in cases), fitting[0])


def _shown(net: str) -> dict[str, str]:
    """Return the letter of each sticker, by face and number as `F1`."""
    lines = net.splitlines()
    rows = {"U": lines[:3], "D": lines[6:]}
    rows |= {face: [line.split()[number] for line in lines[3:6]] for number, face in enumerate("LFRB")}
    return {
        f"{face}{number}": letter
        for face, its_rows in rows.items()
        for number, letter in enumerate("".join(row.strip() for row in its_rows), 1)
    }


def _reason(reading: _Reading, answer: Answer, reasons: Sequence[str], variant: int) -> str:
    word = "" if reading.method == PHASES_METHOD else "case "
    fields = {"count": len(reading.listed), "piece": reading.piece, "reading": answer.reading}
    fields["choice"] = word + answer.choice
    opening, reason = _OPENINGS[reading.method][variant % 5], reasons[variant // 5 % 3]
    conclusion, check = _CONCLUSIONS[variant // 15 % 5], _CHECKS[variant // 75 % 4]
    sentences = [sentence.format(**fields) for sentence in (opening, reason, conclusion)]
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in sentences) + check


def _wrong(reading: _Reading) -> list[Answer]:
    """List the other answers, those that are most easily taken for the right one first and twice."""
    others = [answer for answer in reading.listed if answer != reading.right]
    near = [answer for answer in others if _alike(answer, reading.right)]
    return [*near, *others]


def _alike(answer: Answer, right: Answer) -> bool:
    """Return whether two answers differ little: the same distance or one more, the same stickers turned."""
    if right.reading.isdecimal():
        return int(answer.reading) - int(right.reading) <= 1
    return sorted(answer.reading) == sorted(right.reading)


def _unlisted(reading: _Reading) -> list[Answer]:
    """List answers that are not on the list: a move that the phase does not allow, or a number beyond the last."""
    if reading.method == LAYERS_METHOD:
        count = len(reading.listed)
        return [Answer(str(count + beyond), reading.right.reading) for beyond in (1, 2, 7)]
    listed = {answer.choice for answer in reading.listed}
    moves = [face + turns for face in "UDLRFB" for turns in ("", "'")]
    unlisted = [Answer(move, reading.right.reading) for move in moves if move not in listed]
    # The first phase allows every move: a slip there is a distance that cannot be.
    return unlisted or [Answer(reading.right.choice, "99")]


def _block(method: str, answer: Answer) -> str:
    choice, reading = names(method)
    return f"{choice} = {answer.choice}\n{reading} = {answer.reading}"


def _broken(reading: _Reading) -> tuple[str, ...]:
    """Write the right answer in forms that no strict reader takes."""
    choice, method_name = names(reading.method)
    answer = reading.right
    block = _block(reading.method, answer)
    evidence = f"{write(reading.listed)}\n" if reading.method == PHASES_METHOD else ""
    forms = (
        block.replace(" =", ":"),
        block.split("\n")[0],
        block.split("\n")[1],
        f"{choice} = {answer.choice}, {method_name} {answer.reading}",
        f"{choice} = the {answer.choice}\n{method_name} = {answer.reading}",
        f"{choice} = {answer.choice}\n{method_name} = about {answer.reading}",
        f"I would choose {answer.choice}.",
        f"{choice} =\n{method_name} =",
    )
    return tuple(evidence + form for form in forms) + ((block,) if evidence else ())
