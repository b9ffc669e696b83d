"""A test's request with its values filled in, the effect that sends it, and the answer that came of the effect."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from maker_engine.core.decomposition import Do, Done, Safety, Status

from .exchange import MISSING, Reply, Request
from .expressions import Scope, evaluate, filled, text_of
from .problem import DEMO, Problem, Test
from .state import Made, State

SAFE = ("GET", "HEAD", "OPTIONS")
IDEMPOTENT = (*SAFE, "PUT", "DELETE")
DEMO_EFFECT, DEMO_URL = "api_demo", "http://api-demo"
"""The effect that sends to maker's own server, and the address that represents that server."""
_DEEPEST = 10


def scope_of(
    problem: Problem, state: State, workflow: str, request: Request | None = None, reply: Reply | None = None
) -> Scope:
    """Return where the expressions of a workflow look at `state`."""
    return _Values(problem, state).scope(workflow, 0, request, reply)


class _Values:
    """Finds values that tests have given."""

    def __init__(self, problem: Problem, state: State) -> None:
        self._problem, self._state = problem, state

    def scope(self, workflow: str, depth: int, request: Request | None = None, reply: Reply | None = None) -> Scope:
        inputs = {name: json.loads(text) for of, name, text in self._problem.inputs if of == workflow}
        caller = next((caller for called, caller, _ in self._problem.calls if called == workflow), "")
        if caller and depth < _DEEPEST:
            inputs = self._passed(inputs, self.scope(caller, depth + 1))
        return Scope(
            inputs,
            lambda step, name: self._output(workflow, step, name),
            lambda other, of, name: self._made(other, of, name, depth + 1),
            base_url(self._problem),
            request,
            reply,
        )

    @staticmethod
    def _passed(inputs: dict[str, Any], caller: Scope) -> dict[str, Any]:
        """Return the inputs of a workflow that a step calls, their expressions filled in where they are given."""
        found = {}
        for name, value in inputs.items():
            missing: list[str] = []
            one = filled(value, caller, missing)
            found[name] = MISSING if missing else one
        return found

    def _output(self, workflow: str, step: str, name: str) -> Any:
        for called, caller, calling in self._problem.calls:
            if (caller, calling) == (workflow, step):
                return self._made(called, "outputs", name, 1)
        for test, trial in zip(self._problem.tests, self._state.trials, strict=True):
            if test.workflow == workflow and test.step == step:
                text = dict(trial.outputs).get(name)
                return MISSING if text is None else json.loads(text)
        return MISSING

    def _made(self, workflow: str, of: str, name: str, depth: int) -> Any:
        if of == "inputs":
            return next(
                (json.loads(text) for one, key, text in self._problem.inputs if (one, key) == (workflow, name)), MISSING
            )
        for one, key, expression in self._problem.workflow_outputs:
            if (one, key) == (workflow, name) and depth < _DEEPEST:
                return evaluate(expression, self.scope(workflow, depth))
        return MISSING


def base_url(problem: Problem) -> str:
    """Return the address that paths are below."""
    return DEMO_URL if problem.base_url == DEMO else problem.base_url


def build(problem: Problem, state: State, test: Test) -> tuple[Request, list[str]]:
    """Return a test's request, and the expressions that found nothing, or something that must not be sent on."""
    missing: list[str] = []
    scope = scope_of(problem, state, test.workflow)

    def values(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
        return {name: text_of(filled(json.loads(text), scope, missing)) for name, text in pairs}

    path, query = values(test.path), values(test.query)
    headers = {name.lower(): value for name, value in values(test.headers).items()}
    body = filled(json.loads(test.body), scope, missing) if test.body else MISSING
    url = test.url
    for name, value in path.items():
        url = url.replace(
            "{" + name + "}", value if url == "{address}" else quote(value, safe="${:}" if "${env:" in value else "")
        )
    if not url.startswith(("http://", "https://")):
        url = base_url(problem) + url
    url += f"?{urlencode(query, safe='${:}')}" if query else ""
    missing += _smuggled(state, (url, json.dumps([*headers.values()]), json.dumps(None if body is MISSING else body)))
    return Request(test.method, url, headers, query, path, body), missing


def _smuggled(state: State, texts: tuple[str, ...]) -> list[str]:
    """Return the outputs that would have a secret of this machine filled in and sent: a server could ask for it so."""
    if not any("${env:" in text for text in texts):
        return []
    return [f"the output {name}" for trial in state.trials for name, text in trial.outputs if "${env:" in text]


def body_text(test: Test, body: Any) -> str:
    """Return a body as it is sent."""
    if isinstance(body, str):
        return body
    if test.content_type.startswith("application/x-www-form-urlencoded") and isinstance(body, dict):
        return urlencode({key: text_of(value) for key, value in body.items()}, safe="${:}")
    return json.dumps(body, ensure_ascii=False)


def request_effect(problem: Problem, test: Test, request: Request, server: str) -> Do:
    """Return the effect that sends a test's request."""
    headers = dict(request.headers)
    arguments: dict[str, Any] = {"method": request.method, "url": request.url, "headers": headers}
    if request.body is not MISSING:
        headers.setdefault("content-type", test.content_type)
        arguments["body"] = body_text(test, request.body)
    again = test.safe_again or request.method in IDEMPOTENT
    label = f"{test.id}: {request.method} {test.url}"
    safety = Safety.IDEMPOTENT if again else Safety.ASKABLE if test.probe else Safety.NEITHER
    return effect(problem, arguments, server, safety=safety, label=label, timeout_s=test.timeout_s)


def delete_effect(problem: Problem, made: Made, headers: Mapping[str, str], server: str) -> Do:
    """Return the effect that deletes what a test created, with the headers it was created with."""
    kept = {name: value for name, value in headers.items() if name not in ("content-type", "idempotency-key")}
    arguments = {"method": "DELETE", "url": made.url, "headers": kept}
    label = f"clean up after {made.by}"
    return effect(problem, arguments, server, safety=Safety.IDEMPOTENT, label=label, timeout_s=10.0)


def effect(
    problem: Problem, arguments: dict[str, Any], server: str, *, safety: Safety, label: str, timeout_s: float
) -> Do:
    """Return the effect that sends a request, to maker's own server where it is that."""
    name = "http"
    if problem.base_url == DEMO and str(arguments["url"]).startswith(DEMO_URL + "/"):
        name, arguments = DEMO_EFFECT, {**arguments, "server": server}
    return Do(
        name,
        json.dumps(arguments, ensure_ascii=False),
        safety=safety,
        writes=arguments["method"] not in SAFE,
        label=label[:60],
        timeout_s=timeout_s,
    )


def start_effect(problem: Problem) -> Do:
    """Return the effect that starts maker's own server; what it gives back is the server's name."""
    arguments = json.dumps({"start": problem.faults})
    return Do(DEMO_EFFECT, arguments, safety=Safety.IDEMPOTENT, writes=False, label="start the demo server")


def stop_effect(server: str) -> Do:
    """Return the effect that stops maker's own server and removes what it kept."""
    arguments = json.dumps({"stop": server})
    return Do(DEMO_EFFECT, arguments, safety=Safety.IDEMPOTENT, writes=False, label="stop the demo server")


def wait_effect(seconds: float, label: str) -> Do:
    """Return the effect that waits."""
    return Do(
        "wait",
        json.dumps({"seconds": seconds}),
        safety=Safety.IDEMPOTENT,
        writes=False,
        label=label[:60],
        timeout_s=seconds + 60,
    )


_KINDS = {
    "tls": "tls", "connection": "unreachable", "closed": "closed", "timeout": "timed out", "redirect": "redirect",
    "secret": "refused", "arguments": "unsent",
}  # fmt: skip


def reply_of(done: Done) -> Reply:
    """Read what came of a request."""
    fields: Any = done.fields
    if not isinstance(fields, dict):
        fields = {}
    if done.status is not Status.OK:
        why = str(fields.get("error", done.status.value))[:200]
        late = done.status in (Status.TIMED_OUT, Status.CANCELLED)
        otherwise = "refused" if done.status is Status.REFUSED else "failed"
        return Reply("timed out" if late else _KINDS.get(str(fields.get("kind")), otherwise), why=why)
    status = fields.get("status")
    if not isinstance(status, int) or isinstance(status, bool):
        return Reply("failed", why="the answer has no status")
    return Reply("answered", status, _headers(fields.get("headers")), *_body(fields), cut=bool(fields.get("cut")))


def _headers(value: Any) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {str(pair[0]).lower(): str(pair[1]) for pair in pairs if len(pair) == 2}


def _body(fields: dict[str, Any]) -> tuple[str, bool]:
    if isinstance(fields.get("body"), str):
        return fields["body"], False
    try:
        return base64.b64decode(str(fields.get("body_base64", ""))).decode(), False
    except ValueError:
        return "", True


def created(problem: Problem, test: Test, request: Request, reply: Reply, scope: Scope) -> Made | None:
    """Return what an answer says was created, None for nothing."""
    if request.method not in ("POST", "PUT") or not 200 <= reply.status < 300:
        return None
    if test.undo:
        missing: list[str] = []
        address = text_of(filled(test.undo, scope, missing))
        return (
            Made("", test.id, "unknown", why="what it created has no address")
            if missing
            else _at(request, address, test)
        )
    if request.method == "POST" and reply.status == 201 and "location" in reply.headers:
        return _at(request, reply.headers["location"], test)
    name = reply.body.get("id") if isinstance(reply.body, dict) else None
    below = test.url.count("/") + 1
    plain = isinstance(name, str | int) and not isinstance(name, bool)
    known = any(one.startswith(f"{test.url}/{{") and one.count("/") == below for one in problem.deletable)
    if request.method == "POST" and plain and known:
        return _at(request, f"{urlsplit(request.url).path}/{quote(str(name), safe='')}", test)
    return None


def _at(request: Request, address: str, test: Test) -> Made:
    """Return what was created at an address, which must be on the host that was asked."""
    url = urljoin(request.url, address)
    here, there = urlsplit(request.url), urlsplit(url)
    if (here.scheme, here.netloc) != (there.scheme, there.netloc):
        return Made("", test.id, "unknown", why=f"its address {url[:80]} is on another host")
    if "${env:" in url:
        return Made("", test.id, "unknown", why="its address holds what looks like a secret's name")
    return Made(url, test.id)
