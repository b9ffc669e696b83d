"""Several answers by one call: what is asked, how it is shared out, and what is learnt about a server."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, strategies as st

from maker_engine.core.errors import InputError, ProviderError
from maker_engine.core.responses import Prompt, Response, SampleRequest
from maker_engine.models.in_subprocess import SubprocessModel
from maker_engine.models.pool import Pool, VoterSpec
from maker_engine.models.port import SeveralModel, Together
from maker_engine.models.sampling import AUTO, MOST_ANSWERS, Answers, Sampling, read_answers
from maker_engine.models.several import dollar_shares, shares
from maker_engine.models.via_litellm import LiteLLMModel
from tests.models.test_via_litellm import only_our_key
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]

NAME = "openai/gpt-4.1-mini"
PROMPT = Prompt("Solve one step.", "disk 1?")


def requests(number: int, temperature: float | None = 0.1, first: int = 1) -> list[SampleRequest]:
    """The requests for some samples of one step."""
    return [SampleRequest(4, first + one, PROMPT, temperature, 77, ballot=9) for one in range(number)]


def gives(*texts: str | None, usage: tuple[int, int, int] | None = (100, 30, 0)) -> Reply:
    """One answer with these texts."""
    return Reply(texts, usage=usage)


def as_asked(_messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
    """Give as many answers as are asked for, all of them different."""
    return gives(*(f"answer {number}.{index}" for index in range(body.get("n", 1))))


def one_choice(_messages: list[dict[str, Any]], _body: dict[str, Any], number: int) -> Reply:
    """Give one answer, whatever is asked for."""
    return gives(f"answer {number}")


def at_most(slots: int, refusal: Reply) -> Callable[[list[dict[str, Any]], dict[str, Any], int], Reply]:
    """Refuse to give more answers than there are slots."""

    def answer(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        return refusal if body.get("n", 1) > slots else as_asked(messages, body, number)

    return answer


Outcome = tuple[LiteLLMModel, list[list[Response]], list[int]]


async def drawn(
    answer: Any, groups: Sequence[list[SampleRequest]], answers: Answers = AUTO, name: str = NAME
) -> Outcome:
    """Draw groups of samples, one after the other; return the model, the responses, and the answers of each request."""
    with OpenAIServer(answer) as server:
        model = LiteLLMModel(name, server.base_url, sampling=Sampling(answers=answers))
        try:
            await model.check()
            responses = [await model.sample_many(group) for group in groups]
        finally:
            await model.aclose()
        return model, responses, [request.body.get("n", 1) for request in server.requests]


def total(responses: Sequence[Response], name: str) -> Any:
    """What the responses have used together."""
    return sum(getattr(one, name) for one in responses)


async def test_one_call_brings_several_answers_and_each_has_its_share():
    """Ids are the call's with the index, and prompt, output and cost of the answers add up to the call's exactly."""
    reply = gives("first", "the second", "3", usage=(1_001, 32, 7))
    model, ((one, two, three),), asked = await drawn(lambda *_: reply, [requests(3)])
    _, ((alone,),), _ = await drawn(lambda *_: gives("x", usage=(1_001, 32, 7)), [requests(1)])
    assert asked == [3]
    assert [each.text for each in (one, two, three)] == ["first", "the second", "3"]
    assert [each.id for each in (one, two, three)] == ["chatcmpl-0#0", "chatcmpl-0#1", "chatcmpl-0#2"]
    assert [each.shared for each in (one, two, three)] == [3, 3, 3]
    assert [each.tokens_in for each in (one, two, three)] == [335, 333, 333]
    assert [each.tokens_out for each in (one, two, three)] == [10, 20, 2], "by the length of the text"
    for name in ("tokens_in", "tokens_out", "cost_usd"):
        assert total((one, two, three), name) == getattr(alone, name)
    assert (alone.id, alone.shared) == ("chatcmpl-0", 1)
    assert model.adjustments == ()


async def test_answers_are_in_the_order_of_their_indices():
    """The order on the wire is the server's business: an answer's place is its index."""
    choices = ",".join(
        f'{{"index": {index}, "finish_reason": "stop", "message": {{"role": "assistant", "content": "{index}"}}}}'
        for index in (2, 0, 1)
    )
    raw = f'{{"id": "a", "object": "chat.completion", "created": 0, "model": "m", "choices": [{choices}]}}'
    _, (responses,), _ = await drawn(lambda *_: Reply(raw=raw.encode()), [requests(3)])
    assert [(one.text, one.id) for one in responses] == [("0", "a#0"), ("1", "a#1"), ("2", "a#2")]
    assert [(one.tokens_in, one.cost_usd) for one in responses] == [(None, None)] * 3


async def test_where_fewer_come_only_so_many_are_asked_for_from_then_on():
    """A server that gives one answer, whatever it is asked for, is asked for one, and this is said."""
    model, responses, asked = await drawn(one_choice, [requests(3), requests(2), requests(3)])
    assert [len(group) for group in responses] == [1, 1, 1]
    assert asked == [3, 1, 1]
    assert model.together(requests(1)[0]).most == 1
    assert model.adjustments == ("one answer a call is asked for: the server gave 1 where 3 were asked for",)


async def test_what_nobody_asked_for_is_paid_for():
    """More answers than were asked for all come back with their shares, so that the cost of the call is counted."""
    _, (responses,), _ = await drawn(lambda *_: gives("a", "b", "c"), [requests(2)])
    assert [one.text for one in responses] == ["a", "b", "c"]
    assert total(responses, "tokens_in") == 100
    with pytest.raises(ProviderError, match="2 choices in the answer instead of one"):
        await drawn(lambda *_: gives("a", "b"), [requests(1)])


async def test_an_answer_that_cannot_be_used_leaves_its_share_to_the_others():
    """A choice without a text is left out, the rest shares what the call used, and no smaller number is learnt."""
    model, (responses,), _ = await drawn(lambda *_: gives("a", None, "c"), [requests(3)])
    assert [one.text for one in responses] == ["a", "c"]
    assert total(responses, "tokens_out") == 30
    assert model.together(requests(1)[0]).most == MOST_ANSWERS
    with pytest.raises(ProviderError, match="no text in the answer"):
        await drawn(lambda *_: gives(None, None), [requests(2)])


REFUSALS = {
    "llama.cpp": Reply.error(400, "n_cmpl cannot be greater than the number of slots, please increase -np"),
    "llama.cpp, older": Reply.error(500, "Only one completion choice is allowed"),
    "vague": Reply.error(422, "invalid request"),
}


@pytest.mark.parametrize("words", REFUSALS)
@pytest.mark.parametrize(("slots", "asked"), [(1, [5, 3, 2, 1, 1, 1]), (2, [5, 3, 2, 2, 2]), (4, [5, 3, 4, 4])])
async def test_a_server_that_refuses_the_number_is_asked_for_fewer(words, slots, asked):
    """What is refused is asked again for half as many, and no more than went through are asked for from then on."""
    server = at_most(slots, REFUSALS[words])
    most = 3 if slots == 4 else slots
    model, responses, seen = await drawn(server, [requests(5), requests(5), requests(5)])
    assert seen == [5, 3, *asked[2:]] if slots < 3 else [5, 3, 3, 3]
    assert [len(group) for group in responses] == [most] * 3
    (line,) = model.adjustments
    assert line.startswith("one answer a call is" if most == 1 else f"at most {most} answers a call are")


async def test_a_refusal_for_another_reason_teaches_nothing():
    """Where one answer is refused as well, the number was not the reason, and the refusal is passed on."""
    with OpenAIServer(at_most(0, Reply.error(400, "no such thing"))) as server:
        model = LiteLLMModel(NAME, server.base_url, sampling=Sampling(answers=AUTO))
        with pytest.raises(ProviderError, match="no such thing"):
            await model.sample_many(requests(3))
        await model.aclose()
        assert [request.body.get("n", 1) for request in server.requests] == [3, 2, 1]
    assert model.adjustments == ()


async def test_a_server_that_only_streams_is_asked_for_one_answer_at_a_time():
    """A stream brings one answer: where the server gives nothing else, each sample has its own call, and it is said."""

    def streams(_messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        if not body.get("stream"):
            return Reply.error(400, "This model only supports stream mode")
        events = (
            {"id": f"c{number}", "choices": [{"index": 0, "delta": {"content": "one"}, "finish_reason": None}]},
            {"id": f"c{number}", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        )
        raw = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
        return Reply(raw=raw.encode(), headers={"content-type": "text/event-stream"})

    model, responses, asked = await drawn(streams, [requests(2), requests(2)], name="openai/local")
    assert [[one.text for one in group] for group in responses] == [["one"], ["one"]]
    assert asked == [2, 1, 1]
    assert "one answer a call is asked for: they come as streams" in model.adjustments


async def test_a_system_prompt_that_is_refused_teaches_nothing_about_the_number():
    """A model that takes no system prompt is asked for as many answers without one."""

    def no_system(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        if messages[0]["role"] == "system":
            return Reply.error(400, "System role not supported")
        return as_asked(messages, body, number)

    _, _, asked = await drawn(no_system, [requests(3), requests(3)], name="openai/local")
    assert asked == [3, 3, 3]


async def test_litellm_s_tables_say_who_takes_no_number(monkeypatch):
    """A model that takes no number of answers is asked one at a time from the first call on, and this is said."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
    for answers in (AUTO, 5):
        model = LiteLLMModel("anthropic/claude-haiku-5-5", sampling=Sampling(answers=answers))
        await model.check()
        assert model.together(requests(1)[0]).most == 1
        assert "one answer a call is asked for: this model takes no other" in model.adjustments[-1]


def copies(_messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
    """Give the same text as often as is asked for."""
    return gives(*[f"answer {number}"] * body.get("n", 1))


async def test_answers_of_one_text_are_taken_for_copies():
    """Where the answers of each of the first three calls are one text, each sample has its own call from then on."""
    model, responses, asked = await drawn(copies, [requests(2)] * 4)
    assert asked == [2, 2, 2, 1]
    assert [len(group) for group in responses] == [2, 2, 2, 1]
    said = "the answers of each of the first 3 calls were one text, and copies are not votes"
    assert model.adjustments == (f"one answer a call is asked for: {said}",)


async def test_one_difference_is_enough():
    """Once answers of one call have differed, later ones that are alike are votes like any other."""

    def answer(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        return as_asked(messages, body, number) if number == 2 else copies(messages, body, number)

    model, _, asked = await drawn(answer, [requests(2)] * 8)
    assert asked == [2] * 8
    assert model.adjustments == ()


@pytest.mark.parametrize(
    ("answers", "reply"),
    [(2, gives("a", "a")), (AUTO, Reply(("", ""), "length")), (AUTO, Reply(("a", "a"), "length"))],
)
async def test_a_number_is_not_tested_nor_is_an_answer_that_was_cut_off(answers, reply):
    """Who names a number gets it, copies or not; and answers that are not whole say nothing about the rest of them."""
    model, _, asked = await drawn(lambda *_: reply, [requests(2)] * 5, answers)
    assert asked == [2] * 5
    assert model.adjustments == ()


async def test_an_error_that_only_several_answers_bring_about_is_found_out():
    """After two failures of calls for several one answer is asked for; where that goes well, it stays at one."""
    broken = Reply.error(500, "internal error")
    with OpenAIServer(at_most(1, broken)) as server:
        model = LiteLLMModel(NAME, server.base_url, sampling=Sampling(answers=AUTO))
        for _ in range(2):
            with pytest.raises(ProviderError, match="internal error"):
                await model.sample_many(requests(3))
        assert len(await model.sample_many(requests(3))) == 1
        await model.aclose()
    assert model.adjustments == ("one answer a call is asked for: calls for more have failed, and one for one has not",)


async def test_an_outage_is_no_reason_to_ask_for_less():
    """Where a call for one answer fails too, or one for several went well, a failure says nothing of the number."""
    down = {1, 2, 3, 6, 7}

    def answer(messages: list[dict[str, Any]], body: dict[str, Any], number: int) -> Reply:
        return Reply.error(500, "internal error") if number + 1 in down else as_asked(messages, body, number)

    with OpenAIServer(answer) as server:
        model = LiteLLMModel(NAME, server.base_url, sampling=Sampling(answers=AUTO))
        for _ in range(8):
            with contextlib.suppress(ProviderError):
                await model.sample_many(requests(3))
        await model.aclose()
        assert [request.body.get("n", 1) for request in server.requests] == [3, 3, 1, 3, 3, 3, 3, 3]
    assert model.adjustments == ()


async def test_who_may_share_a_call_goes_by_what_is_sent():
    """Samples share a call where the same temperature, or none, is sent; at temperature 0 none does."""
    takes, drops = (LiteLLMModel(name, "http://127.0.0.1:9/v1", sampling=Sampling(answers=AUTO)) for name in
                    ("openai/local", "openai/gpt-6-luna"))  # fmt: skip
    first, other = requests(1, 0.0, first=0)[0], requests(1)[0]
    for model in (takes, drops):
        await model.check()
        assert isinstance(model, SeveralModel)
    assert (takes.together(first), takes.together(other)) == (Together(1, 0.0), Together(MOST_ANSWERS, 0.1))
    assert drops.together(first) == drops.together(other) == Together(MOST_ANSWERS, None)
    for model in (takes, drops):
        await model.aclose()


async def test_a_pool_lets_one_voter_answer_all_the_samples_of_a_call():
    """What may share a call is the voter's to say, with its own temperature; it is asked in its own words."""
    with OpenAIServer(as_asked) as server:
        sampling = Sampling(answers=AUTO)
        model = LiteLLMModel(NAME, server.base_url, sampling=sampling)
        pool = Pool([(VoterSpec(NAME, 0.7, "brief"), model)], {})
        first = requests(2, 0.0)
        assert pool.together(first[0]) == Together(MOST_ANSWERS, 0.7)
        assert [one.text for one in await pool.sample_many(first)] == ["answer 0.0", "answer 0.1"]
        await pool.aclose()
        (body,) = (request.body for request in server.requests)
    assert (body["n"], body["temperature"]) == (2, 0.7)
    assert "Keep your reasoning short" in body["messages"][0]["content"]


async def test_another_process_asks_for_several_by_one_message():
    """A helper's answers are those of the same model here, fewer or more too; what it learns is known here at once.

    A cancelled call of several is cut short in the helper.
    """
    replies = [gives("a", "b", "c"), gives("a", "b"), Reply(delay_s=60), gives("a")]
    outcomes = []
    for kind in (SubprocessModel, LiteLLMModel):
        with OpenAIServer(lambda _messages, _body, number: replies[number]) as server:
            model = kind(NAME, server.base_url, 30.0, Sampling(fixed=(0.7,), answers=AUTO))
            await model.check()
            told = [model.together(requests(1)[0])]
            found = [await model.sample_many(requests(2)), await model.sample_many(requests(3))]
            told.append(model.together(requests(1)[0]))
            hanging = asyncio.ensure_future(model.sample_many(requests(2)))
            await asyncio.to_thread(server.wait_until, lambda server: len(server.requests) == 3)
            hanging.cancel()
            await asyncio.to_thread(server.wait_until, lambda server: server.hung_up == 1)
            found.append(await model.sample_many(requests(2)))
            told.append(model.together(requests(1)[0]))
            await model.aclose()
            texts = [[(one.text, one.id, one.shared, one.tokens_in, one.cost_usd) for one in group] for group in found]
            outcomes.append((told, texts, model.adjustments, [request.body.get("n", 1) for request in server.requests]))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == [Together(MOST_ANSWERS, 0.1), Together(2, 0.1), Together(1, 0.1)]
    assert outcomes[0][3] == [2, 3, 2, 2]


@given(total=st.integers(0, 10**15), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_shares_add_up(total, weights):
    """What a call used is shared out whole, whatever it is shared by; nobody's share is negative."""
    parts = shares(total, weights)
    assert sum(parts) == total
    assert min(parts) >= 0


@given(total=st.floats(0, 1e6), answers=st.integers(1, 100), seed=st.randoms(use_true_random=False))
def test_dollars_add_up_to_the_last_bit(total, answers, seed):
    """Shares of dollars, added one by one in any order, give the call's dollars exactly."""
    parts = dollar_shares(total, answers)
    seed.shuffle(parts)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


@pytest.mark.parametrize("text", ["0", "-1", "many", "", "2.5", "101", "٣x"])
def test_a_number_that_cannot_be_is_refused(text):
    """How many answers a call may bring is auto or a whole number from 1 to 100."""
    with pytest.raises(InputError, match=r"must be auto or a whole number from 1 to 100, got "):
        read_answers(text)


@pytest.mark.parametrize("answers", [0, 101, 2.5, "3", None])
def test_a_record_with_another_number_is_refused(answers):
    """What a session's order holds is held against the same bounds."""
    with pytest.raises(InputError, match=r"--n is auto or a whole number from 1 to 100, got "):
        Sampling(answers=answers)


def test_a_number_is_read():
    """Auto stays auto, and a number becomes one."""
    assert [read_answers(text) for text in ("auto", "1", "100")] == [AUTO, 1, 100]
