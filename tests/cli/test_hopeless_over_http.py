"""Runs that would go on for nothing, over real HTTP: each ends soon and says why; the server counts the calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.core.responses import Prompt
from maker_engine.core.solving.hopeless import DOZEN, LEFT_IN_REASONING, STARVED
from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

Answering = Callable[[list[dict[str, Any]], dict[str, Any], int], str | Reply]
PROSE = "I would move disk 1 to peg C.\x1b[31m"


def right(messages: list[dict[str, Any]]) -> str:
    """The right answer, letter for letter the same each time."""
    said = {message["role"]: message["content"] for message in messages}
    return "\n".join(catalogue.find("hanoi").load({}).imitate(Prompt(said["system"], said["user"]), None, 0))


def body(text: str | None, finish: str, tokens: int, reasoning: int) -> Answering:
    """A server that says this, whatever it is asked."""

    def answer(_messages: list[dict[str, Any]], asked: dict[str, Any], number: int) -> Reply:
        usage = {"prompt_tokens": 200, "completion_tokens": tokens, "total_tokens": 200 + tokens}
        details = {"completion_tokens_details": {"reasoning_tokens": reasoning}}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        told = {"id": f"r{number}", "object": "chat.completion", "created": 0, "model": asked["model"]}
        return Reply(raw=json.dumps({**told, "choices": [choice], "usage": {**usage, **details}}).encode())

    return answer


def ran(
    answering: Answering, capsys: pytest.CaptureFixture[str], path: Path, *flags: str, verb: tuple[str, ...] = ()
) -> tuple[int, dict[str, Any], OpenAIServer]:
    """Run or resume against a server; return the exit status, what was printed, and the server."""
    with OpenAIServer(answering) as server:
        common = [
            "--model",
            "openai/any",
            "--api-base",
            server.base_url,
            "--session",
            str(path),
            "--disks",
            "3",
            "--no-preflight",
        ]
        status = main([*(verb or ("run", "hanoi", *common)), "--json", *flags])
    return status, json.loads(capsys.readouterr().out), server


CUT_OFF = "every answer was cut off at 750 tokens: raise --max-tokens"
STARVING = {
    "reasoning eats the limit": (body("", "length", 750, 750), STARVED),
    "reasoning eats nearly all of it": (body("So the", "length", 750, 740), STARVED),
    "nobody counts the reasoning": (body("", "length", 750, 0), STARVED),
    "it rambles": (
        body("Let me see. " * 50, "length", 750, 0),
        CUT_OFF,
    ),
    "the answer is elsewhere": (body("", "stop", 90, 80), LEFT_IN_REASONING),
}


@pytest.mark.parametrize("k", ["1", "2", "3", "5"])
@pytest.mark.parametrize("what", STARVING)
def test_a_starved_run_ends_at_once_with_the_cause(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, what: str, k: str
) -> None:
    """The server has counted k calls, and at least three; outcome, reason and JSON say what became of the tokens."""
    answering, cause = STARVING[what]
    status, told, server = ran(answering, capsys, tmp_path / "run.maker", "--k", k)
    assert (status, told["outcome"], len(server.requests)) == (1, "undecided", max(3, int(k)))
    assert cause in told["reason"]
    assert (told["hopeless"]["step"], told["hopeless"]["samples"]) == (1, len(server.requests))
    assert told["hopeless"]["cause"] == cause


def test_a_starved_run_goes_on_with_more_room(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Resumed with the mend that it names, it asks for that much and is solved."""
    path = tmp_path / "run.maker"

    def answering(messages: list[dict[str, Any]], asked: dict[str, Any], number: int) -> str | Reply:
        enough = asked["max_tokens"] > 4_000
        return right(messages) if enough else body("", "length", 750, 750)(messages, asked, number)

    with OpenAIServer(answering) as server:
        run = ["run", "hanoi", "--disks", "3", "--model", "openai/any", "--api-base", server.base_url, "--no-preflight"]
        assert main([*run, "--k", "2", "--json", "--session", str(path)]) == 1
        assert main(["sessions", "resume", str(path), "--json", "--max-reasoning-tokens", "4000"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["outcome"], told["hopeless"], told["flagged"]) == ("solved", None, 3)


def test_a_hopeless_step_ends_a_headless_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """After a dozen calls, with the rule and one of the texts, printable, in reason, JSON, `show` and `show --step`."""
    path = tmp_path / "run.maker"
    status, told, server = ran(lambda *_: PROSE, capsys, path, "--k", "3")
    assert (status, told["outcome"], len(server.requests)) == (1, "undecided", DOZEN)
    assert told["hopeless"] == {
        "step": 1, "rule": "malformed", "samples": DOZEN, "cause": "malformed: no `move = [disk, from, to]`",
        "text": "I would move disk 1 to peg C.␛[31m",
    }  # fmt: skip
    assert "“I would move disk 1 to peg C.␛[31m”" in told["reason"]
    assert main(["sessions", "show", str(path)]) == 0
    assert "step 1 looks hopeless: 12 samples in a row were flagged, malformed" in capsys.readouterr().out
    assert main(["sessions", "show", str(path), "--step", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"samples 1–{DOZEN} flagged, malformed: no `move = [disk, from, to]`" in lines
    assert f"{DOZEN} samples, first 1 said:" in lines
    assert "    I would move disk 1 to peg C.␛[31m" in lines
    found = next(line for line in lines if line.startswith("hopeless"))
    assert found == "hopeless     12 in a row flagged, malformed: no `move = [disk, from, to]`; nothing changed"


@pytest.mark.parametrize("cure", ["temperature", "reminder"])
def test_a_hopeless_step_is_warmed_up(capsys: pytest.CaptureFixture[str], tmp_path: Path, cure: str) -> None:
    """What is changed is on the wire, and every call of it is a fresh one of two messages."""

    def answering(messages: list[dict[str, Any]], asked: dict[str, Any], _number: int) -> str:
        hot = asked["temperature"] >= 0.5
        reminded = messages[-1]["content"].endswith(catalogue.find("hanoi").reminder)
        return right(messages) if (hot if cure == "temperature" else reminded) else PROSE

    status, told, server = ran(answering, capsys, tmp_path / "run.maker", "--k", "2", "--hopeless", "warm")
    steps = 7
    assert (status, told["outcome"], told["votes"]) == (0, "solved", 2 * steps)
    assert told["flagged"] == steps * DOZEN * (1 if cure == "temperature" else 3)
    assert len(server.requests) == told["samples"]
    assert {len(request.body["messages"]) for request in server.requests} == {2}


def test_copies_are_measured_and_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A server that says the same each time has a share of 1, and the summary says that k adds little."""
    path = tmp_path / "run.maker"
    status, told, server = ran(lambda messages, *_: right(messages), capsys, path, "--k", "4")
    assert (status, told["identical_texts"], len(server.requests)) == (0, 1.0, 28)
    assert main(["sessions", "show", str(path)]) == 0
    text = capsys.readouterr().out
    assert "texts    21 of 21 texts are alike at T = 0.1: nearly copies, so a larger k adds little" in text
    assert main(["sessions", "export", str(path), "--as", "html"]) == 0
    page = capsys.readouterr().out
    assert "<td>effective votes</td><td>1.00 a step, each text counted once</td>" in page
    assert "21 of 21 texts are alike" in page


def test_texts_that_differ_are_no_copies(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One letter is enough; the summary tells the figures and nothing else."""
    path = tmp_path / "run.maker"
    different = lambda messages, _, number: f"Idea {number}.\n{right(messages)}"  # noqa: E731 - one line
    _, told, _ = ran(different, capsys, path, "--k", "4")
    assert told["identical_texts"] == 0
    assert main(["sessions", "show", str(path)]) == 0
    assert "texts    0.0% alike, 4.00 effective votes a step" in capsys.readouterr().out


def test_a_simulated_run_measures_no_texts(capsys: pytest.CaptureFixture[str]) -> None:
    """There the share is null, and so is what is hopeless."""
    assert main(["run", "hanoi", "--disks", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["identical_texts"], told["hopeless"]) == (None, None)


@pytest.mark.parametrize("command", [("run", "hanoi"), ("sessions", "resume", "any")])
def test_nobody_is_there_to_hold_a_headless_run_for(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """It is refused in one line that names what would do."""
    assert main([*command, "--headless", "--hopeless", "hold"]) == 2
    assert capsys.readouterr().err == (
        "maker: --hopeless hold needs a person: leave --headless out, or name stop or warm\n"
    )
