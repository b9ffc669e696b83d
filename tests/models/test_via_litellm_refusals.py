"""What a refusal means is in its words: what passes is waited out, what does not pass is said at once."""

from __future__ import annotations

import json

import pytest

from maker_engine.core.errors import Fault, ProviderError
from tests.models.test_via_litellm import NAMES, ask, only_our_key
from tests.support.openai_server import Reply

__all__ = ["only_our_key"]

PER_MINUTE = (
    "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 6501, please reduce your message"
)

REFUSALS = [
    (400, "ThrottlingException: Too many tokens, please wait before trying again.", Fault.RATE),
    (400, "Rate limit reached for requests", Fault.RATE),
    (403, "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'", Fault.RATE),
    (413, PER_MINUTE, Fault.RATE),
    (429, PER_MINUTE, Fault.RATE),
    (429, "usage_limit_reached", Fault.RATE),
    (400, "You have reached your specified API usage limits. You will regain access on 2099-01-01 at 00:00 UTC.",
     Fault.RATE),
    (400, "Provider returned error", Fault.OVERLOAD),
    (400, "upstream connect error or disconnect/reset before headers", Fault.OVERLOAD),
    (403, "The service is temporarily unavailable", Fault.OVERLOAD),
    (422, "Internal server error, please retry", Fault.OVERLOAD),
    (424, "failed dependency", Fault.OVERLOAD),
    (498, "Flex tier capacity exceeded", Fault.OVERLOAD),
    (499, "client closed request", Fault.OVERLOAD),
    (400, "Model unloaded.", Fault.LOADING),
    (424, "Model is not ready for inference", Fault.LOADING),
    (429, "ModelNotReadyException: Model is not ready for inference. Wait and try your request again", Fault.LOADING),
    (500, "llm server loading model", Fault.LOADING),
    (503, "Loading model", Fault.LOADING),
    (503, "Model m is currently loading", Fault.LOADING),
    (400, "We could not parse the JSON body of your request. (HINT: …)", Fault.CONNECTION),
    (400, "unexpected end of JSON input", Fault.CONNECTION),
    (403, "Your chosen model requires moderation and your input was flagged for violence", Fault.POLICY),
    (403, "flagged", Fault.POLICY),
    (400, "Output data may contain inappropriate content (data_inspection_failed)", Fault.POLICY),
    (403, "Your account was flagged for unusual activity", Fault.AUTH),
    (407, "proxy authentication required", Fault.AUTH),
    (400, "Unsupported value: 'n' must be 1; upstream refused it", Fault.BAD_REQUEST),
    (400, "Only one model is loaded, and it is not m", Fault.BAD_REQUEST),
    (404, "model 'm' not found, try pulling it first", Fault.NOT_FOUND),
    (410, "this model was retired", Fault.NOT_FOUND),
    (413, "request entity too large", Fault.CONTEXT),
    (400, "This request has too many input tokens for the model", Fault.CONTEXT),
    (429, "You exceeded your current quota, please check your plan and billing details", Fault.QUOTA),
    (402, "Insufficient credits", Fault.QUOTA),
    (400, "Budget has been exceeded! Current cost: 10.1, max budget: 10.0", Fault.QUOTA),
    (501, "not implemented", Fault.BAD_REQUEST),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("status", "words", "kind"), REFUSALS, ids=range(len(REFUSALS)))
async def test_a_refusal_is_judged_by_its_words(status, words, kind, name):
    """A server's words say more than its status: the fault has the right kind and its words, and cost one request."""
    error, server = await ask(Reply.error(status, words), name)
    assert isinstance(error, ProviderError), error
    assert (error.kind, len(server.requests)) == (kind, 1), error
    assert str(error).startswith(f"{name}: HTTP {status}: {words[:60]}")


async def test_what_no_waiting_helps_is_said_with_the_mend():
    """A call that counts for more tokens than a minute's limit allows says so, and what to change."""
    error, _ = await ask(Reply.error(413, PER_MINUTE))
    assert str(error).endswith("(one call counts for more than the limit allows at all: lower --max-tokens)")


@pytest.mark.parametrize(
    ("raw", "kind", "line"),
    [
        ({"error": {"message": "Unsupported parameter: 'temperature'"}}, Fault.BAD_REQUEST, "'temperature'"),
        ({"error": {"message": "maximum context length is 4096 tokens"}}, Fault.CONTEXT, "is 4096 tokens"),
        ({"error": {"message": "Overloaded"}}, Fault.OVERLOAD, "Overloaded"),
    ],
)
async def test_a_router_s_refusal_is_judged_by_the_words_it_passes_on(raw, kind, line):
    """Where a router quotes the provider it asked, the quoted words decide and are shown."""
    error = {"message": "Provider returned error", "code": 400, "metadata": {"raw": json.dumps(raw)}}
    fault, _ = await ask(Reply(status=400, raw=json.dumps({"error": error}).encode()))
    assert fault.kind is kind
    assert str(fault).startswith("openai/local: HTTP 400: Provider returned error: ")
    assert str(fault).endswith(line)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("error", "kind", "wait"),
    [
        ({"code": 429, "message": "slow down", "metadata": {"retry_after": 9}}, Fault.RATE, 9),
        ({"code": "503", "message": "Loading model"}, Fault.LOADING, None),
        ({"code": 400, "message": "Provider returned error"}, Fault.OVERLOAD, None),
        ({"code": 402, "message": "Insufficient credits"}, Fault.QUOTA, None),
        ({"code": 400, "message": "Unsupported parameter: 'x'"}, Fault.BAD_REQUEST, None),
    ],
)
async def test_an_error_that_comes_with_status_200_is_judged_by_its_own(error, kind, wait, name):
    """An error object instead of an answer is judged by the status and the words in it."""
    fault, server = await ask(Reply(raw=json.dumps({"error": error}).encode()), name)
    assert (fault.kind, fault.retry_after_s, len(server.requests)) == (kind, wait, 1)
    assert str(fault) == f"{name}: error {error['code']}: {error['message']}"


ANTHROPIC, OLLAMA = "anthropic/claude-haiku-4-5", "ollama_chat/any"


@pytest.mark.parametrize(
    ("name", "status", "body", "kind"),
    [
        (
            ANTHROPIC,
            400,
            {"type": "error", "error": {"type": "x", "message": "usage limits: regain access"}},
            Fault.RATE,
        ),
        (
            ANTHROPIC,
            529,
            {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
            Fault.OVERLOAD,
        ),
        (OLLAMA, 500, {"error": "llm server loading model"}, Fault.LOADING),
        (OLLAMA, 503, {"error": "server busy, please try again"}, Fault.OVERLOAD),
        (OLLAMA, 404, {"error": "model 'any' not found"}, Fault.NOT_FOUND),
    ],
)
async def test_other_wire_formats_are_judged_alike(name, status, body, kind, monkeypatch):
    """Refusals in Anthropic's and Ollama's form have the same kinds."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary-0123456789")
    error, server = await ask(Reply(status=status, raw=json.dumps(body).encode()), name, path="")
    assert (error.kind, len(server.requests)) == (kind, 1), error
