"""The way to a server: proxies of the environment, redirects, and connections that are not there."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.models import litellm_redirects
from maker_engine.models.litellm_faults import ElsewhereError
from maker_engine.models.litellm_route import is_loopback
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import CANARY, NAMES, REQUEST, ask, only_our_key
from tests.models.test_via_litellm_endings import ANTHROPIC, anthropic
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]


def free_port():
    """A port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
def no_proxy(monkeypatch):
    """An environment without a proxy."""
    for scheme in ("HTTP", "HTTPS", "ALL", "NO"):
        monkeypatch.delenv(f"{scheme}_PROXY", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".lower(), raising=False)


async def outcome(model):
    """Draw one sample and close; return the response or the fault."""
    try:
        return await model.sample(REQUEST)
    except ProviderError as error:
        return error
    finally:
        await model.aclose()


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_loopback_goes_direct(variable, name, monkeypatch):
    """A proxy of the environment is not used for this machine: there it would be another one."""
    monkeypatch.setenv(variable, f"http://127.0.0.1:{free_port()}")
    response, server = await ask("ok", name)
    assert (response.text, len(server.requests)) == ("ok", 1)


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("name", NAMES)
async def test_a_proxy_is_used_for_other_hosts(name, monkeypatch):
    """What is sent elsewhere goes through the proxy of the environment."""
    with OpenAIServer(lambda _messages, _body, _number: "ok") as proxy:
        monkeypatch.setenv("http_proxy", proxy.base_url.removesuffix("/v1"))
        response = await outcome(LiteLLMModel(name, "http://models.example.invalid/v1"))
        assert response.text == "ok"
        assert [one.path for one in proxy.requests] == ["http://models.example.invalid/v1/chat/completions"]


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("name", NAMES)
async def test_a_proxy_that_is_not_there_is_named_with_the_way_around_it(name, monkeypatch):
    """A connection that fails at a proxy says which, without its password, and what to set."""
    port = free_port()
    monkeypatch.setenv("http_proxy", f"http://me:hush-hush@127.0.0.1:{port}")
    error = await outcome(LiteLLMModel(name, "http://models.example.invalid/v1"))
    assert error.kind is Fault.CONNECTION
    assert str(error).startswith(f"{name}: no connection to 127.0.0.1:{port}: Connection refused ")
    assert str(error).endswith(
        f"(through the proxy http://127.0.0.1:{port}: to go direct, put the server's host into NO_PROXY)"
    )
    assert "hush" not in str(error)


@pytest.mark.usefixtures("no_proxy")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("status", "kind"), [(407, Fault.AUTH), (502, Fault.OVERLOAD), (403, Fault.AUTH)])
async def test_a_proxy_that_refuses_is_named(status, kind, name, monkeypatch):
    """A status that a proxy may have sent is said together with the proxy."""
    with OpenAIServer(lambda _messages, _body, _number: Reply.error(status, "not through here")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.base_url.removesuffix("/v1"))
        error = await outcome(LiteLLMModel(name, "http://models.example.invalid/v1"))
        assert len(proxy.requests) == 1
    assert error.kind is kind
    assert str(error).startswith(f"{name}: HTTP {status}: not through here (through the proxy http://127.0.0.1:")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("[::1]", True), ("localhost", True),
        ("LOCALHOST.", True), ("a.localhost", True), ("0.0.0.0", True), ("192.168.0.1", False),  # noqa: S104
        ("localhost.example.org", False), ("mylocalhost", False), ("", False),
    ],
)  # fmt: skip
def test_this_machine_is_known_by_its_names(host, loopback):
    """Loopback addresses and names are this machine, whatever else is near is not."""
    assert is_loopback(host) is loopback


@pytest.mark.parametrize("name", NAMES)
async def test_a_refused_connection_says_where_and_why(name):
    """Nobody listening is one line with address and reason, and no word of certificates."""
    port = free_port()
    error = await outcome(LiteLLMModel(name, f"http://127.0.0.1:{port}/v1"))
    assert error.kind is Fault.CONNECTION
    assert str(error) == f"{name}: no connection to 127.0.0.1:{port}: Connection refused"


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_leads_nowhere_says_so(name):
    """A host that cannot be found is one line with the host, and no word of certificates."""
    error = await outcome(LiteLLMModel(name, "http://models.invalid:8000/v1"))
    assert error.kind is Fault.CONNECTION
    assert str(error).startswith(f"{name}: no connection to models.invalid:8000: ")
    assert "ssl" not in str(error)
    assert "object at" not in str(error)


async def test_plain_http_at_a_port_for_tls_says_what_it_is():
    """An https address whose server speaks plain http is a connection fault without a printed object."""

    def refuse(_reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await outcome(LiteLLMModel(NAMES[0], f"https://127.0.0.1:{port}/v1"))
    assert error.kind is Fault.CONNECTION
    assert str(error).startswith(f"{NAMES[0]}: no connection to 127.0.0.1:{port}: [SSL: ")
    assert "object at" not in str(error)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_on_the_same_server_is_followed_with_the_same_request(status, name):
    """A redirect to another path gets the whole request again, as a POST with its key, and is noted."""
    moved = Reply(status=status, raw=b"", headers={"location": "/v2/chat/completions"})
    with OpenAIServer(lambda _messages, _body, number: "ok" if number else moved) as server:
        model = LiteLLMModel(name, server.base_url)
        response = await outcome(model)
    assert response.text == "ok"
    first, second = server.requests
    assert (first.path, second.path) == ("/v1/chat/completions", "/v2/chat/completions")
    assert (second.body, second.headers["authorization"]) == (first.body, f"Bearer {CANARY}")
    assert model.adjustments[0].startswith("the server redirects /v1/chat/completions to http://127.0.0.1:")


@pytest.mark.parametrize("name", [*NAMES, ANTHROPIC])
async def test_a_redirect_to_another_server_gets_no_key(name, monkeypatch):
    """A redirect elsewhere is not followed, whatever header the key travels in; the line says where it leads."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    with OpenAIServer(lambda _messages, _body, _number: Reply(raw=json.dumps(anthropic()).encode())) as other:
        location = f"{other.base_url}/elsewhere?token=hush-hush"
        error, server = await ask(Reply(status=308, raw=b"", headers={"location": location}), name, path="")
        assert (len(server.requests), len(other.requests)) == (1, 0)
    assert error.kind is Fault.CONNECTION
    assert f"redirects to {other.base_url}/elsewhere, which is not followed" in str(error)
    assert "give it as --api-base" in str(error)
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "location",
    [
        "https://a.example.org/v1", "http://a.example.org:81/v1", "http://b.example.org/v1", "//b.example.org/v1",
        "ftp://a.example.org/", "http://a.example.org.evil.org/", "http://[::1", "http://a.example.org:99999/",
    ],
)  # fmt: skip
def test_another_port_scheme_or_host_is_another_server(location):
    """From a server at a port of its own, no other origin is followed."""
    with pytest.raises(ElsewhereError):
        litellm_redirects.note("http://a.example.org:8000/v1", location)


@pytest.mark.parametrize("location", ["", "/v2", "http://A.example.org/v2", "https://a.example.org/v2", "?again"])
def test_the_same_server_may_move_behind_tls(location):
    """The same host is followed to another path, and from http to https at the usual ports."""
    assert "followed" in litellm_redirects.note("http://a.example.org/v1", location)
