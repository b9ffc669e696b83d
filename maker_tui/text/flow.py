"""Texts as they are compared: what is marked in one, and two set side by side with what differs marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from rich.text import Text

from maker_engine.printable import printable
from maker_tui.text.roles import line
from maker_tui.text.wrapping import Piece, rows_of

MOST_WORDS = 3_000
"""Two lines with more words than this between them are not compared word by word: the time grows with the square."""
MOST_LINES = 3_000
"""Two texts with more lines than this between them are set beside each other line by line, for the same reason."""
AROUND = 2
"""Lines shown before and after one that is not as it was."""
LEFT_ROLE, RIGHT_ROLE = "source", "target"
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def marked(text: str, spans: Sequence[tuple[int, int, str]]) -> list[Piece]:
    """Cut raw text into printable pieces, those in `spans` (first character, the one after the last, role) in a role.

    Spans are in order and do not overlap.
    """
    pieces, at = [], 0
    for begin, end, role in spans:
        pieces += [(text[at:begin], "plain"), (text[begin:end], role)]
        at = end
    pieces.append((text[at:], "plain"))
    return [(printable(bit, newlines=True), role) for bit, role in pieces if bit]


def flowed(pieces: Sequence[Piece], width: int) -> list[Text]:
    """Wrap printable pieces into lines of at most `width` cells; gaps within a line and ends of lines are kept."""
    return [line(*row) for paragraph in _paragraphs(pieces) for row in rows_of(paragraph, max(1, width))]


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    paragraph: list[Piece] = []
    for text, role in pieces:
        first, *others = text.split("\n")
        paragraph.append((first, role))
        for other in others:
            yield paragraph
            paragraph = [(other, role)]
    yield paragraph


def differing(left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """Compare two printable lines word by word; what the other one has not is in a role."""
    words = _WORDS.findall(left), _WORDS.findall(right)
    if len(words[0]) + len(words[1]) > MOST_WORDS:
        return [(left, LEFT_ROLE)], [(right, RIGHT_ROLE)]
    pieces: tuple[list[Piece], list[Piece]] = [], []
    for kind, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
        for side, bit, role in ((0, words[0][a:b], LEFT_ROLE), (1, words[1][c:d], RIGHT_ROLE)):
            if bit:
                pieces[side].append(("".join(bit), "plain" if kind == "equal" else role))
    return pieces


def compared(left: str, right: str) -> Iterator[tuple[list[Piece] | None, list[Piece] | None]]:
    """Pair the lines of two raw texts; None where one side has no such line."""
    lines = printable(left, newlines=True).split("\n"), printable(right, newlines=True).split("\n")
    for a, b, c, d in _blocks(*lines):
        for one, other in zip_longest(lines[0][a:b], lines[1][c:d]):
            if one == other and one is not None:
                yield [(one, "plain")], [(other, "plain")]
            elif one is None:
                yield None, [(other, RIGHT_ROLE)]
            elif other is None:
                yield [(one, LEFT_ROLE)], None
            else:
                yield differing(one, other)


def _blocks(left: list[str], right: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Give the lines that belong together: from and to of the left ones, and of the right ones, 0-based."""
    if len(left) + len(right) > MOST_LINES:
        yield 0, len(left), 0, len(right)
        return
    for _, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        yield a, b, c, d


def side_by_side(left: str, right: str, width: int) -> list[Text]:
    """Set two raw texts in two columns, lines that belong together beside each other, words that differ in a role."""
    half = max(1, (width - 3) // 2)
    rows: list[Text] = []
    for one, other in compared(left, right):
        columns = (flowed(one, half) if one else [], flowed(other, half) if other else [])
        for a, b in zip_longest(*columns):
            row = Text(end="", no_wrap=True)
            row.append_text(a or Text())
            row.pad_right(max(0, half - row.cell_len))
            row.append_text(line((" │ ", "rail")))
            row.append_text(b or Text())
            rows.append(row)
    return rows


def changes(before: str, after: str) -> list[list[Piece]]:
    """Return how one raw text became another: lines that went with −, that came with +, and those around them."""
    rows: list[list[Piece]] = []
    near: list[int] = []
    for one, other in compared(before, after):
        if one and other and all(role == "plain" for _, role in (*one, *other)):
            rows.append([("  ", "quiet"), *other])
            continue
        near += range(len(rows) - AROUND, len(rows) + AROUND + 2)
        if one is not None:
            rows.append([("− ", "bad"), *one])
        if other is not None:
            rows.append([("+ ", "good"), *other])
    kept = set(near)
    shown: list[list[Piece]] = []
    for place, row in enumerate(rows):
        if place in kept:
            shown.append(row)
        elif place - 1 in kept or place == 0:
            shown.append([("  …", "quiet")])
    return shown


def new_lines(before: str, after: str) -> int:
    """Count the lines of `after` that are not as in `before`."""
    return sum(other is not None and (one is None or one != other) for one, other in compared(before, after))
