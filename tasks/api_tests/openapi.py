"""OpenAPI 3: operations with their schemas, parameters, examples and links."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from maker_engine.core.errors import ProblemError

from .exchange import MISSING
from .expressions import is_expression, pointed
from .nodes import Node, Notes
from .problem import Operation
from .schemas import of_openapi

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_DEEPEST_REFERENCE = 10


@dataclass(frozen=True)
class Link:
    """A value that one operation's answer gives to another.

    Attributes:
        target: The other's id.
        parameters: (name, expression).
    """

    target: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Described:
    """An operation of a document.

    Attributes:
        id: Its operationId, or `METHOD /path`.
        method: In capitals.
        path: Such as `/items/{id}`.
        operation: Its schemas.
        parameters: (place, name, required, JSON of an example or "").
        body: JSON of an example body, "" for none.
        body_required: A body must be sent.
        content_type: Of the body.
        links: Where values of its answer go.
        success: Documented statuses below 400.
        place: In the document.
    """

    id: str
    method: str
    path: str
    operation: Operation
    parameters: tuple[tuple[str, str, bool, str], ...]
    body: str
    body_required: bool
    content_type: str
    links: tuple[Link, ...]
    success: tuple[str, ...]
    place: str


@dataclass(frozen=True)
class Api:
    """An OpenAPI document.

    Attributes:
        title: Its title.
        base_url: Address of its first server, "" for none.
        operations: By id.
        schemas: JSON text of its schemas by name.
    """

    title: str
    base_url: str
    operations: dict[str, Described]
    schemas: str

    def at(self, path: str, method: str) -> Described | None:
        """Return the operation at a path, None for none."""
        found = (one for one in self.operations.values() if one.path == path and one.method == method.upper())
        return next(found, None)

    @property
    def deletable(self) -> tuple[str, ...]:
        """Return the paths that have a DELETE."""
        return tuple(one.path for one in self.operations.values() if one.method == "DELETE")


def read_api(whole: dict[str, Any], notes: Notes) -> Api:
    """Read an OpenAPI document.

    Raises:
        ProblemError: It is none of version 3.
    """
    root = Node(whole, "")
    if not root.text("openapi").startswith("3."):
        raise ProblemError(
            f"OpenAPI {root.text('openapi')[:10] or 'without a version'} is not read: convert it to 3.0 or 3.1"
        )
    schemas = {}
    for name, schema in root.mapping("components").mapping("schemas").value.items():
        try:
            schemas[name] = of_openapi(schema)
        except ValueError as error:
            notes.add(f"components.schemas.{name}", str(error))
            schemas[name] = {}
    operations: dict[str, Described] = {}
    for path, item in root.mapping("paths").entries():
        if not path.startswith("/"):
            notes.add(item.place, "is not a path: it does not begin with /")
            continue
        for method in METHODS:
            if method in item.value:
                one = _operation(path, method, item, root, notes)
                if one.id in operations:
                    raise ProblemError(f"{one.place}: the operationId {one.id} comes twice")
                operations[one.id] = one
    return Api(root.mapping("info").text("title"), _server(root), operations, json.dumps(schemas))


def _server(root: Node) -> str:
    servers = root.nodes("servers")
    url = servers[0].text("url").rstrip("/") if servers else ""
    return url if url.startswith(("http://", "https://")) and "{" not in url else ""


def _operation(path: str, method: str, item: Node, root: Node, notes: Notes) -> Described:
    node = item.mapping(method)
    responses = [(status, _resolved(one, root, notes)) for status, one in node.mapping("responses").entries()]
    body = _resolved(node.mapping("requestBody"), root, notes)
    kind, content = _json_content(body)
    if node.value.get("callbacks"):
        notes.add(node.at("callbacks"), "callbacks are not tested")
    if node.value.get("security") or root.value.get("security"):
        notes.add(node.at("security"), "security schemes are not applied: give the header or the key as a parameter")
    return Described(
        node.text("operationId") or f"{method.upper()} {path}",
        method.upper(),
        path,
        Operation(
            _schema(content, notes),
            tuple((status, _schema(_json_content(one)[1], notes)) for status, one in responses),
        ),
        tuple(_parameter(one, root, notes) for one in _parameters(item, node)),
        _example(content, root),
        body.flag("required"),
        kind,
        tuple(link for status, one in responses if status[:1] in ("2", "3") for link in _links(one, root, notes)),
        tuple(status for status, _ in responses if status[:1] in ("2", "3")),
        node.place,
    )


def _resolved(node: Node, root: Node, notes: Notes) -> Node:
    """Return what a mapping refers to within the document, or itself."""
    for _ in range(_DEEPEST_REFERENCE):
        reference = node.value.get("$ref")
        if reference is None:
            return node
        found = pointed(root.value, str(reference)[1:]) if str(reference).startswith("#/") else MISSING
        if not isinstance(found, dict):
            notes.add(node.place, f"the reference {str(reference)[:80]} leads to nothing in this document")
            return Node({}, node.place)
        node = Node(found, node.place)
    notes.add(node.place, "references lead in a circle")
    return Node({}, node.place)


def _json_content(body: Node) -> tuple[str, Node]:
    contents = body.mapping("content")
    for kind, content in contents.entries():
        if kind.partition(";")[0].strip().endswith(("/json", "+json")):
            return kind, content
    for kind, content in contents.entries():
        return kind, Node({key: one for key, one in content.value.items() if key != "schema"}, content.place)
    return "application/json", Node({}, body.at("content"))


def _schema(content: Node, notes: Notes) -> str:
    schema = content.value.get("schema")
    if schema is None:
        return ""
    try:
        return json.dumps(of_openapi(schema))
    except ValueError as error:
        notes.add(content.at("schema"), str(error))
        return ""


def _example(content: Node, root: Node) -> str:
    """Return an example body as JSON text, "" where the document gives none."""
    if "example" in content.value:
        return json.dumps(content.value["example"])
    for _, one in content.mapping("examples").entries():
        if "value" in one.value:
            return json.dumps(one.value["value"])
    found = example_of(content.value.get("schema"), root.value)
    return "" if found is MISSING else json.dumps(found)


def example_of(schema: Any, whole: Any, depth: int = 0) -> Any:
    """Return the example that a schema gives for itself, or puts together from its properties; `MISSING` for none."""
    if not isinstance(schema, dict) or depth > _DEEPEST_REFERENCE:
        return MISSING
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        return example_of(pointed(whole, reference[1:]), whole, depth + 1)
    for key in ("example", "default", "const"):
        if key in schema:
            return schema[key]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    properties = schema.get("properties")
    return _put_together(schema, properties, whole, depth) if isinstance(properties, dict) else MISSING


def _put_together(schema: dict[str, Any], properties: dict[str, Any], whole: Any, depth: int) -> Any:
    """Return an object of the examples of its properties, `MISSING` where a required one has none."""
    required = schema.get("required") if isinstance(schema.get("required"), list) else []
    made = {key: example_of(one, whole, depth + 1) for key, one in properties.items()}
    if any(made.get(str(key), MISSING) is MISSING for key in required or ()):
        return MISSING
    return {key: one for key, one in made.items() if one is not MISSING}


def _parameters(item: Node, node: Node) -> list[Node]:
    return [*item.nodes("parameters"), *node.nodes("parameters")]


def _parameter(given: Node, root: Node, notes: Notes) -> tuple[str, str, bool, str]:
    node = _resolved(given, root, notes)
    example = node.value.get("example", MISSING)
    if example is MISSING:
        example = example_of(node.value.get("schema"), root.value)
    return (
        node.text("in"), node.text("name"), node.flag("required"), "" if example is MISSING else json.dumps(example)
    )  # fmt: skip


def _links(response: Node, root: Node, notes: Notes) -> Iterator[Link]:
    for _, given in response.mapping("links").entries():
        node = _resolved(given, root, notes)
        target = node.text("operationId")
        reference = node.text("operationRef")
        if not target and reference.startswith("#/paths/"):
            _, _, path, method = [*reference.split("/"), "", "", ""][:4]
            found = pointed(root.value, reference[1:])
            path = path.replace("~1", "/").replace("~0", "~")
            target = str(found.get("operationId") or f"{method.upper()} {path}") if isinstance(found, dict) else ""
        if not target:
            notes.add(node.place, "the link leads to no operation of this document")
            continue
        pairs = []
        for name, value in node.mapping("parameters").value.items():
            if isinstance(value, str) and value.startswith("$") and not is_expression(value):
                notes.add(node.at("parameters"), f"the expression {value[:60]} is not understood")
                continue
            pairs.append((name.rpartition(".")[2], json.dumps(value)))
        node.note_others("operationId operationRef parameters description", notes)
        yield Link(target, tuple(pairs))
