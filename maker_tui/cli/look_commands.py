"""`maker sessions search` and `compare`: looking through responses, and at two runs side by side."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from maker_engine.core.errors import InputError, MakerError
from maker_engine.output import complain, end_progress, say, say_json, show_progress, versioned
from maker_engine.printable import one_line
from maker_tui.cli.library_commands import NAME
from maker_tui.cli.parsing import Parser
from maker_tui.text.figures import count_of

if TYPE_CHECKING:
    from pathlib import Path

    from maker_engine.sessions.queries.comparison import RunFigures
    from maker_engine.sessions.queries.text_search import Hit, Terms
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.comparing import Side

MOST_HITS = 5
"""Of a session, where --most says nothing else."""


def add_verbs(verbs: argparse._SubParsersAction[Parser]) -> None:
    """Add the verbs to `maker sessions`."""
    help_text = "Find the responses that have all words; put a phrase in quotes of its own: '\"no disk moves\"'."
    search = verbs.add_parser("search", help="find words in responses", description=help_text, allow_abbrev=False)
    search.add_argument("words", nargs="+", metavar="WORDS")
    search.add_argument("--in", dest="session", action="append", metavar=NAME, default=[],
                        help="only in this session; several times for several (default all)")  # fmt: skip
    search.add_argument("--prompts", action="store_true", help="in prompts too, which the task writes again")
    search.add_argument("--most", type=int, default=MOST_HITS, metavar="N",
                        help=f"show so many of each session, 0 for all (default {MOST_HITS})")  # fmt: skip
    search.add_argument("--json", action="store_true", help="a JSON object a line for every place")
    search.set_defaults(act=_search)
    compare = verbs.add_parser("compare", help="show where two runs of one problem differ", allow_abbrev=False)
    compare.add_argument("left", metavar=NAME)
    compare.add_argument("right", nargs="?", metavar=NAME, help="left out, two runs of one session are compared")
    compare.add_argument("--fork", type=int, action="append", default=[], metavar="N",
                         help="which run, first of the left one, then of the right (default the newest)")  # fmt: skip
    compare.add_argument("--json", action="store_true", help="print one JSON object")
    compare.set_defaults(act=_compare)


def _search(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library.naming import files_in, find  # noqa: PLC0415 - `--help` does not need SQLite
    from maker_engine.sessions.queries.text_search import terms_of  # noqa: PLC0415 - start-up

    if chosen.most < 0:
        raise InputError(f"--most is a number of places, 0 for all, not {chosen.most}")
    terms = terms_of(" ".join(chosen.words))
    paths = [find(name) for name in chosen.session] or files_in()
    found = 0
    for done, path in enumerate(paths):
        show_progress(f"{done:,} of {count_of(len(paths), 'session')} searched")
        found += _say_hits(path, _hits_in(path, terms, prompts=chosen.prompts), chosen)
    end_progress()
    if not found:
        complain(f"no response in {count_of(len(paths), 'session')} says {' '.join(chosen.words)}")
    return 0 if found else 1


def _hits_in(path: Path, terms: Terms, *, prompts: bool) -> Iterator[tuple[int, Hit]]:
    """Give what is found in each run of a session, a step that forks share once; what cannot be read is named."""
    from maker_engine.sessions.queries.text_search import hits  # noqa: PLC0415 - start-up
    from maker_engine.sessions.store.reader import Reader  # noqa: PLC0415 - start-up

    try:
        with Reader(path) as reader:
            branches = [(one.id, one.fork_step) for one in reader.branches]
        for branch, first in branches:
            with Reader(path, branch) as reader:
                yield from ((branch, hit) for hit in hits(reader, terms, first))
                if prompts:
                    yield from ((branch, hit) for hit in _prompts(reader, terms) if hit.step >= first)
    except MakerError as error:
        end_progress()
        complain(error)


def _prompts(reader: Reader, terms: Terms) -> Iterator[Hit]:
    from maker_engine.blame import blaming  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.recorded_task import RecordedTask  # noqa: PLC0415 - start-up
    from maker_engine.sessions.queries.text_search import prompt_hits  # noqa: PLC0415 - start-up
    from maker_tui.runs.opening import task_to_read  # noqa: PLC0415 - start-up
    from maker_tui.settings.memory import Memory  # noqa: PLC0415 - start-up

    task = task_to_read(reader, Memory())
    if isinstance(task, RecordedTask):
        complain(f"{reader.path.name}: prompts are left out, {task.reason}")
        return
    with blaming(type(task)):
        yield from prompt_hits(reader, task, terms)


def _say_hits(path: Path, hits: Iterator[tuple[int, Hit]], chosen: argparse.Namespace) -> int:
    """Print what was found in a session; return how much it was."""
    found = 0
    for branch, hit in hits:
        found += 1
        if chosen.most and found > chosen.most and not chosen.json:
            continue
        kind = "prompt" if hit.sample is None else "flagged" if hit.flagged else "vote"
        if chosen.json:
            sample = None if hit.sample is None else hit.sample + 1
            fields = {"session": str(path), "fork": branch, "step": hit.step + 1, "sample": sample, "kind": kind}
            say_json(versioned({**fields, "excerpt": hit.excerpt}))
            continue
        end_progress()
        fork = f" fork {branch}" if branch else ""
        who = "prompt" if hit.sample is None else f"sample {hit.sample + 1:,}{', flagged' if hit.flagged else ''}"
        say(f"{path.stem}{fork}  step {hit.step + 1:,}, {who}: {one_line(hit.excerpt, 160)}")
    if not chosen.json and 0 < chosen.most < found:
        say(f"{path.stem}  and {found - chosen.most:,} more; --most 0 shows all")
    return found


def _compare(chosen: argparse.Namespace) -> int:
    from maker_engine.sessions.library.naming import find  # noqa: PLC0415 - start-up
    from maker_tui.runs.comparing import Run, compared, lines  # noqa: PLC0415 - start-up
    from maker_tui.settings.memory import Memory  # noqa: PLC0415 - start-up

    if len(chosen.fork) > 2:
        raise InputError("two runs are compared: give --fork at most twice")
    if chosen.right is None and len(chosen.fork) < 2:
        raise InputError("name a second session, or two runs of this one: --fork 0 --fork 1")
    left, right = find(chosen.left), find(chosen.right or chosen.left)
    forks = [*chosen.fork, None, None]
    found = compared(Run(left, forks[0]), Run(right, forks[1]), Memory())
    comparison = found.comparison
    if chosen.json:
        parts = None if comparison.parts_at is None else comparison.parts_at + 1
        runs = [_fields(comparison.left, found.left), _fields(comparison.right, found.right)]
        say_json(versioned({
            "parts_at": parts, "compared_steps": comparison.compared, "differing_steps": comparison.differing,
            "runs": runs,
        }))  # fmt: skip
        return 0
    rows = lines(found, min(120, shutil.get_terminal_size().columns))
    say(*("".join(text for text, _ in pieces).rstrip() for pieces in rows))
    return 0


def _fields(figures: RunFigures, side: Side) -> dict[str, Any]:
    totals = figures.totals
    return {
        "session": str(figures.path), "fork": figures.branch, "model": figures.model, "simulated": figures.simulated,
        "k": figures.k, "outcome": figures.outcome, "decided_steps": figures.steps, "samples": totals.samples,
        "votes": totals.votes, "flagged": totals.flagged, "dissent_steps": totals.dissent,
        "wrong_decisions": totals.wrong if figures.has_oracle else None,
        "cost_usd": figures.cost_usd, "decided": side.answer or None, "ballot": [list(one) for one in side.ballot],
    }  # fmt: skip
