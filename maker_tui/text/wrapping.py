"""Text broken into rows of so many cells, between words; a word that is wider than a row is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from maker_engine.printable import printable

Piece = tuple[str, str]
"""A bit of text and its role."""
MORE = " …"
_TOKENS = re.compile(r"[ \t\n\r\f\v]+|[^ \t\n\r\f\v]+")
"""Words and gaps; a no-break space is a part of a word."""


def wrapped(text: str, width: int, most: int | None = None) -> list[str]:
    """Break `text`, made printable, into rows of at most `width` cells; at least one row, which may be empty.

    Args:
        text: What is broken; a gap of any kind between words is one blank.
        width: Cells across.
        most: How many rows there may be, None for any number; the last of them says where there is more.
    """
    width = max(2, width)
    words = [token for token in _TOKENS.findall(text) if token.strip(" \t\n\r\f\v")]
    rows = [
        "".join(bit for bit, _ in row).rstrip(" ") for row in rows_of([(printable(" ".join(words)), "plain")], width)
    ]
    if most is None or len(rows) <= most:
        return rows
    last = rows[most - 1]
    while cell_len(last) + len(MORE) > width and " " in last:
        last = last.rpartition(" ")[0]
    return [*rows[: most - 1], last + MORE]


def rows_of(paragraph: Sequence[Piece], width: int) -> Iterator[list[Piece]]:
    """Break printable pieces of one paragraph into rows of at most `width` cells; at least one, which may be empty."""
    row: list[Piece] = []
    used = 0
    for word, role in _fitting(paragraph, width):
        cells = cell_len(word)
        if used and used + cells > width:
            yield row
            row, used = [], 0
            if word.isspace():
                continue
        row.append((word, role))
        used += cells
    yield row


def _fitting(paragraph: Sequence[Piece], width: int) -> Iterator[Piece]:
    """Give words and gaps, none wider than `width`."""
    for text, role in paragraph:
        for token in _TOKENS.findall(text):
            if cell_len(token) <= width:
                yield token, role
            else:
                yield from ((bit, role) for bit in chop_cells(token, width))
