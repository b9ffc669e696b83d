"""Model output is hostile text: what reaches a terminal, a log or an export as text goes through `printable` first.

The session keeps the raw text; only what is shown is changed.
"""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls, and everything a terminal may take as an order: bidi embeddings, overrides and isolates,
# zero-width characters, line and paragraph separators, tags, interlinear marks, soft hyphens, lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def printable(text: str, *, newlines: bool = False) -> str:
    """Return `text` with every control, bidi, zero-width or broken character replaced by a visible glyph.

    Args:
        text: Any text at all.
        newlines: Keep line feeds, for widgets that show several lines; tabs then become spaces.
    """
    if newlines:
        return "\n".join(printable(line.expandtabs(4)) for line in text.replace("\r\n", "\n").split("\n"))
    return _UNSAFE.sub(_glyph, text)


def one_line(text: str, limit: int = 200) -> str:
    """Return the printable start of `text` on one line, at most `limit` characters."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _glyph(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0xD800 <= code <= 0xDFFF or unicodedata.category(match.group()) == "Cn":
        return "\N{REPLACEMENT CHARACTER}"
    return f"‹{code:X}›"
