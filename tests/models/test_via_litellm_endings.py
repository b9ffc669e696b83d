"""How an answer ended, by the provider's own word: only what is known to be whole may vote."""

from __future__ import annotations

import json

import pytest

from maker_engine.core.errors import Fault
from maker_engine.core.red_flags import FINISH, FlagRules, inspect
from maker_engine.core.responses import Flag
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import NAMES, REQUEST, ask, only_our_key
from tests.support.fault_server import Said, completion
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

SAID = Said("ok", "ok")
ROUTER, ANTHROPIC, OLLAMA, GEMINI = (
    "openrouter/openai/gpt-6", "anthropic/claude-haiku-4-5", "ollama_chat/any", "gemini/gemini-3.5-flash-lite",
)  # fmt: skip


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    """Keys of no value for each of the routes."""
    for provider in ("ANTHROPIC", "OPENROUTER", "GEMINI"):
        monkeypatch.setenv(f"{provider}_API_KEY", "canary-0123456789")


def openai(**choice):
    """A chat completion in OpenAI's form."""
    return completion(SAID, choice=choice)


def anthropic(stop_reason="end_turn"):
    """A message in Anthropic's form."""
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5-20990101",
        "content": [{"type": "text", "text": "ok"}], "stop_reason": stop_reason, "stop_sequence": None,
        "usage": {"input_tokens": 11, "output_tokens": 3},
    }  # fmt: skip


def ollama(done_reason="stop", **fields):
    """A chat answer in Ollama's form."""
    message = {"role": "assistant", "content": "ok"}
    counts = {"prompt_eval_count": 11, "eval_count": 3}
    return {"model": "any", "message": message, "done": True, "done_reason": done_reason, **counts, **fields}


def gemini(reason="STOP"):
    """An answer in Google's form."""
    content = {"role": "model", "parts": [{"text": "ok"}]}
    usage = {"promptTokenCount": 11, "candidatesTokenCount": 3, "totalTokenCount": 14}
    candidate = {"content": content, "finishReason": reason, "index": 0}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-3.8", "responseId": "r1"}


async def drawn(name, body, number=1):
    """Draw samples that are answered by `body`; return the last response, or its fault, and the model."""
    path = "/v1" if name in (ROUTER, *NAMES) else ""
    with OpenAIServer(lambda _messages, _body, _number: Reply(raw=json.dumps(body).encode())) as server:
        model = LiteLLMModel(name, server.base_url.removesuffix("/v1") + path)
        for _ in range(number):
            response = await model.sample(REQUEST)
        await model.aclose()
        assert len(server.requests) == number
        return response, model


WHOLE = [
    (ROUTER, openai(native_finish_reason="completed")),
    (ROUTER, openai(native_finish_reason="STOP")),
    (ROUTER, openai(native_finish_reason="a word nobody knows")),
    (ROUTER, openai(native_finish_reason=None)),
    (NAMES[0], openai(finish_reason="completed")),
    (ANTHROPIC, anthropic()),
    (ANTHROPIC, anthropic("stop_sequence")),
    (OLLAMA, ollama()),
    (GEMINI, gemini()),
]


@pytest.mark.parametrize(("name", "body"), WHOLE, ids=range(len(WHOLE)))
async def test_a_whole_answer_votes_on_every_route(name, body):
    """A finish reason that means whole is "stop", whatever second word stands beside it."""
    response, _ = await drawn(name, body)
    assert (response.text, response.finish_reason) == ("ok", "stop")
    assert (response.tokens_in, response.tokens_out) == (11, 3)


CUT = [
    (ROUTER, openai(native_finish_reason="max_output_tokens"), "length"),
    (ROUTER, openai(native_finish_reason="content_filter"), "content_filter"),
    (ROUTER, openai(finish_reason="error"), "error"),
    (NAMES[0], openai(finish_reason={"type": "abort"}), "abort"),
    (NAMES[0], openai(finish_reason="a word nobody knows"), "a word nobody knows"),
    (ANTHROPIC, anthropic("max_tokens"), "length"),
    (ANTHROPIC, anthropic("model_context_window_exceeded"), "model_context_window_exceeded"),
    (ANTHROPIC, anthropic("pause_turn"), "pause_turn"),
    (ANTHROPIC, anthropic("refusal"), "content_filter"),
    (OLLAMA, ollama("length"), "length"),
    (OLLAMA, ollama("unload"), "unload"),
    (OLLAMA, ollama(done=False), "not done"),
    (GEMINI, gemini("MAX_TOKENS"), "length"),
    (GEMINI, gemini("SAFETY"), "content_filter"),
    (GEMINI, gemini("MALFORMED_RESPONSE"), "MALFORMED_RESPONSE"),
    (GEMINI, gemini("FINISH_REASON_UNSPECIFIED"), "FINISH_REASON_UNSPECIFIED"),
]


@pytest.mark.parametrize(("name", "body", "reason"), CUT, ids=range(len(CUT)))
async def test_what_is_not_known_to_be_whole_does_not_vote(name, body, reason):
    """An ending that LiteLLM does not know, and calls "stop", keeps the provider's own word."""
    response, _ = await drawn(name, body)
    assert response.finish_reason == reason


async def test_a_word_that_every_answer_carries_is_said():
    """A second word that is not known is noted, with the share of the answers that carry it."""
    _, model = await drawn(ROUTER, openai(native_finish_reason="fin\x1b[2J"), number=3)
    assert model.adjustments == (
        "'fin\\x1b[2J' beside finish reason 'stop' is not known: taken as whole (every answer)",
    )


async def test_words_without_end_are_not_all_kept():
    """A server that ends each answer with another word fills no memory."""
    with OpenAIServer(
        lambda _messages, _body, number: Reply(raw=json.dumps(openai(native_finish_reason=f"w{number}")).encode())
    ) as server:
        model = LiteLLMModel(NAMES[0], server.base_url)
        for _ in range(25):
            await model.sample(REQUEST)
        await model.aclose()
    assert len(model.adjustments) == 20
    assert model.adjustments[0].endswith("(1 of 25 answers)")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reason", [None, ""])
async def test_without_a_finish_reason_the_count_of_tokens_decides(name, reason):
    """A counted answer below the limit is whole, and noted; at the limit, or uncounted, it is refused."""
    whole, model = await drawn(name, openai(finish_reason=reason))
    assert (whole.finish_reason, whole.text) == ("stop", "ok")
    assert model.adjustments[-1].startswith("the server gives no finish reason")
    for usage in (None, (11, 77, 0)):
        fault, _ = await ask(Reply(finish_reason=reason, usage=usage), name)
        assert fault.kind is Fault.MALFORMED
        assert "no finish reason, and no count of tokens below the limit" in str(fault)


def flag_of(response):
    """The flag on a response."""
    flag = inspect(response, FlagRules(77), pytest.fail, pytest.fail)
    assert isinstance(flag, Flag)
    return flag


PARSER = "the server put the answer into its reasoning: its reasoning parser is wrong"
EMPTY = [
    ({"content": None, "reasoning_content": "move 1"}, PARSER),
    ({"content": "", "reasoning": "move 1"}, PARSER),
    ({"content": None, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
     "the answer is a tool call, though no tools were offered: switch tool calling off in the server"),
    ({"content": None, "refusal": "I cannot."}, "the model refused to answer"),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("message", "reason"), EMPTY, ids=range(len(EMPTY)))
async def test_an_answer_in_the_wrong_field_is_flagged_with_the_cause(name, message, reason):
    """An answer without text whose server put it elsewhere is one call and one flag that names the cause."""
    response, _ = await drawn(name, completion(SAID, message=message))
    assert (response.text, flag_of(response)) == ("", Flag(FINISH, reason))


async def test_thinking_that_ollama_sets_apart_is_named_too():
    """An Ollama answer with thoughts and no text has the same cause."""
    response, _ = await drawn(OLLAMA, ollama(message={"role": "assistant", "content": "", "thinking": "move 1"}))
    assert flag_of(response).reason == PARSER


async def test_thoughts_before_an_answer_are_no_fault():
    """Reasoning beside a text is reasoning; cut off before any text it is an answer cut off."""
    response, _ = await drawn(NAMES[0], completion(SAID, message={"reasoning_content": "hm"}))
    assert (response.text, response.finish_reason) == ("ok", "stop")
    body = completion(SAID, message={"content": None, "reasoning_content": "hm"}, choice={"finish_reason": "length"})
    response, _ = await drawn(NAMES[0], body)
    assert (response.text, response.finish_reason) == ("", "length")


async def test_the_answer_s_own_name_and_id_are_kept():
    """The id is the server's, not one that LiteLLM makes up, so that a copy is noticed; so is the model's name."""
    found = [(await drawn(*one))[0] for one in ((ANTHROPIC, anthropic()), (GEMINI, gemini()), (OLLAMA, ollama()))]
    assert [(one.id, one.model) for one in found] == [
        ("msg_1", "claude-haiku-4-5-20990101"), ("r1", "gemini-3.8"), ("", "any"),
    ]  # fmt: skip
