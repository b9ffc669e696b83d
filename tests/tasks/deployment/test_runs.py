"""Rollouts for real: servers on the loopback with their faults, commands of a user's own, and kills."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import pytest
from maker_tasks.deployment.stage.client import folder_of, release
from maker_tasks.deployment.stage.processes import is_running
from maker_tasks.deployment.task import Deployment

from maker_engine.core.decomposition import Done, NotDone, Safety, Unknown
from tests.tasks.deployment.driven import OWN, Rehearsed, driven, loaded, verdicts
from tests.tasks.deployment.kills import Killed

SHOP = ("db: {from: 1, to: 2, criticality: 9}", "web: {from: 1, to: 2, needs: [db], canary: [50]}")


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """A folder whose path is short enough for a socket."""
    folder = tempfile.mkdtemp(prefix="d", dir="/tmp")
    monkeypatch.setattr(tempfile, "tempdir", folder)
    yield Path(folder)
    for state in Path(folder).glob("maker-deployment-*/*/state.json"):
        found = json.loads(state.read_text())
        left = [one[0] for *one, pid, started in found["roster"] if is_running(pid, started)]
        assert not left, f"left running: {left}"
    shutil.rmtree(folder)


def _log(folder):
    (log,) = folder.glob("maker-deployment-*/*/log.jsonl")
    return [json.loads(line) for line in log.read_text().splitlines()]


async def test_without_a_fault_no_request_is_lost(short):
    """From the first operation to the last every request is answered, no minimum is broken, and all processes end."""
    result, _, findings = await driven(loaded(SHOP))
    assert findings == []
    assert verdicts(result) == {"db": "promoted", "web": "promoted"}
    assert (result["lost_requests"], result["lowest_available"]) == (0, {"db": 1, "web": 1})
    requests = [one for one in _log(short) if one["kind"] == "request"]
    assert len(requests) >= result["requests"] > 20
    assert {one["side"] for one in requests if one["service"] == "web"} == {"old", "new"}


FAULTS = {
    "dies": ("rolled_back", ["web: instances failed"]),
    "unhealthy": ("rolled_back", ["web: instances failed", "web: more errors"]),
    "slow": ("rolled_back", ["web: slower"]),
    "errors": ("rolled_back", ["web: more errors"]),
    "wrong-version": ("rolled_back", ["web: another version answers"]),
    "slow-start": ("promoted", [None]),
    "hangs-at-stop": ("promoted", [None]),
}


async def test_each_fault_ends_as_it_must():
    """A new version that is worse goes back until the old one serves alone; one that is late or stubborn does not."""
    lines = ("db: {from: 1}", "web: {from: 1, to: 2, needs: [db]}")
    tasks = [
        Deployment.load(
            {"fault": f"web:{kind}"},
            OWN.replace("0.1", "0.4").replace("probes: 10", "probes: 15") + "".join(f"  {one}\n" for one in lines),
        )
        for kind in FAULTS
    ]
    for kind, (result, _, findings) in zip(FAULTS, await asyncio.gather(*map(driven, tasks)), strict=True):
        verdict, why = FAULTS[kind]
        assert (kind, findings) == (kind, [])
        assert (kind, verdicts(result)) == (kind, {"db": "untouched", "web": verdict})
        assert (kind, result["why"] in why) == (kind, True), result["why"]
        assert (kind, result["lost_requests"], result["services"]["web"]["serving"]) == (kind, 0, 1)


async def test_all_may_go_back():
    """With `rollback: all` a version that fails takes those before it back, too, in the reverse order."""
    task = loaded(SHOP, rollback="all", fault="web:dies")
    result, answers, findings = await driven(task, Rehearsed(task))
    assert findings == []
    assert verdicts(result) == {"db": "rolled_back", "web": "rolled_back"}
    did = [one.fields["did"][:3] for one in answers if hasattr(one, "ok") and one.ok and "did" in one.fields]
    assert did[-3:] == [["stop", "web", "new"], ["start", "db", "old"], ["stop", "db", "new"]]


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "lease"])
async def test_a_supervisor_that_is_gone_is_replaced(short, killed):
    """Killed, or with nobody to hold on to it, its instances end with it; the next one goes on where it was."""
    gone = []

    async def before(state, _):
        if len(state.done) == 2 and not gone:
            folder = folder_of(state.stage)
            found = json.loads((folder / "state.json").read_text())
            gone.extend((pid, started) for *_, pid, started in found["roster"])
            if killed:
                os.kill(found["pid"], signal.SIGKILL)
            else:
                release(folder)
            while any(is_running(*one) for one in [*gone, (found["pid"], found["started"])]):  # noqa: ASYNC110 - theirs
                await asyncio.sleep(0.02)

    result, _, findings = await driven(loaded(SHOP), before=before)
    assert findings == []
    assert verdicts(result) == {"db": "promoted", "web": "promoted"}
    assert gone
    assert [one["kind"] for one in _log(short)].count("restarted") == 1


class _GivenUpError(Exception):
    """The run ends here."""


async def test_a_supervisor_whose_folder_is_gone_leaves_nothing_running():
    """When its lease is over it ends all its instances and itself, even where it can write nothing any more."""

    async def before(state, _):
        if len(state.done) == 2:
            folder = folder_of(state.stage)
            found = json.loads((folder / "state.json").read_text())
            all_of_it = [(found["pid"], found["started"]), *((pid, started) for *_, pid, started in found["roster"])]
            shutil.rmtree(folder)
            release(folder)
            while any(is_running(*one) for one in all_of_it):  # noqa: ASYNC110 - theirs
                await asyncio.sleep(0.02)
            raise _GivenUpError

    with pytest.raises(_GivenUpError):
        await driven(loaded(SHOP), before=before)


async def test_a_port_that_is_taken_is_named(short):
    """A front port that is in use ends the run in one line, and leaves nothing running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result, _, findings = await driven(loaded(SHOP, port=port))
    assert f"the front port {port} cannot be opened: Address already in use" in result["why"]
    assert findings
    assert not any(one["kind"] == "started" for one in _log(short))


PROGRAM = """
here="$7/$2-$3-$4"
case "$1" in
  start) test ! -e "$here" && printf %s "$5" > "$here" ;;
  stop) rm "$here" ;;
  health) test -e "$here" && test "$(cat "$here")" != "$8" ;;
  version) cat "$here" ;;
esac
"""


def _commands(folder, bad):
    words = ["{service}", "{side}", "{instance}", "{version}", "{weight}", str(folder), bad]
    return {verb: ["sh", "-c", PROGRAM, "control", verb, *words] for verb in ("start", "stop", "health", "version")}


@pytest.mark.parametrize(("bad", "verdict", "left"), [("-", "promoted", "new"), ("2", "rolled_back", "old")])
async def test_commands_of_a_users_own(tmp_path, bad, verdict, left):
    """Argument lists start, stop and ask instances; what is not well goes back, and its files say which are left."""
    for number in (1, 2):
        (tmp_path / f"web-old-{number}").write_text("1")
    service = {"from": "1", "to": "2", "replicas": 2}
    text = {
        "format": "maker-deployment 1",
        "services": {"web": service},
        "commands": _commands(tmp_path, bad),
        "probes": 1,
        "patience_s": 0,
    }
    task = Deployment.load({}, json.dumps(text))
    result, _, findings = await driven(task)
    assert findings == []
    assert (verdicts(result), result["lost_requests"]) == ({"web": verdict}, None)
    assert sorted(one.name for one in tmp_path.glob("web-*")) == [f"web-{left}-1", f"web-{left}-2"]


async def test_a_command_in_doubt_is_asked_about(tmp_path):
    """Its address or the command's receipt says whether an instance was started before a crash, or it is done again."""
    text = {"format": "maker-deployment 1", "services": {"web": {"from": "1", "to": "2"}}}
    text["commands"] = _commands(tmp_path, "-")
    steps = {}
    for name, more in (("none", {}), ("again", {"idempotent": True})):
        task = Deployment.load({}, json.dumps({**text, **more}))
        state = task.apply(task.start(), task.oracle(task.start()))
        steps[name] = task.step(state)
    assert (steps["none"].safety, steps["again"].safety) == (Safety.ASKABLE, Safety.IDEMPOTENT)
    assert task.recover(state, steps["again"]) is None
    task = Deployment.load({}, json.dumps(text))
    assert task.recover(state, steps["none"]).effect == "process_end"
    found = {"ended": Done("ok", '{"exit": 3, "stdout": "", "stderr": "", "cut": false}'), "not_begun": NotDone()}
    for word, meant in found.items():
        receipt = Done("ok", json.dumps({"state": word, "exit": 3}))
        assert task.recovered(state, steps["none"], receipt) == meant
    assert isinstance(task.recovered(state, steps["none"], Done("ok", '{"state": "cut_off"}')), Unknown)
    del text["commands"]["health"]
    task = Deployment.load({}, json.dumps({**text, "health_url": "http://127.0.0.1:9/{service}/{side}/{instance}"}))
    start = task.step(state)
    question = task.recover(state, start)
    assert (start.safety, question.effect, question.writes) == (Safety.ASKABLE, "http", False)
    assert json.loads(question.arguments)["url"] == "http://127.0.0.1:9/web/new/1"
    assert task.recovered(state, start, Done("ok", '{"status": 200}')).ok
    assert task.recovered(state, start, Done("ok", '{"status": 404}')) == NotDone()
    assert isinstance(task.recovered(state, start, Done("failed", '{"error": "x", "kind": "tls"}')), Unknown)


def test_a_run_that_is_killed_goes_on(short):
    """Killed by SIGKILL and resumed, it ends as if it had not been, with no process left and none started twice."""
    killed = Killed(
        short / "k",
        OWN.replace("lease_s: 1", "lease_s: 20") + "".join(f"  {line}\n" for line in SHOP),
        random.Random(5),
        1.0,
    )
    assert killed.to_its_end(1) == []
    assert killed.kills == 1
