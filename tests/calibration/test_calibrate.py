"""`maker calibrate` from the command line to the session, and the run that takes its plan from it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.record.events import Outcome
from maker_engine.sessions.library.library import Library
from maker_tui.cli.main import main
from tests.cli.test_over_http import reader
from tests.support.openai_server import OpenAIServer
from tests.support.recorded import record
from tests.support.running import TOY

SMALL = ["hanoi", "--disks", "6", "--steps", "20", "--calls", "3"]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    """Types a command; gives its status, what it printed on standard output, and on standard error."""

    def typed(*words: str) -> tuple[int, str, str]:
        status = main([*words])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return typed


def calibrated(said: Any, *words: str) -> dict[str, Any]:
    """What a calibration prints for scripts."""
    _, out, err = said("calibrate", *words, "--json")
    assert out, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_models_are_measured_over_the_same_steps_and_one_is_recommended(said):
    """Each model gets its own figures and session; the cheapest that reaches the target is named."""
    found = calibrated(said, *SMALL, "--model", "sim:p=0.98", "--model", "sim:p=0.98,price_in=40,price_out=160")
    cheap, dear = found["models"]
    assert (found["steps"], found["truth"], found["recommended"]["model"]) == (63, "oracle", "sim:p=0.98")
    assert dear["usd_per_sample"] > 50 * cheap["usd_per_sample"]
    for one in found["models"]:
        assert (one["sampled_steps"], one["samples"]) == (20, 60)
        assert one["p_low"] <= one["p"] <= one["p_high"]
        assert sum(weight for _, weight in one["law"]) == pytest.approx(1, abs=1e-6)
        assert one["p_solve"]["forecast"][0] >= 0.95 > one["p_solve"]["hard_bound"]
        assert one["usd_low"] <= one["usd"] <= one["usd_high"]
        assert one["hours"] <= one["hours_in_order"]
        least, most = one["wrong_by_moments"]
        assert 0 <= least <= most <= 1
        assert "cannot rule out hard steps below" in one["advice"]


def test_a_models_settings_are_measured_like_models(said, tmp_path: Path):
    """The same model with other settings is a row of its own, and a plan takes its settings along."""
    found = calibrated(said, *SMALL, "--model", "sim temperature=0.7", "--model", "sim reasoning=low")
    measured = [(one["measured_by"]["temperature"], one["measured_by"]["reasoning"]) for one in found["models"]]
    assert measured == [(0.7, "default"), ("auto", "low")]
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(found))
    run = ["run", "hanoi", "--disks", "6", "--progress", "none", "--json", "--plan", str(plan)]
    assert json.loads(said(*run)[1])["outcome"] == "solved"
    assert "another temperature" in said(*run, "--temperature", "0.2")[2]
    assert "not wordings" in said("calibrate", *SMALL, "--model", "sim variant=brief")[2]


def test_a_calibration_is_a_session_like_others_that_runs_nothing(said):
    """It is listed, verified vote by vote, and refused where it would be gone on with as a run."""
    session = calibrated(said, *SMALL, "--model", "sim:v=0.7")["models"][0]["session"]
    (listed,) = Library().list()
    assert (str(listed.path), listed.task, listed.samples) == (session, "calibration", 60)
    assert "sound, 20 steps and all their votes checked" in said("sessions", "verify", "last")[1]
    assert "3 disks" not in said("sessions", "show", "last", "--step", "2")[2]
    status, _, told = said("sessions", "resume", "last", "--headless")
    assert (status, "the maker calibrate command that began it" in told) == (2, True)


def test_the_same_command_goes_on_where_the_money_ran_out(said):
    """What is on record is not drawn again, the limit is never passed, and the figures are those of one go."""
    limited = calibrated(said, *SMALL, "--model", "sim:p=0.9", "--limit-usd", "0.02")["models"][0]
    assert 0 < limited["sampled_steps"] < 20
    assert limited["ended"].startswith("the money is out")
    assert limited["spent_usd"] <= 0.02
    assert Library().list()[0].outcome == Outcome.OUT_OF_BUDGET
    whole = calibrated(said, *SMALL, "--model", "sim:p=0.9")["models"][0]
    assert whole["session"] == limited["session"]
    fresh = calibrated(said, *SMALL, "--model", "sim:p=0.9", "--fresh")["models"][0]
    assert {**fresh, "session": ""} == {**whole, "session": ""}
    assert fresh["session"] != whole["session"]


def test_a_run_takes_its_plan_from_a_calibration_until_that_is_stale(said, tmp_path: Path):
    """Model, settings and rule come from the file; another setting, problem or model is refused by name."""
    plan = tmp_path / "plan.json"
    found = calibrated(said, *SMALL, "--model", "sim:p=0.98,v=0.9", "--max-tokens", "600")
    plan.write_text(json.dumps(found))
    run = ["run", "hanoi", "--plan", str(plan), "--progress", "none", "--json"]
    status, out, _ = said(*run, "--disks", "6")
    solved = json.loads(out)
    assert (status, solved["outcome"], solved["model"]) == (0, "solved", "sim:p=0.98,v=0.9")
    assert solved["k"] == found["recommended"]["k"]
    for words, differs in (
        (["--disks", "6", "--max-tokens", "500"], "another max tokens"),
        (["--disks", "4"], "another prompt digest"),
        (["--disks", "6", "--model", "sim"], "has no model sim"),
    ):
        status, _, told = said(*run, *words)
        assert (status, differs in told) == (2, True), told
    offered = json.loads(said("plan", "--models", str(plan), "--steps", "63", "--json")[1])["models"][0]
    assert offered["k"] > found["models"][0]["k_likely"]
    plan.write_text("{}")
    assert "is not a plan" in said(*run)[2]
    plan.write_text(json.dumps({**found, "recommended": {"model": ["x"]}}))
    assert "has no model ['x']" in said(*run)[2]


def test_the_truth_may_be_what_a_recorded_run_has_decided(said, home: Path, tmp_path: Path):
    """Steps come from a session of the same problem, or from labelled states, and which of these is said."""
    record(home / "sessions" / "count.maker", 30, seed=2)
    source = tmp_path / "clock.json"
    order = json.loads(said("sessions", "export", "count", "--task", TOY, "--as", "jsonl")[1].splitlines()[0])
    source.write_text(order["order"]["source"] if "order" in order else '{"length": 30}')
    common = [TOY, "--problem", str(source), "--steps", "10", "--calls", "2", "--model", "sim"]
    first = calibrated(said, *common, "--from", "count")
    assert first["truth"] == "decided answers of a recorded run"
    assert calibrated(said, *common, "--from", "count") == first
    labels = tmp_path / "labels.jsonl"
    labels.write_text('{"state": 3, "answer": 4}\n\n{"state": 5, "answer": 6}\n')
    labelled = calibrated(said, *common, "--labels", str(labels))
    assert (labelled["truth"], labelled["models"][0]["sampled_steps"]) == ("labels", 2)
    labels.write_text('{"state": 3}\n')
    assert "line 1 of the labels" in said("calibrate", *common, "--labels", str(labels))[2]


def test_a_real_model_is_measured_over_http(said, monkeypatch: pytest.MonkeyPatch):
    """Each sampled step is asked as often as ordered, errors and flags are counted, and no call is made beyond that."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789")
    with OpenAIServer(reader(0.1, 0.1)) as server:
        common = ["hanoi", "--disks", "6", "--steps", "12", "--calls", "3", "--model", "openai/any"]
        place = ["--api-base", server.base_url, "--price", "1,1", "--limit-usd", "1"]
        one = calibrated(said, *common, *place)["models"][0]
        assert len(server.requests) == one["samples"] == 36
        assert 0 < one["v"] < 1
        assert one["flags"][0]["rule"] == "malformed"
        calibrated(said, *common, *place)
        assert len(server.requests) == 36
        run = ["run", "hanoi", "--disks", "6", "--model", "openai/any", *place, "--no-preflight", "--json"]
        begun = json.loads(said(*run, "--limit-samples", "60")[1])
        assert begun["k"] > 3
        assert begun["outlook"]["k_from"].startswith("the calibration of ")
        assert begun["outlook"]["k_from"].endswith(" over 12 steps")
        stale = json.loads(said(*run, "--max-tokens", "700", "--limit-samples", "10")[1])
        assert stale["outlook"]["k_from"] == "assumed"


def test_what_cannot_be_calibrated_is_refused_in_one_line(said):
    """Bad input names itself and the mend, and nothing is written."""
    for words, told in (
        (["interview", "--model", "sim"], "has no oracle"),
        (["hanoi", "--model", "sim", "--calls", "0"], "--calls must be 1 to 20"),
        (["hanoi", "--disks", "64", "--model", "sim"], "is too long to draw from"),
        (["hanoi", "--model", "sim", "--executor", "cloud"], "--executor is local, dask or dask=ADDRESS"),
        (["hanoi", "--model", "openai/none", "--limit-usd", "1"], "--price"),
    ):
        status, out, err = said("calibrate", *words)
        assert (status, out) == (2, "")
        assert err.count("\n") == 1
        assert told in err
    assert Library().list() == []
