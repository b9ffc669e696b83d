"""What an agent reads: the next operation, or the verdict on a probe window, each with its rule."""

from __future__ import annotations

from collections.abc import Sequence

from maker_engine.core.responses import Prompt

from .planning import Candidate
from .problem import Problem
from .state import OLD, Evidence, Side, State

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
4. a p95 above twice the old version's that is also more than 100 ms above it: roll back
5. fewer than {probes} requests, or fewer instances ready than started, after {holds} or more holds: roll back
6. fewer than {probes} requests, or fewer instances ready than started: hold
7. otherwise: promote"""


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
