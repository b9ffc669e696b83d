"""Text as it should not be: noise, and responses or files that are cut, spoilt and run together."""

from __future__ import annotations

from random import Random

_NASTY = (
    "", " ", "\n", "\x00", "\x1b[2J", "\u202e", "\ud800", "İ", "[", "]", "],", ",", "{", "}", '"', "-", "−", "-0", "0",
    ".0", "1e9", "NaN", "true", "None", "null", "=", "١", "²", "\u00a0", "9" * 5_000, "[" * 2_000,
    "answer", "I'm sorry, but",
)  # fmt: skip
"""What has broken parsers: controls, surrogates, letters that grow in lower case, digits `int` takes, deep nesting."""
_MOST_CHARACTERS = 40


def noise(dice: Random) -> str:
    """Make some text of no meaning."""
    pieces = []
    for _ in range(dice.randint(1, 6)):
        if dice.random() < 0.5:
            pieces.append(dice.choice(_NASTY))
        else:
            ceiling = dice.choice((0x7F, 0x2FF, 0xFFFF, 0x10FFFF))
            pieces.append("".join(chr(dice.randint(0, ceiling)) for _ in range(dice.randrange(_MOST_CHARACTERS))))
    return "".join(pieces)


def damaged(text: str, dice: Random) -> str:
    """Damage a text: a piece is cut out, doubled, moved, or makes way for something else."""
    first, second = sorted((dice.randint(0, len(text)), dice.randint(0, len(text))))
    if dice.random() < 0.5:  # most slips are small
        second = min(second, first + dice.randint(0, 3))
    piece = text[first:second]
    match dice.randrange(6):
        case 0:
            return text[:first] + text[second:]
        case 1:
            return text[:second] + piece + text[second:]
        case 2:
            return text[:first] + text[second:] + piece
        case 3 | 4:
            return text[:first] + dice.choice(_NASTY) + text[second:]
        case _:
            return text[:first] + noise(dice) + text[second:]
