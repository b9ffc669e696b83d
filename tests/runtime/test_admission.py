"""Who is let in: a new response, from the model that was asked."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.events import Outcome
from maker_engine.core.responses import DRAFT, Prompt, Response, SampleRequest
from maker_engine.core.settings import Settings
from maker_engine.runtime.admission import REMEMBERED, Admission
from tests.support.running import Bench, right
from tests.support.toy import Count

REQUEST = SampleRequest(0, 0, Prompt("", ""), 0.1, 100, ballot=1)


def refused(admission: Admission, request: SampleRequest, **fields: str) -> ProviderError | None:
    """The error with which a response is refused, None when it is let in."""
    try:
        admission.admit(request, Response("", **fields))
    except ProviderError as error:
        return error
    return None


def test_the_response_of_another_sample_is_refused_with_the_mend() -> None:
    """A cached answer is no independent vote: the message says so, and what to switch off."""
    admission = Admission()
    assert refused(admission, REQUEST, id="chatcmpl-7") is None
    error = refused(admission, replace(REQUEST, sample=1), id="chatcmpl-7")
    assert error is not None
    assert (error.kind, error.kind.passing) == (Fault.COPY, True)
    assert "'chatcmpl-7' to two samples" in str(error)
    assert "switch caching off in the server or proxy" in str(error)


@pytest.mark.parametrize("other", [{"sample": 1}, {"ballot": 2}, {"copy": 1}])
def test_another_sample_is_one_of_another_number_ballot_or_call(other: dict[str, int]) -> None:
    """Two calls for one sample, or the same number in the next step, are two draws of the dice."""
    admission = Admission()
    refused(admission, REQUEST, id="a")
    assert refused(admission, replace(REQUEST, **other), id="a") is not None


def test_the_same_call_may_be_answered_with_the_same_id() -> None:
    """A provider that recognises a call that is made again gives it its own response."""
    admission = Admission()
    assert [refused(admission, REQUEST, id="a") for _ in range(3)] == [None] * 3


def test_a_response_without_an_id_is_no_copy() -> None:
    """Local servers often give none."""
    admission = Admission()
    assert [refused(admission, replace(REQUEST, sample=n)) for n in range(10)] == [None] * 10


def test_only_the_last_ids_are_remembered() -> None:
    """A run of a million steps takes no more memory: an id is forgotten after ten thousand others."""
    admission = Admission()
    for n in range(3 * REMEMBERED):
        admission.admit(replace(REQUEST, sample=n), Response("", id=f"r{n}"))
    assert len(admission._seen) == REMEMBERED == 10_000
    assert refused(admission, replace(REQUEST, sample=-1), id=f"r{2 * REMEMBERED}") is not None
    assert refused(admission, replace(REQUEST, sample=-1), id=f"r{2 * REMEMBERED - 10}") is None


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
        ("openai/gpt-4.1-mini", "gpt-4.1-mini"),
        ("claude-sonnet-4", "anthropic/claude-sonnet-4-20250514"),
        ("Qwen3-8B", "qwen3-8b"),
        ("gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("llama3.2", "llama3.2:latest"),
        ("any", ""),
    ],
)
def test_a_build_of_the_same_model_is_let_in(asked: str, served: str) -> None:
    """A provider's name, a date, a version and capitals make no other model; no name at all says nothing."""
    admission = Admission()
    assert refused(admission, REQUEST, model=asked) is None
    assert refused(admission, REQUEST, model=served) is None
    assert refused(admission, REQUEST, model=asked) is None


@pytest.mark.parametrize(
    ("asked", "served"),
    [("gpt-4.1", "gpt-4.1-mini"), ("gpt-4o", "gpt-4.1"), ("llama3.2:3b", "llama3.2:1b"), ("a/x", "a/y")],
)
def test_another_model_is_refused(asked: str, served: str) -> None:
    """Nobody measured the error rate of a model that answers in another's place; both are named."""
    admission = Admission()
    assert refused(admission, REQUEST, model=asked) is None
    error = refused(admission, replace(REQUEST, sample=1), model=served)
    assert error is not None
    assert (error.kind, error.kind.passing) == (Fault.MALFORMED, True)
    assert repr(served) in str(error)
    assert repr(asked.rpartition("/")[2]) in str(error)


def test_each_voter_has_a_model_of_its_own() -> None:
    """In a pool, and for a draft, what one voter is says nothing about the others."""
    admission = Admission()
    for voter, model in ((0, "a"), (1, "b"), (DRAFT, "small")):
        assert refused(admission, replace(REQUEST, voter=voter), model=model) is None
    assert refused(admission, replace(REQUEST, voter=1), model="a") is not None


async def test_a_refused_response_does_not_vote(tmp_path: Path) -> None:
    """Copies and strangers in between are calls made again: the run ends as it would have, with failures counted."""
    numbers, said = count(), iter(["new", "copy", "stranger", "new"] * 100)

    def script(request: SampleRequest) -> Response:
        wrong = replace(right(request), text="answer = 7", model="asked")
        return {
            "new": replace(right(request), id=f"r{next(numbers)}", model="asked"),
            "copy": replace(wrong, id="r0"),
            "stranger": replace(wrong, id=f"s{next(numbers)}", model="stranger"),
        }[next(said)]

    bench = Bench(tmp_path, script, task=Count(4), concurrency=1)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.totals.wrong, snapshot.totals.samples) == (Outcome.SOLVED, 0, 8)
    assert snapshot.totals.failures == 8


async def test_a_stranger_that_answers_first_does_not_shut_the_asked_model_out(tmp_path: Path) -> None:
    """One response of another model, the run's very first, must not make all later ones strangers for a day."""
    first = iter(["stranger"])

    def script(request: SampleRequest) -> Response:
        return replace(right(request), model=next(first, "scripted"))

    bench = Bench(tmp_path, script, task=Count(4), settings=Settings(k=2), concurrency=1)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.reason) == (Outcome.SOLVED, "solved and verified")
    assert bench.clock.now() < 3600
