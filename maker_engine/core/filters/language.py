"""The language of searches for steps and of breakpoints: `dissent`, `votes>=5 and not flag:length`.

One parser for tables, searches and breakpoints. Text becomes a tree of comparisons and nothing else: no name is looked
up, nothing is called, nothing is evaluated as code.

    filter   = all {"or" all}
    all      = one {"and" one}
    one      = "not" one | "(" filter ")" | test
    test     = yes-no | number [comparison value | ":" range] | text match value | "flag" ":" rule
    range    = value ["-" [value]] | "-" value

A number alone asks whether there are any: `flags` is `flags>0`. Steps are counted from 1.
"""

from __future__ import annotations

import math
import re
from difflib import get_close_matches
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.core.filters.facts import NUMBERS, TEXTS, YES_NO, Number, StepFacts
from maker_engine.core.filters.tree import (
    COMPARISONS,
    MATCHES,
    RULE,
    Both,
    Compares,
    Filter,
    Is,
    Matches,
    Node,
    Not,
    Within,
)
from maker_engine.core.red_flags import RULES

MOST_CHARACTERS = 2_000
DEEPEST = 40
"""Brackets and `not` within each other."""
FACTS = (*YES_NO, *NUMBERS, *TEXTS)
"""Every word that names a fact."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<text>"(?:[^"\\]|\\.)*")
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>>=|<=|!=|!~|==|[≥≤≠<>=~:()-])""",
    re.VERBOSE | re.DOTALL,
)
_SAME = {"≥": ">=", "≤": "<=", "≠": "!=", "==": "="}
_WORD_BEFORE = re.compile(r"(?<!\w)\d*+([^\W\d]\w*+)\Z")


class _Token(NamedTuple):
    """A piece of a filter; `at` is its first character, 0-based, and `kind` "end" behind the last."""

    kind: str
    text: str
    at: int


def parse_filter(text: str) -> Filter:
    """Read a filter.

    Raises:
        InputError: It cannot be read; the text names the place, counted from 1, and what could be there.
    """
    return Filter(_Parser(text).whole())


def completions(text: str, caret: int) -> list[str]:
    """Return the words that may replace the one that ends at `caret` (0-based, between two characters)."""
    start = word_start(text, caret)
    begun = text[start:caret].lower()
    parser = _Parser(text[:start])
    try:
        parser.whole()
    except InputError:
        if parser.stopped < len(parser.tokens) - 1:  # wrong before its end: nothing fixes it there
            return []
    return [word for word in parser.could if word.startswith(begun) and word != begun]


def word_start(text: str, caret: int) -> int:
    """Return where the word begins that ends at `caret`; the caret itself where none does."""
    found = _WORD_BEFORE.search(text[:caret])
    return caret if found is None else found.start(1)


class _Parser:
    """Reads one filter by recursive descent.

    Attributes:
        could: What could have been at the end of the text, in the order in which it was tried.
        stopped: The token at which reading stopped.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self.tokens = [_Token("end", "", 0)]
        self.stopped = 0
        self.could: dict[str, None] = {}
        self._depth = 0

    def whole(self) -> Node:
        """Read all of it."""
        if len(self._text) > MOST_CHARACTERS:
            raise InputError(f"a filter has at most {MOST_CHARACTERS:,} characters, this one has {len(self._text):,}")
        self.tokens = list(self._split())
        root = self._either()
        if self._next.kind != "end":
            raise self._wrong("'and' or 'or'")
        return root

    def _split(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while at < len(self._text):
            found = _TOKEN.match(self._text, at)
            if found is None:
                what = "a text without its closing quote" if self._text[at] == '"' else f"{self._text[at]!r}"
                raise InputError(f"{self._named()}: {what} at character {at + 1} is not part of the language")
            kind = found.lastgroup or ""
            if kind != "space":
                tokens.append(_Token(kind, _SAME.get(found.group(), found.group()), at))
            at = found.end()
        return [*tokens, _Token("end", "", at)]

    def _either(self) -> Node:
        return self._joined("or")

    def _joined(self, word: str) -> Node:
        parts = [self._part(word)]
        while self._takes(word):
            parts.append(self._part(word))
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _part(self, word: str) -> Node:
        return self._joined("and") if word == "or" else self._one()

    def _one(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InputError(f"{self._named()}: brackets and 'not' nest at most {DEEPEST} deep, more at character "
                             f"{self._next.at + 1}")  # fmt: skip
        if self._takes("not"):
            node: Node = Not(self._one())
        elif self._takes("("):
            node = self._either()
            if not self._takes(")"):
                raise self._wrong("a closing bracket")
        else:
            node = self._test()
        self._depth -= 1
        return node

    def _test(self) -> Node:
        field = self._takes(*FACTS)
        if field in YES_NO:
            return Is(field)
        if field in NUMBERS:
            return self._number(field)
        if field in TEXTS:
            return self._match(field)
        found = self._next
        if found.kind == "word":
            near = get_close_matches(found.text.lower(), FACTS, 1)
            mend = f"did you mean {near[0]}?" if near else f"there are {', '.join(FACTS)}"
            raise InputError(
                f"{self._named()}: {found.text!r} at character {found.at + 1} is not a fact of a step; {mend}"
            )
        raise self._wrong("a fact of a step, such as dissent or votes>=5")

    def _number(self, field: str) -> Node:
        if comparison := self._takes(*COMPARISONS):
            return Compares(field, comparison, self._value())
        if not self._takes(":"):
            return Compares(field, ">", 0)
        if self._takes("-"):
            return Within(field, None, self._value())
        low = self._value()
        if not self._takes("-"):
            return Within(field, low, low)
        return Within(field, low, self._value() if self._next.kind == "number" else None)

    def _value(self) -> Number:
        token = self._next
        if token.kind != "number":
            raise self._wrong("a number")
        self.stopped += 1
        text = token.text.replace(",", "")
        value: Number = int(text) if text.isdigit() else float(text)
        if math.isfinite(value):
            return value
        raise InputError(f"{self._named()}: the number at character {token.at + 1} is too large")

    def _match(self, field: str) -> Node:
        if field == RULE and self._takes(":"):
            return Matches(field, "=", self._takes(*RULES) or self._wording("the name of a rule, such as length"))
        if match := self._takes(*MATCHES):
            return Matches(field, match, self._wording('a text, such as "3,0"'))
        raise self._wrong(" or ".join((*MATCHES, ":") if field == RULE else MATCHES))

    def _wording(self, wanted: str) -> str:
        token = self._next
        if token.kind not in ("text", "word", "number"):
            raise self._wrong(wanted)
        self.stopped += 1
        return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL) if token.kind == "text" else token.text

    @property
    def _next(self) -> _Token:
        return self.tokens[self.stopped]

    def _takes(self, *words: str) -> str:
        """Take the next token if it is one of `words`; return it, empty if it is not."""
        token = self._next
        word = token.text.lower()
        if token.kind == "end":
            self.could.update(dict.fromkeys(words))
        elif token.kind != "text" and word in words:
            self.stopped += 1
            return word
        return ""

    def _wrong(self, wanted: str) -> InputError:
        token = self._next
        found = "it ends" if token.kind == "end" else f"there is {token.text!r}"
        return InputError(f"{self._named()}: {found} at character {token.at + 1}, where {wanted} should be")

    def _named(self) -> str:
        shown = self._text if len(self._text) <= 60 else self._text[:59] + "…"
        return f"filter {shown!r}"


__all__ = ["FACTS", "Filter", "StepFacts", "completions", "parse_filter", "word_start"]
