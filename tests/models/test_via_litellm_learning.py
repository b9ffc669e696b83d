"""What a model or server refuses and need not be given is found out once: system prompts, answers in one piece."""

from __future__ import annotations

import asyncio
import json

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


ONLY_STREAMS = [
    "This model only support stream mode, please enable the stream parameter to access the model.",
    "parameter.enable_thinking must be set to false for non-streaming calls",
    "Non-streaming requests are not supported",
    "stream must be set to true",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", ONLY_STREAMS, ids=range(len(ONLY_STREAMS)))
async def test_a_server_that_only_streams_is_asked_for_a_stream(words, name):
    """A refusal of answers in one piece costs one call more, once; the stream is put together, on record."""

    def answer(_messages, body, number):
        if not body.get("stream"):
            return Reply.error(400, words)
        pieces = [
            ("move", None, None),
            (" 1", "stop", None),
            (None, None, {"prompt_tokens": 11, "completion_tokens": 3}),
        ]
        events = [
            {
                "id": f"s{number}",
                "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": end}],
                "usage": used,
            }
            for text, end, used in pieces
        ]
        body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
        return Reply(raw=body + b"data: [DONE]\n\n", headers={"content-type": "text/event-stream"})

    with OpenAIServer(answer) as server:
        model = LiteLLMModel(name, server.base_url)
        for number in (1, 2):
            response = await model.sample(REQUEST)
            assert (response.text, response.finish_reason, response.tokens_out) == ("move 1", "stop", 3)
            assert response.id == f"s{number}"
        await model.aclose()
    assert [bool(one.body.get("stream")) for one in server.requests] == [False, True, True]
    assert server.requests[1].body["stream_options"] == {"include_usage": True}
    assert server.requests[1].body["messages"] == server.requests[0].body["messages"]
    assert model.adjustments == ("answers are asked for as streams: this server gives no others",)


async def test_a_server_that_refuses_streams_too_is_given_up():
    """A server that refuses both is asked twice, and its words are said."""
    with OpenAIServer(lambda _messages, _body, _number: Reply.error(400, ONLY_STREAMS[2])) as server:
        model = LiteLLMModel(NAMES[0], server.base_url)
        with pytest.raises(ProviderError, match="Non-streaming requests are not supported") as caught:
            await model.sample(REQUEST)
        await model.aclose()
    assert (caught.value.kind, len(server.requests)) == (Fault.BAD_REQUEST, 2)
