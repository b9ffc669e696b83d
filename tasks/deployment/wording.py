"""What an agent reads, an operation or a verdict with its rule, and how its answer is read: strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from maker_engine.core.red_flags import ILLEGAL, INCONSISTENT, MALFORMED
from maker_engine.core.responses import Flag, Prompt, excerpt

from .judging import ALLOWED
from .planning import Candidate
from .problem import Problem
from .state import HOLD, OLD, PROMOTE, ROLL_BACK, Choose, Evidence, Judge, Side, State

OPERATION_SYSTEM = """\
Services are moved to new versions, one instance after the other, while they serve. You choose the next operation \
alone. Reason briefly if you like, then end with these two lines, where N is the operation's number in the list and \
its words are as they are there:
operation = N
does = WORDS"""
OPERATION_RULE = """\
Choose the next operation by this rule:
1. Leave out every operation of a service that waits for another one.
2. If any service has begun, leave out the operations of all that have not.
3. Leave out a start where as many instances run as there may be, and a stop where no more serve than must.
4. Of the others take those of the lowest criticality, of these the service whose name is first in the alphabet, and \
of its operations the first of migrate, shift, start, stop."""
VERDICT_SYSTEM = """\
A new version has been observed beside the old one. You decide alone what becomes of it. Reason briefly if you like, \
then end with these two lines, where N is the first row of the rule that applies:
row = N
verdict = promote, hold or roll back"""
VERDICT_RULE = """\
Take the first row that applies:
1. more failures than the old version: roll back
2. one or more answers with a wrong version: roll back
3. an error rate above 1 % that is also above twice the old version's: roll back
4. a p95 above twice the old version's that is also more than 200 ms above it: roll back
5. fewer than {probes} requests, or fewer instances ready than started, after {holds} or more holds: roll back
6. fewer than {probes} requests, or fewer instances ready than started: hold
7. otherwise: promote"""
_TAIL = 2_000
_DRESS = str.maketrans("", "", "*`")
_OPERATION = re.compile(r"operation\s*=\s*([1-9][0-9]{0,3})", re.IGNORECASE)
_DOES = re.compile(r"does\s*=\s*(.{1,120})", re.IGNORECASE)
_ROW = re.compile(r"row\s*=\s*([1-9])", re.IGNORECASE)
_VERDICT = re.compile(rf"verdict\s*=\s*({PROMOTE}|{HOLD}|{ROLL_BACK})", re.IGNORECASE)


def operation_prompt(found: Sequence[Candidate]) -> Prompt:
    """Ask which operation is next."""
    rows = "\n".join(f"{number}. {_row(one)}" for number, one in enumerate(found, 1))
    return Prompt(OPERATION_SYSTEM, f"{OPERATION_RULE}\n\nOperations:\n{rows}\n\nWhich operation is next?")


def _row(one: Candidate) -> str:
    waits = f"waits for {one.waits_for}" if one.waits_for else "waits for none"
    begun = "begun" if one.begun else "not begun"
    return (
        f"{one.operation.words}: {waits}, {begun}, criticality {one.service.criticality},"
        f" runs {one.running} of at most {one.service.most},"
        f" serves {one.fleet.available} of at least {one.service.least}"
    )


def verdict_prompt(problem: Problem, state: State, evidence: Evidence) -> Prompt:
    """Ask for the verdict on what was seen."""
    service = problem.of(evidence.service)
    seen = f"{side_line(f'new {service.new}', evidence.new)}\n{side_line(f'{OLD} {service.old}', evidence.old)}"
    return Prompt(
        VERDICT_SYSTEM,
        f"{VERDICT_RULE.format(probes=problem.probes, holds=problem.holds)}\n\nService: {service.name}\n{seen}\n"
        f"new instances: {evidence.ready} ready of {evidence.due} started\nholds so far: {state.holds}\n\n"
        "What is the verdict?",
    )


def side_line(name: str, side: Side) -> str:
    """Write one version's evidence."""
    return (
        f"{name}: {side.requests} requests, {side.errors} errors, p95 {side.p95_ms} ms, {side.failures} failures, "
        f"{side.wrong} wrong versions"
    )


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
