"""A run from a program: three methods, one call, and a frozen result."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import itertools
import pickle
import threading

import pytest

import maker_engine as maker
from maker_engine.api.listening import Gathering
from maker_engine.core.record.events import StepDecided, VoteCast
from maker_engine.core.responses import Response
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.queries.saved import open_saved
from tests.api.tasks import Countdown, Greeting, Tally, Verified, minus_one


class Endless(maker.Task):
    """A task that never ends."""

    def start(self):
        return 0

    def step(self, n):
        return maker.Vote(f"Say something, {n}.", maker.Choice("this", "that"))

    def apply(self, n, answer):
        return n + len(answer)


def files(home):
    return [path for path in home.rglob("*") if path.is_file() and "origin" not in path.name]


def test_three_methods_make_a_task(home):
    """A task of three methods runs to its end, is called finished and never verified, and leaves no file behind."""
    run = maker.solve(Countdown(), model="sim", k=3)
    assert (run.ok, run.verified, run.outcome) == (True, False, maker.Outcome.FINISHED)
    assert "no check of the whole" in run.reason
    assert (run.answers, run.state, run.result, run.session) == ((4, 3, 2, 1, 0), 0, 0, None)
    assert (run.totals.steps, run.simulated, run.k) == (5, True, 3)
    assert [step.margin for step in run.steps] == [3] * 5
    assert sum(step.samples for step in run.steps) == run.totals.samples
    assert files(home) == []


def test_with_verify_it_is_solved_and_verified():
    """A task that checks the whole is solved, or unsolved with what is wrong."""
    assert maker.solve(Verified(), model=minus_one, k=1).outcome is maker.Outcome.SOLVED
    wrong = maker.solve(Verified(), model=lambda _: "0", k=1)
    assert (wrong.ok, wrong.outcome) == (False, maker.Outcome.UNSOLVED)
    assert "not 4, 3, 2, 1, 0" in wrong.reason
    assert wrong.reason in repr(wrong)


@pytest.mark.parametrize(("given", "said"), [(None, "it returned None"), (ZeroDivisionError(), "ZeroDivisionError")])
def test_a_check_that_fails_loses_nothing(given, said):
    """A `verify` that raises, or returns no list, ends the run as failed: never as verified, and with its answers."""

    class Unchecked(Countdown):
        def verify(self, answers):  # noqa: ARG002 - it checks nothing
            if given is not None:
                raise given

    run = maker.solve(Unchecked(), model=minus_one, k=1)
    assert (run.ok, run.verified, run.outcome, run.answers) == (False, False, maker.Outcome.FAILED, (4, 3, 2, 1, 0))
    assert said in run.reason


def test_a_session_is_written_only_where_it_is_asked_for(home, tmp_path):
    """A path gets the whole record, which verifies and opens again; "library" puts a file into the user's library."""
    path = tmp_path / "count.maker"
    run = maker.solve(Countdown(), model="sim", k=2, session=path)
    assert run.session == path
    saved = open_saved(path, Countdown)
    assert (saved.state, verify(path, saved.task).findings) == (0, ())
    with pytest.raises(maker.InputError, match="exists"):
        maker.solve(Countdown(), model="sim", k=2, session=path)
    kept = maker.solve(Countdown(), model="sim", k=2, session="library")
    assert kept.session.is_relative_to(home)
    assert kept.answers == run.answers


def test_a_run_is_a_frozen_value_that_shows_itself():
    """A result cannot be changed; its repr names outcome and model, and its table is escaped HTML."""
    run = maker.solve(Countdown(), model=minus_one, k=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.state = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.totals.votes += 1
    assert run.totals == maker.solve(Countdown(), model=minus_one, k=1).totals
    assert pickle.loads(pickle.dumps(run)) == copy.deepcopy(run) == run  # noqa: S301 - our own
    assert repr(run).startswith(
        "<Run outcome finished, problem Countdown, model python:minus_one, k 1, steps 5, votes 5"
    )
    ballot = maker.vote("Pick.", maker.Choice("<b>", "&"), model=lambda _: "<b>", k=1)
    assert "<td>&lt;b&gt;</td><td>1</td>" in ballot._repr_html_()
    assert "<table>" in run._repr_html_()


async def test_it_works_under_a_running_loop():
    """In a notebook, where a loop is running, `solve` does what `asolve` does."""
    here, awaited = maker.solve(Countdown(), model="sim", k=3), await maker.asolve(Countdown(), model="sim", k=3)
    assert (here.answers, here.steps) == (awaited.answers, awaited.steps)


async def test_an_interrupt_under_a_running_loop_ends_the_run():
    """Where the caller's task is cancelled, as ctrl+c does it, the run ends with it, and no thread is left."""

    async def caller():
        me = asyncio.current_task()

        def gateway(_):
            me.cancel()
            return "this"

        maker.solve(Endless(), model=gateway, k=1, concurrency=1)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(caller())
    assert not [thread for thread in threading.enumerate() if thread.name == "maker"]


async def test_a_function_may_be_the_model():
    """A plain function is called with the prompt as text, an async one is awaited, an object may be called as well."""

    async def later(prompt):
        assert (prompt.system, prompt.user) == ("", str(prompt))
        return minus_one(prompt)

    class Gateway:
        async def __call__(self, prompt):
            return minus_one(prompt)

    for model in (minus_one, later, Gateway()):
        run = await maker.asolve(Countdown(), model=model, k=2)
        assert (run.answers, run.simulated) == ((4, 3, 2, 1, 0), False)


def test_what_a_function_raises_is_raised():
    """An error of the model function's own ends the run and reaches the caller; what is not text is named."""

    for kind in (LookupError, KeyboardInterrupt, SystemExit):

        def broken(prompt, kind=kind):
            raise kind(prompt)

        with pytest.raises(kind):
            maker.solve(Countdown(), model=broken, k=1)
    with pytest.raises(maker.InputError, match="it has to return text"):
        maker.solve(Countdown(), model=lambda _: 4, k=1)


def test_a_connection_that_breaks_is_tried_again():
    """A connection error in a model function is a provider's fault: the same sample is asked for again."""
    calls = itertools.count()

    def shaky(prompt):
        if next(calls) == 0:
            raise ConnectionError("reset")
        return minus_one(prompt)

    run = maker.solve(Countdown(), model=shaky, k=1, concurrency=1)
    assert (run.answers, run.totals.failures) == ((4, 3, 2, 1, 0), 1)


def test_questions_are_answered_by_the_program():
    """`on_ask` answers each question, and is asked again where its words are refused; without it the run stops."""
    said = iter(["Carl", "Ann", "Bob"])
    run = maker.solve(Greeting(), model="sim", on_ask=lambda _: next(said))
    assert (run.ok, run.state) == (True, Tally(0, ("Ann", "Bob")))
    stopped = maker.solve(Greeting(), model="sim")
    assert (stopped.ok, stopped.outcome) == (False, maker.Outcome.STOPPED)
    with pytest.raises(ZeroDivisionError):
        maker.solve(Greeting(), model="sim", on_ask=lambda _: str(1 / 0))


def test_an_undecided_step_is_shown_as_it_stands():
    """Where a step cannot be decided, the run says so, and its votes are those of the open step."""
    said = itertools.cycle("12")
    run = maker.solve(Countdown(), model=lambda _: next(said), k=3, max_samples=10, concurrency=1)
    assert (run.outcome, run.answers) == (maker.Outcome.UNDECIDED, ())
    assert run.open.answer is None
    assert dict(run.open.votes) == {1: 5, 2: 5}


def test_a_simulated_run_that_may_never_end_is_bounded():
    """Where nobody knows what is right, nor how long it takes, a simulated run ends by a limit that is named."""

    run = maker.solve(Endless(), model="sim", k=1)
    assert run.outcome is maker.Outcome.OUT_OF_BUDGET
    assert run.totals.samples == 10_000
    assert any("made up" in sentence for sentence in run.assumptions)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"model": "sim", "concurency": 2}, "did you mean 'concurrency'"),
        ({"model": "sim", "constrain": "regex"}, "constrain must be none, schema or grammar, got 'regex'"),
        ({"model": 5}, "a model is a name or a function"),
        ({}, "no model is named"),
        ({"model": "sim", "timeout": "soon"}, "timeout must be a number"),
        ({"model": "sim", "session": "librarry"}, "did you mean 'library'"),
        ({"model": "sim", "session": 5}, "a session is a path"),
        ({"model": "sim", "on_ask": "me"}, "on_ask is a function"),
        ({"model": "sim", "config": {"k": 3}}, "config is a RunConfig"),
        ({"config": maker.RunConfig.of(breakpoints=["dissent"])}, "breakpoints hold a run for a person"),
        ({"model": minus_one, "limit_usd": 1.0}, "limit_usd goes with the name of a model"),
        ({"model": "sim", "undecided": "ask"}, "waits for a person in the app"),
        ({"model": "sim", "hopeless": "hold"}, "waits for a person in the app"),
        ({"model": "python:gone"}, "only that program can call it"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(given, message):
    """A wrong option, model or limit is bad input, named before anybody is called."""
    with pytest.raises(maker.InputError, match=message) as refused:
        maker.solve(Countdown(), **given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("task", "message"), [(Countdown, r"such as Countdown\(\)"), ("hanoi", "load_task finds one")])
def test_what_is_no_task_is_refused(task, message):
    """A class, or a name, is not taken for a task."""
    with pytest.raises(maker.InputError, match=message):
        maker.solve(task, model="sim")


def test_a_config_orders_a_run():
    """A `RunConfig` brings every option at once; what is given besides goes before it."""
    config = maker.RunConfig.of(model="sim", k=2, limit_samples=9)
    run = maker.solve(Countdown(), config=config)
    assert (run.k, run.model, run.outcome) == (2, "sim", maker.Outcome.OUT_OF_BUDGET)
    more = maker.solve(Countdown(), model=minus_one, k=3, config=config, limit_samples=None)
    assert (more.k, more.ok, more.simulated) == (3, True, False)


def test_a_run_that_stopped_goes_on(tmp_path):
    """`resume` goes on where a session stands, and its result is that of a run that never stopped, vote for vote."""
    path = tmp_path / "count.maker"
    stopped = maker.solve(Countdown(), model="sim", k=3, session=path, limit_samples=8)
    assert (stopped.outcome, stopped.open.votes) == (maker.Outcome.OUT_OF_BUDGET, ((2, 2),))
    again = maker.resume(path, task=Countdown, limit_samples=9)
    assert (again.outcome, again.open) == (maker.Outcome.OUT_OF_BUDGET, None)
    done = maker.resume(path, task=Countdown(), limit_samples=None)
    whole = maker.solve(Countdown(), model="sim", k=3)
    assert (done.outcome, done.answers, done.steps) == (whole.outcome, whole.answers, whole.steps)
    assert done.totals == whole.totals
    with pytest.raises(maker.InputError, match="no step left to resume"):
        maker.resume(path, task=Countdown)


def test_a_function_goes_on_only_where_it_is_given_again(tmp_path):
    """A session of a model that is a function needs that function, or another model, and says so."""
    path = tmp_path / "count.maker"
    maker.solve(Countdown(), model=minus_one, k=1, session=path, limit_samples=2)
    with pytest.raises(maker.InputError, match="give it as model="):
        maker.resume(path, task=Countdown, limit_samples=None)
    assert maker.resume(path, task=Countdown, model=minus_one, limit_samples=None).answers == (4, 3, 2, 1, 0)


def test_texts_are_kept_as_far_as_memory_allows():
    """Past a bound of characters only steps with dissent or a flag keep the texts of their responses, up to another."""
    gathering = Gathering(most=10)
    for step, texts in enumerate(
        [("aaaaaa",), ("bbbbbb",), ("cccccc",), ("d", "eee"), ("ff", "gg", "hhhh"), ("i", "j")]
    ):
        for number, text in enumerate(texts):
            gathering.take(VoteCast(step, number, text, Response(text)))
        gathering.take(StepDecided(step, texts[0], step + 1))
    assert [len(step.texts) for step in gathering.steps] == [1, 1, 0, 2, 3, 0]


async def test_a_run_can_be_looked_on_as_it_goes():
    """`stream` yields the run's events in order, samples one by one, and its end last; leaving early stops the run."""
    events = [event async for event in maker.stream(Countdown(), model="sim", k=2)]
    decided = [event.answer for event in events if isinstance(event, maker.events.StepDecided)]
    votes = [event for event in events if isinstance(event, maker.events.VoteCast)]
    assert decided == [4, 3, 2, 1, 0]
    assert len(votes) >= 10
    assert isinstance(events[-1], maker.events.RunEnded)
    stream = maker.stream(Countdown(), model=minus_one, k=2)
    assert isinstance(await anext(stream), maker.events.RunStarted)
    await stream.aclose()


def test_what_is_not_kept_need_not_be_json(tmp_path):
    """A task whose states JSON does not hold runs where nothing is kept, and is refused where it is."""

    class Sets(maker.Task):
        def __init__(self):
            self.client = object()

        def start(self):
            return frozenset()

        def step(self, done):
            return maker.Vote(f"What is {len(done)} + 1?", maker.Integer(0, 9)) if len(done) < 2 else None

        def apply(self, done, answer):
            return done | {(len(done), answer)}

    run = maker.solve(Sets(), model="sim:p=1,v=1", k=1)
    assert (run.ok, run.state, run.result) == (True, frozenset({(0, 1), (1, 2)}), None)
    with pytest.raises(maker.TaskError, match="write `source` and `load`"):
        maker.solve(Sets(), model="sim", session=tmp_path / "sets.maker")
    assert list(tmp_path.iterdir()) == []
