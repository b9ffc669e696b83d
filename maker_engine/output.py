"""The one way out to a plain terminal: whatever is printed is made printable here, names, paths and errors included.

A house test sees that nothing else prints. What the app draws goes through `printable` where it is drawn.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping

from maker_engine.printable import one_line, printable

LONGEST_ERROR = 400
"""Characters of an error that are shown."""
JSON_VERSION = 1
"""Of the objects that commands print with `--json`, as docs/json.md describes them; another meaning of a name is a new
version, a further name is not."""


def say(*lines: str) -> None:
    """Print lines on standard output; a line feed in one is shown as a glyph, so that none can pass for two."""
    sys.stdout.writelines(f"{printable(line)}\n" for line in lines)
    sys.stdout.flush()


def say_text(text: str) -> None:
    """Print a text of several lines on standard output, which ends as it ends."""
    sys.stdout.write(printable(text, newlines=True))
    sys.stdout.flush()


def say_json(value: object, indent: int | None = None) -> None:
    """Print one JSON value on standard output, in ASCII without control characters."""
    sys.stdout.write(json.dumps(value, indent=indent).replace("\x7f", "\\u007f") + "\n")
    sys.stdout.flush()


def versioned(fields: Mapping[str, object]) -> dict[str, object]:
    """Return an object for scripts, which begins with the version of what it means."""
    return {"version": JSON_VERSION, **fields}


def write_document(texts: Iterable[str]) -> None:
    """Write an exported document to standard output: in UTF-8 into a file or a pipe, printable on a terminal."""
    exact = not sys.stdout.isatty()
    if exact and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    for text in texts:
        sys.stdout.write(text if exact else printable(text, newlines=True))


def complain(error: object) -> None:
    """Say on standard error, in one line, what is wrong."""
    sys.stderr.write(f"maker: {one_line(str(error), LONGEST_ERROR)}\n")


def complain_at_length(text: str) -> None:
    """Say on standard error what takes several lines."""
    sys.stderr.write(printable(text, newlines=True))
    sys.stderr.flush()


def ask(question: str) -> None:
    """Print a question on standard error, where it is no part of a result; what is typed follows it."""
    sys.stderr.write(printable(question))
    sys.stderr.flush()


def show_progress(line: str) -> None:
    """Show how far something has come, in the place of what was shown last; on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{printable(line)}")
        sys.stderr.flush()


def end_progress() -> None:
    """Take away what `show_progress` shows."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
