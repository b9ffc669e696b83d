"""The board as text: pegs upright where they fit, laid down in rows of numbers where they do not.

Both show everything without colour: disks carry their numbers, the disk moved last is in `»…«`, the goal has a `*`.
"""

from __future__ import annotations

from typing import TypeAlias

from rich.text import Text

from .towers import Move, Pegs

Piece: TypeAlias = tuple[str, str]
"""Some characters and their role."""

_HUES = 6
_LEGEND = "bottom → top"
_PEG_CELLS = 12  # a peg takes at least this much where there is room, for its label and to let a small tower breathe


def draw(pegs: Pegs, previous: Move | None, goal: int, columns: int, rows: int) -> Text:
    """Draw the board within `columns` × `rows` cells; from 20 × 4 on, everything up to 64 disks fits.

    Args:
        pegs: The board, in order or not.
        previous: The move that led to it, None at the start.
        goal: Goal peg (0-based).
        columns: Cells across.
        rows: Lines.
    """
    disks = sum(map(len, pegs))
    widest = (columns // 3 - 2) // 2
    if disks <= 2 * widest and disks + 2 <= rows:
        lines = _upright(pegs, previous, goal, columns, rows)
    else:
        lines = _laid(pegs, previous, goal, columns, rows)
    picture = Text()
    for number, line in enumerate(lines):
        picture.append("\n" if number else "")
        for text, role in line:
            picture.append(text, role)
    return picture


def _role(disk: int, moved: int | None) -> str:
    return "moved" if disk == moved else f"hue.{(disk - 1) % _HUES + 1}"


# Upright pegs.


def _upright(pegs: Pegs, previous: Move | None, goal: int, columns: int, rows: int) -> list[list[Piece]]:
    disks = sum(map(len, pegs))
    widest = (columns // 3 - 2) // 2
    halves = _halves(disks, widest)
    cell = min(columns // 3, max(2 * halves[-1] + 3, _PEG_CELLS))
    axis = (cell - 1) // 2
    moved = previous[0] if previous else None
    height = disks + (1 if rows >= disks + 4 else 0)  # the tips of the pegs show where there is room
    lines: list[list[Piece]] = [[] for _ in range(height)]
    for level in range(height):
        line = lines[height - 1 - level]
        gap = 0
        for peg in pegs:
            disk = peg[level] if level < len(peg) else 0
            half = halves[disk - 1] if disk else 0
            piece = (_disk(disk, half, moved=disk == moved), _role(disk, moved)) if disk else ("│", "rail")
            line += [(" " * (gap + axis - half), "plain"), piece]
            gap = cell - axis - half - 1
    lines.append([(("━" * axis + "┻" + "━" * (cell - axis - 1)) * 3, "rail")])
    lines.append([_label(peg, goal, cell, axis) for peg in range(3)])
    if rows > len(lines):
        lines.append([(_last(previous, columns).center(3 * cell).rstrip(), "label")])
    return lines


def _halves(disks: int, widest: int) -> list[int]:
    """Return the half-width of each disk, smallest first: true to size where it fits, squeezed where not."""
    if 2 * disks <= widest and disks <= 5:
        return [2 * disk for disk in range(1, disks + 1)]
    if disks <= widest:
        return list(range(1, disks + 1))
    # Rounded up, so that it is the largest disks that share a width.
    return [1 - (disk - 1) * (1 - widest) // (disks - 1) for disk in range(1, disks + 1)]


def _disk(disk: int, half: int, *, moved: bool) -> str:
    left, right = "»«" if moved else "▐▌"
    number = str(disk)
    fill = 2 * half - 1 - len(number)
    return left + "█" * (fill // 2) + number + "█" * (fill - fill // 2) + right


def _label(peg: int, goal: int, cell: int, axis: int) -> Piece:
    text = f"peg {peg}"
    if peg == goal:
        text += " *goal" if cell > 11 else "*"
    left = min(max(axis - len(text) // 2, 0), cell - len(text))
    return (" " * left + text).ljust(cell), "target" if peg == goal else "label"


# Pegs laid down.


def _laid(pegs: Pegs, previous: Move | None, goal: int, columns: int, rows: int) -> list[list[Piece]]:
    roomy = columns >= 30
    prefixes = [f"{'peg ' if roomy else ''}{peg}{'*' if peg == goal else ' '}│" for peg in range(3)]
    width = columns - len(prefixes[0])
    budget = max(rows - 1, 3)
    moved = previous[0] if previous else None
    groups = [_wrap(_singles(peg, moved), width) for peg in pegs]
    if sum(map(len, groups)) > budget:
        runs = [_runs(peg, moved) for peg in pegs]
        groups = [_wrap(items, width) for items in runs]
        if sum(map(len, groups)) > budget:
            shares = _shares([len(group) for group in groups], budget)
            groups = [_elide(items, width, share) for items, share in zip(runs, shares, strict=True)]
    spaced = sum(map(len, groups)) + 3 <= budget
    lines: list[list[Piece]] = []
    for peg, group in enumerate(groups):
        blank = " " * (len(prefixes[peg]) - 1) + "│"
        for number, line in enumerate(group):
            role = "target" if peg == goal else "label"
            lines.append([(blank, "rail") if number else (prefixes[peg], role), *line])
        if spaced:
            lines.append([])
    if rows > len(lines):
        lines.append([(_footer(previous, columns), "label")])
    return lines


def _singles(peg: tuple[int, ...], moved: int | None) -> list[Piece]:
    return [(f"»{disk}«" if disk == moved else str(disk), _role(disk, moved)) for disk in peg]


def _runs(peg: tuple[int, ...], moved: int | None) -> list[Piece]:
    """Write three or more disks in unbroken order as `9–7`, but never the disk moved last."""
    items: list[Piece] = []
    at = 0
    while at < len(peg):
        end = at + 1
        while end < len(peg) and peg[end] == peg[end - 1] - 1 and moved not in (peg[end - 1], peg[end]):
            end += 1
        if end - at >= 3:
            items.append((f"{peg[at]}–{peg[end - 1]}", "plain"))
        else:
            items += _singles(peg[at:end], moved)
        at = end
    return items


def _wrap(items: list[Piece], width: int) -> list[list[Piece]]:
    """Break items into lines of at most `width` cells with a blank between two; an empty peg takes one empty line."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for text, role in items:
        if used and used + 1 + len(text) > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append((" ", "plain"))
        lines[-1].append((text, role))
        used += len(text) + (1 if used else 0)
    return lines


def _shares(needed: list[int], budget: int) -> list[int]:
    """Deal `budget` lines out, one each and then to whoever lacks most."""
    shares = [1] * len(needed)
    for _ in range(budget - len(needed)):
        neediest = max(range(len(needed)), key=lambda peg: needed[peg] - shares[peg])
        shares[neediest] += 1
    return shares


def _elide(items: list[Piece], width: int, lines: int) -> list[list[Piece]]:
    """Leave out disks above the bottom one until the rest fits: the top is where the game is played."""
    wrapped = _wrap(items, width)
    left_out = 1
    while len(wrapped) > lines and left_out < len(items) - 1:
        left_out += 1
        wrapped = _wrap([items[0], ("…", "plain"), *items[left_out:]], width)
    return wrapped


def _last(previous: Move | None, columns: int) -> str:
    if previous is None:
        return "no move yet"
    disk, start, end = previous
    text = f"last move: disk {disk}, peg {start} → {end}"
    short = f"disk {disk}: {start} → {end}"
    return text if len(text) <= columns else short[:columns]


def _footer(previous: Move | None, columns: int) -> str:
    last = _last(previous, columns)
    forms = (f"{_LEGEND}   * goal   {last}", f"{_LEGEND}, {last}")
    return next((form for form in forms if len(form) <= columns), last)
