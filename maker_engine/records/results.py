"""The table that a run of records ends as: its rows in their order, with what was decided, in a new file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.records.decided import Decided, result_columns, result_rows, units_of
from maker_engine.records.people import Answers
from maker_engine.sessions.exchange.export import write_new
from maker_engine.sessions.store.reader import Reader
from maker_engine.tables.writing import csv_lines, json_lines

_JSON_LINES = (".jsonl", ".ndjson")


def table_texts(
    out: Path | None, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, exact: bool = False
) -> Iterator[str]:
    """Give rows as text: JSON Lines where the name of their file ends so, else CSV.

    Args:
        out: The file that they go to, None for none.
        columns: The columns, in order.
        rows: The rows.
        exact: Leave cells that a spreadsheet takes for formulas as they are.
    """
    if out is not None and out.suffix.lower() in _JSON_LINES:
        return json_lines(rows)
    return csv_lines(columns, rows, exact=exact)


def results(
    session: Path, task: AnyTask, branch: int | None = None, own: Sequence[str] | None = None
) -> tuple[Sequence[str], Iterator[dict[str, Any]]]:
    """Return the columns of a session's results, and its rows, which are read as they are taken.

    Args:
        session: The session.
        task: What it decides.
        branch: Which of its runs, None for the newest.
        own: The columns of the whole table of which it has a part, None for the columns of its rows.

    Raises:
        InputError: It is no session of records.
    """

    def rows() -> Iterator[dict[str, Any]]:
        with Reader(session, branch) as reader:
            yield from result_rows(Decided(reader, task, Answers(session)), own)

    return result_columns(units_of(task, session), own), rows()


def write_results(session: Path, task: AnyTask, out: Path, branch: int | None = None) -> None:
    """Write the rows of a session with what was decided into a new file.

    Raises:
        InputError: The file exists or cannot be written.
        SessionError: The session cannot be read.
    """
    write_new(out, table_texts(out, *results(session, task, branch)))
