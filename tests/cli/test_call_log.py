"""`--log` and `-q`: what a run tells beside its session, and a run that tells nothing but its result."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

FIELDS = [
    "at", "call", "step", "sample", "voter", "latency_s", "model", "tokens_in", "tokens_out", "tokens_reasoning",
    "cost_usd", "finish", "error", "message",
]  # fmt: skip
KEY = "canary-0123456789"


def lines(path: Path) -> list[dict[str, object]]:
    """What a log holds."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_log_has_a_line_for_each_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every counted or wasted sample is there with its figures, and the run decides as it does without a log."""
    log = tmp_path / "calls.jsonl"
    words = ["run", "hanoi", "--disks", "4", "--model", "sim:p=0.9", "--json", "--progress", "none"]
    assert main(words) == 0
    without = json.loads(capsys.readouterr().out)
    assert main([*words, "--log", str(log)]) == 0
    figures = json.loads(capsys.readouterr().out)
    told = lines(log)
    assert [list(one) for one in told] == [FIELDS] * len(told)
    answered = [one for one in told if one["error"] is None]
    assert len(answered) >= figures["samples"] + figures["wasted"]
    assert sum(one["tokens_out"] for one in answered) >= figures["tokens_out"]  # type: ignore[misc]
    assert {one["step"] for one in told} == set(range(1, 16))
    assert all(datetime.fromisoformat(str(one["at"])) for one in told)
    same = ("steps", "samples", "votes", "flagged", "wrong_decisions", "result")
    assert [figures[name] for name in same] == [without[name] for name in same]


def test_a_log_tells_faults_and_holds_no_key_prompt_or_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed call has its kind and a line of why; the same sample is there again when it is asked for again."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    log = tmp_path / "calls.jsonl"

    def reply(_: object, __: object, number: int) -> Reply:
        return Reply.error(500, "on fire", headers={"retry-after": "0"}) if number == 0 else Reply("no move at all")

    with OpenAIServer(reply) as server:
        flags = ["--model", "openai/gpt-4.1-mini", "--api-base", server.base_url, "--k", "1", "--concurrency", "1"]
        more = ["--no-preflight", "--limit-samples", "3", "--json", "--log", str(log), "--progress", "none"]
        main(["run", "hanoi", "--disks", "2", *flags, *more])
    capsys.readouterr()
    told = lines(log)
    assert (told[0]["error"], told[0]["step"], told[0]["sample"], told[0]["finish"]) == ("overload", 1, 1, None)
    assert "on fire" in str(told[0]["message"])
    assert (told[1]["error"], told[1]["step"], told[1]["sample"], told[1]["finish"]) == (None, 1, 1, "stop")
    assert KEY not in log.read_text()
    assert "no move at all" not in log.read_text()
    assert "disk" not in log.read_text()


def test_a_log_is_added_to_and_a_bad_place_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    """A second run writes behind the first; where it cannot be written no run begins."""
    log = tmp_path / "calls.jsonl"
    words = ["run", "hanoi", "--disks", "2", "--headless", "--progress", "none", "--log"]
    assert main([*words, str(log)]) == 0
    before = len(lines(log))
    assert main([*words, str(log)]) == 0
    assert len(lines(log)) == 2 * before
    sessions = sorted(home.rglob("*.maker"))
    capsys.readouterr()
    os.mkfifo(tmp_path / "pipe")
    for place, said in (
        (tmp_path, "cannot be written (Is a directory): name another file"),
        (tmp_path / "pipe", "cannot be written (no program reads that pipe): name another file"),
        (sessions[0], "would be written into a session: name another file"),
    ):
        assert main([*words, str(place)]) == 2
        assert said in capsys.readouterr().err
    assert sorted(home.rglob("*.maker")) == sessions


def test_a_quiet_run_prints_its_result_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    """A script takes it as it is; without a solution standard output stays empty, and one line says why."""
    assert main(["run", "arithmetic", "--expression", "12345 * 678", "-q"]) == 0
    assert capsys.readouterr() == ("8369910\n", "")
    assert main(["run", "hanoi", "--quiet", "--limit-samples", "5"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("maker: out_of_budget: ")
    assert printed.err.count("\n") == 1


def test_a_run_that_goes_on_and_a_fork_of_it_are_logged_and_quiet_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The flags mean the same wherever a run is driven."""
    session, log = str(tmp_path / "run.maker"), tmp_path / "calls.jsonl"
    assert main(["run", "hanoi", "--disks", "3", "-q", "--limit-samples", "6", "--session", session]) == 1
    capsys.readouterr()
    assert main(["sessions", "resume", session, "--limit-samples", "999", "-q", "--log", str(log)]) == 0
    assert capsys.readouterr() == ("[[], [], [3, 2, 1]]\n", "")
    assert lines(log)[-1]["step"] == 7
    before = len(lines(log))
    assert main(["sessions", "fork", session, "--at", "6", "-q", "--log", str(log)]) == 0
    assert capsys.readouterr().out == "[[], [], [3, 2, 1]]\n"
    assert {one["step"] for one in lines(log)[before:]} == {6, 7}
