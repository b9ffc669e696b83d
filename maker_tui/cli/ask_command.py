"""`maker ask ROWS`: one question about every row of a table, without a codebook."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from maker_engine.arguments import Arguments
from maker_engine.output import complain, say

EXAMPLES = """\
examples:
  maker ask receipts.csv --question "Which category? {text}" --choices travel,office,meals,other
  maker ask receipts.csv --question "Which category? {text}" --choices travel,office,meals,other \\
      --model openai/gpt-6-luna --limit-usd 2 --out labelled.csv
  psql -c "COPY t TO STDOUT CSV HEADER" | maker ask - --question "Is it a complaint? {body}" --choices yes,no

Each label is voted on until one is ahead by k; "unknown" is always a label. Any other flag is one of maker run:
--model, --k, --limit-usd, --session, --concurrency, --json. Without --model the simulated model answers, at random
where there is no --gold: it shows how a run works and says nothing about the rows.

exit status: as maker run
"""


def main(arguments: Sequence[str]) -> int:
    """Ask one question about every row of a table, by vote.

    Returns:
        The exit status of the run.

    Raises:
        InputError: A flag or the table cannot be used.
    """
    chosen, further = _parser().parse_known_args(arguments)
    return _run(chosen, further)


def _run(chosen: argparse.Namespace, further: list[str]) -> int:
    from maker_engine.runtime.order import prepare  # noqa: PLC0415 - help needs no engine
    from maker_tui.cli.flag_orders import order_from  # noqa: PLC0415 - likewise
    from maker_tui.cli.flags import run_parser  # noqa: PLC0415 - likewise
    from maker_tui.cli.headless import conclude, drive_here, say_beforehand  # noqa: PLC0415 - likewise

    given = ((name, getattr(chosen, name)) for name in ("rows", "question", "choices", "gold", "id", "field", "out"))
    words = ["records", *(f"--{name}={value}" for name, value in given if value), "--headless"]
    parsed = run_parser("records").parse_args([*words, *further])
    prepared = prepare(order_from(parsed))
    if prepared.plan.started.simulated and not parsed.json:
        complain("the simulated model answers: --model NAME asks a real one")
    say_beforehand(prepared)
    view = drive_here(prepared)
    status = conclude(view, as_json=parsed.json, quiet=parsed.quiet)
    if not (parsed.json or parsed.quiet):
        session = shlex.quote(str(view.session))
        written = [] if view.papers else [f"rows     maker records results {session} --out FILE"]
        say("", *written)
        say(f"next     maker records report {session}; maker records review {session}")
    return status


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker ask",
        description="Ask one question about every row of a table, by vote.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("rows", metavar="ROWS", help="CSV, TSV, JSON Lines, Parquet, SQLite (data.db#table), or -")
    parser.add_argument("--question", required=True, metavar="TEXT", help="what is asked; {column} is a cell")
    parser.add_argument("--choices", required=True, metavar="A,B,C", help="the answers")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the rows with their answers, CSV or .jsonl")
    parser.add_argument("--gold", metavar="FILE", help="a table of right answers by id; never in a prompt")
    parser.add_argument("--id", metavar="COLUMN", help="the column that identifies a row")
    parser.add_argument("--field", metavar="NAME", help="the name of the answer's column (default answer)")
    return parser
