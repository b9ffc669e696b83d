"""The main job over real HTTP: a server that reads the prompt's text, LiteLLM in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.core.decomposition import Mistake
from maker_engine.core.responses import Prompt
from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

Answering = Callable[[list[dict[str, Any]], dict[str, Any], int], str | Reply]


def reader(wrong: float = 0.0, malformed: float = 0.0) -> Answering:
    """A server's answers: it reads the prompt and nothing else, and errs at these rates."""
    task = catalogue.find("hanoi").load({})
    dice = Random(4)

    def answer(messages: list[dict[str, Any]], _body: dict[str, Any], _number: int) -> str:
        said = {message["role"]: message["content"] for message in messages}
        draw = dice.random()
        mistake = Mistake.WRONG if draw < wrong else Mistake.MALFORMED if draw < wrong + malformed else None
        return "\n".join(task.imitate(Prompt(said["system"], said["user"]), mistake, dice.randrange(100)))

    return answer


def solve(
    answering: Answering, capsys: pytest.CaptureFixture[str], *flags: str, disks: int = 5
) -> tuple[int, dict[str, Any], OpenAIServer]:
    """Run `maker run hanoi` against a server; return the exit status, what was printed, and the server."""
    with OpenAIServer(answering) as server:
        common = ["--model", "openai/any", "--api-base", server.base_url, "--headless", "--json", "--no-preflight"]
        status = main(["run", "hanoi", "--disks", str(disks), *common, *flags])
    printed = capsys.readouterr().out
    return status, json.loads(printed) if printed else {}, server


def test_five_disks_are_solved_over_http(capsys: pytest.CaptureFixture[str]) -> None:
    """Every one of the 31 moves comes out of a real response, and no sample too many is asked for."""
    status, result, server = solve(reader(), capsys, "--k", "2")
    assert (status, result["outcome"], result["decided_steps"], result["wrong_decisions"]) == (0, "solved", 31, 0), (
        result["reason"]
    )
    assert (result["simulated"], result["samples"], len(server.requests)) == (False, 62, 62)
    assert result["tokens_out"] == 3 * 62


def test_errors_are_outvoted_and_malformed_answers_discarded(capsys: pytest.CaptureFixture[str]) -> None:
    """With 20 % wrong and 10 % malformed answers the run is still right at every step."""
    status, result, _ = solve(reader(0.2, 0.1), capsys, "--k", "6")
    assert (status, result["outcome"], result["wrong_decisions"]) == (0, "solved", 0)
    assert result["flagged"] > 5


def test_a_first_sample_is_drawn_at_temperature_0_and_the_others_at_the_one_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The wire shows what the paper's run did (§4.4)."""
    _, _, server = solve(reader(), capsys, "--k", "3", "--temperature", "0.7", "--max-tokens", "99", disks=1)
    assert sorted(request.body["temperature"] for request in server.requests) == [0, 0.7, 0.7]
    assert {request.body["max_tokens"] for request in server.requests} == {99}


def test_one_answer_a_call_asks_for_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    """Left alone, the votes of a step that are asked for alike share a call; with --n 1 each has its own."""
    numbers = {}
    for flags in ((), ("--n", "auto"), ("--n", "2"), ("--n", "1")):
        asked = ("--k", "4", "--temperature", "0.7", "--first-temperature", "0.7", *flags)
        _, _, server = solve(reader(), capsys, *asked, disks=1)
        numbers[flags[-1:]] = [request.body.get("n") for request in server.requests]
    assert [numbers[flags][0] for flags in ((), ("auto",), ("2",), ("1",))] == [4, 4, 2, None]
    assert all(None in found for found in numbers.values()), "the server gives one answer, and the rest is asked again"


@pytest.mark.parametrize("number", ["0", "101", "some", "1.5"])
def test_a_number_of_answers_that_cannot_be_is_one_line(capsys: pytest.CaptureFixture[str], number: str) -> None:
    """What is wrong with --n is said in a line that says what it may be, with an exit status of its own."""
    assert main(["run", "hanoi", "--n", number, "--headless"]) == 2
    assert f"must be auto or a whole number from 1 to 100, got '{number}'" in capsys.readouterr().err


def test_a_model_that_answers_rubbish_for_ever_ends_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is decided, by plurality or otherwise; the session is kept."""
    status, result, _ = solve(lambda *_: "I like turtles.", capsys, "--k", "2", "--max-samples", "12")
    assert (status, result["outcome"], result["decided_steps"], result["flagged"]) == (1, "undecided", 0, 12)
    assert Path(result["session"]).is_file()


def test_a_wrong_key_ends_the_run_at_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says that the key was refused, without showing it; nothing is tried again."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789abcdef")
    refusal = Reply.error(401, "Incorrect API key provided: canary-0123456789abcdef")
    status, result, server = solve(lambda *_: refusal, capsys, "--k", "1")
    assert (status, result["outcome"], len(server.requests)) == (1, "failed", 1)
    assert "auth" in result["reason"]
    assert "canary" not in result["reason"]
    assert b"canary" not in Path(result["session"]).read_bytes()


def test_a_hiccup_of_the_provider_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A 503 now and then is waited out; the decisions are those of a quiet provider."""
    honest = reader()

    def flaky(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> str | Reply:
        if number % 7 == 3:
            return Reply.error(503, "overloaded", headers={"retry-after": "0"})
        return honest(messages, body, number)

    status, result, server = solve(flaky, capsys, "--k", "2", disks=3)
    assert (status, result["outcome"], result["samples"]) == (0, "solved", 14)
    assert len(server.requests) > 14


def exported(capsys: pytest.CaptureFixture[str], tmp_path: Path, server: OpenAIServer, *flags: str) -> Path:
    """What somebody exports of a run that is not over, and names their server."""
    common = ["--model", "openai/any", "--api-base", server.base_url, "--headless", "--json", "--limit-samples", "9"]
    assert main(["run", "hanoi", "--disks", "3", "--k", "2", *common, *flags]) == 1
    session = json.loads(capsys.readouterr().out)["session"]
    export = tmp_path / "theirs.jsonl"
    assert main(["sessions", "export", session, "--to", str(export)]) == 0
    return export


def test_no_key_goes_to_the_server_that_an_import_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before that is agreed to on the command line; or another server is named, and gets it instead."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-0123456789abcdef")
    with OpenAIServer(reader()) as theirs, OpenAIServer(reader()) as mine:
        export = exported(capsys, tmp_path, theirs)
        before = len(theirs.requests)
        for name in ("one", "two"):
            assert main(["sessions", "import", str(export), "--to", str(tmp_path / f"{name}.maker")]) == 0
            assert f"names the model openai/any at the server {theirs.base_url}" in capsys.readouterr().out
        go_on = ["--headless", "--json", "--limit-samples", "99"]
        for verb in (["resume"], ["fork", "--at", "2"]):
            assert main(["sessions", verb[0], str(tmp_path / "one.maker"), *verb[1:], "--json"]) == 2
            error = capsys.readouterr().err
            assert theirs.base_url in error
            assert "your API key would go there: if that is meant, add --trust, or --api-base URL" in error
            assert error.count("\n") == 1
        assert len(theirs.requests) == before
        assert main(["sessions", "resume", str(tmp_path / "two.maker"), "--api-base", mine.base_url, *go_on]) == 0
        assert len(theirs.requests) == before
        assert "authorization" in mine.requests[0].headers
        assert main(["sessions", "resume", str(tmp_path / "one.maker"), "--trust", *go_on]) == 0
        assert len(theirs.requests) > before
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "solved"
