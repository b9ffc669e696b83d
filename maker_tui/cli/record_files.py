"""What the verbs of `maker records` share: how each is added, the sessions that they read, the tables they write."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from maker_engine.input_files import read_named
from maker_engine.output import write_document

if TYPE_CHECKING:
    from maker_engine.arguments import Arguments
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.labelling.units import Units

    Verbs = argparse._SubParsersAction[Arguments]  # noqa: SLF001 - argparse names it nowhere else

LARGEST_CODEBOOK = 4_000_000


class Operand(NamedTuple):
    """What a verb is about, without a flag.

    Attributes:
        name: Its name among the arguments.
        metavar: Its name in the help.
        help: What it is.
    """

    name: str
    metavar: str
    help: str


SESSION = Operand("named", "SESSION", "a session of records: its name, its file, or last")
ROWS = Operand("rows", "ROWS", "a table: CSV, TSV, JSON Lines, Parquet, or SQLite (data.db#table)")
PARTS = Operand("folder", "DIR", "the folder of a split")


def add_verb(
    verbs: Verbs, name: str, act: Callable[[argparse.Namespace], int], help_text: str,
    operands: Sequence[Operand] = (SESSION,), epilog: str = "",
) -> Arguments:  # fmt: skip
    """Add a verb.

    Args:
        verbs: The verbs so far.
        name: Its name.
        act: Does it, and returns the exit status.
        help_text: What it does, beginning with a verb in lower case.
        operands: What it is about, in order.
        epilog: What its help says last.
    """
    description = f"{help_text[0].upper()}{help_text[1:]}."
    parser = verbs.add_parser(name, help=help_text, description=description, epilog=epilog, allow_abbrev=False)
    for one in operands:
        parser.add_argument(one.name, metavar=one.metavar, help=one.help)
    parser.set_defaults(act=act)
    return parser


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
