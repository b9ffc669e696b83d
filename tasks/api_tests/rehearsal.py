"""What the world might answer, without one: the shop itself for the sample, plausible answers for other documents."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

from maker_engine.core.decomposition import Do, Done, Status

from .demo.scripts import Answer
from .demo.shop import Shop
from .exchange import MISSING
from .problem import Problem, Test
from .schemas import documented
from .sending import DEMO_EFFECT, DEMO_URL, body_text, build
from .state import WAITING, State

_STATUS = re.compile(r"\$statusCode\s*==\s*([1-5][0-9]{2})")
_EQUAL = re.compile(
    r"\$response\.body#((?:/[A-Za-z0-9_\-]+)+)\s*==\s*('[^']*'|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|true|false|null)"
)
_POINTED = re.compile(r"\$response\.body#((?:/[A-Za-z0-9_\-]+)+)")
FAILURES = (
    (Status.OK, {"status": 503, "headers": {"retry-after": "1"}, "body": ""}),
    (Status.TIMED_OUT, {"error": "it did not end within 10 s", "kind": "timeout"}),
    (Status.OK, {"status": 500, "headers": {}, "body": '{"error": "null pointer"}'}),
    (Status.OK, {"status": 404, "headers": {}, "body": "{}"}),
    (Status.FAILED, {"error": "127.0.0.1:80 cannot be reached", "kind": "connection"}),
    (Status.OK, {"status": 429, "headers": {"retry-after": "0"}, "body": ""}),
    (Status.FAILED, {"error": "certificate has expired", "kind": "tls"}),
)


def rehearsed(problem: Problem, state: State, do: Do, variant: int) -> Done:
    """Imitate the outcome of an effect at `state`; variant 0 is the world as scripted, others fail at times."""
    arguments: dict[str, Any] = json.loads(do.arguments)
    if do.effect == "wait" or "stop" in arguments:
        return Done(Status.OK, "{}")
    if "start" in arguments:
        return Done(Status.OK, json.dumps({"server": f"{problem.faults or 'none'}.{0:016x}"}))
    if variant % 4:
        status, value = FAILURES[variant % len(FAILURES)]
        return Done(status, json.dumps(value))
    if do.effect == DEMO_EFFECT:
        return _of_shop(problem, state, arguments)
    return _plausible(problem, state, arguments)


def _of_shop(problem: Problem, state: State, arguments: dict[str, Any]) -> Done:
    """Let a shop answer that was asked before what the log holds."""
    shop = Shop(problem.faults)
    for entry in state.log:
        kind, _, rest = entry.tag.partition(":")
        if rest and kind == "clean":
            shop.handle("DELETE", urlsplit(entry.url).path, _headers(problem, state), "")
        elif not rest:
            test = problem.test(entry.tag.rpartition("#")[0])
            request, _ = build(problem, state, test)
            body = "" if request.body is MISSING else body_text(test, request.body)
            shop.handle(request.method, urlsplit(request.url).path, request.headers, body)
    path = urlsplit(str(arguments["url"]).removeprefix(DEMO_URL)).path
    return _done(shop.handle(arguments["method"], path, arguments.get("headers", {}), arguments.get("body", "")))


def _headers(problem: Problem, state: State) -> dict[str, str]:
    return dict(build(problem, state, problem.test(state.made[0].by))[0].headers) if state.made else {}


def _done(answer: Answer) -> Done:
    if answer.closes:
        return Done(Status.FAILED, json.dumps({"error": "the server closed in the middle", "kind": "closed"}))
    if answer.delay_s:
        return Done(Status.TIMED_OUT, json.dumps({"error": "it did not end in its time", "kind": "timeout"}))
    headers = {"content-type": "application/json", **answer.headers}
    body = "" if answer.body is None else json.dumps(answer.body)
    return Done(Status.OK, json.dumps({"status": answer.status, "headers": headers, "body": body, "cut": False}))


def _plausible(problem: Problem, state: State, arguments: dict[str, Any]) -> Done:
    """Answer as the test that sends this would have it, its pointers filled in."""
    sent = (arguments["method"], arguments["url"])
    waiting = (one for one, trial in zip(problem.tests, state.trials, strict=True) if trial.status == WAITING)
    test = next((one for one in waiting if (one.method, build(problem, state, one)[0].url) == sent), None)
    status, body = (200, {}) if test is None else _due(test)
    return Done(Status.OK, json.dumps({"status": status, "headers": {}, "body": json.dumps(body), "cut": False}))


def _due(test: Test) -> tuple[int, Any]:
    """Return the status and a body that a test's simple criteria, outputs and schema ask for."""
    found = [match for one in test.criteria if (match := _STATUS.search(one.condition))]
    status = int(found[0][1]) if found else 200
    body: dict[str, Any] = {}
    schema = documented(test.operation, status)
    for name in json.loads(schema).get("required", ()) if schema else ():
        body[name] = "1"
    for one in test.criteria:
        for pointer, literal in _EQUAL.findall(one.condition):
            _put(body, pointer, json.loads(literal) if literal[0] != "'" else literal[1:-1])
    for _, expression in test.outputs:
        for pointer in _POINTED.findall(expression):
            _put(body, pointer, "1")
    return status, body


def _put(body: dict[str, Any], pointer: str, value: Any) -> None:
    """Set what a JSON pointer leads to, unless something is there."""
    *parts, last = pointer.split("/")[1:]
    for part in parts:
        following = body.setdefault(part, {})
        if not isinstance(following, dict):
            return
        body = following
    body.setdefault(last, value)
