"""`maker records …`: a codebook to begin with, and what is done with a table once it is decided."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from maker_engine.arguments import Arguments
from maker_engine.output import complain, say, say_json, versioned, write_document
from maker_tui.cli import fleet_verbs, matching_verbs, people_verbs
from maker_tui.cli.record_files import ROWS, add_out, add_verb, opened, write_table

EXAMPLES = """\
examples:
  maker records init tickets.csv > codebook.yaml      a codebook to fill in
  maker run records --problem codebook.yaml --rows tickets.csv --model openai/gpt-6-luna --session t.maker
  maker records results t.maker --out labelled.csv    the rows, with what was decided
  maker records report t.maker --html report.html     quality, agreement and cost
  maker records review t.maker                        decide what the votes did not, here
  maker records gold tickets.csv --problem codebook.yaml --to gold.csv       label a random part here, for --gold
  maker records audit t.maker --here                  label a random part of the accepted here, and see what is shown
  maker records audit t.maker --out blind.csv         a random part of the accepted, as a sheet for people
  maker records audit t.maker --answers blind.csv     what is shown: at most 1 % are wrong (95 % sure)
  maker records split 8 big.csv --problem codebook.yaml --to parts/ --limit-usd 80 --model openai/gpt-6-luna
  maker records run parts/ --jobs 4                   or make -C parts -j4, sbatch, ssh, systemd, --executor dask
  maker records status parts/                         one table of all parts
  maker records merge parts/ --out labelled.csv
  maker records pairs people.csv --block surname:3 --compare surname,street --grey grey.csv --sure sure.csv
  maker ask grey.csv --id pair --question "Are left and right one person?" --choices same,different --out voted.csv
  maker records cluster people.csv --sure sure.csv --voted voted.csv --out people-clustered.csv

exit status: 0 done (audit: the claim is shown), 1 not yet (audit), not every part has a result (run), 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Draft codebooks, write results and reports, review by people, audit, split and merge tables of rows.

    Returns:
        The exit status: 0 done, 1 an audit that does not show its claim yet, or parts without a result.

    Raises:
        InputError: A flag or a file cannot be used.
    """
    chosen, further = _parser().parse_known_args(arguments)
    if chosen.act in fleet_verbs.WITH_FLAGS_OF_RUN:
        chosen.further = further
    elif further:
        _parser().parse_args(arguments)  # says what it does not know
    status: int = chosen.act(chosen)
    return status


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker records",
        description="Rows of a table, labelled by votes and by people.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    init = add_verb(verbs, "init", _init, "draft a codebook from a table's columns", [ROWS])
    init.add_argument("--to", type=Path, metavar="FILE", help="where to write it (default standard output)")
    results = add_verb(verbs, "results", _results, "write the rows with what was decided")
    add_out(results)
    report = add_verb(verbs, "report", _report, "report on quality, agreement and cost")
    report.add_argument("--html", type=Path, metavar="FILE", help="write it as one page as well")
    report.add_argument("--json", action="store_true", help="print one JSON object")
    people_verbs.add_verbs(verbs)
    matching_verbs.add_verbs(verbs)
    fleet_verbs.add_verbs(verbs)
    return parser


def _init(chosen: argparse.Namespace) -> int:
    from maker_engine.labelling.codebook import draft  # noqa: PLC0415 - help needs no table
    from maker_engine.sessions.exchange.export import write_new  # noqa: PLC0415 - likewise
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - likewise

    table = open_table(chosen.rows)
    for note in table.notes:
        complain(note)
    text = draft(table)
    if chosen.to is None:
        write_document([text])
    else:
        write_new(chosen.to, [text])
        say(f"{chosen.to}: fill it in, then maker run records --problem {chosen.to} --rows {chosen.rows}")
    return 0


def _results(chosen: argparse.Namespace) -> int:
    from maker_engine.records.results import results  # noqa: PLC0415 - help needs none

    path, task, _ = opened(chosen.named)
    write_table(chosen.out, *results(path, task), exact=chosen.exact)
    return 0


def _report(chosen: argparse.Namespace) -> int:
    from maker_engine.records.decided import Decided  # noqa: PLC0415 - help needs none
    from maker_engine.records.people import Answers  # noqa: PLC0415 - likewise
    from maker_engine.records.report_page import page  # noqa: PLC0415 - likewise
    from maker_engine.records.report_text import lines  # noqa: PLC0415 - likewise
    from maker_engine.records.summary import figures_of, summary_of  # noqa: PLC0415 - likewise
    from maker_engine.sessions.exchange.export import write_new  # noqa: PLC0415 - likewise
    from maker_engine.sessions.exchange.papers import simulated  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise

    path, task, _ = opened(chosen.named)
    people = Answers(path)
    with Reader(path) as reader:
        found = summary_of(Decided(reader, task, people), task, people, int(reader.meta()["started"]["k"]))
        made_up = simulated(reader)
        if made_up:
            complain("simulated agents answered: these figures say nothing about a real model")
    if chosen.html is not None:
        write_new(chosen.html, [page(found, f"{path.stem}: {task.label}", simulated=made_up)])
    if chosen.json:
        say_json(versioned(figures_of(found)))
    else:
        say(*lines(found))
    return 0
