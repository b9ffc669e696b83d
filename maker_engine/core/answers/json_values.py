"""Answers that are JSON: an object, mostly, held to a schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from maker_engine.core.answers import schemas
from maker_engine.core.answers.form import AnswerForm
from maker_engine.core.answers.reading import once, parse_json, refuse
from maker_engine.core.answers.records import frozen, thawed
from maker_engine.core.flags import INCONSISTENT, MALFORMED, Flag, excerpt

_FENCED = re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t]*\n(.*?)^[ \t]*(?:```|~~~)[ \t]*$", re.DOTALL | re.MULTILINE)
_OPENING = re.compile(r"^[ \t]*(?=[\[{])", re.MULTILINE)
_WITHIN = re.compile(r"^(?:[^\[{\n]*\\boxed\{)?[^\[{\n]*(?=[\[{])", re.MULTILINE)
"""Where a value begins within a line, behind "Answer:", in bold or in a box; what is within another value does not."""
_MOST_TRIED = 40  # places at which a value may begin


class Json(AnswerForm[Any]):
    """A JSON value. An object is read as a `Record`: hashable, with fields as attributes, compared exactly.

    Args:
        schema: A JSON schema (draft 2020-12), or a dataclass to make one of.

    Raises:
        InputError: It is no schema, or the dataclass has a field that JSON has no type for.
    """

    def __init__(self, schema: Mapping[str, Any] | type) -> None:
        made = schemas.schema_of(schema) if isinstance(schema, type) else thawed(schema)
        self._text = schemas.checked(made)
        self._schema: dict[str, Any] = made

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Json) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Json({self._schema!r})"

    @property
    def demand(self) -> str:
        """What is asked for."""
        return f"JSON that follows the schema {json.dumps(self._schema)}"

    @property
    def sentence(self) -> str:
        """The sentence that asks for it; it may take several lines."""
        return f"End with nothing but {self.demand}"

    def read(self, text: str) -> Any:
        """Read the JSON in a response: the whole of it, a fenced block, or the one value in it that fits, the last.

        Returns:
            The value, frozen, or a flag. Raises on no text.
        """
        found = [parse_json(one) for one in dict.fromkeys(map(_canonical, _values(text)))]
        if not found:
            return Flag(MALFORMED, "there is no JSON in the response", excerpt(text.strip()[-120:]))
        answers = [self._answer(value) for value in found]
        fitting = [answer for answer in answers if not isinstance(answer, Flag)]
        if len(fitting) > 1:
            return Flag(INCONSISTENT, f"{len(fitting)} different JSON values are given", excerpt(text.strip()[-120:]))
        return answers[-1] if isinstance(answers[-1], Flag) else fitting[0]  # the last value is the last word

    def _answer(self, value: Any) -> Any:
        answer = self.from_json(value)
        if isinstance(answer, Flag) and isinstance(value, dict) and value.keys() == {"answer"}:
            inner = self.from_json(value["answer"])  # as a provider that takes only the schema of an object gives it
            return answer if isinstance(inner, Flag) else inner
        return answer

    def value_of(self, text: str) -> Any:
        """Return the value that a text is."""
        try:
            value = parse_json(text)
        except ValueError:
            return None
        return self.from_json(value)

    def from_json(self, value: Any) -> Any:
        """Return the value, frozen, or the flag that says how it breaks the schema."""
        objection = "null is not an answer" if value is None else schemas.objection(self._text, value)
        return Flag(MALFORMED, objection, excerpt(json.dumps(value))) if objection else frozen(value)

    def write(self, answer: Any) -> str:
        """Write the value on one line."""
        return json.dumps(thawed(answer), ensure_ascii=False)

    def schema(self) -> Mapping[str, Any]:
        """Return the schema."""
        return self._schema

    def example(self, number: int) -> Any:
        """Return a value that the schema allows, as far as one can be made of it."""
        return frozen(schemas.example(self._schema, number))

    def slip(self, answer: Any, number: int) -> Any:
        """Return the value with one field changed."""
        other = thawed(self.example(number))
        if isinstance(answer, Mapping) and isinstance(other, dict):
            differing = [name for name in answer if name in other and frozen(other[name]) != answer[name]]
            if differing:
                name = differing[number % len(differing)]
                other = {**thawed(answer), name: other[name]}
        tries = (other, *(thawed(self.example(number + more)) for more in range(1, 9)))
        allowed = (frozen(one) for one in tries if not schemas.objection(self._text, one))
        return next((one for one in allowed if one != answer), answer)


def _canonical(value: Any) -> str:
    return json.dumps(thawed(frozen(value)), sort_keys=True)


def _values(text: str) -> Iterator[Any]:
    """Yield the JSON values in a response: it as a whole, else blocks, what begins a line, and what is behind."""
    for whole in (text.strip(), text.strip().strip("`").strip()):
        try:
            yield parse_json(whole)
        except ValueError:
            continue
        return
    end = 0
    blank = _FENCED.sub(lambda block: " " * len(block[0]), text)
    for stop, value in sorted((*_fenced(text), *_begun(blank, _OPENING)), key=itemgetter(0)):
        end = max(end, stop)
        yield value
    yield from (value for _, value in _begun(text[end:], _WITHIN))


def _fenced(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the values of fenced blocks, each with where its block ends."""
    for block in _FENCED.finditer(text):
        try:
            yield block.end(), parse_json(block[1])
        except ValueError:
            continue


def _begun(text: str, opening: re.Pattern[str]) -> Iterator[tuple[int, Any]]:
    """Yield the values that begin at one of the openings and in no other value, each with where it ends."""
    decoder = json.JSONDecoder(object_pairs_hook=once, parse_constant=refuse)
    end = 0
    for place in list(opening.finditer(text))[-_MOST_TRIED:]:
        if place.end() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, place.end())
        except (ValueError, RecursionError):
            continue
        yield end, value
