"""Servers that do not answer as they should: each is an outcome, and what was created is deleted all the same."""

from __future__ import annotations

import json
import socket

import pytest

from tests.tasks.api_tests.driven import driven, loaded, verdicts
from tests.tasks.api_tests.rude_server import BIG, RudeServer


def asked(path, *, then=(), outputs=None, criterion="$response.body#/ok == true"):
    """Return a document that creates a thing and then asks for a path."""
    bad = {"stepId": "bad", "x-operation": {"method": "get", "url": path}, "x-maker-timeout": 0.3,
           "successCriteria": [{"condition": criterion}], "outputs": outputs or {}}  # fmt: skip
    make = {"stepId": "make", "x-operation": {"method": "post", "url": "/things"}, "x-maker-idempotent": True,
            "successCriteria": [{"condition": "$statusCode == 201"}],
            "requestBody": {"payload": {"password": "hunter2-hunter2"}}}  # fmt: skip
    steps = [make, bad, *then]
    return {"arazzo": "1.0.1", "info": {"title": "Rude"}, "workflows": [{"workflowId": "rude", "steps": steps}]}


CASES = {
    "/good": ("passed", None, 1),
    "/binary": ("failed", "product", 1),
    "/broken_json": ("failed", "product", 1),
    "/twice": ("failed", "product", 1),
    "/big": ("failed", "product", 1),
    "/elsewhere": ("failed", "product", 1),
    "/hostile": ("failed", "product", 2),
    "/halfway": ("failed", "environment", 2),
    "/never": ("failed", "environment", 2),
}


@pytest.mark.parametrize("path", CASES)
def test_an_answer_that_is_none_is_an_outcome(path):
    """Whatever comes, the test has a verdict of its class, the run ends, and the thing that was created is deleted."""
    with RudeServer() as server:
        task = loaded(asked(path), base_url=server.url)
        state, answers = driven(task)
        assert verdicts(task, state)["bad"] == CASES[path]
        assert server.things == set()
        assert server.sent < BIG / 2
        assert task.verify(answers) == []
        written = "".join(task.papers(state, {}).values())
        assert "hunter2" not in written
        assert "\x1b" not in written


def test_a_secret_is_not_sent_because_a_server_names_it():
    """A value that would have a secret of this machine filled in is never sent on: the test that needs it fails."""
    use = {"stepId": "use", "x-operation": {"method": "get", "url": "/good"},
           "parameters": [{"name": "x", "in": "header", "value": "$steps.bad.outputs.x"}]}  # fmt: skip
    document = asked("/smuggles", then=[use], outputs={"x": "$response.body#/ok"}, criterion="$statusCode == 200")
    with RudeServer() as server:
        task = loaded(document, base_url=server.url)
        state, _ = driven(task)
        assert verdicts(task, state)["use"] == ("failed", "test", 0)
        assert ("GET", "/good") not in server.asked


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_host_that_cannot_be_reached_is_the_environment(scheme):
    """A closed port, and a server that speaks no TLS, are the environment's fault: retried where that can help."""
    with RudeServer() as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = (
            f"http://127.0.0.1:{closed.getsockname()[1]}" if scheme == "http" else server.url.replace("http", "https")
        )
        task = loaded(asked("/good"), base_url=address)
        state, answers = driven(task)
        tries = 3 if scheme == "http" else 1
        assert verdicts(task, state) == {"make": ("failed", "environment", tries), "bad": ("skipped", "dependant", 0)}
        assert task.verify(answers) == []
        assert "1 of 2 tests failed: make (environment)" in task.shortfall(state)
        assert json.loads(task.papers(state, {})["result.json"]) == task.result(state)
