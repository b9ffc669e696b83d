"""Parameters that fit the model: what is dropped, what is refused, and what is remembered."""

from __future__ import annotations

from typing import Any

import pytest

from maker_engine.core.errors import InputError, ProviderError
from maker_engine.core.responses import Prompt, SampleRequest
from maker_engine.models.pool import VoterSpec
from maker_engine.models.sampling import Sampling, read_temperature, reasons, resolve
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import only_our_key
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

CURRENT = ("gpt-6-luna", "gpt-5-mini", "gpt-5.6-luna", "o4-mini", "gpt-5.1")
"""Models of the end of 2026, by OpenAI's names, which keep OpenAI's rules on any server."""


def request(temperature: float | None = 0.1, room: int = 0) -> SampleRequest:
    """One sample's request."""
    return SampleRequest(0, 1, Prompt("Solve one step.", "disk 1?"), temperature, 77, max_reasoning_tokens=room)


def strict(_messages: list[dict[str, Any]], body: dict[str, Any], _number: int) -> str | Reply:
    """Answer as the models of today do: no temperature while reasoning, and no `max_tokens`."""
    if "max_tokens" in body:
        said = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return Reply.error(400, said, "unsupported_parameter")
    if body.get("temperature", 1) != 1 and body.get("reasoning_effort") != "none":
        said = (
            "Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) is supported."
        )
        return Reply.error(400, said, "unsupported_value")
    return "ok"


async def asked(name: str, sampling: Sampling, *requests: SampleRequest) -> tuple[LiteLLMModel, list[dict[str, Any]]]:
    """Check a model and draw samples from a strict server; return it with the bodies that the server saw."""
    with OpenAIServer(strict) as server:
        model = LiteLLMModel(name, server.base_url, sampling=sampling)
        try:
            await model.check()
            for one in requests:
                assert (await model.sample(one)).text == "ok"
        finally:
            await model.aclose()
        return model, [one.body for one in server.requests]


@pytest.mark.parametrize("name", CURRENT)
async def test_what_litellm_s_tables_know_is_left_out_before_the_first_call(name):
    """A temperature that a current model does not take is not sent, and this is said: the first call goes through."""
    model, bodies = await asked(f"openai/{name}", Sampling(), request())
    takes_it = name == "gpt-5.1"  # it does not reason by default
    assert len(bodies) == 1 + takes_it  # the server is stricter than the tables: it is asked once more
    assert ("temperature" in bodies[-1]) is False
    assert bodies[-1]["max_completion_tokens"] == 77
    assert [line.partition(":")[0] for line in model.adjustments] == ["no temperature is sent"]


async def test_a_refusal_of_the_provider_s_own_is_learnt_once():
    """What a server refuses by its name is left out of the same call made again, and of every later one."""
    model, bodies = await asked("openai/unheard-of", Sampling(), request(), request())
    assert [sorted(set(body) - {"model", "messages"}) for body in bodies] == [
        ["max_tokens", "temperature"],
        ["max_completion_tokens", "temperature"],
        ["max_completion_tokens"],
        ["max_completion_tokens"],
    ]
    assert len(model.adjustments) == 2


async def test_reasoning_none_lets_a_temperature_through():
    """Where a model takes a temperature only while it does not reason, both are sent as they were asked for."""
    _, (body,) = await asked("openai/gpt-6-luna", Sampling(reasoning="none"), request())
    assert (body["temperature"], body["reasoning_effort"]) == (0.1, "none")


@pytest.mark.parametrize(
    ("name", "sampling", "line"),
    [
        ("gpt-6-luna", Sampling(fixed=(0.7,)), "does not take --temperature 0.7: give --temperature auto or none, or"),
        (
            "gpt-6-luna",
            Sampling(reasoning="minimal"),
            "does not take --reasoning minimal: leave it out, or give another",
        ),
        ("gpt-4.1", Sampling(reasoning="low"), "does not take --reasoning low"),
        ("o4-mini", Sampling(fixed=(0.0,)), "does not take --temperature 0: give --temperature auto or none"),
    ],
)
async def test_what_the_user_named_is_never_dropped(name, sampling, line):
    """A named temperature or effort that the model does not take is one line with the mend, and no call."""
    with OpenAIServer(strict) as server:
        with pytest.raises(InputError) as caught:
            await LiteLLMModel(f"openai/{name}", server.base_url, sampling=sampling).check()
        assert line in str(caught.value)
        assert server.requests == []


async def test_a_named_temperature_that_the_server_refuses_ends_with_the_mend():
    """The provider's own refusal of what the user named is passed on with what to give instead."""
    with pytest.raises(ProviderError, match=r"does not take --temperature 0\.7: give --temperature auto or none"):
        await asked("openai/unheard-of", Sampling(fixed=(0.7,)), request(0.7))


async def test_reasoning_is_switched_off_in_the_template_of_a_server_of_one_s_own():
    """A local server is told by effort and chat template, and by the template alone where it does not know efforts."""

    def local(_messages: list[dict[str, Any]], body: dict[str, Any], _number: int) -> str | Reply:
        return Reply.error(400, "unknown field reasoning_effort") if "reasoning_effort" in body else "ok"

    with OpenAIServer(local) as server:
        model = LiteLLMModel("openai/qwen3", server.base_url, sampling=Sampling("none"))
        await model.sample(request())
        await model.aclose()
    assert [one.body["chat_template_kwargs"] for one in server.requests] == [{"enable_thinking": False}] * 2
    assert "reasoning_effort" not in server.requests[1].body


async def test_the_room_for_reasoning_is_added_to_the_output_limit():
    """The call's limit is that of the answer and that of the reasoning together."""
    _, (body,) = await asked("openai/gpt-6-luna", Sampling(), request(None, room=4096))
    assert body["max_completion_tokens"] == 77 + 4096


@pytest.mark.parametrize(
    ("name", "effort", "expected"),
    [
        ("gpt-6-luna", "default", True),
        ("gpt-6-luna", "none", False),
        ("gpt-5.1", "default", False),
        ("gpt-5.1", "low", True),
        ("gpt-4.1-mini", "default", False),
        ("openai/unheard-of", "default", False),
        ("openai/unheard-of", "high", True),
        ("sim", "default", False),
    ],
)
def test_who_reasons_is_known_by_the_table(name, effort, expected):
    """Only a model that is known, or asked, to reason is given room for it."""
    assert reasons(name, effort) is expected


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ("auto", "auto", (0.0, 0.1, ())),
        ("auto", "none", (None, None, ())),
        ("auto", 0.7, (0.0, 0.7, (0.7,))),
        (1.0, 1.0, (1.0, 1.0, (1.0, 1.0))),
        ("none", 0.5, (None, 0.5, (0.5,))),
    ],
)
def test_auto_is_the_paper_s(first, other, expected):
    """Left alone, the first sample is drawn at 0 and the others at 0.1; a number is insisted on."""
    assert resolve(first, other) == expected


def test_a_voter_says_its_own_temperature_and_effort():
    """A voter's own words win over the run's, and what is automatic may be dropped."""
    assert VoterSpec("a", 0.7, reasoning="low").sampling(Sampling("high", (0.3,))) == Sampling("low", (0.7,))
    assert VoterSpec("a").sampling(Sampling("high", (0.3,))) == Sampling("high", (0.3,))
    assert VoterSpec("a", read_temperature("auto")).sampling(Sampling(fixed=(0.3,))) == Sampling()
    assert VoterSpec("a", "none").fitted(request(), "default").temperature is None
