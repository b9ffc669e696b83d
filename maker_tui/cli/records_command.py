"""`maker records …`: a codebook to begin with, and what is done with a table once it is decided."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.arguments import Arguments
from maker_engine.input_files import path_of
from maker_engine.output import complain, say, say_json, say_text, versioned, write_document
from maker_tui.cli import matching_verbs, people_verbs
from maker_tui.cli.record_files import opened, read_problem, write_results, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable


EXAMPLES = """\
examples:
  maker records init tickets.csv > codebook.yaml      a codebook to be filled in
  maker run records --problem codebook.yaml --rows tickets.csv --model openai/gpt-6-luna --session t.maker
  maker records results t.maker --out labelled.csv    the rows, with what was decided
  maker records report t.maker --html report.html     how good, how clear, how dear
  maker records review t.maker                        decide what the votes did not, here
  maker records gold tickets.csv --problem codebook.yaml --to gold.csv       label a random part here, for --gold
  maker records audit t.maker --here                  label a random part of the accepted, and see what may be said
  maker records audit t.maker --out blind.csv         a random part of the accepted, to be labelled by people
  maker records audit t.maker --answers blind.csv     what may be said: at most 1 % are wrong (95 % sure)
  maker records split 8 big.csv --problem codebook.yaml --to parts/
  maker records merge parts/ --out labelled.csv
  maker records pairs people.csv --block surname:3 --compare surname,street --grey grey.csv --sure sure.csv
  maker ask grey.csv --id pair --question "Are left and right one person?" --choices same,different --out voted.csv
  maker records cluster people.csv --sure sure.csv --voted voted.csv --out people-clustered.csv

exit status: 0 done (audit: the claim is shown), 1 audit: not yet, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Draft codebooks, write results and reports, review by people, audit, split and merge tables of rows.

    Returns:
        The exit status: 0 done, 1 an audit that does not show its claim yet.

    Raises:
        InputError: A flag or a file is no good.
    """
    chosen = _parser().parse_args(arguments)
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
    init = _verb(verbs, "init", _init, "draft a codebook from a table's columns", "ROWS")
    init.add_argument("--to", type=Path, metavar="FILE", help="where to write it (default standard output)")
    results = _verb(verbs, "results", _results, "write the rows with what was decided")
    _add_out(results)
    report = _verb(verbs, "report", _report, "say how good the labels are, how clear and how dear")
    report.add_argument("--html", type=Path, metavar="FILE", help="write it as one page as well")
    report.add_argument("--json", action="store_true", help="print one JSON object")
    people_verbs.add_verbs(verbs)
    _add_split(verbs)
    matching_verbs.add_verbs(verbs)
    merge = _verb(verbs, "merge", _merge, "put the results of parts together, every chain verified", "DIR")
    _add_out(merge)
    return parser


def _add_split(verbs: argparse._SubParsersAction[Arguments]) -> None:
    split = verbs.add_parser("split", help="cut a table into parts that are run anywhere", allow_abbrev=False)
    split.add_argument("parts", type=int, metavar="N")
    split.add_argument("rows", metavar="ROWS")
    split.add_argument("--problem", type=Path, required=True, metavar="FILE", help="the codebook")
    split.add_argument("--to", type=Path, required=True, metavar="DIR", help="an empty folder")
    split.add_argument("--limit-usd", type=float, metavar="USD", help="most dollars of all parts together")
    split.add_argument("--rpm", type=float, metavar="N", help="requests a minute of all parts together")
    split.set_defaults(act=_split)


def _verb(
    verbs: argparse._SubParsersAction[Arguments],
    name: str, act: Callable[[argparse.Namespace], int], help_text: str, what: str = "SESSION",
) -> Arguments:  # fmt: skip
    parser = verbs.add_parser(
        name, help=help_text, description=help_text[0].upper() + help_text[1:] + ".", allow_abbrev=False
    )
    parser.add_argument("named", metavar=what)
    parser.set_defaults(act=act)
    return parser


def _add_out(parser: Arguments) -> None:
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="CSV, or JSON Lines by its ending (default standard output, CSV)"
    )
    parser.add_argument(
        "--exact", action="store_true", help="leave cells that a spreadsheet takes for formulas as they are"
    )


def _init(chosen: argparse.Namespace) -> int:
    from maker_engine.labelling.codebook import draft  # noqa: PLC0415 - help needs no table
    from maker_engine.sessions.exchange.export import write_new  # noqa: PLC0415 - likewise
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - likewise

    table = open_table(chosen.named)
    for note in table.notes:
        complain(note)
    text = draft(table)
    if chosen.to is None:
        write_document([text])
    else:
        write_new(chosen.to, [text])
        say(f"{chosen.to}: fill it in, then maker run records --problem {chosen.to} --rows {chosen.named}")
    return 0


def _results(chosen: argparse.Namespace) -> int:
    write_results(chosen.named, chosen.out, exact=chosen.exact)
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
        found = summary_of(Decided(reader, task, people), task, people)
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


def _split(chosen: argparse.Namespace) -> int:
    from maker_engine.documents import read_document  # noqa: PLC0415 - help needs none
    from maker_engine.labelling.codebook import read_codebook  # noqa: PLC0415 - likewise
    from maker_engine.records.shards import split  # noqa: PLC0415 - likewise
    from maker_engine.tables.opening import open_table  # noqa: PLC0415 - likewise

    text = read_problem(path_of(str(chosen.problem)))
    read_codebook(read_document(text, "the codebook"))
    parts = split(open_table(chosen.rows), text, chosen.parts, chosen.to, (chosen.limit_usd, chosen.rpm))
    say(*(f"{chosen.to / part.rows}: rows {part.first + 1:,} to {part.first + part.count:,}" for part in parts))
    say(f"make -C {chosen.to} MODEL=NAME runs them; then maker records merge {chosen.to} --out FILE")
    return 0


def _merge(chosen: argparse.Namespace) -> int:
    from maker_engine.records.decided import Decided, result_columns, result_rows  # noqa: PLC0415 - help needs none
    from maker_engine.records.people import Answers  # noqa: PLC0415 - likewise
    from maker_engine.records.shards import checked, read_manifest  # noqa: PLC0415 - likewise
    from maker_engine.sessions.integrity.verify import verify  # noqa: PLC0415 - likewise
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - likewise

    folder = path_of(chosen.named)
    manifest, parts = read_manifest(folder)
    found = [(part, opened(str(folder / part.session))) for part in parts]
    votes = 0
    for part, one in found:
        checked(folder, manifest, part, one, lambda path, task: [*map(str, verify(path, task).findings)])

    def rows() -> Iterable[dict[str, object]]:
        for _, (path, task, _units) in found:
            with Reader(path) as reader:
                yield from result_rows(Decided(reader, task, Answers(path)))

    for _, (path, _, _) in found:
        with Reader(path) as reader:
            votes += int(reader.meta()["totals"]["votes"])
    write_table(chosen.out, result_columns(found[0][1][2]), rows(), exact=chosen.exact)
    if chosen.out is not None:
        say_text(
            f"{chosen.out}: {manifest['rows']:,} rows of {len(parts)} parts, every chain verified, {votes:,} votes\n"
        )
    return 0
