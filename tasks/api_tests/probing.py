"""After a crash: whether a request that must not be sent twice has been done, asked where the document says how."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from maker_engine.core.decomposition import Do, Done, NotDone, Safety, Start, Status, Unknown

from .exchange import Reply
from .expressions import filled, text_of
from .flow import acting
from .problem import Problem, Test
from .sending import base_url, build, effect, reply_of, scope_of
from .state import State

_STATUS = re.compile(r"\$statusCode\s*==\s*(2[0-9]{2})")
CREATED = 201


def probe(problem: Problem, state: State) -> Do | None:
    """Return the request that shows whether the one that `state` begins has been done; None where nothing can."""
    test = _sent(problem, state)
    if test is None or not test.probe:
        return None
    missing: list[str] = []
    address = text_of(filled(test.probe, scope_of(problem, state, test.workflow), missing))
    if missing or "${env:" in address:
        return None
    url = address if address.startswith(("http://", "https://")) else base_url(problem) + address
    headers = {name: one for name, one in build(problem, state, test)[0].headers.items() if name != "content-type"}
    arguments = {"method": "GET", "url": url, "headers": headers}
    label = f"ask whether {test.id} has been done"
    return effect(problem, arguments, state.server, safety=Safety.IDEMPOTENT, label=label, timeout_s=test.timeout_s)


def read_probe(problem: Problem, state: State, done: Done) -> Done | NotDone | Unknown:
    """Read what the probe was answered: a thing or a list of one is the answer of the request itself."""
    reply, test = reply_of(done), _sent(problem, state)
    if test is None:
        return Unknown("the request is none of a test")
    if reply.status in (404, 410):
        return NotDone()
    if not 200 <= reply.status < 300 or not reply.is_json:
        return Unknown(f"the probe was answered {reply.status}" if reply.status else reply.why or reply.kind)
    body = reply.body
    if isinstance(body, list):
        if len(body) > 1:
            return Unknown(f"the probe found {len(body):,} of it")
        if not body:
            return NotDone()
        body = body[0]
    value = {"status": _due(test), "headers": _headers(reply), "body": json.dumps(body, ensure_ascii=False)}
    return replace(done, status=Status.OK, value=json.dumps({**value, "cut": False}, ensure_ascii=False))


def _sent(problem: Problem, state: State) -> Test | None:
    step = acting(problem, state)
    name = step.tag.rpartition("#")[0] if isinstance(step, Start) else ""
    return problem.test(name) if name in problem.index else None


def _headers(reply: Reply) -> dict[str, Any]:
    return {name: text for name, text in reply.headers.items() if name in ("content-type", "location")}


def _due(test: Test) -> int:
    """Return the status that the request itself is answered with: that of its criteria or its operation, else 201."""
    found = [int(match[1]) for one in test.criteria if (match := _STATUS.search(one.condition))]
    found += [
        int(one) for one, _ in (test.operation.responses if test.operation else ()) if re.fullmatch("2[0-9]{2}", one)
    ]
    return found[0] if found else CREATED
