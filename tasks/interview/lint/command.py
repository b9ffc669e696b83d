"""Runs the quality gates on a requirements document in Markdown."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from maker_engine.arguments import Arguments
from maker_engine.core.errors import InputError
from maker_engine.output import say_text, write_document

from ..gates import GATES, Lexicon, read_lexicon, standard
from ..gates.lexicon import known_rules
from .report import as_json, as_text, lint

LARGEST = 4_000_000
"""Bytes of a file that is read; a requirements document of this size is a mistake."""

EXAMPLES = f"""\
gates: {", ".join(GATES)}
(what each looks for, and how to add words of your own: docs/requirements.md)

examples:
  maker lint REQUIREMENTS.md
  maker lint specs/001-booking/spec.md --json
  maker lint REQUIREMENTS.md --lexicon house-words.toml --off form/trigger-last

exit status: 0 nothing found, 1 findings, 2 bad input
"""


def main(arguments: Sequence[str]) -> int:
    """Check the requirement lines of a Markdown document against the quality gates.

    Returns:
        The exit status: 0 nothing found, 1 findings.

    Raises:
        InputError: A flag, the file or the lexicon cannot be used.
    """
    chosen = _parser().parse_args(arguments)
    lexicon = _lexicon(chosen.lexicon, chosen.off)
    report = lint(read_text(chosen.file), chosen.file, lexicon)
    if chosen.json:
        write_document([as_json(report) + "\n"])
    else:
        say_text(as_text(report) + "\n")
    return 1 if report.findings else 0


def read_text(path: str) -> str:
    """Return the text of a file.

    Raises:
        InputError: It cannot be read, is too large, or is no UTF-8 text.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)  # a device never ends
        if len(content) > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST / 1e6:g} MB: give a requirements document")
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not text in UTF-8: save it as such") from None
    except (OSError, ValueError) as error:  # a path with a zero byte is a ValueError
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"{path} cannot be read: {reason}") from None


def _lexicon(path: str | None, off: Sequence[str]) -> Lexicon:
    lexicon = standard() if path is None else read_lexicon(read_text(path), path)
    return replace(lexicon, off=lexicon.off | known_rules(off, lexicon.groups, "--off"))


def _parser() -> Arguments:
    parser = Arguments(
        prog="maker lint",
        description="Check the requirement lines of a Markdown document against the quality gates.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE.md", help="the document")
    parser.add_argument("--json", action="store_true", help="print one JSON object, for CI")
    parser.add_argument("--lexicon", metavar="FILE", help="TOML with words of your own, on top of ours")
    parser.add_argument("--off", metavar="RULE", action="append", default=[], help="leave out a gate or a gate/rule")
    return parser
