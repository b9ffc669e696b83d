"""Every task found by entry point keeps the contract, and goes the whole way on the command line."""

from __future__ import annotations

import json
from importlib.metadata import entry_points

import pytest

from maker_engine.core.decomposition import Ask
from maker_engine.task_contract.subject import prepare
from maker_engine.task_contract.suite import CHECKS, Verdict, make
from maker_tui.cli.main import main

STATES = 200
"""Fewer than `maker check-task` looks at, since this runs with every change."""
OF_SLOW_TASKS = {"api_tests": 50, "deployment": 50, "interview": 40, "migration": 50, "scheduling": 50}
"""Theirs are as many as take them as long as 200 take the others."""
ENTRIES = sorted(entry_points(group="maker.tasks"))


@pytest.fixture(scope="module", params=ENTRIES, ids=lambda entry: entry.name)
def subject(request):
    return prepare(request.param.load(), states=OF_SLOW_TASKS.get(request.param.name, STATES))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_contract_is_kept(subject, check):
    """Every promise of the contract is kept, or says why it cannot be looked at."""
    result = make(subject, check)
    assert result.verdict is not Verdict.BROKEN, str(result)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_entry_point_bears_the_name(entry):
    """A task is found under the name it gives itself."""
    assert entry.load().name == entry.name


def test_it_goes_the_whole_way_on_the_command_line(subject, tmp_path, capsys):
    """A task is run without a screen, stopped, saved, resumed, solved, verified, replayed and exported."""
    asks = (place for place in subject.places() if place.problem is subject.problems[0])
    if any(isinstance(place.step, Ask) for place in asks):
        pytest.skip("it asks a person, and there is nobody without a screen")
    file = str(tmp_path / "run.maker")

    def does(*words):
        status = main([*words])
        return status, capsys.readouterr().out

    flags = ("--model", "sim:p=0.9,v=0.9", "--k", "6", "--headless", "--json")
    status, out = does("run", subject.family.name, *flags, "--limit-samples", "20", "--session", file)
    assert (status, json.loads(out)["outcome"]) == (1, "out_of_budget")
    status, out = does("sessions", "resume", file, "--limit-samples", "1000000", "--headless", "--json")
    assert (status, json.loads(out)["outcome"]) == (0, "solved"), out
    steps = json.loads(out)["decided_steps"]
    assert does("sessions", "verify", file)[0] == 0
    assert json.loads(does("sessions", "show", file, "--step", str(steps), "--json")[1])
    assert len(does("sessions", "export", file, "--as", "csv")[1].splitlines()) > steps
