"""Regular expressions out of files, matched in a time that grows only with the text: by RE2, never by backtracking."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

LONGEST, _MOST_MEMORY = 1_000, 8 << 20


class PatternError(ValueError):
    """A pattern is none that RE2 takes; the text says why."""


def _options(re2: Any) -> Any:
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MOST_MEMORY
    return options


@lru_cache(256)
def compiled(pattern: str) -> Any:
    """Make a pattern ready.

    Raises:
        PatternError: It is too long, wrong, or looks around or back, which cannot be done in bounded time.
    """
    if len(pattern) > LONGEST:
        raise PatternError(f"a pattern has {len(pattern):,} characters: at most {LONGEST:,} are taken")
    import re2  # noqa: PLC0415 - a library in C, for documents that have patterns

    try:
        return re2.compile(pattern, _options(re2))
    except re2.error as error:
        why = error.args[0] if error.args else ""
        text = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise PatternError(f"the pattern {pattern[:40]!r} is not taken by RE2 ({text[:60]})") from None


def found(pattern: str, text: str) -> bool:
    """Return whether a pattern matches anywhere in a text; one that cannot be used matches nothing."""
    try:
        return compiled(pattern).search(text) is not None
    except (PatternError, UnicodeError):
        return False


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches a whole text; one that cannot be used matches nothing."""
    try:
        return compiled(pattern).fullmatch(text) is not None
    except (PatternError, UnicodeError):
        return False
