"""Simple conditions of Arazzo, such as `$statusCode == 200 && $response.body#/name != 'x'`: read, never run."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .exchange import MISSING
from .expressions import Scope, evaluate, is_expression

_TOKENS = re.compile(
    r"\s*(?:(?P<op>&&|\|\||==|!=|<=|>=|<|>|!|\(|\))"
    r"|(?P<expression>\$[^\s=!<>&|()'\"]+)"
    r"|(?P<text>'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>true|false|null)\b)"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
LONGEST, _DEEPEST = 500, 20


class ConditionError(ValueError):
    """A condition is none that is understood; the text says why."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise ConditionError(f"a condition has {len(text):,} characters: at most {LONGEST} are read")
    found, place, text = [], 0, text.strip()
    while place < len(text):
        match = _TOKENS.match(text, place)
        if match is None or match.lastgroup is None:
            raise ConditionError(f"{text[place : place + 20]!r} is not understood in the condition {text[:60]!r}")
        found.append(_Token(match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


class _Reader:
    """Reads one condition by recursive descent; without a scope it only checks it."""

    def __init__(self, text: str, scope: Scope | None) -> None:
        self._text, self._scope = text, scope
        self._left = _tokens(text)[::-1]
        self._depth = 0

    def whole(self) -> bool:
        """Read it all; return whether it holds."""
        value = self._either()
        if self._left:
            raise ConditionError(f"{self._left[-1].text[:20]!r} is left over in the condition {self._text[:60]!r}")
        return _truth(value)

    def _next(self, *ops: str) -> str:
        if self._left and self._left[-1].kind == "op" and self._left[-1].text in ops:
            return self._left.pop().text
        return ""

    def _either(self) -> Any:
        value = self._both()
        while self._next("||"):
            other = self._both()
            value = _truth(value) or _truth(other)
        return value

    def _both(self) -> Any:
        value = self._compared()
        while self._next("&&"):
            other = self._compared()
            value = _truth(value) and _truth(other)
        return value

    def _compared(self) -> Any:
        value = self._single()
        if op := self._next("==", "!=", "<", "<=", ">", ">="):
            other = self._single()
            if op in ("==", "!="):
                return _equal(value, other) == (op == "==")
            return _ordered(op, value, other)
        return value

    def _single(self) -> Any:
        self._depth += 1
        if self._depth > _DEEPEST * 10:
            raise ConditionError(f"the condition {self._text[:60]!r} is nested too deeply")
        if self._next("!"):
            return not _truth(self._single())
        if self._next("("):
            value = self._either()
            if not self._next(")"):
                raise ConditionError(f"a bracket is not closed in the condition {self._text[:60]!r}")
            return value
        if not self._left or self._left[-1].kind == "op":
            raise ConditionError(f"a value is missing in the condition {self._text[:60]!r}")
        return self._value(self._left.pop())

    def _value(self, token: _Token) -> Any:
        if token.kind == "text":
            return re.sub(r"\\(.)|''", lambda match: match[1] or "'", token.text[1:-1])
        if token.kind in ("number", "word"):
            return json.loads(token.text) if not re.match(r"-?0[0-9]", token.text) else float(token.text)
        if not is_expression(token.text):
            raise ConditionError(f"the expression {token.text[:60]!r} is not understood")
        return MISSING if self._scope is None else evaluate(token.text, self._scope)


def _truth(value: Any) -> bool:
    return value is not MISSING and bool(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is MISSING:
        return None
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?", value):
        return float(value)
    return None


def _equal(one: Any, other: Any) -> bool:
    if one is MISSING or other is MISSING:
        return one is None or other is None or one is other
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    numbers = _number(one), _number(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return type(one) is type(other) and bool(one == other)


def _ordered(op: str, one: Any, other: Any) -> bool:
    numbers = _number(one), _number(other)
    if None not in numbers:
        return _COMPARE[op](*numbers)
    if isinstance(one, str) and isinstance(other, str):
        return _COMPARE[op](one.casefold(), other.casefold())
    return False


def check_condition(text: str) -> None:
    """Refuse a condition that cannot be read.

    Raises:
        ConditionError: It cannot.
    """
    try:
        _Reader(text, None).whole()
    except RecursionError:
        raise ConditionError(f"the condition {text[:60]!r} is nested too deeply") from None


def holds(text: str, scope: Scope) -> bool:
    """Return whether a condition holds; strings are compared without regard to case, as Arazzo has it."""
    return _Reader(text, scope).whole()


def expressions_of(text: str) -> list[str]:
    """Return the expressions of a condition.

    Raises:
        ConditionError: It cannot be read.
    """
    return [token.text for token in _tokens(text) if token.kind == "expression"]
