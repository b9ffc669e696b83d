"""Timeouts, waits and unknown costs as the command line tells them: in the summary, and in the JSON for scripts."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.core.responses import Prompt
from maker_tui.cli.main import main
from tests.support.openai_server import OpenAIServer, Reply

SAMPLES = 2 * 3
"""Of two disks at k = 2."""


def ran(capsys: pytest.CaptureFixture[str], server: OpenAIServer, *flags: str, disks: int = 2) -> tuple[int, str]:
    """Run `maker run hanoi` headless against a server; return the exit status and what was printed."""
    common = [
        "--model",
        "openai/any",
        "--api-base",
        server.base_url,
        "--headless",
        "--k",
        "2",
        "--window",
        "1",
        "--no-preflight",
    ]
    status = main(["run", "hanoi", "--disks", str(disks), *common, *flags])
    return status, capsys.readouterr().out


def honest(messages: list[dict[str, Any]]) -> str:
    """Answer from the prompt alone."""
    said = {message["role"]: message["content"] for message in messages}
    return "\n".join(catalogue.find("hanoi").load({}).imitate(Prompt(said["system"], said["user"]), None, 0))


@pytest.mark.parametrize("as_json", [True, False])
def test_a_one_slot_server_slower_than_the_deadline_solves_and_its_timeouts_are_named(
    capsys: pytest.CaptureFixture[str], as_json: bool
) -> None:
    """Every call that timed out is one request more at the server, and is counted where a user looks."""
    with OpenAIServer(lambda messages, *_: Reply(honest(messages), delay_s=0.3), slots=1) as server:
        status, printed = ran(capsys, server, "--timeout", "0.2", *(["--json"] if as_json else []))
    timeouts = len(server.requests) - SAMPLES
    assert status == 0
    assert timeouts >= 2
    if as_json:
        figures = json.loads(printed)
        assert (figures["outcome"], figures["samples"], figures["timeouts"]) == ("solved", SAMPLES, timeouts)
    else:
        assert f"calls    {timeouts} calls timed out (0.2 s)\n" in printed


def test_a_run_without_timeouts_says_nothing_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary has no line for what did not happen; the JSON has a nought."""
    with OpenAIServer(lambda messages, *_: honest(messages)) as server:
        _, printed = ran(capsys, server)
        assert "timed out" not in printed
        _, printed = ran(capsys, server, "--json")
    assert (json.loads(printed)["timeouts"], json.loads(printed)["resets_at"]) == (0, None)


def test_what_was_not_counted_of_a_model_without_a_price_has_no_cost(capsys: pytest.CaptureFixture[str]) -> None:
    """A run that ends without one response of a model whose price nobody knows has not cost $0.0000."""
    with OpenAIServer(lambda *_: Reply(delay_s=60)) as server:
        status, printed = ran(capsys, server, "--limit-minutes", "0.002")
        assert status == 1
        assert "cost unknown" in printed
        _, printed = ran(capsys, server, "--limit-minutes", "0.002", "--json")
    assert (json.loads(printed)["samples"], json.loads(printed)["cost_usd"]) == (0, None)


def test_a_local_call_is_not_waited_for_when_the_time_is_up(capsys: pytest.CaptureFixture[str]) -> None:
    """A call of a minute does not make a minute's limit two: it is hung up on, and the run ends by name."""
    with OpenAIServer(lambda *_: Reply(delay_s=60)) as server:
        _, printed = ran(capsys, server, "--limit-minutes", "0.002", "--json")
        server.wait_until(lambda one: one.hung_up == 2)
    figures = json.loads(printed)
    assert (figures["outcome"], figures["samples"], len(server.requests)) == ("out_of_budget", 0, 2)


def test_a_limit_that_resets_too_late_ends_the_run_with_the_hour(capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts get the time of the reset as well, to start the run again by."""
    begun = time.time()
    refusal = Reply.error(429, "Usage limit reached", headers={"retry-after": "3600"})
    with OpenAIServer(lambda *_: refusal) as server:
        status, printed = ran(capsys, server, "--limit-minutes", "30", "--json")
    figures = json.loads(printed)
    assert (status, figures["outcome"], len(server.requests) <= 2) == (1, "out_of_budget", True)
    assert begun + 3590 <= figures["resets_at"] <= time.time() + 3600
    at = time.strftime("%H:%M", time.localtime(figures["resets_at"]))
    assert figures["reason"].startswith(
        f"the provider's limit resets at {at}, in 1 h 0 min, after the run's limit of 30 min"
    )
