"""What can be found out about a model without calling it."""

from __future__ import annotations

import pytest

from maker_engine.core.errors import InputError
from maker_engine.models.litellm_route import is_near
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import NAMES, only_our_key
from tests.support.openai_server import OpenAIServer

__all__ = ["only_our_key"]


@pytest.mark.parametrize(
    ("name", "api_base", "line"),
    [
        ("openai/gpt-4.1-mini", None, "needs OPENAI_API_KEY: set it, or give --api-base for a local server"),
        ("gpt-4.1-mini", None, "needs OPENAI_API_KEY"),
        ("openai/gpt-4.1-mini", "https://api.openai.com/v1", "needs OPENAI_API_KEY: set it, or"),
        ("openai/any", "https://models.example.org/v1", "needs OPENAI_API_KEY: set it, to any text if"),
        ("anthropic/claude-haiku-4-5", None, "needs ANTHROPIC_API_KEY: set it"),
        ("gemini/gemini-2.5-flash-lite", None, "needs GOOGLE_API_KEY or GEMINI_API_KEY: set"),
        ("sambanova/any", None, "needs SAMBANOVA_API_KEY: set it"),
        ("azure/any", None, "needs AZURE_API_BASE and AZURE_API_VERSION and AZURE_API_KEY: set"),
        ("hosted_vllm/any", None, "needs the address of a server: give --api-base"),
        ("github_copilot/any", None, "signs in through a browser"),
        ("nobody/any", None, "no such provider; write PROVIDER/MODEL"),
        ("any", None, "no such provider"),
        ("openai/", None, "no such provider"),
        ("openai/a b", None, "has no spaces"),
        ("openai/any", "localhost:8000", "not an http address: write it like http://127.0.0.1:8000/v1"),
        ("openai/any", "http://", "not an http address"),
        ("openai/any", "http://host:port/v1", "not an http address"),
        ("openai/any", "http://host/\x1b[2J", "not an http address"),
        ("openai/any", "http://me:hush@host/v1", "no place for passwords"),
        ("openai/any", "http://host/v1?key=hush", "no place for passwords"),
    ],
)
async def test_what_cannot_work_is_told_before_the_first_call(name, api_base, line, monkeypatch):
    """A missing key, an unknown provider or a broken address is one line that names the thing and the mend."""
    monkeypatch.setenv("OPENAI_API_KEY", " ")  # blank is as good as missing
    with pytest.raises(InputError) as caught:
        await LiteLLMModel(name, api_base).check()
    assert line in str(caught.value)
    assert str(caught.value).isprintable()
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "api_base"),
    [("ollama_chat/any", None), ("llamafile/any", None), ("openai/any", "http://localhost:1/v1")],
)
async def test_a_local_server_needs_no_key(name, api_base, monkeypatch):
    """Servers on this machine pass the check without a key."""
    monkeypatch.delenv("OPENAI_API_KEY")
    await LiteLLMModel(name, api_base).check()


async def test_the_check_calls_nobody():
    """A check sends no request."""
    with OpenAIServer(lambda _messages, _body, _number: "") as server:
        await LiteLLMModel(NAMES[0], server.base_url).check()
        assert server.requests == []


@pytest.mark.parametrize(
    ("name", "address", "near"),
    [
        ("openai/any", "http://127.0.0.1:8000/v1", True),
        ("openai/any", "http://gpu-box:8000/v1", True),
        ("openai/any", "http://192.168.0.7:8000/v1", True),
        ("ollama/qwen", None, True),
        ("openai/any", "https://api.example.com/v1", False),
        ("openai/any", "no address at all", False),
        ("gpt-4.1", None, False),
        ("ollama_chat/qwen", "https://ollama.example.com", False),
    ],
)
def test_a_server_of_this_machine_or_network_is_known_by_its_address(
    name: str, address: str | None, near: bool
) -> None:
    """Such a server may be started after the run; nothing is asked, and LiteLLM is not loaded, to find out."""
    assert is_near(name, address) is near


@pytest.mark.parametrize(("address", "near"), [("https://ollama.example.com", False), ("http://127.0.0.1:1", True)])
def test_the_environment_says_where_a_local_server_is(
    address: str, near: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ollama's usual place is this machine, unless its variable names another one."""
    monkeypatch.setenv("OLLAMA_API_BASE", address)
    assert is_near("ollama/qwen", None) is near
