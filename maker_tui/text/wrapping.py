"""Text broken into rows of so many cells, at blanks where there are any."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells

from maker_engine.printable import printable


def wrapped(text: str, width: int) -> list[str]:
    """Break `text`, made printable, into rows of at most `width` cells; at least one row, which may be empty."""
    width = max(2, width)
    rows = [""]
    for word in printable(" ".join(text.split())).split(" "):
        for piece in chop_cells(word, width) or [""]:
            longer = f"{rows[-1]} {piece}" if rows[-1] else piece
            if cell_len(longer) <= width:
                rows[-1] = longer
            else:
                rows.append(piece)
    return rows
