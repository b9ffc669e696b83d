"""`maker sessions export`: a session as text, to standard output or into a file."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from maker_engine.core.errors import InputError
from maker_engine.input_files import exists
from maker_engine.output import complain, say, write_document

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_tui.cli.parsing import Parser

JSONL, RESULT, PAPERS = "jsonl", "result", "papers"
FORMS = (JSONL, "csv", "html", "md", RESULT, PAPERS)

Texts: TypeAlias = Iterable[str]


def add_flags(parser: Parser) -> None:
    """Add the forms and where they go."""
    parser.add_argument("--as", dest="form", choices=FORMS, default=JSONL,
                        help="jsonl (default): everything, an event a line; csv: a line a step; html, md: a report; "
                             "result: what a solved run produced, one line of JSON; papers: the task's documents, "
                             "such as REQUIREMENTS.md")  # fmt: skip
    parser.add_argument(
        "--fork", type=int, metavar="N", help="which of its runs, for all but jsonl (default the newest)"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FILE", help="file to write (default standard output); for papers a folder"
    )
    parser.add_argument("--force", action="store_true", help="write over a file that is there; never over papers")


def export(path: Path, task: AnyTask, chosen: argparse.Namespace) -> None:
    """Write a session in the form that is asked for.

    Raises:
        InputError: The file exists or cannot be written, or the session has nothing in that form.
        SessionError: The session cannot be read.
    """
    if chosen.form == PAPERS:
        _papers(path, task, chosen)
    else:
        _write(chosen, _TEXTS.get(chosen.form, _of_a_run)(path, task, chosen))


def _write(chosen: argparse.Namespace, texts: Texts) -> None:
    from maker_engine.sessions.exchange.export import is_session, write_new, write_whole  # noqa: PLC0415 - not for `--help`

    if chosen.to is None:
        write_document(texts)
    elif chosen.force:
        if is_session(chosen.to):
            raise InputError(f"{chosen.to} is a session, and none is ever written over: name another file")
        write_whole(chosen.to, texts)
    elif exists(chosen.to):
        raise InputError(f"{chosen.to} exists already: name another file, or --force writes over it")
    else:
        write_new(chosen.to, texts)


def _lines(path: Path, task: AnyTask, _: argparse.Namespace) -> Iterator[str]:
    from maker_engine.sessions.exchange.export import lines  # noqa: PLC0415 - start-up

    return (line + "\n" for line in lines(path, task))


def _result(path: Path, task: AnyTask, chosen: argparse.Namespace) -> list[str]:
    from maker_engine.sessions.queries.saved import open_saved  # noqa: PLC0415 - start-up

    saved = open_saved(path, type(task), chosen.fork)
    if saved.run.outcome is None or not saved.run.outcome.gives_result:
        ended = "it has not ended" if saved.run.outcome is None else f"it ended {saved.run.outcome.value}"
        raise InputError(f"session {path} has no result: {ended}; maker sessions show says more")
    return [json.dumps(saved.result) + "\n"]


def _of_a_run(path: Path, task: AnyTask, chosen: argparse.Namespace) -> Iterator[str]:
    from maker_engine.sessions.exchange.export import csv_lines  # noqa: PLC0415 - start-up
    from maker_engine.sessions.exchange.report import findings  # noqa: PLC0415 - start-up
    from maker_engine.sessions.exchange.report_html import as_html  # noqa: PLC0415 - start-up
    from maker_engine.sessions.exchange.report_markdown import as_markdown  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    with Reader(path, chosen.fork) as reader:
        if chosen.form == "csv":
            yield from csv_lines(reader, task)
        else:
            found = findings(reader, task)
            yield as_html(found) if chosen.form == "html" else as_markdown(found)


_TEXTS: dict[str, Callable[[Path, AnyTask, argparse.Namespace], Texts]] = {JSONL: _lines, RESULT: _result}


def _papers(path: Path, task: AnyTask, chosen: argparse.Namespace) -> None:
    from maker_engine.sessions.exchange.papers import papers, warning, write_papers  # noqa: PLC0415 - start-up

    if chosen.to is None:
        raise InputError("papers are several files: name a folder with --to DIR")
    if chosen.force:
        raise InputError("papers are never written over, since they may have been edited: leave --force out")
    say(*map(str, write_papers(task, papers(path, task, chosen.fork), chosen.to)))
    if caution := warning(path, task, chosen.fork):
        complain(caution)
