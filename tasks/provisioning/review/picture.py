"""Draws a review: the changes with their verdicts, around the one in question."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from maker_engine.printable import one_line

from .masks import Item
from .report import MARKS
from .rules import APPROVE, ASK, BLOCK

_ROLES = {APPROVE: "given", ASK: "source", BLOCK: "conflict"}


def draw(items: Sequence[Item], verdicts: Sequence[str], columns: int, rows: int) -> Text:
    """Draw the list within `columns` × `rows` cells."""
    counts = {verdict: sum(one == verdict for one in verdicts) for verdict in (APPROVE, ASK, BLOCK)}
    counted = " ".join(f"{counts[verdict]} {MARKS[verdict]}" for verdict in counts)
    head = f"{len(verdicts)}/{len(items)} reviewed · {counted}"
    lines = [Text(_cut(head, columns), "label")]
    room = max(1, rows - 1)
    first = max(0, min(len(verdicts) - room // 2, len(items) - room))
    shown = range(first, min(first + room, len(items)))
    lines += [_line(items[number], number, verdicts, columns) for number in shown]
    return Text("\n").join(lines[:rows])


def _line(item: Item, number: int, verdicts: Sequence[str], columns: int) -> Text:
    verdict = verdicts[number] if number < len(verdicts) else ""
    role = _ROLES.get(verdict, "target" if number == len(verdicts) else "rail")
    mark = MARKS.get(verdict, ">" if number == len(verdicts) else " ")
    action = item.action.partition(",")[0]
    name = item.address.rpartition("::")[2] if item.address.startswith("urn:") else item.address
    return Text(_cut(f"{mark} {action:<8}{one_line(name, 200)}", columns), role)


def _cut(text: str, columns: int) -> str:
    return text if cell_len(text) <= columns else set_cell_size(text, columns - 1) + "…"
