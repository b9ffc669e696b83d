"""Reads answers strictly: the last lines, in the form asked for, and flags what contradicts its own evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, excerpt

from .judging import ALLOWED
from .problem import Problem, Test
from .state import AGAIN, ENVIRONMENT, PRODUCT, TEST, THEN, Choose, Judge
from .turns import dependants

_TAIL = 2_000
_DRESS = str.maketrans("", "", "*`")
_TEST = re.compile(r"test\s*=\s*([A-Za-z0-9_.\-]{1,130})", re.IGNORECASE)
_DEPENDANTS = re.compile(r"dependants\s*=\s*([0-9]{1,4})", re.IGNORECASE)
_ROW = re.compile(r"row\s*=\s*([1-9]|10)", re.IGNORECASE)
_AGAIN = re.compile(r"answer\s*=\s*again after ([0-9]{1,5}) s", re.IGNORECASE)
_FAULT = re.compile(rf"answer\s*=\s*(product fault|test fault|environment), ({'|'.join(THEN)})", re.IGNORECASE)
KINDS = {"product fault": PRODUCT, "test fault": TEST, "environment": ENVIRONMENT}
WORDS = {kind: words for words, kind in KINDS.items()}


def _last(text: str, count: int) -> list[str]:
    """Return the last lines of a response without fences and bold, empty ones left out."""
    lines = (line.translate(_DRESS).strip() for line in text[-_TAIL:].splitlines())
    return [" ".join(line.split()).rstrip(".") for line in lines if line][-count:]


def read_choice(text: str, problem: Problem, offered: Sequence[Test]) -> Choose | Flag:
    """Read which test goes next."""
    lines = _last(text, 2)
    found = [form.fullmatch(line) for form, line in zip((_TEST, _DEPENDANTS), lines, strict=False)]
    if len(found) < 2 or found[0] is None or found[1] is None:
        return Flag(MALFORMED, "the last lines are not `test = ID` and `dependants = N`", excerpt(text[-120:]))
    name = found[0][1]
    if name not in {test.id for test in offered}:
        return Flag(ILLEGAL, f"{name[:40]} is not among the tests that can be sent")
    if int(found[1][1]) != dependants(problem)[name]:
        return Flag(INCONSISTENT, f"{name[:40]} has {dependants(problem)[name]} dependants, not {found[1][1]}")
    return Choose(name)


def read_judgement(text: str) -> Judge | Flag:
    """Read what a failure is taken for."""
    lines = _last(text, 2)
    row = _ROW.fullmatch(lines[0]) if len(lines) == 2 else None
    if row is None:
        return Flag(MALFORMED, "the last lines are not `row = N` and `answer = …`", excerpt(text[-120:]))
    if again := _AGAIN.fullmatch(lines[1]):
        answer = Judge(AGAIN, int(again[1]))
    elif fault := _FAULT.fullmatch(lines[1]):
        answer = Judge(KINDS[fault[1].lower()], 0, fault[2].lower())
    else:
        return Flag(MALFORMED, "the last line is not an answer of the forms asked for", excerpt(lines[1]))
    if answer.kind not in ALLOWED[int(row[1])]:
        return Flag(INCONSISTENT, f"row {row[1]} does not end in {answer.kind}")
    return answer
