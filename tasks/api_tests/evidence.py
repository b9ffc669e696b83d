"""What an answer is worth: passed, with its outputs, or a failure with the evidence that is voted on."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from .criteria import met, unmet
from .exchange import MISSING, Reply, Request
from .expressions import Scope, evaluate
from .judging import MOST_TRIES
from .problem import Action, Problem, Test
from .schemas import reply_breach, request_breach
from .sending import IDEMPOTENT, scope_of
from .state import Entry, Fault, State, Trial

MOST_RETRY_AFTER_S = 999_999
LONGEST_OUTPUT = 4_000
"""Characters of an output that are kept; a longer one is no value."""


@dataclass(frozen=True)
class Outcome:
    """What an answer is worth.

    Attributes:
        scope: Where expressions look, the answer included.
        outputs: (name, JSON) of those that have a value.
        fault: The evidence of the failure, None where the test has passed.
    """

    scope: Scope
    outputs: tuple[tuple[str, str], ...]
    fault: Fault | None


def outcome_of(
    problem: Problem, state: State, test: Test, trial: Trial, request: Request | None, reply: Reply
) -> Outcome:
    """Hold an answer against what the document asks for; `trial` is that of the request that was answered."""
    scope = scope_of(problem, state, test.workflow, request, reply)
    why = _unmet(problem, test, reply, scope)
    if not why:
        outputs, lacking = _outputs(test, scope)
        why = _lacking(problem, test, lacking)
        if not why:
            return Outcome(scope, outputs, None)
    breach = "" if request is None else request_breach(test.operation, problem.schemas, request)
    action = next((one for one in test.on_failure if all(met(c, scope) for c in one.criteria)), None)
    before, document = trial.fault, _document_wait(action, trial, reply)
    fault = Fault(
        reply.kind,
        reply.status,
        _retry_after(reply),
        " ".join(why.split())[:160],
        breach,
        before is not None and (before.kind, before.status) == (reply.kind, reply.status),
        max(0, MOST_TRIES - trial.tries + trial.retries),
        test.safe_again or test.method in IDEMPOTENT,
        document,
        () if action is None or document < 0 else _sent_before(problem, test, action),
    )
    return Outcome(scope, (), fault)


def _unmet(problem: Problem, test: Test, reply: Reply, scope: Scope) -> str:
    if reply.kind != "answered":
        return reply.why or reply.kind
    if found := unmet(test.criteria, scope):
        return f"not met: {found}"
    if not test.criteria and reply.status >= 400:
        return "not met: a status below 400"
    found = reply_breach(test.operation, problem.schemas, reply)
    if found and reply.cut:
        return "the body is larger than is taken"
    return f"not as documented: {found}" if found else ""


def _outputs(test: Test, scope: Scope) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    found, lacking = [], []
    for name, expression in test.outputs:
        value = evaluate(expression, scope)
        text = "" if value is MISSING else json.dumps(value, ensure_ascii=False)
        if text and len(text) <= LONGEST_OUTPUT:
            found.append((name, text))
        else:
            lacking.append(name)
    return tuple(found), lacking


def _lacking(problem: Problem, test: Test, lacking: list[str]) -> str:
    """Say which output that another test uses has no value; "" where none lacks one."""
    for name in lacking:
        mark = f"$steps.{test.step}.outputs.{name}"
        for other in problem.tests:
            if other.workflow == test.workflow and _uses(other, mark):
                return f"no value at {dict(test.outputs)[name]}"
    return ""


def _uses(test: Test, mark: str) -> bool:
    texts = [test.body, *(text for pairs in (test.path, test.query, test.headers) for _, text in pairs)]
    return any(re.search(re.escape(mark) + r"(?![A-Za-z0-9_\-])", text) for text in texts if mark in text)


def _retry_after(reply: Reply) -> int:
    """Return the whole seconds that an answer asks to wait, by number or by a date after its own; −1 for none."""
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        return int(text)
    due, now = _moment(text), _moment(reply.headers.get("date", ""))
    return -1 if due is None or now is None else max(0, min(MOST_RETRY_AFTER_S, round(due - now)))


def _moment(text: str) -> float | None:
    """Return an HTTP date in s since 1970, None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _document_wait(action: Action | None, trial: Trial, reply: Reply) -> float:
    """Return the seconds after which the document itself asks for a retry, −1 where it does not."""
    if (
        action is None
        or action.kind != "retry"
        or trial.retries >= action.limit
        or reply.kind in ("unsent", "refused", "tls")
    ):
        return -1.0
    return action.after_s


def _sent_before(problem: Problem, test: Test, action: Action) -> tuple[str, ...]:
    """Return the tests that a retry is to be sent after: a step's, or those of a workflow."""
    if action.workflow:
        return tuple(one.id for one in problem.tests if one.workflow == action.workflow and not one.cleanup)
    return (action.target,) if action.target not in ("", test.id) else ()


def last_entry(state: State, test: str) -> Entry | None:
    """Return the last request of a test in the log, None for none."""
    return next((one for one in reversed(state.log) if one.tag.rpartition("#")[0] == test), None)
