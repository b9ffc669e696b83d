"""A person's words: taken apart into single sentences, and what an answer to a question means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

SKIP, DECIDE, NONE = "skip", "you decide", "none of these"
"""What may be answered to every question."""

_ENDS = re.compile(r"(?<=[.!?])\s+|[;\n]|,\s*(?:and |but )?(?=(?:no|not|without) )")
_NUMBERS = re.compile(r"\d{1,3}(?:[\s,]+\d{1,3})*")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read.

    Attributes:
        picks: Options chosen, 0-based.
        sentences: What was said in the person's own words.
        word: `SKIP`, `DECIDE` or `NONE`; "" for none of them.
        outs: Options ruled out, as in "not 3", 0-based.
    """

    picks: tuple[int, ...] = ()
    sentences: tuple[str, ...] = ()
    word: str = ""
    outs: tuple[int, ...] = ()


def read_reply(text: str, options: Sequence[str]) -> Reply:
    """Read an answer: options by their text or number (from 1), one of the three words, or anything else as said."""
    picks: list[int] = []
    sentences: list[str] = []
    outs: list[int] = []
    word = ""
    for piece in (each.strip() for each in re.split(r"[\n;]", text)):
        if piece.casefold().rstrip(".") in (SKIP, DECIDE, NONE):
            word = piece.casefold().rstrip(".")
        elif piece in options:
            picks.append(options.index(piece))
        elif (numbers := _numbers(piece, len(options))) is not None:
            picks += numbers
        elif (ruled_out := _ruled_out(piece, options)) is not None:
            outs += ruled_out
        else:
            sentences += clauses(piece)
    words = [options[place] for place in picks if options[place] in (SKIP, DECIDE, NONE)]
    kept = dict.fromkeys(place for place in picks if options[place] not in words)
    return Reply(tuple(kept), tuple(sentences), word or (words[0] if words else ""), tuple(dict.fromkeys(outs)))


def _ruled_out(piece: str, options: Sequence[str]) -> list[int] | None:
    """Return the options that a piece like "not 3" or "no 2, 4" rules out, None when it is nothing of the kind."""
    found = re.fullmatch(r"(?:not|no|never|without|out:?) (?P<numbers>\d.*)", piece, re.IGNORECASE)
    numbers = None if found is None else _numbers(found["numbers"], len(options))
    return None if numbers is None else [place for place in numbers if options[place] not in (SKIP, DECIDE, NONE)]


def _numbers(piece: str, most: int) -> list[int] | None:
    """Return the options that a piece like "1 3" or "2, 4" chooses, None when it is nothing of the kind."""
    if not _NUMBERS.fullmatch(piece.rstrip(".")):
        return None
    numbers = [int(one) for one in re.findall(r"\d+", piece)]
    return [number - 1 for number in numbers] if all(1 <= number <= most for number in numbers) else None


def clauses(text: str) -> list[str]:
    """Take a text apart into sentences, each as it was written; an exclusion after a comma is one of its own."""
    return [one for each in _ENDS.split(text) if re.search(r"\w", one := one_line(each))]


def one_line(text: str) -> str:
    """Put a text on one line, without characters that cannot be shown."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
