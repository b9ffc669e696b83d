"""`maker migration`: the digest of a database, what a folder holds, and the demo to try by hand."""

from __future__ import annotations

import json
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from maker_engine.arguments import Arguments
from maker_engine.core.errors import InputError, ProblemError
from maker_engine.output import say
from maker_engine.printable import one_line

from .demo import ROWS, make_shop, project

EXAMPLES = """\
examples:
  maker migration digest app.db                     a digest over all rows, to compare databases with
  maker migration demo ./shop --rows 1500000        the demo's database and its folder of migrations
  maker run migration --problem ./shop/migrations --database ./shop/shop.db --headless --out report

exit status: 0 done, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Digest a database, or write the demo of database migration.

    Returns:
        The exit status: 0.

    Raises:
        InputError: A flag cannot be used, a file cannot be read, or one is there already.
    """
    parser = Arguments(
        prog="maker migration",
        description="Digest a database, or write the demo of database migration.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="digest|demo")
    digest = verbs.add_parser("digest", help="print the digest of a database's rows")
    digest.add_argument("database", metavar="FILE", help="a file of SQLite")
    digest.add_argument("--json", action="store_true", help="as JSON, with the rows of each table")
    demo = verbs.add_parser("demo", help="write the demo's database and its migrations")
    demo.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that is not there yet")
    demo.add_argument("--rows", type=int, default=ROWS, help=f"rows of all tables together (default {ROWS})")
    chosen = parser.parse_args(arguments)
    if chosen.verb == "digest":
        _digest(chosen.database, as_json=chosen.json)
    else:
        _demo(chosen.folder, chosen.rows)
    return 0


def _digest(place: str, *, as_json: bool) -> None:
    from .database.sqlite_tables import digest_of  # noqa: PLC0415 - not every run needs it

    path = Path(place).expanduser()
    if not path.is_file():
        raise InputError(f"there is no database file {one_line(place, 120)}: name one of SQLite")
    found, rows = digest_of(path)
    say(json.dumps({"digest": found, "rows": rows}) if as_json else found)


def _demo(folder: Path, rows: int) -> None:
    if not 100 <= rows <= 5_000_000:
        raise InputError(f"--rows must be 100 to 5000000, got {rows}")
    if folder.exists():
        raise InputError(f"{folder} is there already: name a folder that is not")
    try:
        for name, text in project().items():
            path = folder / "migrations" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        make_shop(folder / "shop.db", rows)
    except OSError as error:
        raise ProblemError(f"{folder} cannot be written: {error.strerror}") from None
    say(f"{folder}/shop.db with {rows:,} rows, {folder}/migrations with its 16 changes")
