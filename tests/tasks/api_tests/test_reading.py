"""Documents: what is read, what is refused in one line, and what is noted with its place."""

from __future__ import annotations

import json

import pytest
from maker_tasks.api_tests.criteria import CriterionError, check_criterion, met
from maker_tasks.api_tests.exchange import Reply
from maker_tasks.api_tests.expressions import Scope
from maker_tasks.api_tests.files import sample
from maker_tasks.api_tests.problem import Criterion
from maker_tasks.api_tests.task import ApiTests

from maker_engine.core.errors import ProblemError
from tests.tasks.api_tests.documents import HERS, ID, MADE, OK, USER, document, step
from tests.tasks.api_tests.driven import loaded, rehearsed, verdicts

HERE = "http://127.0.0.1:9"


@pytest.fixture
def shop(tmp_path):
    """The shop's OpenAPI document in a file."""
    file = tmp_path / "shop.openapi.yaml"
    file.write_text(sample("shop.openapi.yaml"), "utf-8")
    return str(file)


def of(kind, condition):
    return {"context": "$response.body", "condition": condition, "type": kind}


def one(*steps, **more):
    return document(("one", [], list(steps), more))


REFUSED = {
    "these steps depend on one another in a circle": one(
        step("a", "health", OK, dependsOn=["b"]), step("b", "health", OK, dependsOn=["a"])
    ),
    "these workflows depend on one another in a circle": document(
        ("a", ["b"], [step("x", "health", OK)], {}), ("b", ["a"], [step("x", "health", OK)], {})
    ),
    "calls the workflow one, which calls it": one({"stepId": "a", "workflowId": "one"}),
    "calls the workflow two, which there is not": one({"stepId": "a", "workflowId": "two"}),
    "the operation 'fly', which is unknown": one(step("a", "fly", OK)),
    "needs the input word, which has no value: give --input word=VALUE": one(
        step("a", "login", OK, body={"password": "$inputs.word"})
    ),
    "has no value for {id} of /users/{id}": one(step("a", "getUser", OK)),
    "uses the step nobody, which one has not": one(step("a", "getUser", OK, path="$steps.nobody.outputs.id")),
    "two steps of one are called a": one(step("a", "health", OK), step("a", "health", OK)),
    "must be retry, goto or end": one(step("a", "health", OK, onFailure=[{"type": "pray"}])),
    "name an input there": one(step("a", "login", OK, body={"password": "${env:HOME}"})),
    "workflows[0].steps must be a list": {"arazzo": "1.0.1", "workflows": [{"workflowId": "a", "steps": 7}]},
    "is none of Arazzo": {"swagger": "2.0"},
    "Arazzo 2.0.0 is not read": {"arazzo": "2.0.0"},
    "the key 'a' comes twice": "arazzo: 1.0.1\na: 1\na: 2\n",
    "too many parts or aliases": "arazzo: &a [1]\nb: [" + "*a, " * 2_000 + "]\n",
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_bad_document_is_refused_in_one_line(why, shop):
    """A circle, an unknown operation, a value that nobody gives, and what is no document are named with the mend."""
    with pytest.raises(ProblemError) as error:
        loaded(REFUSED[why], openapi=shop)
    assert why in str(error.value)
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "give --base-url"),
        ({"base_url": "ftp://x"}, "base_url must be an address"),
        ({"base_url": "http://user:pass@x"}, "base_url must be an address"),
        ({"base_url": HERE, "parallel": 51}, "parallel must be a whole number from 0 to 50"),
        ({"base_url": HERE, "input": "=x"}, "an input must be NAME=VALUE"),
        ({"base_url": HERE, "openapi": "/no/such/file"}, "/no/such/file"),
        ({"base_url": HERE, "faults": "broken"}, "leave out the problem file, or --faults"),
    ],
)
def test_a_bad_option_is_refused_in_one_line(options, why):
    """An option that is no good is named with what it must be."""
    own = one({"stepId": "a", "x-operation": {"method": "get", "url": "/x"}})
    with pytest.raises(ProblemError, match=why):
        loaded(own, **options)


@pytest.mark.parametrize(
    ("made", "place", "what"),
    [
        (step("a", "health", of("xpath", "/a")), "successCriteria[0]", "xpath"),
        (step("a", "health", of("regex", "(?=a)")), "successCriteria[0]", "RE2"),
        (step("a", "health", "$statusCode ~ 200"), "successCriteria[0]", "not understood in the condition"),
        (step("a", "health", OK, outputs={"x": "$response.trailer"}), "outputs.x", "not an expression"),
        (step("a", "health", OK, workflowId="$sourceDescriptions.x.y"), "workflowId", "another document"),
        (step("a", "login", OK) | {"requestBody": {"payload": {"b": 1}, "replacements": [{"target": "/a/b"}]}},
         "requestBody.replacements[0]", "not in the payload"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_named_and_not_sent(made, place, what, shop):
    """A step with something that is not understood is skipped as such, with the place, and so is what needs it."""
    task = loaded(one(made, step("b", "health", OK)), openapi=shop, base_url=HERE)
    (where, why), *_ = task.problem.notes
    assert (where.endswith(place), what in why) == (True, True)
    state, answers = rehearsed(task)
    assert verdicts(task, state) == {"a": ("skipped", "not understood", 0), "b": ("skipped", "dependant", 0)}
    assert what in task.papers(state, {})["not-understood.txt"]
    assert task.shortfall(state) == "no test has passed"
    assert task.verify(answers) == []


def test_a_key_that_is_not_known_is_noted_and_the_step_is_sent(shop):
    """A key of somebody else's is named and changes nothing."""
    task = loaded(one(step("a", "health", OK, **{"x-colour": "red"})), openapi=shop, base_url=HERE)
    assert task.problem.notes == (("workflows[0].steps[0].x-colour", "is not known, and ignored"),)
    assert verdicts(task, rehearsed(task)[0])["a"] == ("passed", None, 1)


def test_replacements_and_cookies_are_in_the_request(shop):
    """A value is put where its pointer leads in the payload, and cookies go as one header, their values filled in."""
    body = {"payload": {"name": "x", "tags": [1, 2]}, "replacements": [
        {"target": "/name", "value": "$inputs.who"}, {"target": "/tags/1", "value": 3}]}  # fmt: skip
    made = step("a", "createUser", MADE) | {"requestBody": body}
    made["parameters"] = [
        {"name": "sid", "in": "cookie", "value": "$inputs.who"},
        {"name": "b", "in": "cookie", "value": 2},
    ]
    task = loaded(one(made), openapi=shop, base_url=HERE, input="who=Ada")
    arguments = json.loads(task.step(task.start()).do.arguments)
    assert json.loads(arguments["body"]) == {"name": "Ada", "tags": [1, 3]}
    assert arguments["headers"]["cookie"] == "sid=Ada; b=2"


BODY = {"items": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bob"}], "total": 25, "paid": False, "note": None}
REPLY = Reply("answered", 201, {"x-left": "3"}, json.dumps(BODY))
SCOPE = Scope({}, lambda *_: 7, lambda *_: 8, HERE, None, REPLY)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("$statusCode == 201", True),
        ("$statusCode >= 200 && $statusCode < 300", True),
        ("!($statusCode == 201)", False),
        ("$statusCode == 500 || $response.body#/total == 25.0", True),
        ("$response.body#/items/0/name == 'ada'", True),
        ("$response.header.X-Left > 2", True),
        ("$response.body#/nothing == null", True),
        ("$response.body#/nothing == 0", False),
        ("$response.body#/paid == false", True),
        ("$steps.a.outputs.b == 7 && $workflows.w.outputs.o == 8", True),
        ("$response.body#/total == 'x'", False),
        ("$response.body#/items < 3", False),
    ],
)
def test_a_simple_condition_is_evaluated_as_arazzo_has_it(condition, holds):
    """Comparisons, and, or, not and brackets; texts without regard to case; what is not there equals null alone."""
    assert met(Criterion("simple", condition), SCOPE) is holds


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("$.items[?@.name == 'Bob']", True),
        ("$.items[?@.id > 2]", False),
        ("$.items[?match(@.name, 'B.b')]", True),
        ("$[?count(@.items[*]) == 2]", True),
        ("$.items[?search(@.name, '(a+)+$')]", True),
    ],
)
def test_a_jsonpath_criterion_holds_where_it_selects_something(path, holds):
    """JSONPath is that of RFC 9535, its patterns are RE2's; a question at the root is about the one object."""
    criterion = Criterion("jsonpath", path, "$response.body")
    check_criterion(criterion)
    assert met(criterion, SCOPE) is holds


def test_no_pattern_and_no_path_out_of_a_file_runs_away():
    """A pattern that would take a backtracking matcher ages is done, and searches within searches are refused."""
    long = Scope({}, lambda *_: "", lambda *_: "", HERE, None, Reply("answered", 200, {}, "a" * 200_000 + "!"))
    assert not met(Criterion("regex", "^(a+)+$", "$response.body"), long)
    with pytest.raises(CriterionError, match="searches within a search"):
        check_criterion(Criterion("jsonpath", "$..a..b..c", "$response.body"))


def collection(*items, **more):
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    return {"info": {"name": "Team", "schema": schema}, "item": list(items), **more}


def sent(name, method, url, *script, **more):
    event = [{"listen": "test", "script": {"exec": list(script)}}] if script else []
    return {"name": name, "event": event, "request": {"method": method, "url": {"raw": url}, **more}}


def test_a_postman_collection_becomes_tests_joined_by_their_variables():
    """Scripts that set variables and expect statuses and values are read; other lines are noted with their place."""
    made = sent(
        "Make user", "POST", "{{base}}/users",
        "const data = pm.response.json();", 'pm.test("made", function () {', "pm.response.to.have.status(201);", "});",
        'pm.environment.set("user", data.id);', "console.log(data);",
        body={"mode": "raw", "raw": '{"name": "Ada"}'},
    )  # fmt: skip
    read = sent("Read user", "GET", "{{base}}/users/{{user}}?full=1", "pm.expect(pm.response.json().id).to.eql('1');",
                auth={"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]})  # fmt: skip
    whole = collection({"name": "Users", "item": [made, read]}, variable=[{"key": "base", "value": HERE}])
    with pytest.raises(ProblemError, match="needs the variable token, which has no value: give --input token=VALUE"):
        loaded(whole)
    task = loaded(whole, input="token=${env:TOKEN}")
    assert [note for note in task.problem.notes if "console.log" in note[1]] == [*task.problem.notes]
    first, second = task.problem.tests
    assert (first.id, second.id, second.needs, second.after) == (
        "Make-user",
        "Read-user",
        ("Make-user",),
        ("Make-user",),
    )
    assert ("Authorization", '"Bearer {$inputs.token}"') in second.headers
    state, answers = rehearsed(task)
    assert verdicts(task, state) == {"Make-user": ("passed", None, 1), "Read-user": ("passed", None, 1)}
    assert [(entry.method, entry.url) for entry in state.log] == [
        ("POST", f"{HERE}/users"), ("GET", f"{HERE}/users/1?full=1"),
    ]  # fmt: skip
    assert task.verify(answers) == []


def test_an_openapi_document_alone_becomes_tests_joined_by_its_links():
    """A link gives its value to the operation that it leads to; an operation that lacks a value is noted."""
    link = {"operationId": "read", "parameters": {"id": "$response.body#/id"}}
    paths = {
        "/users": {"post": {"operationId": "make", "requestBody": {"required": True, "content": {"application/json": {
            "example": {"name": "Ada"}}}}, "responses": {"201": {"description": "made", "links": {"it": link}}}}},
        "/users/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True}],
            "get": {"operationId": "read", "responses": {"200": {"description": "one"}}},
            "put": {"operationId": "change", "responses": {"200": {"description": "changed"}}},
        },
    }  # fmt: skip
    whole = {"openapi": "3.1.0", "info": {"title": "T"}, "servers": [{"url": HERE}], "paths": paths}
    task = loaded(whole)
    assert {test.id: test.needs for test in task.problem.tests} == {"make": (), "read": ("make",), "change": ()}
    assert "the parameter id has no link, example or --input" in task.problem.notes[0][1]
    state, _ = rehearsed(task)
    assert verdicts(task, state)["change"] == ("skipped", "not understood", 0)


def test_a_document_reads_back_from_its_own_form(shop):
    """What a session keeps makes an equal task, and is refused in one line where it is damaged."""
    task = loaded(one(USER, step("read", "getUser", OK, MADE, path=HERS, outputs=ID)), openapi=shop, base_url=HERE)
    assert ApiTests.load({}, task.source()) == task
    older = json.loads(task.source())
    del older["calls"], older["tests"][0]["after"]  # as a version would write it that did not know them
    assert ApiTests.load({}, json.dumps(older)) == task
    with pytest.raises(ProblemError, match="are damaged"):
        ApiTests.load({}, task.source().replace('"parallel": 3', '"parallel": "x"'))
