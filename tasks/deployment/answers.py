"""Reads answers strictly: the last two lines, which must agree with each other and with the list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .judging import ALLOWED
from .planning import Candidate
from .state import HOLD, PROMOTE, ROLL_BACK, Choose, Judge

_TAIL = 2_000
_DRESS = str.maketrans("", "", "*`")
_OPERATION = re.compile(r"operation\s*=\s*([1-9][0-9]{0,3})", re.IGNORECASE)
_DOES = re.compile(r"does\s*=\s*(.{1,120})", re.IGNORECASE)
_ROW = re.compile(r"row\s*=\s*([1-9])", re.IGNORECASE)
_VERDICT = re.compile(rf"verdict\s*=\s*({PROMOTE}|{HOLD}|{ROLL_BACK})", re.IGNORECASE)


def _last(text: str) -> list[str]:
    """Return the last two lines without fences and bold; empty ones do not count."""
    lines = (" ".join(line.translate(_DRESS).split()).rstrip(".") for line in text[-_TAIL:].splitlines())
    return [line for line in lines if line][-2:]


def read_operation(text: str, found: Sequence[Candidate]) -> Choose | Flag:
    """Read which operation is next."""
    lines = _last(text)
    number = _OPERATION.fullmatch(lines[0]) if len(lines) == 2 else None
    does = _DOES.fullmatch(lines[1]) if number else None
    if number is None or does is None:
        return Flag(MALFORMED, "the last lines are not `operation = N` and `does = WORDS`", excerpt(text[-120:]))
    if int(number[1]) > len(found):
        return Flag(ILLEGAL, f"there is no operation {number[1]}: the list has {len(found)}")
    chosen = found[int(number[1]) - 1].operation
    if does[1].strip().casefold() != chosen.words.casefold():
        return Flag(INCONSISTENT, f"operation {number[1]} is another one", excerpt(does[1]))
    return Choose(chosen)


def read_verdict(text: str) -> Judge | Flag:
    """Read the verdict on a probe window."""
    lines = _last(text)
    number = _ROW.fullmatch(lines[0]) if len(lines) == 2 else None
    verdict = _VERDICT.fullmatch(lines[1]) if number else None
    if number is None or verdict is None:
        return Flag(MALFORMED, "the last lines are not `row = N` and `verdict = …`", excerpt(text[-120:]))
    if ALLOWED.get(int(number[1])) != verdict[1].lower():
        return Flag(INCONSISTENT, f"row {number[1]} does not end in {verdict[1].lower()}")
    return Judge(verdict[1].lower())
