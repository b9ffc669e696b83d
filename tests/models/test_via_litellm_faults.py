"""Whatever a server does wrong becomes one fault of the right kind, told in one line without secrets."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.models.litellm_faults import _said
from maker_engine.models.via_litellm import LONGEST_TEXT, LiteLLMModel
from tests.models.test_via_litellm import CANARY, NAMES, REQUEST, ask, only_our_key
from tests.support.growth import grows_with_length
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

UNREADABLE = {
    "two choices": b'{"id":"x","object":"chat.completion","model":"m","choices":['
    b'{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"stop"},'
    b'{"index":1,"message":{"role":"assistant","content":"b"},"finish_reason":"stop"}]}',
    "no choices": b'{"id":"x","object":"chat.completion","model":"m","choices":[]}',
    "no choices field": b'{"id":"x","object":"chat.completion","model":"m"}',
    "null": b"null",
    "a choice that is a word": b'{"id":"x","model":"m","choices":["a"]}',
    "a message that is null": b'{"id":"x","model":"m","choices":[{"message":null,"finish_reason":"stop"}]}',
    "a number for text": b'{"id":"x","model":"m","choices":[{"message":{"content":5},"finish_reason":"stop"}]}',
    "bytes that are no UTF-8": b'{"id":"x","model":"m","choices":[{"message":{"content":"\xff"}}]}',
    "half a character": b'{"id":"x","object":"chat.completion","model":"m","choices":['
    b'{"index":0,"message":{"role":"assistant","content":"\\ud800"},"finish_reason":"stop"}]}',
    "200 000 brackets": b"[" * 200_000,
    "an error of status 200": b'{"error":{"message":"upstream said no"}}',
    "nothing": b"",
    "half of it": b'{"id":"x","object":"chat.comp',
}

FAULTS = {
    "401": (Reply.error(401, "no such key"), Fault.AUTH),
    "402": (Reply.error(402, "pay first"), Fault.QUOTA),
    "403": (Reply.error(403, "not for you"), Fault.AUTH),
    "404": (Reply.error(404, "no such model"), Fault.NOT_FOUND),
    "400": (Reply.error(400, "no such parameter"), Fault.BAD_REQUEST),
    "400 context": (Reply.error(400, "maximum context length is 4096", "context_length_exceeded"), Fault.CONTEXT),
    "400 llama.cpp": (Reply.error(400, "the request exceeds the available context size"), Fault.CONTEXT),
    "400 policy": (Reply.error(400, "rejected by our safety system", "content_policy_violation"), Fault.POLICY),
    "400 credit": (Reply.error(400, "Your credit balance is too low"), Fault.QUOTA),
    "429": (Reply.error(429, "slow down"), Fault.RATE),
    "429 quota": (Reply.error(429, "You exceeded your current quota", "insufficient_quota"), Fault.QUOTA),
    "429 Google": (
        Reply.error(429, "You exceeded your current quota, status RESOURCE_EXHAUSTED, retry in 8 s"),
        Fault.RATE,
    ),
    "408": (Reply.error(408, "too slow"), Fault.TIMEOUT),
    "500": (Reply.error(500, "oops"), Fault.OVERLOAD),
    "502": (Reply(status=502, raw=b"<html>bad gateway</html>"), Fault.OVERLOAD),
    "503": (Reply.error(503, "later"), Fault.OVERLOAD),
    "529": (Reply.error(529, "overloaded"), Fault.OVERLOAD),
    "hung up at once": (Reply(close="before"), Fault.CONNECTION),
    "dropped mid body": (Reply(close="mid body"), Fault.CONNECTION),
    "reset mid body": (Reply(close="reset"), Fault.CONNECTION),
    "HTML": (Reply(raw=b"<html>log in</html>", headers={"content-type": "text/html"}), Fault.MALFORMED),
    "null text": (Reply(text=None), Fault.MALFORMED),
    "huge": (Reply("x" * (LONGEST_TEXT + 1)), Fault.MALFORMED),
    **{what: (Reply(raw=body), Fault.MALFORMED) for what, body in UNREADABLE.items()},
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", FAULTS)
async def test_each_fault_has_its_kind(what, name):
    """Whatever a server does wrong has one kind, one printable line that names the model, and cost one request."""
    reply, kind = FAULTS[what]
    error, server = await ask(reply, name)
    assert isinstance(error, ProviderError), error
    assert (error.kind, len(server.requests)) == (kind, 1), error
    assert str(error).isprintable()
    assert str(error).startswith(f"{name}: ")
    assert len(str(error)) <= 200


async def test_a_refusal_is_told_in_the_servers_words():
    """The line holds the HTTP status and the server's own sentence, without LiteLLM's prefixes."""
    error, _ = await ask(Reply.error(404, "The model `local` does not exist"))
    assert str(error) == "openai/local: HTTP 404: The model `local` does not exist"


IN_A_MINUTE = "the date in a minute"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("7", 7, 7), ("1.5", 1.5, 1.5), ("7200", 7200, 7200), (IN_A_MINUTE, 1, 60)],
)
async def test_retry_after_is_heard(said, least, most, name):
    """The seconds or the date of Retry-After come with the fault: of a limit that is reached all of them."""
    if said == IN_A_MINUTE:
        said = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    error, _ = await ask(Reply.error(429, "slow down", headers={"Retry-After": said}), name)
    assert error.kind is Fault.RATE
    assert least <= error.retry_after_s <= most


async def test_a_busy_server_is_not_waited_for_beyond_an_hour():
    """Of a server that is only busy, more than an hour is not believed."""
    error, _ = await ask(Reply.error(503, "later", headers={"Retry-After": "7200"}))
    assert error.retry_after_s == 3600


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", [None, "soon", "nan", "inf", "0", "-3", "1e9", "Sat, 01 Jan 1994 00:00:00 GMT"])
async def test_no_wait_is_invented(said, status):
    """A Retry-After that cannot be read, of no time, of the past or of years to come is not a statement."""
    error, _ = await ask(Reply.error(status, "later", headers={} if said is None else {"Retry-After": said}))
    assert error.retry_after_s is None


@pytest.mark.parametrize("name", NAMES)
async def test_a_server_that_is_not_there_is_a_connection_fault(name):
    """A refused connection is a passing fault, told as such."""
    with OpenAIServer(lambda _messages, _body, _number: "") as server:
        address = server.base_url
    model = LiteLLMModel(name, address)
    with pytest.raises(ProviderError, match="no connection") as caught:
        await model.sample(REQUEST)
    assert caught.value.kind is Fault.CONNECTION
    await model.aclose()


@pytest.mark.parametrize("name", NAMES)
async def test_a_key_the_server_repeats_stays_secret(name):
    """A key echoed by the server is in no part of the fault: text, repr, chain or traceback."""
    echo = f"Incorrect API key {CANARY}; sk-proj-abcdef123456; Bearer abc.def; https://x/?key=abcdef&token=ghijkl"
    error, _ = await ask(Reply.error(401, echo), name)
    seen = str(error) + repr(error) + repr(vars(error)) + "".join(traceback.format_exception(error))
    assert [secret for secret in (CANARY, "abcdef", "abc.def", "ghijkl") if secret in seen] == []
    assert (error.__cause__, error.__context__) == (None, None)
    assert "Incorrect API key ***; ***; Bearer ***" in str(error)


async def test_a_hostile_server_cannot_write_on_the_terminal(capfd):
    """Escape codes and line breaks in a server's words come out visible, and LiteLLM prints nothing of its own."""
    error, _ = await ask(Reply.error(500, "one\ntwo \x1b[2J\u202e three"))
    await ask(Reply(finish_reason="unheard of"))
    assert str(error) == "openai/local: HTTP 500: one two ␛[2J‹202E› three"
    assert capfd.readouterr() == ("", "")


async def test_a_fault_of_ours_is_not_blamed_on_the_provider(monkeypatch):
    """A bug on the way to LiteLLM keeps its own exception."""
    monkeypatch.setattr("maker_engine.models.via_litellm._messages", lambda _request: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await ask("ok")


@pytest.mark.parametrize("unit", ["Error ", "APIError: ", "a", "Timeout Error - ", "litellm."])
def test_an_error_s_text_is_read_in_linear_time(unit: str) -> None:
    """A server that says nothing but "Error" again and again holds no run up."""

    def work(size: int) -> Callable[[], object]:
        return partial(_said, unit * (size // len(unit)) + "!")

    assert grows_with_length(work, 8_000)
