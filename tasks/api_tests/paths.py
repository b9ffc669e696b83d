"""JSONPath as RFC 9535 has it, with patterns that cannot run away."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.function_extensions import ExpressionType, FilterFunction

from .patterns import found, matches


class PathError(ValueError):
    """A path cannot be read; the text says why."""


class _Pattern(FilterFunction):
    """A function of RFC 9535 that holds a text against a pattern, by RE2."""

    arg_types = [ExpressionType.VALUE, ExpressionType.VALUE]  # noqa: RUF012 - so the library has it
    return_type = ExpressionType.LOGICAL

    def __init__(self, test: Callable[[str, str], bool]) -> None:
        self._test = test

    def __call__(self, value: object, pattern: object) -> bool:
        """Return whether both are texts and the pattern matches."""
        return isinstance(value, str) and isinstance(pattern, str) and self._test(pattern, value)


class _Paths(JSONPathEnvironment):
    """JSONPath as RFC 9535 has it, with patterns that cannot run away."""

    def setup_function_extensions(self) -> None:
        """Set up the standard's functions."""
        super().setup_function_extensions()
        self.function_extensions["match"] = _Pattern(matches)
        self.function_extensions["search"] = _Pattern(found)


_PATHS = _Paths(strict=True)


@lru_cache(256)
def path(text: str) -> Callable[[Any], bool]:
    """Return what says whether a path selects anything in a JSON value.

    Raises:
        PathError: It cannot be read.
    """
    try:
        compiled = _PATHS.compile(text)
    except (JSONPathError, RecursionError) as error:
        raise PathError(str(error)) from None

    def selects(value: Any) -> bool:
        try:
            return next(iter(compiled.finditer(value)), None) is not None
        except (JSONPathError, RecursionError):
            return False

    return selects
