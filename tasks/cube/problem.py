"""Reading and writing a problem: a scramble, 54 stickers or a net, and the method. Refusals are one line each."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from maker_engine.core.errors import ProblemError

from .facelets import ORDER, from_facelets
from .pieces import FACES, SOLVED, TURNS, Cube, play, read_move
from .prompt import LAYERS_METHOD, PHASES_METHOD

AUTO = "auto"
DEFAULT_TURNS, MOST_TURNS = 25, 1_000
DEFAULT_SHUFFLE = 1
_EXAMPLE = '{"scramble": "R U2 F\'", "method": "layers"}'
_STARTS = ("scramble", "facelets")
_KEYS = (*_STARTS, "method")
_NET_LINES = [3, 3, 3, 12, 12, 12, 3, 3, 3]
_NET_ORDER = "ULFRBD"


class Problem(NamedTuple):
    """One instance.

    Attributes:
        method: "phases" or "layers".
        cube: The start.
        scramble: The turns that lead there from the solved cube, as they were given; None for a cube given as stickers.
    """

    method: str
    cube: Cube
    scramble: str | None


def read_problem(options: Mapping[str, int | str], source: str | None) -> Problem:
    """Make a problem of the options or, if given, of the source text; an option `method` other than auto is obeyed.

    Raises:
        ProblemError: Not a legal instance.
    """
    chosen = _method(options.get("method", AUTO))
    fields = dict(options) if source is None else _fields(source)
    method = _method(fields.get("method", AUTO)) if chosen == AUTO else chosen
    cube, scramble = _start(fields, given=source is not None)
    return Problem(PHASES_METHOD if method == AUTO else method, cube, scramble)


def _start(fields: Mapping[str, Any], *, given: bool) -> tuple[Cube, str | None]:
    """Return the cube and its scramble; random turns where nothing is given."""
    # An option that is left empty was not given; a file may well say that the scramble is empty.
    texts = {name: fields[name] for name in _STARTS if name in fields and (given or fields[name] != "")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ProblemError(f"{name} must be text, got {_shown(value)}: write it as {_EXAMPLE}")
    if len(texts) > 1:
        raise ProblemError("a scramble and facelets are both given: give one of them")
    if "facelets" in texts:
        return _from_stickers(texts["facelets"]), None
    if "scramble" in texts:
        return _from_scramble(texts["scramble"])
    return _from_scramble(random_scramble(fields.get("turns", DEFAULT_TURNS), fields.get("shuffle", DEFAULT_SHUFFLE)))


def write_problem(problem: Problem, facelets: str) -> str:
    """Write a problem as the source text that reads back as it; `facelets` are those of its start."""
    start = {"facelets": facelets} if problem.scramble is None else {"scramble": problem.scramble}
    return json.dumps({**start, "method": problem.method})


def random_scramble(turns: object, shuffle: object) -> str:
    """Return random turns, none that could be one with a turn before it.

    Raises:
        ProblemError: Not a number of turns, or not a seed.
    """
    if type(turns) is not int or not 0 <= turns <= MOST_TURNS:
        raise ProblemError(f"turns must be 0 to {MOST_TURNS}, got {_shown(turns)}")
    if type(shuffle) is not int:
        raise ProblemError(f"shuffle must be a whole number, got {_shown(shuffle)}")
    dice = Random(shuffle)  # noqa: S311 - a puzzle, not a secret
    faces: list[str] = []
    while len(faces) < turns:
        face = dice.choice(FACES)
        # Opposite faces are side by side in FACES: after U D neither may follow.
        axis = FACES.index(face) // 2
        recent = [other for other in faces[-2:] if FACES.index(other) // 2 == axis]
        if face not in recent[-1:] and (len(recent) < 2 or face not in recent):
            faces.append(face)
    return " ".join(face + dice.choice(TURNS) for face in faces)


def _fields(source: str) -> dict[str, Any]:
    """Recognize by its content what a problem file holds."""
    text = source.strip()
    if text.startswith("{"):
        return _object(text)
    lines = ["".join(line.split()) for line in text.splitlines() if line.strip()]
    words = text.split()
    if not words:
        raise ProblemError("the problem is empty: write a scramble such as R U2 F', 54 letters, or a net")
    if [len(line) for line in lines] == _NET_LINES:
        return {"facelets": _unfolded(lines)}
    if all(word.isalpha() for word in words) and max(map(len, words)) > 2:
        return {"facelets": text}
    return {"scramble": text}


def _object(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "too long or too deep"
        raise ProblemError(f"the problem is not JSON ({reason}): write it as {_EXAMPLE}") from None
    strange = next((key for key in fields if key not in _KEYS), None)
    if strange is not None:
        raise ProblemError(f"unknown key {_shown(strange)}: a problem has scramble or facelets, and method")
    if not any(name in fields for name in _STARTS):
        raise ProblemError(f"the problem has neither scramble nor facelets: write it as {_EXAMPLE}")
    return dict(fields)


def _unfolded(lines: list[str]) -> str:
    """Put the letters of a net, U above L F R B above D, into the order of 54 letters."""
    rows = {"U": lines[:3], "D": lines[6:]}
    rows |= {face: [line[3 * n : 3 * n + 3] for line in lines[3:6]] for n, face in enumerate(_NET_ORDER[1:5])}
    return "".join("".join(rows[face]) for face in ORDER)


def _from_scramble(text: str) -> tuple[Cube, str]:
    moves = []
    for word in text.split():
        move = read_move(word)
        if move is None:
            raise ProblemError(f"{_shown(word)} is not a turn: write turns such as R U2 F', with blanks between")
        moves.append(move)
    if len(moves) > MOST_TURNS:
        raise ProblemError(f"a scramble has at most {MOST_TURNS} turns, got {len(moves)}: give fewer")
    return play(SOLVED, moves), " ".join(moves)


def _from_stickers(text: str) -> Cube:
    """Read 54 letters; where they are colours, the centres say which face each belongs to."""
    letters = "".join(text.split()).upper()
    if len(letters) == 54 and not set(letters) <= set(ORDER):
        centres = letters[4::9]
        if len(set(centres)) < 6:
            raise ProblemError(f"the centres read {_shown(centres)}, not six colours: check the letters")
        strange = next((letter for letter in letters if letter not in centres), None)
        if strange is not None:
            raise ProblemError(f"no centre has the colour {_shown(strange)}: check that letter, or the centres")
        return from_facelets(letters.translate(str.maketrans(centres, ORDER)), centres)
    return from_facelets(letters)


def _method(value: object) -> str:
    if value not in (AUTO, PHASES_METHOD, LAYERS_METHOD):
        raise ProblemError(f"method must be auto, phases or layers, got {_shown(value)}")
    return str(value)


def _shown(value: object) -> str:
    """Show a user's value in one short line, whatever its size or depth."""
    return "a far larger number" if isinstance(value, int) and abs(value) > 10**12 else reprlib.repr(value)
