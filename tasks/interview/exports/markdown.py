"""Text put into Markdown as text: it cannot end a list, begin a heading, make a link, or order a terminal about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from maker_engine.printable import printable

_MARKS = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
_FIRST = re.compile(r"^(\d*)(?=[-+#>=:!.)])")


def inline(text: str) -> str:
    """Return the text on one line, its control and bidi characters made visible, its Markdown taken as text.

    An underscore within a word stays, since Markdown leaves it alone there; "<" becomes an entity, so that no
    comment and no marker of ours can be forged with it.
    """
    line = printable(" ".join(text.split()))
    line = re.sub(r"[&<]", lambda match: _ENTITIES[match.group()], line)
    return _FIRST.sub(r"\1\\", _MARKS.sub(r"\\\g<0>", line)) if line else ""


def quoted(text: str) -> str:
    """Return the text in quotation marks."""
    return f'"{inline(text)}"'


def bullets(lines: Iterable[str], level: int = 0) -> list[str]:
    """Return each line as an item of a list."""
    return [f"{'  ' * level}- {line}" for line in lines]


def section(heading: str, body: Iterable[str], empty: str = "") -> list[str]:
    """Return a heading and what is under it, blank lines around; `empty` is put for no body, "" for no section."""
    lines = list(body) or ([empty] if empty else [])
    return [heading, "", *lines, ""] if lines else []


def page(lines: Iterable[str]) -> str:
    """Return the lines as a text with one line feed at its end."""
    return "\n".join(lines).strip("\n") + "\n"
