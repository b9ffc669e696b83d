"""Which rows are of one thing: pairs by blocks, a cheap score, votes on what it leaves open, and clusters of matches.

Only rows that share the value of a column are compared. A score below the grey band says no and one above it yes; what
is between is for votes or people. A match that alone holds two clusters together is a question, since one wrong pair
there would merge all of both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.suggestion import suggestion
from maker_engine.tables.row import Row, Rows

LARGEST_BLOCK = 1_000
"""Rows that share a value; more of them are compared with nobody by it, since it says too little."""


class Pair(NamedTuple):
    """Two rows that may be of one thing.

    Attributes:
        left: The first one's place, 0-based.
        right: The second one's, in the second table where there are two.
        score: How alike they are, 0 to 100.
    """

    left: int
    right: int
    score: float


class Clusters(NamedTuple):
    """The rows of each thing.

    Attributes:
        members: Rows by cluster, those alone too, in the order of their first row.
        questions: Matches that alone would join two clusters of two rows or more: they are not joined.
    """

    members: list[list[int]]
    questions: list[tuple[int, int]]


def pairs(
    left: Rows, right: Rows | None, blocks: Sequence[str], compare: Sequence[str], least: float
) -> Iterator[Pair]:
    """Give the pairs that share the value of a blocking column and score at least `least`, in order, each once.

    Args:
        left: The rows.
        right: The rows of another table to link with, None to find duplicates among `left`.
        blocks: Columns of which one shared value suffices; "column:3" goes by its first three characters.
        compare: Columns that are compared.
        least: Least score.

    Raises:
        InputError: A column is not there, or rapidfuzz is not installed.
    """
    try:
        from rapidfuzz.fuzz import ratio, token_sort_ratio  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputError("matching needs rapidfuzz: pip install 'maker-workbench[match]'") from None
    for table in filter(None, (left, right)):
        for name in (*(block.partition(":")[0] for block in blocks), *compare):
            if name not in table.columns:
                near = suggestion(name, table.columns)
                raise InputError(f"there is no column {name!r}; the table has {', '.join(table.columns[:20])}{near}")
    texts = [[_plain(row, name) for name in compare] for row in left]
    others = texts if right is None else [[_plain(row, name) for name in compare] for row in right]
    for first, second in sorted(_candidates(left, right, blocks)):
        found = [
            max(ratio(one, other), token_sort_ratio(one, other))
            for one, other in zip(texts[first], others[second], strict=True)
            if one and other
        ]
        score = sum(found) / len(found) if found else 0.0
        if score >= least:
            yield Pair(first, second, round(score, 2))


def _candidates(left: Rows, right: Rows | None, blocks: Sequence[str]) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for block in blocks:
        mine = _by_value(left, block)
        its = mine if right is None else _by_value(right, block)
        for value, rows in mine.items():
            if len(rows) + len(its.get(value, ())) <= LARGEST_BLOCK:
                found.update((a, b) for a in rows for b in its.get(value, ()) if right is not None or a < b)
    return found


def _by_value(table: Rows, block: str) -> dict[str, list[int]]:
    name, _, length = block.partition(":")
    if length and not (length.isdecimal() and int(length)):
        raise InputError(f"a block is a column, or its first characters as {name}:3, got {block!r}")
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in table:
        value = _plain(row, name)
        if value:
            found[value[: int(length)] if length else value].append(row.number)
    return found


def _plain(row: Row, name: str) -> str:
    return " ".join(row.text(name).casefold().split())


def clusters(rows: int, matches: Iterable[tuple[int, int]]) -> Clusters:
    """Put the rows of each thing together.

    Args:
        rows: How many rows there are.
        matches: Pairs of rows, 0-based, that are of one thing.
    """
    edges = sorted({(min(pair), max(pair)) for pair in matches if pair[0] != pair[1]})
    near: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        near[a].append(b)
        near[b].append(a)
    questions = [edge for edge, sizes in _bridges(near).items() if min(sizes) >= 2]
    left_out = {*questions}
    parent = list(range(rows))

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for a, b in edges:
        if (a, b) not in left_out:
            first, second = sorted((root(a), root(b)))
            parent[second] = first
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row in range(rows):
        members[root(row)].append(row)
    return Clusters(list(members.values()), sorted(questions))


def _bridges(near: Mapping[int, list[int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the edges without which two parts fall apart, with how many rows each part has (Tarjan 1974)."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    order: dict[int, int] = {}
    for start in near:
        if start in order:
            continue
        first = len(order)
        low, size, below = {}, {}, []
        order[start], low[start], size[start] = first, first, 1
        stack = [(start, -1, iter(near[start]))]
        while stack:
            row, before, rest = stack[-1]
            other = next(rest, None)
            if other is None:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    size[above] += size[row]
                    low[above] = min(low[above], low[row])
                    if low[row] > order[above]:
                        below.append((above, row))
            elif other not in order:
                order[other] = low[other] = len(order)
                size[other] = 1
                stack.append((other, row, iter(near[other])))
            elif other != before:
                low[row] = min(low[row], order[other])
        whole = size[start]
        found.update({(min(a, b), max(a, b)): (size[b], whole - size[b]) for a, b in below})
    return found
