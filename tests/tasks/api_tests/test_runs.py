"""Runs on the demo shop: each script of faults ends as it implies, and the server's own log is the witness."""

from __future__ import annotations

import json
import socket
from random import Random
from xml.etree import ElementTree as ET

import pytest
from maker_tasks.api_tests.demo.scripts import SCRIPTS
from maker_tasks.api_tests.demo.server import ShopServer
from maker_tasks.api_tests.demo.shop import TOKEN
from maker_tasks.api_tests.masking import MASK
from maker_tasks.api_tests.task import ApiTests

from maker_engine.core.decomposition import Done, Finished, Start, Started, Status
from maker_engine.core.red_flags import ILLEGAL
from maker_engine.effects.world import RealWorld
from maker_tui.cli.main import main
from tests.tasks.api_tests.driven import driven, rehearsed, verdicts
from tests.tasks.api_tests.kills import one_run

REAL = ("none", "broken", "slow", "sticky")
PASSED = ("passed", None)
AGAIN = {
    "none": {}, "unavailable": {"create_order": 2}, "slow": {"report": 2}, "throttled": {"create_cart": 2},
    "third-call": {}, "flaky": {"stock": 3}, "broken": {"create_order": 2}, "lost": {}, "down": {"pay": 3},
    "closing": {"report": 2}, "sticky": {},
}  # fmt: skip
"""Tests that must be sent several times under each script; of two, any of several may be."""
RED = {"broken": ("create_order", "product"), "lost": ("get_order", "product"), "down": ("pay", "environment")}
SKIPPED = {
    "broken": {"get_order", "price_kept", "pay", "product_last", "report"},
    "lost": {"pay", "product_last", "report"},
    "down": {"product_last", "report"},
}


async def at_once(_):
    """Wait for nothing."""


def check(task, state, answers, script):
    """Hold a run's end against what its script implies; return the names of tests that must not be sent."""
    found, skipped = verdicts(task, state), SKIPPED.get(script, set())
    red = RED.get(script, ("", ""))
    for name, (verdict, kind, tries) in found.items():
        due = ("failed", red[1]) if name == red[0] else ("skipped", "dependant") if name in skipped else PASSED
        assert (name, verdict, kind) == (name, *due)
        assert tries == AGAIN[script].get(name, 0 if name in skipped else tries)
    assert task.verify(answers) == []
    assert bool(task.shortfall(state)) == bool(red[0])
    assert {made.status for made in state.made} == {"deleted"}


@pytest.mark.parametrize("script", REAL)
def test_a_script_of_faults_ends_in_the_verdicts_that_it_implies(script):
    """The faulty test has its class and tries, what needs it is never sent, and every id that was made is deleted."""
    server = ShopServer(0, script)
    server.start()
    try:
        task = ApiTests.load({"base_url": server.url})
        state, answers = driven(task, RealWorld(sleep=at_once))
    finally:
        server.stop()
    check(task, state, answers, script)
    log = server.shop.log
    assert server.shop.things == {}
    assert (
        len(log)
        == len(state.log)
        == sum(trial.tries for trial in state.trials) + sum(made.tries for made in state.made)
    )
    keys = [one["key"] for one in log if one["key"]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("script", sorted(set(SCRIPTS) - set(REAL)))
def test_a_script_ends_likewise_where_it_is_rehearsed(script):
    """The shop without a socket comes to the same verdicts, so that a dry run shows what a run would do."""
    task = ApiTests.load({"faults": script})
    check(task, *rehearsed(task), script)


def test_the_sample_is_as_large_as_a_team_s_own():
    """The bundled sample has 13 tests and 23 dependencies at least."""
    tests = ApiTests.load({}).problem.tests
    assert len(tests) >= 13
    assert sum(len(test.needs) for test in tests) >= 23


def test_the_report_counts_what_the_log_holds():
    """JUnit, HAR, the red lines and the result agree, and no token is in any of them."""
    task = ApiTests.load({"faults": "broken"})
    state, _ = rehearsed(task)
    papers, result = task.papers(state, {}), task.result(state)
    root = ET.fromstring(papers["junit.xml"])  # noqa: S314 - it is our own
    counted = tuple(int(root.get(name)) for name in ("tests", "failures", "skipped"))
    assert counted == (len(task.problem.tests), result["failed"], result["skipped"]) == (19, 1, 5)
    assert [one.get("type") for one in root.iter("failure")] == ["product fault"]
    assert len(list(root.iter("skipped"))) == 5
    assert papers["red.txt"].startswith("create_order: product fault, 2 tries, status 500: not met: $statusCode == 201")
    entries = json.loads(papers["log.har"])["log"]["entries"]
    assert len(entries) == len(state.log)
    assert {one["name"]: one["value"] for one in entries[-1]["request"]["headers"]}["authorization"] == MASK
    assert TOKEN not in "".join(papers.values())


def test_requests_keep_to_a_rate():
    """Under a rate, each request is followed by a wait of its share of a second, and none is sent before its end."""
    task = ApiTests.load({"rate": 20})
    state, answers = task.start(), []
    pacing = False
    _, answers = rehearsed(task)
    for answer in answers:
        step = task.step(state)
        if isinstance(step, Start) and ":" not in step.tag:
            assert not pacing
            pacing = True
        if isinstance(step, Start) and step.tag.startswith("pace:"):
            assert json.loads(step.do.arguments) == {"seconds": 0.05}
        if isinstance(answer, Finished) and answer.tag.startswith("pace:"):
            pacing = False
        state = task.apply(state, answer)
    assert task.result(state)["passed"] == 19


def test_a_critical_test_that_fails_stops_the_run_and_the_clean_up_goes_on():
    """After a critical failure nothing but clean-up is sent."""
    task = ApiTests.load({"input": "password=wrong"})
    state, answers = rehearsed(task)
    found = verdicts(task, state)
    assert found["login"] == ("failed", "product", 1)
    assert {one for name, one in found.items() if name not in ("login", "health")} == {("skipped", "dependant", 0)}
    assert state.stopped == "login has failed and stops the run"
    assert task.verify(answers) == []


def test_a_request_that_must_not_be_sent_twice_is_not_whatever_the_vote_says():
    """Another try of a request that is not known to be safe is an illegal answer, unless the server turned it away."""
    text = ApiTests.load({}).source().replace('"safe_again": true', '"safe_again": false')
    task = ApiTests.load({}, text)
    state = task.start()
    late = Done(Status.TIMED_OUT, '{"error": "late", "kind": "timeout"}')
    for answer in (Done(Status.OK, '{"server": "none.0000000000000000"}'), None, None, None):
        state = task.apply(state, answer or task.oracle(state) or Started(task.step(state).tag))
    tag = next(tag for tag in state.flying if tag.startswith("login"))
    state = task.apply(state, Finished(tag, late))
    again = task.parse(state, "row = 6\nanswer = again after 0 s")
    assert task.objection(state, again).rule == ILLEGAL
    assert task.describe(task.oracle(state)) == "environment, stop"


def test_a_red_run_is_solved_and_exits_with_1(tmp_path, capsys):
    """One red test is exit status 1, with the result, the reason and the papers there all the same."""
    flags = ("--headless", "--json", "--out", str(tmp_path / "out"), "--session", str(tmp_path / "run.maker"))
    assert main(["run", "api_tests", "--faults", "lost", *flags]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["outcome"], found["result"]["failed"]) == ("solved", 1)
    assert found["shortfall"] == "1 of 19 tests failed: get_order (product fault)"
    assert found["reason"] == f"solved and verified; {found['shortfall']}"
    assert (tmp_path / "out" / "junit.xml").exists()


def test_a_dry_run_writes_no_report_of_tests_that_were_not_run(tmp_path, capsys):
    """What a dry run imitates is in no paper, and its end says that nothing was done."""
    flags = ("--headless", "--json", "--out", str(tmp_path / "out"), "--session", str(tmp_path / "run.maker"))
    assert main(["run", "api_tests", "--dry-run", *flags]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["papers"], found["reason"]) == ([], "dry run, nothing was done: solved and verified")
    assert not (tmp_path / "out").exists()


def test_the_shop_does_nothing_on_half_a_request():
    """A client that goes away in the middle of its body has asked for nothing."""
    server = ShopServer()
    server.start()
    with socket.create_connection(server.server_address) as client:
        client.sendall(b"POST /login HTTP/1.1\r\ncontent-length: 40\r\n\r\n{}")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    server.stop()
    assert server.shop.log == []


def test_a_run_that_was_killed_ends_like_one_that_was_not(tmp_path):
    """After a kill in the middle nothing is done twice, nothing is left behind, and the verdicts are the same."""
    kills, wrong = one_run(Random(5), "none", tmp_path, 0, most=1)
    assert (kills, wrong) == (1, [])


@pytest.mark.parametrize("size", [(60, 18), (40, 10), (20, 4)])
def test_the_table_shows_the_red_test_first(size):
    """Where all is over, the table begins near the first red test, at any size."""
    task = ApiTests.load({"faults": "broken"})
    lines = task.picture(rehearsed(task)[0], *size).plain.splitlines()
    assert any("✖" in line for line in lines)
    assert "3 of 3 deleted" in lines[-1] or "created 3 deleted 3" in lines[-1] or size[0] < 40
