"""What the commands on records read and write: a session of them, and a table of results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.input_files import read_named
from maker_engine.output import write_document

if TYPE_CHECKING:
    from maker_engine.arguments import Arguments
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.labelling.units import Units

LARGEST_CODEBOOK = 4_000_000


def read_problem(path: Path) -> str:
    """Return the text of a codebook.

    Raises:
        InputError: It cannot be read, or is too long.
    """
    return read_named(path, "codebook", LARGEST_CODEBOOK)


def add_out(parser: Arguments) -> None:
    """Add the flags of a command that writes a table."""
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV, or JSON Lines by its ending (default standard output, CSV)"
    )
    parser.add_argument(
        "--exact", action="store_true", help="leave cells that a spreadsheet takes for formulas as they are"
    )


def opened(named: str) -> tuple[Path, AnyTask, Units]:
    """Find a session of records.

    Raises:
        InputError: There is none, or it is of another task.
    """
    from maker_engine.records.decided import units_of  # noqa: PLC0415 - help needs no session
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - likewise
    from maker_engine.sessions.queries.saved import task_of  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.upgrade import bring_up  # noqa: PLC0415 - likewise
    from maker_engine.tables.opening import also_in  # noqa: PLC0415 - likewise

    path = find(named)
    bring_up(path)
    with Reader(path) as reader, also_in(path.parent):
        task = task_of(reader.meta(), None)
    return path, task, units_of(task, path)


def write_table(
    out: Path | None, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, exact: bool = False
) -> None:
    """Write rows into a new file, as CSV or by its ending as JSON Lines; to standard output where there is none."""
    from maker_engine.records.results import table_texts  # noqa: PLC0415 - help needs none
    from maker_engine.sessions.exchange.export import write_new  # noqa: PLC0415 - likewise

    texts = table_texts(out, columns, rows, exact=exact)
    if out is None:
        write_document(texts)
    else:
        write_new(out, texts)
