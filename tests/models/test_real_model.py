"""A real model behind a real server, where `MAKER_REAL_MODEL` names one: its endpoint, and perhaps the model's name.

    MAKER_REAL_MODEL="http://127.0.0.1:8091/v1" .venv/bin/pytest tests/models/test_real_model.py

Only the shape of things is looked at: what a model says is its own affair, and differs between machines.
"""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models.served import served_models
from maker_engine.models.via_litellm import LiteLLMModel
from maker_tui.cli.main import main

NAMED = os.environ.get("MAKER_REAL_MODEL", "").split()

pytestmark = [
    pytest.mark.skipif(not NAMED, reason="MAKER_REAL_MODEL names no server: set it to the address of one"),
    pytest.mark.timeout(600),  # a slow model is no error
]


def model_name() -> str:
    """The model's name for LiteLLM."""
    return f"openai/{NAMED[1] if NAMED[1:] else served_models(NAMED[0])[0]}"


async def draw(*requests: SampleRequest) -> list[object]:
    """Draw samples at once; a fault takes its response's place."""
    model = LiteLLMModel(model_name(), NAMED[0])
    try:
        await model.check()
        return await asyncio.gather(*map(model.sample, requests), return_exceptions=True)
    finally:
        await model.aclose()


def ask(text: str, max_tokens: int = 40, sample: int = 0) -> SampleRequest:
    """One sample's request."""
    return SampleRequest(0, sample, Prompt("", text), 0.1, max_tokens)


async def test_a_sample_comes_back_whole():
    """Text, tokens both ways, an ending, a latency and the name of who answered: nothing is left unsaid."""
    (response,) = await draw(ask("What is 7 x 8? Answer with the number alone."))
    assert response.text.strip()
    assert response.tokens_in > 0
    assert response.tokens_out > 0
    assert response.finish_reason in ("stop", "length")
    assert response.latency_s > 0
    assert response.model


async def test_two_samples_are_two_responses():
    """Each call has a response of its own, by its id."""
    first, second = await draw(ask("Say a word."), ask("Say a word.", sample=1))
    assert first.id != second.id


async def test_the_output_limit_cuts_an_answer_off():
    """A limit of one token ends an answer as cut off, with no more tokens than that."""
    (response,) = await draw(ask("Count from one to a hundred in words.", max_tokens=1))
    assert (response.finish_reason, response.tokens_out) == ("length", 1)


async def test_a_prompt_that_does_not_fit_is_named_so():
    """A prompt longer than the server's context is a fault of that name, or it is answered where there is room."""
    (outcome,) = await draw(ask("word " * 40_000, max_tokens=1))
    assert not isinstance(outcome, ProviderError) or outcome.kind is Fault.CONTEXT


def test_a_run_ends_by_a_name(capsys, tmp_path):
    """A short table is run to a named end, and what was recorded of it is sound."""
    file = str(tmp_path / "real.maker")
    where = ("--model", model_name(), "--api-base", NAMED[0])
    flags = ("--products", "3", "--k", "2", "--temperature", "1", "--max-samples", "12", "--max-tokens", "60")
    status = main(["run", "products", *where, *flags, "--session", file, "--headless", "--json"])
    result = json.loads(capsys.readouterr().out)
    assert (status, result["outcome"]) in [(0, "solved"), (1, "unsolved"), (1, "undecided")], result
    assert result["tokens_out"] > 0
    assert result["simulated"] is False
    assert main(["sessions", "verify", file]) == 0
