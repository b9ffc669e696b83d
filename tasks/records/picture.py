"""The table as a picture: how much of it is decided, how the labels are spread, and the row that is asked about."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from maker_engine.labelling.units import Unit
from maker_engine.printable import one_line

_LONGEST_NAME = 18
_SHOWN = 400
"""Characters of a cell that are drawn at most."""


def draw(
    counts: tuple[int, int, int],
    spread: Sequence[tuple[str, int]],
    unit: Unit | None,
    shown: Sequence[str],
    size: tuple[int, int],
) -> Text:
    """Draw the table.

    Args:
        counts: What is done, what there is to do, and what was given up.
        spread: How often each label was decided.
        unit: What is asked now, None at the end.
        shown: The columns that agents see.
        size: Columns and rows of the picture.
    """
    columns, rows = size
    lines = [_progress(counts, columns)]
    room = max(0, rows - 1 - (4 if unit is not None else 0))
    lines += _bars(spread, columns, room)
    if unit is not None:
        lines += _asked(unit, shown, columns, rows - len(lines))
    return Text("\n").join(lines[:rows])


def _progress(counts: tuple[int, int, int], columns: int) -> Text:
    done, whole, undecided = counts
    words = f" {done:,}/{whole:,}" + (f", {undecided:,} undecided" if undecided else "")
    width = max(1, columns - len(words))
    filled = width * done // whole if whole else width
    line = Text()
    line.append("█" * filled, "moved")
    line.append("░" * (width - filled), "label")
    line.append(words[:columns], "given")
    return _cut(line, columns)


def _bars(spread: Sequence[tuple[str, int]], columns: int, room: int) -> list[Text]:
    largest = max((count for _, count in spread), default=0)
    shown = [(one_line(name, _LONGEST_NAME), count) for name, count in sorted(spread, key=lambda one: -one[1])[:room]]
    wide = min(_LONGEST_NAME, max((cell_len(name) for name, _ in shown), default=0))
    lines = []
    for name, count in shown:
        width = max(0, columns - wide - 9)
        line = Text(f"{set_cell_size(name, wide)} ", "label")
        line.append(f"{'▆' * (width * count // largest if largest else 0)} {count:,}", "given")
        lines.append(_cut(line, columns))
    return lines


def _asked(unit: Unit, shown: Sequence[str], columns: int, room: int) -> list[Text]:
    head = f"row {unit.row.number + 1:,} ({one_line(unit.id, 30)}): {unit.field.name}?"
    lines = [*([Text("")] if room > 2 else []), _cut(Text(head, "moved"), columns)]
    for name in shown:
        text = one_line(f"{name}: {unit.row.text(name)[:_SHOWN]}", _SHOWN)
        lines += [Text(part, "plain") for part in chop_cells(text, max(1, columns))[: max(0, room - len(lines))]]
    return lines


def _cut(line: Text, columns: int) -> Text:
    line.truncate(columns)
    return line
