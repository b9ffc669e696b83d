"""What an answer used, by the provider's count: untrusted, clamped, unknown rather than invented."""

from __future__ import annotations

import json

import pytest

from maker_engine.models import litellm_reading, litellm_setup
from maker_engine.models.litellm_reading import Usage
from maker_engine.models.litellm_wire import Wire
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import NAMES, REQUEST, only_our_key
from tests.models.test_via_litellm_endings import ANTHROPIC, OLLAMA, anthropic, keys, ollama
from tests.support.fault_server import Said, completion
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["keys", "only_our_key"]

IMPOSSIBLE = [2**70, 12.5, -1, True, "many", [3], {"n": 3}, 1e300, float("nan"), float("inf"), "9" * 30]


def counted(output, prompt=11):
    """A chat completion with a count."""
    usage = {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": 14}
    return completion(Said("ok", "ok"), usage=usage)


async def drawn(name, body):
    """Draw one sample; return its response and what was noted."""
    path = "/v1" if name in NAMES else ""
    with OpenAIServer(lambda _messages, _body, _number: Reply(raw=json.dumps(body).encode())) as server:
        model = LiteLLMModel(name, server.base_url.removesuffix("/v1") + path)
        response = await model.sample(REQUEST)
        await model.aclose()
        assert len(server.requests) == 1
    return response, model.adjustments


@pytest.mark.parametrize("name", [*NAMES, ANTHROPIC, OLLAMA])
@pytest.mark.parametrize("count", IMPOSSIBLE, ids=range(len(IMPOSSIBLE)))
async def test_a_count_that_cannot_be_is_unknown(count, name):
    """An impossible count ends nothing: the answer is read, its tokens and price are unknown, and this is noted."""
    body = {ANTHROPIC: anthropic(), OLLAMA: ollama(eval_count=count)}.get(name, counted(count))
    if name == ANTHROPIC:
        body["usage"]["output_tokens"] = count
    response, notes = await drawn(name, body)
    assert (response.text, response.tokens_in, response.tokens_out, response.cost_usd) == ("ok", 11, None, None)
    assert notes[0].startswith("the server reports token counts that are not whole numbers of tokens")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", ["3", 3.0])
async def test_a_count_with_one_reading_is_read(count, name):
    """A whole number that is written as text or with a fraction of nought is that number."""
    assert (await drawn(name, counted(count)))[0].tokens_out == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("usage", [None, {}, "plenty", [], 7])
async def test_what_is_no_usage_is_none(usage, name):
    """A usage that is not an object is none."""
    response, _ = await drawn(name, completion(Said("ok", "ok"), usage=usage))
    assert (response.text, response.tokens_in, response.tokens_out) == ("ok", None, None)


async def test_litellm_s_own_count_is_not_the_server_s():
    """Where Ollama does not count, LiteLLM counts by a tokenizer of its own: that is unknown."""
    body = ollama()
    del body["eval_count"], body["prompt_eval_count"]
    response, _ = await drawn(OLLAMA, body)
    assert (response.tokens_in, response.tokens_out) == (None, None)


def usage_of(**fields):
    """What is made of a usage in LiteLLM's form."""
    litellm = litellm_setup.load()
    reply = litellm.ModelResponse(choices=[{"message": {"content": "ok"}, "finish_reason": "stop"}])
    reply.usage = litellm.Usage(**fields)
    return litellm_reading.usage(reply, Wire())


@pytest.mark.parametrize(
    ("fields", "usage"),
    [
        ({}, Usage(100, 0, 0, 20, None)),
        ({"completion_tokens_details": {"reasoning_tokens": 15}}, Usage(100, 0, 0, 20, 15)),
        ({"completion_tokens_details": {"reasoning_tokens": 0}}, Usage(100, 0, 0, 20, 0)),
        ({"completion_tokens_details": {"reasoning_tokens": 900}}, Usage(100, 0, 0, 20, 20)),
        ({"completion_tokens_details": {"reasoning_tokens": 50}, "total_tokens": 170}, Usage(100, 0, 0, 70, 50)),
        ({"reasoning_tokens": 7}, Usage(100, 0, 0, 20, 7)),
        ({"prompt_tokens_details": {"cached_tokens": 60}}, Usage(100, 60, 0, 20, None)),
        ({"prompt_tokens_details": {"cached_tokens": 999}}, Usage(100, 100, 0, 20, None)),
        ({"cache_creation_input_tokens": 30, "cache_read_input_tokens": 60}, Usage(100, 60, 30, 20, None)),
        ({"cache_creation_input_tokens": 99, "cache_read_input_tokens": 60}, Usage(100, 60, 40, 20, None)),
        ({"prompt_cache_hit_tokens": 60}, Usage(100, 60, 0, 20, None)),
    ],
)
def test_reasoning_and_cache_are_parts_of_their_wholes(fields, usage):
    """Reasoning is part of the output, cache reads and writes are of the prompt, and none is greater than its whole."""
    assert usage_of(**{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, **fields}) == usage


async def test_reasoning_and_cache_come_off_the_wire():
    """Reasoning tokens of OpenAI's form and cache counts of Anthropic's arrive as they were sent."""
    body = counted(20)
    body["usage"]["completion_tokens_details"] = {"reasoning_tokens": 15}
    assert (await drawn(NAMES[1], body))[0].tokens_reasoning == 15
    body = anthropic()
    body["usage"] |= {"cache_creation_input_tokens": 30, "cache_read_input_tokens": 60}
    assert (await drawn(ANTHROPIC, body))[0].tokens_in == 101
