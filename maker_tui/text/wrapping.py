"""Text broken into rows of so many cells, at blanks where there are any."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells

from maker_engine.printable import printable

MORE = " …"
_WORDS = re.compile(r"[^ \t\n\r\f\v]+")
"""A no-break space is a part of a word."""


def wrapped(text: str, width: int, most: int | None = None) -> list[str]:
    """Break `text`, made printable, into rows of at most `width` cells; at least one row, which may be empty.

    Args:
        text: What is broken.
        width: Cells across.
        most: How many rows there may be, None for any number; the last of them says where there is more.
    """
    width = max(2, width)
    rows = [""]
    for word in _WORDS.findall(text):
        for piece in chop_cells(printable(word), width) or [""]:
            longer = f"{rows[-1]} {piece}" if rows[-1] else piece
            if cell_len(longer) <= width:
                rows[-1] = longer
            else:
                rows.append(piece)
    if most is None or len(rows) <= most:
        return rows
    last = rows[most - 1]
    while cell_len(last) + len(MORE) > width and " " in last:
        last = last.rpartition(" ")[0]
    return [*rows[: most - 1], last + MORE]
