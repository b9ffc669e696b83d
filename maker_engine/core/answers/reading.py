"""Finds the answer in a response: generous in form, strict in content, and never a guess between two.

The answer is the last line. It may be dressed (bold, code, a fence, a box, quotes, "Answer:"), and an explanation may
follow it, as long as one line alone, or one mark, holds an answer. Two that differ are a flag, and so is what is marked
as the answer and is none ("Answer: yes, because …"): what comes before it is not what was meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any, NamedTuple, TypeVar

from maker_engine.core.flags import INCONSISTENT, MALFORMED, Flag, excerpt

A = TypeVar("A", bound=Hashable)
_LONGEST_LINE = 4_000  # characters: nothing longer is a line that holds an answer alone
_DEEPEST = 8  # layers of dress
_FENCE = re.compile(
    r"\s*(?:```+|~~~+)\s*[\w+-]*\s*|\s*(?:\$\$|\\\[|\\\])\s*|\s*</?(?:final_)?answer>\s*", re.IGNORECASE
)
_TAGGED = re.compile(r"<((?:final_)?answer)>\s*(.+?)\s*</\1>", re.IGNORECASE)
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
"""Marks of direction, joins and byte order that have no width: dress, where they surround an answer."""
_MARK = re.compile(
    r"[*_`]{0,3}(?:(?:so|thus|therefore|hence),? )?(?:the |my )?(?:final |correct )?answer\b[*_`]{0,3}\s?"
    r"(?:is\b:?|:|\N{FULLWIDTH COLON}|=)[*_`]{0,3}\s{0,4}(?=\S)",
    re.IGNORECASE,
)
_INNER = r"\{((?:[^{}]|\{[^{}]*\}){1,400})\}"
_BOX = re.compile(rf"\\boxed{_INNER}")
_COMMAND = re.compile(rf"\\(?:boxed|text|textbf|mathrm|mathbf){_INNER}")
_LEAD = re.compile(r"(?:>|#{1,6}|[*•]|-(?=\s+[^\d\s]))\s+")  # a dash before a number may be a minus
_PAIRS = (
    ("**", "**"), ("__", "__"), ("``", "``"), ("`", "`"), ("*", "*"), ("_", "_"), ("$$", "$$"), ("$", "$"),
    ('"', '"'), ("'", "'"), ("“", "”"), ("‘", "’"), ("«", "»"), ("\\(", "\\)"), ("\\[", "\\]"),
)  # fmt: skip


class _Found(NamedTuple):
    """What a line holds: an answer, a flag on one, or None; and whether it is marked as the answer."""

    value: Any
    marked: bool


def read(
    text: str,
    value_of: Callable[[str], A | Flag | None],
    from_json: Callable[[Any], A | Flag | None],
    *,
    is_open: bool = False,
) -> A | Flag:
    """Read the answer in a response.

    Args:
        text: The response.
        value_of: Reads a bare answer: None where it is none, a flag where it is one that is not allowed.
        from_json: Reads a value out of JSON likewise.
        is_open: Any line is an answer: then nothing but the last one, or a marked one, is read.

    Returns:
        The answer, or a flag.
    """
    lines = [line for line in text.splitlines() if line.strip() and not _FENCE.fullmatch(line)]
    if not lines:
        return Flag(MALFORMED, "there is no answer: the response is empty")
    held = _held(lines, from_json)
    if held is not None:
        return held
    found = [_in_line(line, value_of, is_open=is_open) for line in lines]
    marked = [one.value for one in found if one.marked and one.value is not None]
    marked += [value for line in lines for value in _boxed(line, value_of)]
    if is_open:
        values = marked or [found[-1].value]
    elif found[-1].value is None:
        spoilt = [place for place, line in enumerate(lines) if found[place].value is None and _is_marked(line)]
        left = [one.value for one in found[spoilt[-1] + 1 if spoilt else 0 :] if one.value is not None]
        if spoilt and not left:
            return Flag(MALFORMED, "what is marked as the answer is none", excerpt(lines[spoilt[-1]].strip()))
        values = marked + left
        values += _in_brackets(lines, found, value_of) if values else []
    else:
        values = marked + _last_run(found)
    return _one_of([value for value in values if value is not None], lines[-1])


def _one_of(values: list[A | Flag], last: str) -> A | Flag:
    different = list(dict.fromkeys(values))
    if not different:
        return Flag(MALFORMED, "the last line does not hold the answer alone", excerpt(last.strip()))
    if len(different) > 1:
        return Flag(INCONSISTENT, "different answers are given", excerpt(last.strip()))
    return different[0]


def _last_run(found: list[_Found]) -> list[Any]:
    """Return the answers of the last lines, back to the first line that holds none."""
    run: list[Any] = []
    for one in reversed(found):
        if one.value is None:
            break
        run.append(one.value)
    return run


def _held(lines: list[str], from_json: Callable[[Any], A | Flag | None]) -> A | Flag | None:
    """Read an object that holds the answer and nothing else, as a constrained response is; None where it is none."""
    whole = "\n".join(lines).strip()
    if not (whole.startswith("{") and whole.endswith("}")):
        return None
    try:
        value = parse_json(whole)
    except ValueError:
        return None
    if not (isinstance(value, dict) and value.keys() == {"answer"}):
        return None
    answer = from_json(value["answer"])
    return Flag(MALFORMED, "the object holds no such answer", excerpt(whole)) if answer is None else answer


def _in_line(line: str, value_of: Callable[[str], A | Flag | None], *, is_open: bool = False) -> _Found:
    """Read a line with as much of its dress as is an answer; where any text is one, with what marks it as one off."""
    first = _Found(None, marked=False)
    if len(line) <= _LONGEST_LINE:
        for bare, marked in undressed(line):
            value = value_of(bare)
            if value is not None and (marked or not is_open):
                return _Found(value, marked)
            first = first if value is None or first.value is not None else _Found(value, marked)
    return first


def _in_brackets(
    lines: list[str], found: list[_Found], value_of: Callable[[str], A | Flag | None]
) -> Iterator[A | Flag]:
    """Yield what is alone in brackets below the last answer: none by itself, and never to be passed over."""
    last = max((place for place, one in enumerate(found) if one.value is not None), default=-1)
    for line in lines[last + 1 :]:
        bare = line.strip(" .*_`>")
        if bare[:1] in ("(", "[") and bare[-1:] in (")", "]") and len(bare) <= _LONGEST_LINE:
            value = _in_line(bare[1:-1], value_of).value
            if value is not None:
                yield value


def _is_marked(line: str) -> bool:
    """Return whether a line says that it holds the answer."""
    return len(line) <= _LONGEST_LINE and any(marked for _, marked in undressed(line))


def _boxed(line: str, value_of: Callable[[str], A | Flag | None]) -> Iterator[A | Flag]:
    """Yield the answers in boxes within a line."""
    for box in _BOX.findall(line[:_LONGEST_LINE]):
        value = _in_line(box, value_of).value
        if value is not None:
            yield value


def undressed(line: str) -> Iterator[tuple[str, bool]]:
    """Yield a line with ever less dress, itself first, and whether it was marked as the answer."""
    bare, marked = " ".join(line.split()).strip(_INVISIBLE).strip(), False
    yield bare, marked
    for _ in range(_DEEPEST):
        less, mark = _without_layer(bare)
        if less == bare or not less:
            return
        bare, marked = less, marked or mark
        yield bare, marked


def _without_layer(text: str) -> tuple[str, bool]:
    for opening, closing in _PAIRS:
        inner = text[len(opening) : len(text) - len(closing)]
        if text.startswith(opening) and text.endswith(closing) and inner and opening not in inner:
            return inner.strip(), False
    if (tagged := _TAGGED.fullmatch(text)) is not None:
        return tagged[2], True
    if (command := _COMMAND.fullmatch(text)) is not None:
        return command[1].strip(), text.startswith("\\boxed")
    for pattern, marks in ((_MARK, True), (_LEAD, False)):
        if (found := pattern.match(text)) is not None:
            return text[found.end() :].strip(), marks
    if text.endswith(".") and not text.endswith(".."):
        return text[:-1].strip(), False
    return text, False


def parse_json(text: str) -> Any:
    """Parse JSON; an object with a key twice, and a number that is none, are refused like all that is not JSON.

    Raises:
        ValueError: It is not JSON, or is nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its pairs; one that has a key twice says two things.

    Raises:
        ValueError: A key occurs twice.
    """
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key occurs twice")
    return made


def refuse(constant: str) -> Any:
    """Refuse NaN and infinities, which are no JSON.

    Raises:
        ValueError: Always.
    """
    raise ValueError(f"{constant} is not JSON")
