"""What a mistyped word was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

_CLOSE = 0.6
"""How much two words must have in common, as difflib measures it: 1 is all."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known word that is most like `word`; empty where none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415 - only an error pays for it

    found = get_close_matches(word, list(known), n=1, cutoff=_CLOSE)
    return f"; did you mean {found[0]!r}?" if found else ""
