"""Where a document leads: to other workflows, back to a login, and after a crash to whoever knows what was done."""

from __future__ import annotations

import asyncio
import json

import pytest

from maker_engine.core.decomposition import Done, NotDone, Safety, Start, Status, Unknown
from maker_engine.effects.world import RealWorld
from tests.tasks.api_tests.driven import driven, loaded, verdicts
from tests.tasks.api_tests.rude_server import RudeServer

NOWHERE = "http://127.0.0.1:1"


def get(name, **more):
    """Return a step that reads a path of its own name."""
    return {"stepId": name, "x-operation": {"method": "get", "url": f"/{name}"}, **more}


class Scripted:
    """A world that answers each path with statuses in turn, the last one for ever."""

    def __init__(self, headers=None, **statuses):
        self.statuses, self.headers, self.sent, self.waits = statuses, headers or {}, [], []

    async def carry_out(self, do, _):
        if do.effect == "wait":
            self.waits.append(json.loads(do.arguments)["seconds"])
            return Done(Status.OK, "{}")
        path = json.loads(do.arguments).get("url", "").rpartition("/")[2]
        self.sent.append(path)
        due = self.statuses.get(path, [200])
        status = due[min(self.sent.count(path), len(due)) - 1]
        body = json.dumps({"token": f"t{self.sent.count(path)}"})
        return Done(Status.OK, json.dumps({"status": status, "headers": self.headers, "body": body, "cut": False}))


def document(*workflows):
    """Return a document of a login and other workflows."""
    login = {"workflowId": "auth", "steps": [get("token", outputs={"token": "$response.body#/token"})]}
    return {"arazzo": "1.0.1", "info": {"title": "Leads"}, "workflows": [login, *workflows]}


def test_a_retry_by_way_of_a_workflow_sends_that_first():
    """A token that has run out is fetched anew before the request is sent again, as often as the document allows."""
    again = {"type": "retry", "workflowId": "auth", "retryLimit": 1,
             "criteria": [{"condition": "$statusCode == 401"}]}  # fmt: skip
    read = get("read", onFailure=[again], successCriteria=[{"condition": "$statusCode == 200"}])
    whole = document({"workflowId": "main", "dependsOn": ["auth"], "steps": [read, get("after")]})
    for statuses, verdict in (([401, 200], ("passed", None, 2)), ([401], ("failed", "product", 2))):
        world, task = Scripted(read=statuses), loaded(whole, base_url=NOWHERE)
        state, answers = driven(task, world)
        assert verdicts(task, state)["main.read"] == verdict
        assert world.sent[:4] == ["token", "read", "token", "read"]
        assert task.verify(answers) == []
        assert task.problem.notes == ()


def test_a_date_to_retry_after_is_counted_from_the_date_of_the_answer():
    """A wait may be asked for by a date: it is the seconds since the answer's own, and none where that is missing."""
    due = "Sun, 29 Nov 2026 10:00:07 GMT"
    waits = []
    for headers in (
        {"retry-after": due, "date": "Sun, 29 Nov 2026 10:00:00 GMT"},
        {"retry-after": due},
        {"retry-after": "soon"},
    ):
        world = Scripted(read=[429, 200], headers=headers)
        task = loaded(document({"workflowId": "main", "steps": [get("read")]}), base_url=NOWHERE)
        state, answers = driven(task, world)
        assert verdicts(task, state)["main.read"] == ("passed", None, 2)
        assert task.verify(answers) == []
        waits += world.waits
    assert waits == [7, 1, 1]


def test_a_way_to_another_workflow_ends_this_one():
    """What a goto names runs, once more where it has run already; what is left of the workflow is passed over."""
    onward = get("fork", onSuccess=[{"type": "goto", "workflowId": "other", "name": "on"}])
    main = {"workflowId": "main", "dependsOn": ["auth", "other"], "steps": [onward, get("never")]}
    other = {"workflowId": "other", "steps": [get("x"), get("y")]}
    world, task = Scripted(), loaded(document(main, other), base_url=NOWHERE)
    state, answers = driven(task, world)
    assert "never" not in world.sent
    assert world.sent[-3:] == ["fork", "x", "y"]
    assert world.sent.count("x") == 2
    assert task.verify(answers) == []
    assert task.shortfall(state) == ""


def test_two_retries_by_way_of_each_other_come_to_an_end():
    """Tests that would wait for one another do not: each has a verdict."""
    steps = [
        get(one, onFailure=[{"type": "retry", "stepId": other, "retryLimit": 2}], **{"x-maker-depends-on": []})
        for one, other in (("p", "q"), ("q", "p"))
    ]
    task = loaded(document({"workflowId": "main", "steps": steps}), base_url=NOWHERE)
    state, _ = driven(task, Scripted(p=[500], q=[500]))
    assert {one[0] for name, one in verdicts(task, state).items() if name != "auth.token"} == {"failed"}


@pytest.mark.parametrize(
    ("probe", "expected"),
    [("/made?key=${maker:key}", Done), ("/made?key=other", NotDone), ("/broken_json", Unknown), ("/never", Unknown)],
)
def test_a_server_is_asked_whether_a_post_was_done(probe, expected):
    """After a crash the document's probe says whether a POST was done, and gives its answer; else nobody knows."""
    make = {"stepId": "make", "x-operation": {"method": "post", "url": "/things"}, "x-maker-probe": probe,
            "x-maker-timeout": 0.3, "successCriteria": [{"condition": "$statusCode == 201"}]}  # fmt: skip
    whole = {"arazzo": "1.0.1", "info": {"title": "Asks"}, "workflows": [{"workflowId": "w", "steps": [make]}]}
    with RudeServer() as server:
        task, world = loaded(whole, base_url=server.url), RealWorld()
        step = task.step(state := task.start())
        assert isinstance(step, Start)
        assert step.do.safety is Safety.ASKABLE
        asyncio.run(world.carry_out(step.do, "key-1"))
        said = asyncio.run(world.carry_out(task.recover(state, step.do), "key-1"))
        found = task.recovered(state, step.do, said)
        assert isinstance(found, expected)
        if isinstance(found, Done):
            assert (found.fields["status"], json.loads(found.fields["body"])) == (201, {"id": "1"})
