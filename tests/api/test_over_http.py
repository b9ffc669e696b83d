"""The library over a real wire: a loopback server in OpenAI's format."""

from __future__ import annotations

import json

import pytest

import maker_engine as maker
from tests.api.tasks import Countdown
from tests.support.openai_server import OpenAIServer, Reply

MODEL = "openai/gpt-6-luna"


def difference(messages, body, number):  # noqa: ARG001 - as the server calls it
    return str(int(messages[-1]["content"].split()[2]) - 1)


def test_a_real_model_solves_it():
    """A task of three methods runs over HTTP, again in the same process, and under a running loop."""
    with OpenAIServer(difference) as server:
        for _ in range(2):
            run = maker.solve(Countdown(), model=MODEL, k=2, api_base=server.base_url, preflight=False)
            assert (run.ok, run.answers, run.simulated) == (True, (4, 3, 2, 1, 0), False)
        assert server.requests[0].body["messages"] == [
            {"role": "user", "content": f"What is 5 - 1?\n\n{maker.Integer(0, 9).sentence}"}
        ]
        assert not any("response_format" in request.body for request in server.requests)


async def test_votes_are_taken_over_http_under_a_running_loop():
    """Many ballots go over the wire from within a running loop."""
    prompts = [f"What is {n} - 1?" for n in range(1, 7)]
    with OpenAIServer(difference) as server:
        ballots = maker.vote_many(prompts, maker.Integer(), model=MODEL, k=2, api_base=server.base_url)
    assert [ballot.answer for ballot in ballots] == [0, 1, 2, 3, 4, 5]


def test_another_model_that_comes_to_answer_ends_the_votes():
    """Where another model answers in place of the one asked, nobody waits: what is decided stays, the rest says why."""

    def answer(messages, body, number):
        return Reply(difference(messages, body, number), model="gpt-6-luna" if number < 16 else "other-9")

    with OpenAIServer(answer) as server:
        prompts = [f"What is {n} - 1?" for n in range(1, 5)]
        options = {"n": 1, "concurrency": 1, "api_base": server.base_url}
        ballots = maker.vote_many(prompts, maker.Integer(), model=MODEL, k=8, **options)
    assert [ballot.answer for ballot in ballots] == [0, 1, None, None]
    assert "other-9" in ballots[2].reason


@pytest.mark.parametrize("apart", [False, True])
def test_a_constrained_answer_is_asked_for_by_its_schema(apart):
    """With `constrain` the body carries the form's JSON schema, also from the process apart, and the answer is read."""
    from dataclasses import replace

    from maker_engine.api.options import order_of
    from maker_engine.api.persons import Person
    from maker_engine.api.running import run, settle
    from maker_engine.runtime.order import prepare

    options = {"api_base": None, "preflight": False, "constrain": True, "n": 1}
    with OpenAIServer(lambda *_: json.dumps({"answer": 0})) as server:
        order = replace(order_of("countdown", MODEL, 1, None, {**options, "api_base": server.base_url}), apart=apart)
        done = settle(run(prepare(order, Countdown()), Person(), keep=False))
        sent = server.requests[0].body["response_format"]
    assert done.answers == (0,)
    assert (sent["type"], sent["json_schema"]["strict"]) == ("json_schema", True)
    answer = sent["json_schema"]["schema"]["properties"]["answer"]
    assert answer == {"type": "integer", "minimum": 0, "maximum": 9}


def test_a_grammar_is_sent_as_it_is():
    """With `constrain="grammar"` the body carries the form's grammar, as llama.cpp's server takes it."""
    form = maker.Choice("yes", "no")
    with OpenAIServer(lambda *_: "no") as server:
        ballot = maker.vote("Is 91 prime?", form, model=MODEL, k=1, api_base=server.base_url, constrain="grammar")
        assert server.requests[0].body["grammar"] == 'root ::= "yes" | "no"'
    assert ballot.answer == "no"


def test_a_server_that_takes_no_schema_is_told_with_the_mend():
    """A refusal of the constraint ends the run in one line that says what to give instead."""
    refusal = Reply.error(400, "response_format json_schema is not supported")
    with OpenAIServer(lambda *_: refusal) as server:
        run = maker.solve(Countdown(), model=MODEL, k=1, api_base=server.base_url, preflight=False, constrain=True)
    assert run.outcome is maker.Outcome.FAILED
    assert "give another --constrain" in run.reason
