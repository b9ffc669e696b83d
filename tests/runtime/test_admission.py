"""Who is let in: a new response, from the model that was asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.record.commands import Continue
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import DRAFT, Prompt, Response, SampleRequest, UnusableError
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.admission import RECENT_ANSWERS, STRANGERS, Admission, SwitchError
from maker_engine.runtime.copies import REMEMBERED, TRUSTED
from maker_engine.sessions.queries.saved import open_saved
from tests.support.running import Bench, right
from tests.support.toy import Count

REQUEST = SampleRequest(0, 0, Prompt("", ""), 0.1, 100, ballot=1)


def refused(admission: Admission, request: SampleRequest, **fields: object) -> UnusableError | None:
    """The error with which a response is refused, None when it is let in."""
    try:
        admission.admit(request, Response(**{"text": "", **fields}))  # type: ignore[arg-type]
    except UnusableError as error:
        return error
    return None


def test_the_response_of_another_sample_is_refused_with_the_mend() -> None:
    """A cached answer is no independent vote: the message says so, and what to switch off; it is asked for again."""
    admission = Admission()
    assert refused(admission, REQUEST, id="chatcmpl-7") is None
    error = refused(admission, replace(REQUEST, sample=1), id="chatcmpl-7")
    assert error is not None
    assert (error.kind, error.kind.passing, error.retry_after_s) == (Fault.COPY, True, 2.0)
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


@pytest.mark.parametrize("other", [{"text": "b"}, {"tokens_in": 8}, {"tokens_out": 8}])
def test_an_equal_id_alone_proves_nothing(other: dict[str, object]) -> None:
    """Another text or another usage under the same id is another answer: noted, and let in; so is what follows it."""
    admission = Admission()
    first: dict[str, object] = {"id": "a", "text": "a", "tokens_in": 7, "tokens_out": 7}
    assert refused(admission, REQUEST, **first) is None
    assert refused(admission, replace(REQUEST, sample=1), **{**first, **other}) is None
    assert admission.copies.repeated == 1
    assert refused(admission, replace(REQUEST, sample=2), **{**first, **other}) is None


def test_asked_again_a_copy_comes_with_the_same_id_and_an_answer_with_its_own() -> None:
    """Ids by the second, or drawn from a thousand, are others by then, and prove nothing from then on."""
    admission, second = Admission(), replace(REQUEST, sample=1)
    refused(admission, REQUEST, id="second 1")
    assert refused(admission, second, id="second 1") is not None
    assert refused(admission, second, id="second 1") is not None
    refused(admission, replace(REQUEST, sample=2), id="second 3")
    assert refused(admission, second, id="second 3") is None
    for sample in range(3, 3 + TRUSTED):
        assert refused(admission, replace(REQUEST, sample=sample), id="second 3") is None
    assert refused(admission, replace(REQUEST, sample=99), id="second 3") is not None


def test_ids_by_the_second_cost_next_to_nothing() -> None:
    """All votes of a step are sent together, say the same and have one id: a few are asked for twice, and then none."""
    admission, again, second = Admission(), 0, 0
    for step in range(200):
        second += 1
        waiting = [replace(REQUEST, ballot=step, sample=sample) for sample in range(9)]
        while waiting:
            second += 2
            refusals = [one for one in waiting if refused(admission, one, id=f"{second}", text=f"{step}") is not None]
            again, waiting = again + len(refusals), refusals
    assert again < 60


def test_a_cache_is_found_out_whenever_it_is_switched_on() -> None:
    """A copy that is asked for again comes with the same id, which no server gives twice in a row by chance."""
    admission, dice = Admission(), Random(1)
    for sample in range(500):
        refused(admission, replace(REQUEST, sample=sample), id=f"chatcmpl-{dice.randrange(1000)}", text="same")
    refusals = []
    for sample in range(500, 600):
        tries = 1
        while tries < 4 and refused(admission, replace(REQUEST, sample=sample), id="cached", text="same") is not None:
            tries += 1
        refusals.append(tries)
    assert 4 in refusals


def test_ids_drawn_from_a_thousand_are_no_copies() -> None:
    """Of some thousand answers in few words under such ids next to none is asked for twice, and none thrice."""
    admission, dice, again = Admission(), Random(1), 0
    for number in range(3_000):
        request = replace(REQUEST, ballot=number // 3, sample=number % 3)
        said = {"text": f"answer = {number // 3 % 8}", "tokens_in": 20, "tokens_out": 3}
        tries = 0
        while refused(admission, request, id=f"chatcmpl-{dice.randrange(1000)}", **said) is not None:
            tries += 1
        assert tries < 2
        again += tries
    assert again < 5
    assert admission.copies.repeated > 1_000


def test_only_the_last_ids_are_remembered() -> None:
    """A run of a million steps takes no more memory: an id is forgotten after ten thousand others."""
    admission = Admission()
    for n in range(3 * REMEMBERED):
        admission.admit(replace(REQUEST, sample=n), Response("", id=f"r{n}"))
    assert len(admission.copies._seen) == REMEMBERED == 10_000
    assert refused(admission, replace(REQUEST, sample=-1), id=f"r{2 * REMEMBERED}") is not None
    assert refused(admission, replace(REQUEST, sample=-2), id=f"r{2 * REMEMBERED - 10}") is None


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
        ("openai/gpt-4.1-mini", "gpt-4.1-mini"),
        ("claude-sonnet-4", "anthropic/claude-sonnet-4-20250514"),
        ("Qwen3-8B", "qwen3-8b"),
        ("gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("llama3.2", "llama3.2:latest"),
        ("m", "m-eu-region"),
        ("any", ""),
    ],
)
def test_a_build_of_the_same_model_is_let_in(asked: str, served: str) -> None:
    """A provider's name, a date, a version, a region and capitals make no other model; no name says nothing."""
    admission = Admission()
    assert refused(admission, REQUEST, model=asked) is None
    assert refused(admission, REQUEST, model=served) is None
    assert refused(admission, REQUEST, model=asked) is None


@pytest.mark.parametrize(
    ("asked", "served"),
    [("gpt-4.1", "gpt-4.1-mini"), ("gpt-4o", "gpt-4.1"), ("llama3.2:3b", "llama3.2:1b"), ("a/x", "a/y")],
)
def test_another_model_is_refused(asked: str, served: str) -> None:
    """Nobody measured the error rate of a model that answers in another's place; both are named, and it is paid for."""
    admission = Admission()
    assert refused(admission, REQUEST, model=asked) is None
    error = refused(admission, replace(REQUEST, sample=1), model=served, cost_usd=0.5)
    assert error is not None
    assert (error.kind, error.kind.passing, error.response.cost_usd) == (Fault.STRANGER, True, 0.5)
    assert repr(served) in str(error)
    assert repr(asked.rpartition("/")[2]) in str(error)


def test_a_model_that_has_come_to_answer_is_a_switch() -> None:
    """One stranger may be a router's bad moment; at the third of a dozen a person has to say whether it may."""
    admission = Admission()
    for sample in range(100):
        admission.admit(replace(REQUEST, sample=sample), Response("", model="a"))
    endings = [type(refused(admission, replace(REQUEST, sample=sample), model="b")) for sample in range(200, 205)]
    assert endings == [UnusableError, UnusableError, SwitchError, SwitchError, SwitchError]
    admission.accept_switch()
    assert refused(admission, replace(REQUEST, sample=300), model="b") is None
    assert refused(admission, replace(REQUEST, sample=301), model="a") is None
    assert isinstance(refused(admission, replace(REQUEST, sample=302), model="c"), UnusableError)


def test_two_models_in_turn_are_a_switch() -> None:
    """A router that takes turns would have every second answer thrown away for ever."""
    admission, endings = Admission(), []
    for sample, model in enumerate("ababab"):
        endings.append(type(refused(admission, replace(REQUEST, sample=sample), model=model)))
    assert SwitchError in endings


def test_a_stranger_now_and_then_is_no_switch() -> None:
    """Fewer than three in a dozen are asked for again, for ever."""
    admission = Admission()
    for sample in range(1_000):
        model = "b" if sample % (RECENT_ANSWERS // (STRANGERS - 1)) == 3 else "a"
        assert not isinstance(refused(admission, replace(REQUEST, sample=sample), model=model), SwitchError)


@pytest.mark.parametrize("accepted", ["b", "openai/B-2026-01-01", "any"])
def test_a_model_that_was_accepted_may_answer(accepted: str) -> None:
    """By its name, whatever its build, or by the word for all of them."""
    answered: Counter[tuple[int | None, str]] = Counter()
    admission = Admission([accepted], answered)
    for sample, model in enumerate("aabba"):
        assert refused(admission, replace(REQUEST, sample=sample), model=model) is None
    assert answered == {(0, "a"): 3, (0, "b"): 2}


@pytest.mark.parametrize("known", [{0: ["a"]}, {None: ["a"]}])
def test_who_answered_before_is_who_should_answer_now(known: dict[int | None, list[str]]) -> None:
    """A session that goes on holds even where every single answer comes from another model than before."""
    admission = Admission(known=known)
    endings = [type(refused(admission, replace(REQUEST, sample=sample), model="b")) for sample in range(3)]
    assert endings == [UnusableError, UnusableError, SwitchError]
    assert refused(Admission(known=known), REQUEST, model="a-2026-01-01") is None


def test_each_voter_has_a_model_of_its_own() -> None:
    """In a pool, and for a draft, what one voter is says nothing about the others."""
    admission = Admission()
    for voter, model in ((0, "a"), (1, "b"), (DRAFT, "small")):
        assert refused(admission, replace(REQUEST, voter=voter), model=model) is None
    assert refused(admission, replace(REQUEST, voter=1), model="a") is not None


async def test_a_refused_response_does_not_vote(tmp_path: Path) -> None:
    """Copies and strangers are calls made again: the run ends as it would have, and what they cost counts."""
    numbers, said = count(), iter([*["new"] * 8, "copy", "stranger", *["new"] * 5, "copy", "stranger", *["new"] * 9])
    first = right(SampleRequest(0, 0, Prompt("", ""), 0, 1))

    def script(request: SampleRequest) -> Response:
        wrong = replace(right(request), text="answer = 7", model="asked")
        return {
            "new": replace(right(request), id=f"r{next(numbers)}", model="asked"),
            "copy": replace(first, id="r0", model="asked"),
            "stranger": replace(wrong, id=f"s{next(numbers)}", model="stranger"),
        }[next(said)]

    bench = Bench(tmp_path, script, task=Count(8), concurrency=1)
    snapshot = (await bench.run()).snapshot
    totals = snapshot.totals
    assert (snapshot.outcome, totals.wrong, totals.samples) == (Outcome.SOLVED, 0, 16)
    assert (totals.failures, totals.refused, totals.cost_usd) == (4, 4, 0.25 * 20)
    assert open_saved(bench.journal.path, Count).run.totals == totals


async def test_a_stranger_that_answers_first_does_not_shut_the_asked_model_out(tmp_path: Path) -> None:
    """One response of another model, the run's very first, must not make all later ones strangers for a day."""
    first = iter(["stranger"])

    def script(request: SampleRequest) -> Response:
        return replace(right(request), model=next(first, "scripted"))

    bench = Bench(tmp_path, script, task=Count(4), settings=Settings(k=2), concurrency=1)
    snapshot = (await bench.run()).snapshot
    assert (snapshot.outcome, snapshot.reason) == (Outcome.SOLVED, "solved and verified")
    assert bench.clock.now() < 3600


def other_from(sample: int, other: str = "other"):
    """A model that is another one from its `sample`-th answer on."""
    numbers = count()
    return lambda request: replace(right(request), model=other if next(numbers) >= sample else "asked")


async def test_an_unattended_run_stops_at_a_switch_with_the_mend(tmp_path: Path) -> None:
    """In one line: who answers, who did, and how to go on with it; nothing that was decided is lost."""
    bench = Bench(tmp_path, other_from(10, "other; rm -rf"), task=Count(20))
    view = await bench.run()
    snapshot = view.snapshot
    assert (snapshot.outcome, snapshot.totals.steps) == (Outcome.STOPPED, 5)
    assert snapshot.reason == (
        "answered by other; rm -rf, not by asked as before: its error rate and price are not those measured "
        "(nothing is lost; to resume: maker sessions resume --accept-model 'other; rm -rf')"
    )
    assert view.answered_by == {"asked": 10}
    assert snapshot.totals.cost_usd == 0.25 * (10 + snapshot.totals.refused)
    saved = open_saved(bench.journal.path, Count)
    assert (saved.answered, saved.run.totals) == ({(None, "asked"): 10}, snapshot.totals)


async def test_an_attended_run_holds_at_a_switch_and_going_on_accepts_it(tmp_path: Path) -> None:
    """Nobody is asked while it holds; let go on, it goes on with the model that answers, and the record says so."""
    bench = Bench(tmp_path, other_from(10), task=Count(20), attended=True)
    held: list[str] = []

    def watch(view) -> None:
        if view.obstacle and not held:
            held.append(view.obstacle)
            bench.send(Continue())

    bench.watch = watch
    view = await bench.run()
    assert held == [
        "answered by other, not by asked: resuming accepts it (its error rate and price are not those measured)"
    ]
    assert (view.snapshot.outcome, view.snapshot.totals.steps) == (Outcome.SOLVED, 20)
    assert view.answered_by == {"other": 30, "asked": 10}


async def test_a_provider_error_is_no_answer_of_anybody(tmp_path: Path) -> None:
    """A call that failed costs nothing that anybody knows of, and says nothing of who answers."""
    faults = [ProviderError(Fault.OVERLOAD, "busy")] * 3
    bench = Bench(tmp_path, lambda request: faults.pop() if faults else replace(right(request), model="asked"))
    view = await bench.run()
    assert view.answered_by == {"asked": 6}
    assert view.snapshot.totals.cost_usd == 0.25 * 6
