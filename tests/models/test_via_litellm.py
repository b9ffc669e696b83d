"""Real models through LiteLLM, over a real server on the loopback interface."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import subprocess
import sys
import time

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models import litellm_setup
from maker_engine.models.port import Model
from maker_engine.models.via_litellm import LiteLLMModel
from tests.support.openai_server import OpenAIServer, Reply

CANARY = "canary-3f9c1e7a5b2d8064"
NAMES = ["openai/local", "openai/gpt-4.1-mini"]
"""One model for each of the two ways the adapter takes through LiteLLM: another server's, and OpenAI's own."""

REQUEST = SampleRequest(4, 2, Prompt("Solve one step.", "disk 1?"), temperature=0.1, max_tokens=77)


@pytest.fixture(autouse=True)
def only_our_key(monkeypatch):
    """Whatever keys this machine has, the tests see one, of no value."""
    for name in [name for name in os.environ if name.endswith(("_API_KEY", "_API_BASE"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)


async def ask(reply, name=NAMES[0], timeout_s=30.0, path="/v1"):
    """Draw one sample from a server that gives `reply`; return the response, or the fault, and the server."""
    with OpenAIServer(lambda _messages, _body, _number: reply) as server:
        model = LiteLLMModel(name, server.base_url.removesuffix("/v1") + path, timeout_s)
        try:
            outcome = await model.sample(REQUEST)
        except ProviderError as error:
            outcome = error
        finally:
            await model.aclose()
        return outcome, server


@pytest.mark.parametrize("name", NAMES)
async def test_a_sample_comes_back_with_its_tokens(name):
    """A response carries text, tokens, finish reason, latency and the name of the model that served it."""
    response, _ = await ask(Reply("move 1 from A to C", usage=(120, 9, 0), model="served-1"), name)
    assert (response.text, response.tokens_in, response.tokens_out) == ("move 1 from A to C", 120, 9)
    assert (response.finish_reason, response.model) == ("stop", "served-1")
    assert 0 < response.latency_s < 30


async def test_a_served_path_enters_the_record_by_its_last_part_only():
    """A server of local files names the file; where it lies is nobody's business who gets the session."""
    response, _ = await ask(Reply(model="/home/somebody/models/qwen-0.5b.gguf"))
    assert response.model == "qwen-0.5b.gguf"


@pytest.mark.parametrize("name", NAMES)
async def test_the_request_reaches_the_wire_whole(name):
    """System prompt, user prompt, temperature and token limit arrive as they were asked, and nothing else does."""
    _, server = await ask("ok", name)
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {CANARY}"
    assert request.body == {
        "model": name.partition("/")[2],
        "messages": [{"role": "system", "content": "Solve one step."}, {"role": "user", "content": "disk 1?"}],
        "temperature": 0.1,
        "max_tokens": 77,
    }


async def test_the_price_is_that_of_the_model_the_user_named():
    """Cost is tokens times the list price of the model asked for, cached tokens at theirs."""
    response, _ = await ask(Reply(usage=(1_000_000, 1_000_000, 400_000), model="gpt-4.1"), "openai/gpt-4.1-mini")
    assert math.isclose(response.cost_usd, 0.6 * 0.40 + 0.4 * 0.10 + 1.60)


@pytest.mark.parametrize("name", NAMES)
async def test_the_deadline_is_for_the_whole_answer(name):
    """A body that dribbles in, each byte in time, still fails at the deadline, and its connection closes."""
    with OpenAIServer(lambda _messages, _body, _number: Reply(drip_s=0.05)) as server:
        model = LiteLLMModel(name, server.base_url, timeout_s=0.4)
        await model.check()
        asked = time.monotonic()
        with pytest.raises(ProviderError) as caught:
            await model.sample(REQUEST)
        assert time.monotonic() - asked < 5
        assert (caught.value.kind, str(caught.value)) == (Fault.TIMEOUT, f"{name}: no complete answer within 0.4 s")
        await asyncio.to_thread(server.wait_until, lambda server: server.hung_up)
        await model.aclose()


@pytest.mark.parametrize("name", NAMES)
async def test_a_cancelled_sample_hangs_up(name):
    """Cancelling a sample passes the cancellation on and closes its connection, so that the server can stop too."""
    with OpenAIServer(lambda _messages, _body, _number: Reply(delay_s=30)) as server:
        model = LiteLLMModel(name, server.base_url)
        sampling = asyncio.ensure_future(model.sample(REQUEST))
        await asyncio.to_thread(server.wait_until, lambda server: server.requests)
        sampling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sampling
        await asyncio.to_thread(server.wait_until, lambda server: server.hung_up)
        await model.aclose()


async def test_cancelling_at_any_moment_leaves_nothing_behind():
    """Samples cancelled while LiteLLM still prepares them leave no warning and no error."""
    with OpenAIServer(lambda _messages, _body, _number: Reply(delay_s=30)) as server:
        model = LiteLLMModel(NAMES[0], server.base_url)
        await model.check()
        for turns in range(40):
            sampling = asyncio.ensure_future(model.sample(REQUEST))
            for _ in range(turns % 8):
                await asyncio.sleep(0)
            sampling.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sampling
        await model.aclose()


@pytest.mark.parametrize(
    ("native", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("end_turn", "stop"),
        ("eos", "stop"),
        ("error", "error"),
        ("abort", "abort"),
    ],
)
async def test_only_a_complete_answer_stops(native, reason):
    """A finish reason LiteLLM does not know, or knows to be an error, does not become "stop" on the way."""
    response, _ = await ask(Reply(finish_reason=native))
    assert response.finish_reason == reason


async def test_an_answer_cut_before_its_first_word_is_an_answer():
    """No text and finish reason "length" is a response to flag: it was billed, and asking again costs the same."""
    response, _ = await ask(Reply(text=None, finish_reason="length", usage=(5, 77, 0)))
    assert (response.text, response.finish_reason, response.tokens_out) == ("", "length", 77)


@pytest.mark.parametrize("usage", [None, (0, 0, 0)])
async def test_unknown_tokens_are_not_nought(usage):
    """Where the server does not count, tokens and cost are unknown."""
    response, _ = await ask(Reply(usage=usage), "openai/gpt-4.1-mini")
    assert (response.tokens_in, response.tokens_out, response.cost_usd) == (None, None, None)


async def test_closing_one_model_leaves_the_others_working():
    """Models share connections: one that is closed hangs up on none of the others' samples."""
    with OpenAIServer(lambda _messages, _body, number: Reply(delay_s=0.3 * number)) as server:
        first, second = (LiteLLMModel(NAMES[1], server.base_url) for _ in range(2))
        await first.sample(REQUEST)
        sampling = asyncio.ensure_future(second.sample(REQUEST))
        await asyncio.to_thread(server.wait_until, lambda server: len(server.requests) == 2)
        await first.aclose()
        assert (await sampling).text == "ok"
        await second.aclose()


@pytest.mark.parametrize("name", NAMES)
async def test_a_model_opened_after_the_last_was_closed_works(name):
    """Closed connections are not used again."""
    with OpenAIServer(lambda _messages, _body, _number: "ok") as server:
        for _ in range(2):
            model = LiteLLMModel(name, server.base_url)
            assert (await model.sample(REQUEST)).text == "ok"
            await model.aclose()


OLLAMA = (
    b'{"model":"any","message":{"role":"assistant","content":"hi"},"done":true,"done_reason":"stop","eval_count":2}'
)


async def test_a_model_without_a_price_costs_no_look_ups(monkeypatch):
    """Check and sample of a model that no table knows are one request; left alone, LiteLLM asks Ollama thrice more."""
    with OpenAIServer(lambda _messages, _body, _number: Reply(raw=OLLAMA)) as server:
        monkeypatch.setenv("OLLAMA_API_BASE", server.base_url.removesuffix("/v1"))
        model = LiteLLMModel("ollama_chat/any")
        await model.check()
        assert (await model.sample(REQUEST)).text == "hi"
        await model.aclose()
    assert [request.path for request in server.requests] == ["/api/chat"]


LIGHT = """
import sys
from maker_engine.models.via_litellm import LiteLLMModel
model = LiteLLMModel("openai/gpt-4.1-mini")
print(model.figures.usd_per_token_in, model.simulated, model.name, "litellm" in sys.modules)
"""


def test_litellm_is_not_imported_before_it_is_needed():
    """Opening a model and reading its price does not import LiteLLM, which takes seconds."""
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout == "4e-07 False openai/gpt-4.1-mini False\n"


def test_the_garbage_collector_leaves_litellm_alone():
    """Its objects stay for good, so that no collection looks through them; the collector is on again once it is in."""
    litellm_setup.load()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 100_000


def test_it_is_a_model():
    """The adapter has every part of the port."""
    model: Model = LiteLLMModel("openai/any")
    assert all(hasattr(model, part) for part in ("name", "simulated", "figures", "check", "sample", "aclose"))
