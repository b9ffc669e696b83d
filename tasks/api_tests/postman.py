"""Postman collections v2.1: requests in their order, with the plain lines of their test scripts. The rest is noted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maker_engine.core.errors import ProblemError

from .nodes import Node, Notes
from .openapi import METHODS
from .problem import Criterion, Problem, Test

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_.\-]{1,60})\s*\}\}")
_STATUS = re.compile(
    r"pm\.response\.to\.have\.status\((\d{3})\)"
    r"|pm\.expect\(pm\.response\.code\)\.to\.(?:be\.)?(?:equal|eql|eq)\((\d{3})\)"
)
_SET = re.compile(
    r"(?:pm|postman)\.(?:environment|collectionVariables|globals|variables|setEnvironmentVariable)(?:\.set)?"
    r"\(\s*['\"]([A-Za-z0-9_\-]{1,60})['\"]\s*,\s*([^;]{1,200}?)\s*\)\s*;?"
)
_EQUALS = re.compile(
    r"pm\.expect\(([^()]{1,80}(?:\(\))?[^()]{0,80})\)\.to\.(?:be\.)?(?:equal|eql|eq)\(('[^']*'|\"[^\"]*\"|-?\d{1,15})\)"
)
_PARSED = re.compile(
    r"(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\))\s*;?"
)
_DATA = r"((?:\.[A-Za-z_]\w*|\[\d{1,6}\])+)"
_FRAME = re.compile(r"pm\.test\(.{1,200},\s*(?:function\s*\(\)|\(\)\s*=>)\s*\{?|\}\s*\)?\s*;?|//.*|\s*")
MOST_LINES, _DEEPEST = 500, 20


@dataclass
class _Script:
    """What the plain lines of a test script say."""

    criteria: list[Criterion] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    parsed: set[str] = field(default_factory=set)


def read_postman(whole: dict[str, Any], given: Mapping[str, Any], notes: Notes) -> Problem:
    """Read a collection.

    Raises:
        ProblemError: It is none, or a variable has no value.
    """
    root = Node(whole, "")
    if "v2." not in root.mapping("info").text("schema"):
        raise ProblemError("the collection is not of Postman's format 2.1: export it again as Collection v2.1")
    root.note_others("info item variable auth event", notes)
    variables = {one.text("key"): one.value.get("value", "") for one in root.nodes("variable")} | dict(given)
    makers: dict[str, str] = {}
    tests: list[Test] = []
    taken: set[str] = set()
    for number, (node, auth) in enumerate(_requests(root, root.value.get("auth"), 0)):
        name = _unique(node.text("name") or f"request-{number + 1}", taken)
        test = _test(node, auth, name, (variables, makers), notes)
        tests.append(_after(test, tests))
        makers.update(dict.fromkeys((output for output, _ in test.outputs), name))
    _scripts(root, notes)
    inputs = tuple(("postman", key, json.dumps(value)) for key, value in variables.items())
    return Problem(root.mapping("info").text("name", "Postman"), "", tuple(tests), inputs, notes=tuple(notes.found))


def _after(test: Test, before: list[Test]) -> Test:
    """Return a test that comes after the one before it, as a collection runs: whatever has become of that."""
    return replace(test, after=(before[-1].id,)) if before else test


def _requests(node: Node, auth: Any, depth: int) -> Iterator[tuple[Node, Any]]:
    if depth > _DEEPEST:
        raise ProblemError(f"{node.place[:80]}: folders are nested more than {_DEEPEST} deep")
    for one in node.nodes("item"):
        inner = one.value.get("auth", auth)
        if "item" in one.value:
            yield from _requests(one, inner, depth + 1)
        elif "request" in one.value:
            text = one.value["request"]
            whole = {**one.value, "request": {"method": "GET", "url": text}} if isinstance(text, str) else one.value
            found = Node(whole, one.place)
            yield found, found.mapping("request").value.get("auth", inner)


def _scripts(root: Node, notes: Notes) -> None:
    for event in root.nodes("event"):
        if any(line.strip() for line in _lines(event)):
            notes.add(event.place, "a script of the whole collection is not run")


def _unique(text: str, taken: set[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9_\-]+", "-", text).strip("-")[:50] or "request"
    number, found = 2, name
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


@dataclass(frozen=True)
class _Words:
    """Turns `{{x}}` into expressions, and collects whose values they are."""

    node: Node
    variables: Mapping[str, Any]
    makers: Mapping[str, str]
    needs: list[str]

    def put(self, text: str) -> str:
        """Return a text with expressions for variables."""
        whole = _VARIABLE.fullmatch(text.strip())
        if whole is not None:
            return self._expression(whole[1])
        return _VARIABLE.sub(lambda match: "{" + self._expression(match[1]) + "}", text)

    def _expression(self, name: str) -> str:
        if name in self.makers:
            self.needs.append(self.makers[name])
            return f"$steps.{self.makers[name]}.outputs.{name}"
        if name not in self.variables:
            raise ProblemError(
                f"{self.node.place} needs the variable {name}, which has no value: give --input {name}=VALUE"
            )
        return f"$inputs.{name}"

    def within(self, value: Any) -> Any:
        """Return a JSON value with expressions for variables."""
        if isinstance(value, str):
            return self.put(value)
        if isinstance(value, list):
            return [self.within(one) for one in value]
        return {key: self.within(one) for key, one in value.items()} if isinstance(value, dict) else value


def _test(node: Node, auth: Any, name: str, known: tuple[Mapping[str, Any], Mapping[str, str]], notes: Notes) -> Test:
    request = node.mapping("request")
    method = request.text("method", "GET").lower()
    if method not in METHODS:
        raise ProblemError(f"{request.at('method')} must be one of {', '.join(METHODS)}")
    words = _Words(node, *known, needs=[])
    url = request.value.get("url", "")
    raw = Node(url, request.at("url")).text("raw") if isinstance(url, dict) else str(url)
    address, _, query = raw.partition("?")
    headers = [
        (one.text("key"), json.dumps(words.put(one.text("value"))))
        for one in request.nodes("header")
        if not one.flag("disabled")
    ]
    headers += _authorization(auth, words, request, notes)
    body, kind = _body(request, words, notes)
    script = _script(node, notes)
    pairs = [part.partition("=") for part in query.split("&") if part]
    return Test(
        name, "postman", name, method.upper(), "{address}",
        (("address", json.dumps(words.put(address))),),
        tuple((key, json.dumps(words.put(value))) for key, _, value in pairs),
        tuple(headers), body, kind, tuple(script.criteria), outputs=tuple(script.outputs.items()),
        needs=tuple(dict.fromkeys(words.needs)),
        puzzle=next((f"{place}: {what}" for place, what in notes.of(request.place)), ""),
    )  # fmt: skip


def _authorization(auth: Any, words: _Words, request: Node, notes: Notes) -> list[tuple[str, str]]:
    if not isinstance(auth, dict) or auth.get("type") in (None, "noauth"):
        return []
    fields = {one.get("key"): one.get("value") for one in auth.get(str(auth["type"]), ()) if isinstance(one, dict)}
    if auth["type"] == "bearer":
        return [("Authorization", json.dumps("Bearer " + _inside(words.put(str(fields.get("token", ""))))))]
    if auth["type"] == "apikey" and fields.get("in", "header") == "header":
        return [(str(fields.get("key", "X-Api-Key")), json.dumps(words.put(str(fields.get("value", "")))))]
    notes.add(request.at("auth"), f"authorization of type {str(auth['type'])[:20]} is not understood")
    return []


def _inside(text: str) -> str:
    return "{" + text + "}" if text.startswith("$") else text


def _body(request: Node, words: _Words, notes: Notes) -> tuple[str, str]:
    body = request.mapping("body")
    mode = body.text("mode")
    if mode == "raw":
        raw = body.text("raw")
        try:
            value: Any = words.within(json.loads(raw))
        except ValueError:
            value = words.put(raw)
        return (json.dumps(value), "application/json") if raw.strip() else ("", "application/json")
    if mode == "urlencoded":
        pairs = {one.text("key"): words.put(one.text("value")) for one in body.nodes("urlencoded")}
        return json.dumps(pairs), "application/x-www-form-urlencoded"
    if mode:
        notes.add(body.at("mode"), f"bodies of mode {mode[:20]} are not understood")
    return "", "application/json"


def _lines(event: Node) -> list[str]:
    script = event.mapping("script")
    given = script.value.get("exec", "")
    return given.splitlines() if isinstance(given, str) else [str(one) for one in script.values("exec")][:MOST_LINES]


def _script(node: Node, notes: Notes) -> _Script:
    found = _Script()
    for event in node.nodes("event"):
        test = event.text("listen") == "test"
        for number, line in enumerate(_lines(event)):
            if not (test and _understood(line.strip()[:1_000], found)) and not _FRAME.fullmatch(line.strip()[:400]):
                notes.add(f"{event.at('script')}.exec[{number}]", f"the line {line.strip()[:60]!r} is not understood")
    return found


def _understood(line: str, script: _Script) -> bool:
    """Take one line of a script; return whether it is understood."""
    if parsed := _PARSED.fullmatch(line):
        script.parsed.add(parsed[1])
        return True
    if status := _STATUS.search(line):
        script.criteria.append(Criterion("simple", f"$statusCode == {status[1] or status[2]}"))
        return True
    if made := _SET.fullmatch(line):
        pointer = _pointer(made[2], script)
        if pointer:
            script.outputs[made[1]] = f"$response.body#{pointer}"
        return bool(pointer)
    if equal := _EQUALS.search(line):
        pointer = _pointer(equal[1], script)
        value = equal[2].replace('"', "'")
        if pointer and not set(pointer) & set("=!<>&|() '"):
            script.criteria.append(Criterion("simple", f"$response.body#{pointer} == {value}"))
            return True
    return False


def _pointer(text: str, script: _Script) -> str:
    """Return the JSON pointer of `data.items[0].id`, "" where it is none."""
    names = "|".join(re.escape(name) for name in sorted(script.parsed)) or "(?!)"
    found = re.fullmatch(rf"(?:{names}|pm\.response\.json\(\)){_DATA}", text.strip())
    return "" if found is None else "".join(f"/{one}" for one in re.findall(r"\w+", found[1]))
