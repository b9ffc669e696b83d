"""Models that take no system prompt get its text in front of the user's, once it was found out."""

from __future__ import annotations

import asyncio

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import NAMES, REQUEST, only_our_key
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

REFUSALS = [
    (400, "System role not supported"),
    (400, "Only user and assistant roles are supported!"),
    (400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model."),
    (400, "Developer instruction is not enabled for models/gemma-4"),
    (500, "Jinja Exception: System role not supported"),
]


def strict(status, words):
    """A model that refuses every request with a system prompt in it."""

    def answer(messages, _body, _number):
        return Reply.error(status, words) if messages[0]["role"] == "system" else "ok"

    return answer


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("status", "words"), REFUSALS, ids=range(len(REFUSALS)))
async def test_the_system_text_goes_in_front_of_the_user_s(status, words, name):
    """A refused system prompt costs one call more, once; what was sent instead is on record."""
    with OpenAIServer(strict(status, words)) as server:
        model = LiteLLMModel(name, server.base_url)
        assert model.adjustments == ()
        for _ in range(2):
            assert (await model.sample(REQUEST)).text == "ok"
        await model.aclose()
    assert [[one["role"] for one in asked.body["messages"]] for asked in server.requests] == [
        ["system", "user"], ["user"], ["user"],
    ]  # fmt: skip
    assert server.requests[1].body["messages"][0]["content"] == "Solve one step.\n\ndisk 1?"
    assert model.adjustments == (
        "no system prompt is sent: this model takes none, so its text is put in front of the user's",
    )


async def test_samples_in_flight_learn_it_each():
    """Samples that were asked before it was known are each asked again, and none is lost."""
    with OpenAIServer(strict(*REFUSALS[0])) as server:
        model = LiteLLMModel(NAMES[0], server.base_url)
        found = await asyncio.gather(*(model.sample(REQUEST) for _ in range(4)))
        await model.aclose()
    assert [one.text for one in found] == ["ok"] * 4
    assert len(server.requests) <= 8


async def test_a_refusal_without_a_system_prompt_is_final():
    """A model that speaks of system prompts though none was sent is not asked again."""
    with OpenAIServer(lambda _messages, _body, _number: Reply.error(*REFUSALS[0])) as server:
        model = LiteLLMModel(NAMES[0], server.base_url)
        with pytest.raises(ProviderError, match="System role not supported") as caught:
            await model.sample(SampleRequest(0, 0, Prompt("", "disk 1?"), 0.1, 77))
        await model.aclose()
        assert (caught.value.kind, len(server.requests)) == (Fault.BAD_REQUEST, 1)
        with pytest.raises(ProviderError):
            await model.sample(REQUEST)
        await model.aclose()
    assert len(server.requests) == 3
