"""The key that a model's name says it needs is the one that LiteLLM asks for."""

from __future__ import annotations

import pytest

from maker_engine.core.errors import InputError
from maker_engine.models import litellm_route
from maker_engine.models.keys import KEYS, missing_key


@pytest.mark.parametrize("provider", KEYS)
def test_a_missing_key_is_the_one_that_a_start_would_want(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every provider known here is one of which LiteLLM says the same; any of its names sets it."""
    for name in KEYS[provider]:
        monkeypatch.delenv(name, raising=False)
    model = f"{provider}/some-model"
    told = missing_key([model], None)
    assert told.endswith("is not set")
    with pytest.raises(InputError, match=KEYS[provider][0]):
        litellm_route.find(model, None)
    for name in KEYS[provider]:
        with monkeypatch.context() as patch:
            patch.setenv(name, "x")
            assert missing_key([model], None) == ""
            litellm_route.find(model, None)


def test_nothing_is_said_of_what_is_not_known() -> None:
    """A server of the user's own, another provider, and a name without one may well need no key."""
    assert missing_key(["openai/x"], "http://127.0.0.1:1/v1") == ""
    assert missing_key(["ollama/x", "gpt-4o", "bedrock/x"], None) == ""
