"""`maker scheduling`: what calendars say, and why an interview cannot be at a time."""

from __future__ import annotations

import json
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from maker_engine.arguments import Arguments
from maker_engine.core.errors import InputError, ProblemError
from maker_engine.input_files import path_of, read_named
from maker_engine.output import say, write_document

from .calendars import LARGEST, busy_times
from .fields import Place as Value, known_zone
from .files import load_problem
from .problem import moment_of, stamp
from .reading import read_earlier
from .why import reasons

EXAMPLES = """\
examples:
  maker scheduling busy ada.ics --from 2026-12-01 --to 2026-12-04
  maker scheduling why nora-1 2026-12-01T10:00 --problem rounds.yaml --schedule out/schedule.json --calendars *.ics

exit status: 0 answered, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Say when calendars are busy, and why an interview is not at a time.

    Returns:
        The exit status: 0 answered.

    Raises:
        InputError: A flag or a file cannot be used.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return _busy(chosen) if chosen.verb == "busy" else _why(chosen)
    except ProblemError as error:
        raise InputError(str(error)) from None


def _busy(chosen: Namespace) -> int:
    zone = known_zone(chosen.zone, "--zone")
    first, last = _day(chosen.first, "--from"), _day(chosen.last, "--to")
    if last < first:
        raise InputError(f"--to {last} is before --from {first}")
    text = read_named(path_of(chosen.file), "calendar", LARGEST)
    found = busy_times(text, Path(chosen.file).name, first, last, zone)
    shown = [
        (start, end)
        for start, end in found
        if moment_of(end, zone).date() >= first and moment_of(start, zone).date() <= last
    ]
    write_document([json.dumps([[stamp(start), stamp(end)] for start, end in shown]) + "\n"])
    return 0


def _why(chosen: Namespace) -> int:
    options: dict[str, int | str] = {"calendars": "\n".join(chosen.calendars)}
    problem = load_problem(options, read_named(path_of(chosen.problem), "problem file", LARGEST))
    if chosen.interview not in problem.interview_ids:
        raise InputError(
            f"there is no interview {chosen.interview!r}: there are {', '.join(problem.interview_ids[:8])}"
        )
    placed = read_earlier(read_named(path_of(chosen.schedule), "schedule", LARGEST)) if chosen.schedule else {}
    start = Value(chosen.when, "the time").moment(problem.zone)
    for line in reasons(problem, placed, chosen.interview, start):
        say(line)
    return 0


def _day(text: str, flag: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{flag} must be a day such as 2026-12-01, got {text!r}") from None


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker scheduling",
        description="What calendars say.",
        epilog=EXAMPLES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    busy = verbs.add_parser("busy", help="print busy times in UTC as JSON")
    busy.add_argument("file", metavar="FILE.ics")
    busy.add_argument("--from", dest="first", required=True, metavar="DAY")
    busy.add_argument("--to", dest="last", required=True, metavar="DAY")
    busy.add_argument(
        "--zone", default="UTC", metavar="ZONE", help="of whole days and of times without a zone (default UTC)"
    )
    why = verbs.add_parser("why", help="say why an interview cannot be, or is not, at a time")
    why.add_argument("interview", metavar="ID")
    why.add_argument("when", metavar="TIME", help="such as 2026-12-01T10:00, in the problem's zone")
    why.add_argument("--problem", required=True, metavar="FILE")
    why.add_argument(
        "--schedule", metavar="FILE", help="a schedule.json; without it only calendars and hours are checked"
    )
    why.add_argument("--calendars", nargs="+", default=[], metavar="FILE.ics")
    return parser
