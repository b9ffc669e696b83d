"""`maker interview "IDEA"`: short for `maker run interview --idea "IDEA" --undecided ask`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from maker_engine.core.errors import InputError
from maker_tui.cli.parsing import Parser

TASK = "interview"
EXAMPLES = """\
examples:
  maker interview "a simple task management API"
  maker interview "a recipe app for two" --questions 3 --model openai/gpt-6-luna
  maker interview --from requirements.json        continue from what was exported
  maker interview "a backup tool" --questions 0 --headless --json
                                                  no person is asked: agents decide
  maker sessions export NAME --as papers --to DIR REQUIREMENTS.md, AGENTS.md and others

every flag of maker run interview can be given as well: see maker run interview --help
"""


def run_arguments(arguments: Sequence[str]) -> list[str]:
    """Turn the arguments of `maker interview` into those of `maker run`.

    Raises:
        InputError: It is not clear what the interview is about.
    """
    # The idea comes first: a word further on may be the value of a flag that only `maker run` knows.
    first = [arguments[0]] if arguments and arguments[0].strip() and not arguments[0].startswith("-") else []
    chosen, others = _parser().parse_known_args(arguments[len(first) :])
    if bool(first) == (chosen.document is not None):
        given = "both are given" if first else "neither is given"
        raise InputError(
            f'say first what is to be built, as in maker interview "a to-do list API", or --from FILE: {given}'
        )
    about = ["--idea", *first] if chosen.document is None else ["--problem", str(chosen.document)]
    headless = {"--headless", "--json", "-q", "--quiet"} & set(others)
    policy = [] if headless or any(one.split("=")[0] == "--undecided" for one in others) else ["--undecided", "ask"]
    return [TASK, *about, *policy, *others]


def _parser() -> Parser:
    parser = Parser(
        prog="maker interview",
        usage="maker interview IDEA [flags], or maker interview --from FILE [flags]",
        description="Settle what to build, and what not, before any code: agents propose and vote, you are asked where "
        "they differ.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.lenient = True
    parser.add_argument("--from", dest="document", type=Path, metavar="FILE", help="an exported requirements.json")
    return parser
