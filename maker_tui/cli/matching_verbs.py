"""`maker records pairs` and `maker records cluster`: rows of one thing, by a score and by votes on what it leaves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError
from maker_engine.output import say
from maker_tui.cli.record_files import ROWS, add_verb, write_table

if TYPE_CHECKING:
    from maker_engine.arguments import Arguments
    from maker_engine.records.matching import Pair
    from maker_engine.tables.row import Rows
    from maker_tui.cli.record_files import Verbs

PAIR, SCORE, LEFT, RIGHT = "pair", "score", "left ", "right "
CLUSTER, TABLE, ROW, QUESTION = "cluster", "table", "row", "question"


def add_verbs(verbs: Verbs) -> None:
    """Add the two verbs."""
    pairs = add_verb(
        verbs, "pairs", _pairs, "find rows that may be of one thing; the doubtful pairs are for a vote", [ROWS]
    )
    _add_other(pairs)
    pairs.add_argument("--block", action="append", required=True, metavar="COLUMN",
                       help="compare rows that share it, or its beginning: COLUMN:3; may be repeated")  # fmt: skip
    pairs.add_argument("--compare", required=True, metavar="A,B", help="the columns that are compared")
    pairs.add_argument("--low", type=float, default=50, metavar="SCORE", help="below it no match (default 50)")
    pairs.add_argument("--high", type=float, default=75, metavar="SCORE", help="from it on a match (default 75)")
    pairs.add_argument("--grey", type=Path, required=True, metavar="FILE", help="where to write the pairs between them")
    pairs.add_argument("--sure", type=Path, required=True, metavar="FILE", help="where to write the matches")
    cluster = add_verb(
        verbs, "cluster", _cluster, "put rows of one thing together, by sure and by voted matches", [ROWS]
    )
    _add_other(cluster)
    cluster.add_argument("--sure", required=True, metavar="FILE", help="what maker records pairs wrote")
    cluster.add_argument("--voted", metavar="FILE", help="the results of the vote on the doubtful pairs")
    cluster.add_argument("--field", default="answer", metavar="NAME", help="their column (default answer)")
    cluster.add_argument("--yes", default="same", metavar="LABEL", help="the answer that means a match (default same)")
    cluster.add_argument("--out", type=Path, metavar="FILE", help="the rows with clusters (default standard output)")
    cluster.add_argument("--questions", type=Path, metavar="FILE",
                         help="where to write the pairs that alone would join two clusters")  # fmt: skip


def _add_other(parser: Arguments) -> None:
    parser.add_argument("--with", dest="other", metavar="ROWS", help="another table, to link with the first")


def _tables(chosen: argparse.Namespace) -> tuple[Rows, Rows | None]:
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - help needs no table

    return open_table(chosen.rows), None if chosen.other is None else open_table(chosen.other)


def _pairs(chosen: argparse.Namespace) -> int:
    from maker_engine.records.matching import pairs  # noqa: PLC0415 - help needs no table

    if not 0 <= chosen.low <= chosen.high <= 101:
        raise InputError("--low and --high are scores from 0 to 100, the low one first")
    left, right = _tables(chosen)
    compared = [one.strip() for one in chosen.compare.split(",") if one.strip()]
    found = list(pairs(left, right, chosen.block, compared, chosen.low))
    sure = [one for one in found if one.score >= chosen.high]
    grey = [one for one in found if one.score < chosen.high]
    columns = [PAIR, *(f"{side}{name}" for name in compared for side in (LEFT, RIGHT))]
    write_table(chosen.sure, [PAIR, SCORE], ({PAIR: _name(one), SCORE: one.score} for one in sure))
    write_table(chosen.grey, columns, _beside(grey, left, right or left, compared))
    say(f"{chosen.sure}: {len(sure):,} matches, which score {chosen.high:g} or more")
    say(f"{chosen.grey}: {len(grey):,} doubtful pairs for a vote, which score {chosen.low:g} to {chosen.high:g}")
    return 0


def _name(pair: Pair) -> str:
    return f"{pair.left + 1}-{pair.right + 1}"


def _beside(pairs: list[Pair], left: Rows, right: Rows, compared: list[str]) -> Iterator[dict[str, Any]]:
    for one in pairs:
        rows = left.row(one.left), right.row(one.right)
        cells = {
            f"{side}{name}": row.text(name) for name in compared for side, row in zip((LEFT, RIGHT), rows, strict=True)
        }
        yield {PAIR: _name(one), **cells}


def _cluster(chosen: argparse.Namespace) -> int:
    from maker_engine.records.matching import clusters  # noqa: PLC0415 - help needs no table

    left, right = _tables(chosen)
    shift = 0 if right is None else len(left)
    whole = len(left) + (0 if right is None else len(right))
    matches = [*_read(chosen.sure, None, "", shift, whole)]
    if chosen.voted is not None:
        matches += _read(chosen.voted, chosen.field, chosen.yes, shift, whole)
    found = clusters(whole, matches)
    cluster_of = {row: number for number, members in enumerate(found.members, 1) for row in members}
    columns = [
        CLUSTER,
        *([TABLE] if right is not None else []),
        *dict.fromkeys((*left.columns, *(right or left).columns)),
    ]
    write_table(chosen.out, columns, _clustered(left, right, cluster_of))
    if chosen.questions is not None:
        asked: list[dict[str, object]] = [{PAIR: f"{a + 1}-{b - shift + 1}"} for a, b in found.questions]
        write_table(chosen.questions, [PAIR], asked)
    if chosen.out is not None:
        several = sum(len(members) > 1 for members in found.members)
        say(f"{chosen.out}: {len(found.members):,} things, {several:,} of them with several rows")
        say(f"{len(found.questions):,} × a match alone would have joined two clusters: not joined")
    return 0


def _clustered(left: Rows, right: Rows | None, cluster_of: dict[int, int]) -> Iterator[dict[str, Any]]:
    for number, table in enumerate(filter(None, (left, right))):
        for row in table:
            yield {**row.values, CLUSTER: cluster_of[row.number + number * len(left)], TABLE: number + 1}


def _read(name: str, field: str | None, yes: str, shift: int, whole: int) -> Iterator[tuple[int, int]]:
    """Give the matches in a file, as places in both tables one after the other."""
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - help needs no table

    table = open_table(name)
    for column in filter(None, (PAIR, field)):
        if column not in table.columns:
            raise InputError(f"{name} has no column {column!r}: it has {', '.join(table.columns[:20])}")
    for row in table:
        first, _, second = row.text(PAIR).partition("-")
        if not (first.isdecimal() and second.isdecimal()):
            raise InputError(f"row {row.number + 1:,} of {name} names no pair of rows, such as 3-17")
        pair = (int(first) - 1, int(second) - 1 + shift)
        if not all(0 <= place < whole for place in pair):
            raise InputError(f"row {row.number + 1:,} of {name} names rows that the table does not have")
        if field is None or row.text(field) == yes:
            yield pair
