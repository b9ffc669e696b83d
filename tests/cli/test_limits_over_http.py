"""What a limit in dollars or tokens comes to at the server, which counts every call and token by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from maker_tui.cli.main import main
from tests.cli.test_over_http import reader
from tests.support.openai_server import OpenAIServer, Reply

PRICE = "100,1000"
"""Dollars per million: a call of 11 prompt and 3 output tokens is $0.0041."""
CALL = 11 * 100e-6 + 3 * 1000e-6
OF = re.compile(r"spent \$([\d.]+).* of \$[\d.]+: \$([\d.]+) left, the dearest call costs \$([\d.]+)")


class Bill:
    """An honest server that counts what it bills; `change` makes another reply of the honest one."""

    def __init__(self, change: Callable[[Reply, int], Reply] = lambda reply, _: reply) -> None:
        self._honest, self._change = reader(), change
        self.calls = self.tokens_in = self.tokens_out = 0

    def __call__(self, messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        said = self._honest(messages, body, number)
        reply = self._change(said if isinstance(said, Reply) else Reply(said), number)
        self.calls += 1
        if reply.usage is not None:
            self.tokens_in += reply.usage[0]
            self.tokens_out += reply.usage[1]
        return reply

    @property
    def usd(self) -> float:
        """The bill."""
        return self.tokens_in * 100e-6 + self.tokens_out * 1000e-6


@pytest.fixture
def at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    """Runs hanoi against a server, or goes on with its session; returns the exit status and the JSON object."""

    def run(
        server: OpenAIServer,
        *flags: str,
        resume: bool = False,
        model: str = "openai/any",
        price: str = PRICE,
        checked: bool = False,
    ) -> tuple[int, Any]:
        path = tmp_path / "run.maker"
        flags += () if checked else ("--no-preflight",)
        if resume:
            given = ["sessions", "resume", str(path), *flags, "--json"]
        else:
            given = ["run", "hanoi", "--disks", "5", "--model", model, "--api-base", server.base_url]
            given += ["--session", str(path), "--k", "2", "--max-tokens", "20", *flags, "--json"]
            given += ["--price", price] if price else []
        status = main(given)
        return status, json.loads(capsys.readouterr().out.splitlines()[-1])

    return run


@pytest.mark.parametrize("checked", [True, False])
def test_no_dollar_is_spent_beyond_the_limit(at: Callable[..., tuple[int, Any]], *, checked: bool) -> None:
    """The bill is what the run says that it spent, its check of the model included, by less than one dearest call."""
    bill = Bill()
    with OpenAIServer(bill) as server:
        status, result = at(server, "--limit-usd", "0.15", checked=checked)
    assert (status, result["outcome"]) == (1, "out_of_budget")
    assert result["cost_usd"] == pytest.approx(bill.usd) == pytest.approx(bill.calls * CALL)
    spent, left, dearest = map(float, OF.findall(result["reason"])[0])
    assert spent == pytest.approx(bill.usd, abs=1e-4)
    assert left == pytest.approx(0.15 - bill.usd, abs=1e-4)
    assert 0 <= left < dearest
    assert result["samples"] + result["wasted"] + 3 * checked == bill.calls
    assert not result["limit_is_estimate"]


def test_a_limit_goes_on_from_what_was_spent(at: Callable[..., tuple[int, Any]]) -> None:
    """Resumed with the same limit nothing is asked; with a higher one, no more than the difference is spent."""
    bill = Bill()
    with OpenAIServer(bill) as server:
        _, first = at(server, "--limit-usd", "0.15")
        before = bill.calls
        _, same = at(server, resume=True)
        assert (bill.calls, same["outcome"], same["cost_usd"]) == (before, "out_of_budget", first["cost_usd"])
        _, more = at(server, "--limit-usd", "0.2", resume=True)
    assert more["cost_usd"] == pytest.approx(bill.usd)
    assert 0.15 < bill.usd <= 0.2


def test_no_token_is_used_beyond_the_limit(at: Callable[..., tuple[int, Any]]) -> None:
    """Prompt and output tokens together."""
    bill = Bill(lambda reply, _: replace(reply, usage=(300, 15, 0)))
    with OpenAIServer(bill) as server:
        _, result = at(server, "--limit-tokens", "6000")
    assert result["outcome"] == "out_of_budget"
    assert result["tokens_in"] + result["tokens_out"] == bill.tokens_in + bill.tokens_out == 18 * 315
    assert result["reason"].startswith("used 5,670 of 6,000 tokens: 330 left, the longest call takes ")


@pytest.mark.parametrize("concurrency", ["1", "8", "50"])
def test_no_sample_is_drawn_beyond_the_limit_and_none_in_vain(
    at: Callable[..., tuple[int, Any]], concurrency: str
) -> None:
    """What is looked ahead to is not thrown away at the limit."""
    bill = Bill()
    with OpenAIServer(bill) as server:
        flags = ("--limit-samples", "27", "--concurrency", concurrency, "--max-waste", "100%")
        _, first = at(server, *flags)
        assert (bill.calls, first["samples"], first["wasted"], first["decided_steps"]) == (27, 27, 0, 13)
        _, more = at(server, "--limit-samples", "50", resume=True)
    assert (bill.calls, more["samples"], more["wasted"], more["decided_steps"]) == (50, 50, 0, 25)


def test_a_server_that_reports_no_usage_is_counted_by_an_estimate(at: Callable[..., tuple[int, Any]]) -> None:
    """A limit on tokens holds by a stated estimate, and everything that tells of it says that it is one."""
    bill = Bill(lambda reply, _: replace(reply, usage=None))
    with OpenAIServer(bill) as server:
        status, result = at(server, "--limit-tokens", "6000")
    assert (status, result["outcome"], result["limit_is_estimate"]) == (1, "out_of_budget", True)
    assert (result["tokens_in"], result["tokens_out"]) == (0, 0)
    assert 0 < result["tokens_estimated"] <= 6000
    assert "(in part estimated) of 6,000 tokens" in result["reason"]


def test_a_limit_in_dollars_holds_without_usage_too(
    at: Callable[..., tuple[int, Any]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """At the price of the estimate; the summary says at most how much, and that it is estimated."""
    bill = Bill(lambda reply, _: replace(reply, usage=None))
    with OpenAIServer(bill) as server:
        _, result = at(server, "--limit-usd", "0.6")
    assert (result["outcome"], result["cost_usd"], result["limit_is_estimate"]) == ("out_of_budget", None, True)
    assert 0 < result["cost_usd_estimated"] <= 0.6
    assert main(["sessions", "show", str(tmp_path / "run.maker")]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"besides +at most [\d,]+ tokens and \$0\.\d+, estimated, counted against the limit", shown)


def test_a_router_of_one_model_under_two_names_is_one_model(at: Callable[..., tuple[int, Any]]) -> None:
    """A region's suffix makes no stranger of every second answer."""
    bill = Bill(lambda reply, number: replace(reply, model="any-eu-region" if number % 2 else "any"))
    with OpenAIServer(bill) as server:
        status, result = at(server)
    assert (status, result["outcome"], result["refused"]) == (0, "solved", 0)
    assert result["answered_by"] == {"any": 62}
    assert result["cost_usd"] == pytest.approx(bill.usd)


def test_a_router_of_two_models_stops_the_run_and_every_answer_counts(at: Callable[..., tuple[int, Any]]) -> None:
    """Not every second answer is thrown away: the run stops, says who answers in turn, and takes the word for it."""
    bill = Bill(lambda reply, number: replace(reply, model="other" if number % 2 else "any"))
    with OpenAIServer(bill) as server:
        status, result = at(server, "--limit-usd", "1", "--concurrency", "1")
        assert (status, result["outcome"]) == (130, "stopped")
        assert (result["refused"], result["samples"] + 3) == (3, bill.calls)
        assert result["cost_usd"] == pytest.approx(bill.usd)
        wanted = re.fullmatch(r"answered by (\w+), not by (\w+) as before: .*--accept-model (\w+)\)", result["reason"])
        assert wanted is not None
        assert sorted(wanted.groups()[:2]) == ["any", "other"]
        assert wanted[3] == wanted[1]
        status, result = at(server, "--accept-model", wanted[3], resume=True)
    assert (status, result["outcome"]) == (0, "solved")
    assert result["cost_usd"] == pytest.approx(bill.usd)
    assert set(result["answered_by"]) == {"any", "other"}


def test_another_model_in_the_next_session_stops_it_before_it_votes(
    at: Callable[..., tuple[int, Any]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Who answered is on record: a resumed run that is answered by somebody else says so, and votes for nothing."""
    now = ["any-2026-01-01"]
    bill = Bill(lambda reply, _: replace(reply, model=now[0]))
    with OpenAIServer(bill) as server:
        _, first = at(server, "--limit-samples", "20", "--concurrency", "1")
        now[0] = "gemini-3.5-flash-lite"
        status, second = at(server, "--limit-samples", "62", resume=True)
        assert (status, second["samples"], second["answered_by"]) == (130, 20, {"any": 20})
        assert second["reason"].startswith("answered by gemini-3.5-flash-lite, not by any as before: ")
        assert second["refused"] == bill.calls - 20 == 3
        status, third = at(server, "--limit-samples", "99", "--accept-model", "gemini-3.5-flash-lite", resume=True)
    assert (status, third["outcome"]) == (0, "solved")
    assert (
        third["answered_by"]
        == {"gemini-3.5-flash-lite": 42, "any": 20}
        == {**third["answered_by"], **first["answered_by"]}
    )
    assert third["cost_usd"] == pytest.approx(bill.usd)
    main(["sessions", "show", str(tmp_path / "run.maker")])
    assert re.search(r"answered +gemini-3.5-flash-lite × 42, any × 20", capsys.readouterr().out)
    main(["sessions", "export", str(tmp_path / "run.maker"), "--as", "html"])
    assert "<td>gemini-3.5-flash-lite × 42, any × 20</td>" in capsys.readouterr().out


def test_who_answered_survives_export_and_import(
    at: Callable[..., tuple[int, Any]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A stranger's run says who answered it, and holds when it goes on with somebody else."""
    with OpenAIServer(Bill()) as server:
        at(server, "--limit-samples", "20")
    lines, copy = tmp_path / "run.jsonl", tmp_path / "copy.maker"
    assert main(["sessions", "export", str(tmp_path / "run.maker"), "--to", str(lines)]) == 0
    assert main(["sessions", "import", str(lines), "--to", str(copy)]) == 0
    capsys.readouterr()
    assert main(["sessions", "show", str(copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answered_by"] == {"any": 20}


def test_ids_drawn_from_a_thousand_end_no_run(at: Callable[..., tuple[int, Any]]) -> None:
    """Ollama's ids: over hundreds of samples many are equal, and no answer is refused for that but by rare chance."""
    dice = Random(5)

    def numbered(reply: Reply, number: int) -> Reply:
        body = json.loads(reply.body({"model": "any"}, number))
        return replace(reply, raw=json.dumps({**body, "id": f"chatcmpl-{dice.randrange(1000)}"}).encode())

    bill = Bill(numbered)
    with OpenAIServer(bill) as server:
        status, result = at(server, "--k", "10")
    assert (status, result["outcome"], result["samples"]) == (0, "solved", 310)
    assert bill.calls - 310 == result["refused"] <= 3
    assert result["cost_usd"] == pytest.approx(bill.usd)


def test_a_cache_between_is_found_out(at: Callable[..., tuple[int, Any]]) -> None:
    """One response for all: it gets one vote, and the run ends with what to switch off after a few calls."""
    kept: dict[str, Reply] = {}

    def cached(reply: Reply, number: int) -> Reply:
        return kept.setdefault("it", replace(reply, raw=reply.body({"model": "any"}, number)))

    bill = Bill(cached)
    with OpenAIServer(bill) as server:
        status, result = at(server, "--concurrency", "1")
    assert (status, result["outcome"], result["votes"]) == (1, "failed", 1)
    assert result["reason"].endswith("switch caching off in the server or proxy")
    assert bill.calls == 4
    assert result["cost_usd"] == pytest.approx(bill.usd)


def test_answers_that_cannot_be_used_are_paid_for(at: Callable[..., tuple[int, Any]]) -> None:
    """Two choices where one was asked for, and other rubbish that says what it used: the bill is the run's."""

    def two(reply: Reply, number: int) -> Reply:
        body = json.loads(reply.body({"model": "any"}, number))
        return (
            reply if number % 5 else replace(reply, raw=json.dumps({**body, "choices": body["choices"] * 2}).encode())
        )

    bill = Bill(two)
    with OpenAIServer(bill) as server:
        status, result = at(server, "--concurrency", "2")
    assert (status, result["outcome"]) == (0, "solved")
    assert result["refused"] > 10
    assert result["cost_usd"] == pytest.approx(bill.usd)


def test_a_limit_in_dollars_without_a_price_is_refused_before_anything_is_spent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """In one line with the mend, for every model that the run asks; nothing is written."""
    bill = Bill()
    with OpenAIServer(bill) as server:
        base = ["run", "hanoi", "--api-base", server.base_url, "--limit-usd", "1", "--json"]
        base += ["--session", str(tmp_path / "no.maker")]
        one = "give --price IN,OUT[,CACHED,WRITE] (dollars per million tokens), or drop --limit-usd"
        pool = ["--voter", "openai/foo", "--voter", "openai/gpt-4.1-mini", "--voter", "openai/bar"]
        for flags, said in (
            (["--model", "openai/foo"], f"no price for openai/foo: {one}"),
            (pool, "no price for openai/foo, openai/bar: give --price MODEL=IN,OUT[,CACHED,WRITE]"),
            (["--model", "sim", "--draft", "openai/small"], "no price for openai/small"),
            (["--model", "sim", "--undecided", "escalate:openai/big"], "no price for openai/big"),
        ):
            assert main([*base, *flags]) == 2
            told = capsys.readouterr().err
            assert said in told
            assert told.count("\n") == 1
    assert bill.calls == 0
    assert not (tmp_path / "no.maker").exists()


def test_a_price_of_the_settings_file_is_kept_with_the_session(
    at: Callable[..., tuple[int, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It stands in for --price, and a resume has it though the file is gone."""
    settings = tmp_path / "config.toml"
    settings.write_text('[prices]\n"openai/other" = [1, 2]\n"openai/foo" = [100, 1000, 10]\n')
    monkeypatch.setenv("MAKER_CONFIG", str(settings))
    bill = Bill()
    with OpenAIServer(bill) as server:
        _, first = at(server, "--limit-usd", "0.15", model="openai/foo", price="")
        assert first["cost_usd"] == pytest.approx(bill.usd)
        settings.unlink()
        _, more = at(server, "--limit-usd", "0.2", resume=True)
    assert more["cost_usd"] == pytest.approx(bill.usd)
    assert 0.15 < bill.usd <= 0.2


def test_cache_writes_are_priced_and_no_claim_makes_a_call_cheaper_than_it_can_be(
    at: Callable[..., tuple[int, Any]],
) -> None:
    """Reads and writes of a prompt cache have prices of their own; more of either than there is prompt is clamped."""

    def caching(reply: Reply, number: int) -> Reply:
        body = json.loads(reply.body({"model": "any"}, number))
        written = 4 if number else 10**6
        body["usage"] = {
            "prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 5, "cache_write_tokens": written},
        }  # fmt: skip
        return replace(reply, raw=json.dumps(body).encode())

    with OpenAIServer(Bill(caching)) as server:
        _, result = at(server, "--price", "100,1000,10,200", "--limit-samples", "2", "--concurrency", "1")
    first = 5 * 10 + 5 * 200 + 3 * 1000
    second = 1 * 100 + 5 * 10 + 4 * 200 + 3 * 1000
    assert result["cost_usd"] == pytest.approx((first + second) / 1e6)
