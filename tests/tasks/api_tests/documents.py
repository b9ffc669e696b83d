"""Arazzo documents on the demo shop, each with something of its own, and how each must end."""

from __future__ import annotations

AUTH = {"name": "Authorization", "in": "header", "value": "Bearer demo-token-1"}


def step(name, operation, *criteria, path="", body=None, **more):
    """Return a step: its criteria are conditions, or whole criteria."""
    made = {"stepId": name, "operationId": operation, "parameters": [AUTH]}
    if path:
        made["parameters"] = [AUTH, {"name": "id", "in": "path", "value": path}]
    if body is not None:
        made["requestBody"] = {"contentType": "application/json", "payload": body}
    made["successCriteria"] = [one if isinstance(one, dict) else {"condition": one} for one in criteria]
    return made | more


def document(*workflows):
    """Return a document of (id, dependsOn, steps, more) workflows."""
    return {
        "arazzo": "1.0.1",
        "info": {"title": "On the shop", "version": "1.0.0"},
        "sourceDescriptions": [{"name": "shop", "url": "./shop.openapi.yaml", "type": "openapi"}],
        "workflows": [
            {"workflowId": name, "summary": name, **({"dependsOn": needs} if needs else {}), "steps": steps, **more}
            for name, needs, steps, more in workflows
        ],
    }


OK, MADE, GONE = "$statusCode == 200", "$statusCode == 201", "$statusCode == 204"
ID = {"id": "$response.body#/id"}
USER = step("make", "createUser", MADE, body={"name": "Ada"}, outputs=ID)
HERS = "$steps.make.outputs.id"
JSONPATH = {"context": "$response.body", "condition": "$[?length(@.items) > 0]", "type": "jsonpath"}
REGEX = {"context": "$response.body#/name", "condition": "^A[a-z]{2}$", "type": "regex"}
RETRY = [{"name": "again", "type": "retry", "retryAfter": 0, "retryLimit": 4}]

DOCUMENTS = {
    "crud": (
        "none",
        document(("crud", [], [USER, step("read", "getUser", OK, "$response.body#/name == 'Ada'", path=HERS),
                               step("drop", "deleteUser", GONE, path=HERS)], {})),
        {"make": "passed", "read": "passed", "drop": "passed"},
    ),
    "stops": (
        "none",
        document(("stops", [], [USER, step("wrong", "getUser", "$response.body#/name == 'Bob'", path=HERS),
                                step("never", "getUser", OK, path=HERS)], {})),
        {"make": "passed", "wrong": "failed", "never": "skipped"},
    ),
    "retries": (
        "flaky",
        document(("retries", [], [
            step("make", "createProduct", MADE, body={"name": "Lamp", "price": 2}, outputs=ID),
            step("stock", "getStock", f"{OK} && $response.body#/stock > 5", path=HERS, onFailure=RETRY)], {})),
        {"make": "passed", "stock": "passed"},
    ),
    "across": (
        "none",
        document(
            ("first", [], [USER], {"outputs": {"user": HERS}}),
            ("second", ["first"], [step("read", "getUser", OK, path="$workflows.first.outputs.user")], {}),
        ),
        {"first.make": "passed", "second.read": "passed"},
    ),
    "calls": (
        "none",
        document(
            ("user", [], [step("make", "createUser", MADE, body={"name": "$inputs.name"}, outputs=ID)],
             {"inputs": {"type": "object", "properties": {"name": {"type": "string", "default": "Bob"}}},
              "outputs": {"user": HERS}}),
            ("main", [], [
                {"stepId": "sub", "workflowId": "user", "parameters": [{"name": "name", "value": "Ada"}],
                 "outputs": {"hers": "$outputs.user"}},
                step("read", "getUser", OK, "$response.body#/name == 'Ada'", path="$steps.sub.outputs.hers")], {}),
        ),
        {"user.make": "passed", "main.sub.make": "passed", "main.read": "passed"},
    ),
    "blocked": (
        "none",
        document(
            ("first", [], [step("make", "createUser", OK, body={"name": "Ada"})], {}),
            ("second", ["first"], [step("list", "listUsers", OK)], {}),
        ),
        {"first.make": "failed", "second.list": "skipped"},
    ),
    "kinds": (
        "none",
        document(("kinds", [], [USER, step("list", "listUsers", OK, JSONPATH),
                                step("read", "getUser", REGEX, path=HERS)], {})),
        {"make": "passed", "list": "passed", "read": "passed"},
    ),
    "ends": (
        "none",
        document(("ends", [], [step("up", "health", OK, onSuccess=[{"name": "enough", "type": "end"}]),
                               step("never", "listUsers", OK)], {})),
        {"up": "passed", "never": "skipped"},
    ),
    "jumps": (
        "none",
        document(("jumps", [], [
            step("up", "health", "$statusCode == 500", onFailure=[{"name": "on", "type": "goto", "stepId": "last"}]),
            step("passed_over", "listUsers", OK), step("last", "listUsers", OK)], {})),
        {"up": "failed", "passed_over": "skipped", "last": "passed"},
    ),
    "undocumented": (
        "lost",
        document(("undocumented", [], [
            step("user", "createUser", MADE, body={"name": "Ada"}, outputs=ID),
            step("cart", "createCart", MADE, body={"user": "$steps.user.outputs.id"}, outputs=ID),
            step("order", "createOrder", MADE, body={"cart": "$steps.cart.outputs.id"}, outputs=ID),
            step("lost", "getOrder", "$statusCode == 404", path="$steps.order.outputs.id")], {})),
        {"user": "passed", "cart": "passed", "order": "passed", "lost": "failed"},
    ),
}  # fmt: skip
"""(fault script of the shop, document, verdict of each test) by name."""
