"""The check of a model as part of a run: when it is made, what it waits for, what stays on record of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.record.commands import Stop
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.continuing import fork, prepare_resume
from maker_engine.runtime.order import PreparedRun, RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from maker_engine.sessions.exchange.export import lines
from maker_engine.sessions.exchange.importing import import_lines
from maker_engine.sessions.queries.saved import open_saved
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.time_travel import moment
from maker_tui.cli.headless import summary
from tests.cli.test_preflight import Messages, honest
from tests.models.test_via_litellm import only_our_key
from tests.support.openai_server import OpenAIServer, Reply

__all__ = ["only_our_key"]


def order(server: OpenAIServer, path: Path, **more: Any) -> RunOrder:
    """Three disks by a server's model."""
    wanted = {"model": "openai/any", "api_base": server.base_url, "k": 2, "session": path, "concurrency": 2, **more}
    return RunOrder("hanoi", {"disks": 3}, **wanted)


async def driven(
    prepared: PreparedRun,
    clock: ManualClock | None = None,
    inbox: Inbox | None = None,
    see: Callable[[RunView], None] = lambda _: None,
) -> RunView:
    """Drive a run on a clock that waits for nothing."""
    return await drive(prepared, inbox or Inbox(), see, clock or ManualClock())


async def test_an_outage_ends_the_run_as_it_does_any(tmp_path):
    """What may pass is no bad input: the check is as patient as the run, and the run can be gone on with."""
    with OpenAIServer(lambda *_: Reply(close="before")) as server:
        view = await driven(prepare(order(server, tmp_path / "run.maker")))
    assert view.snapshot.outcome is Outcome.FAILED
    assert view.snapshot.reason.startswith("the provider failed (connection): ")
    assert len(server.requests) == view.snapshot.totals.failures + 1
    assert prepare_resume(tmp_path / "run.maker", {}).plan.preflight is not None


async def test_a_server_that_comes_up_later_is_waited_for(tmp_path):
    """The first calls are made again with the run's own patience, and are no fault of the first step's."""

    def late(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
        return honest(messages, body, number) if number > 2 else Reply.error(503, "overloaded")

    with OpenAIServer(late) as server:
        view = await driven(prepare(order(server, tmp_path / "run.maker")))
        task = prepare(order(server, tmp_path / "run.maker")).task
    assert (view.snapshot.outcome, view.snapshot.totals.failures) == (Outcome.SOLVED, 3)
    with Reader(tmp_path / "run.maker") as reader:
        assert [stored.flags for stored in reader.steps(task)] == [0] * 7


async def test_its_calls_keep_to_the_run_s_rate(tmp_path):
    """Three calls and two samples, a call a minute: each waits its turn from the first on."""
    clock = ManualClock()
    with OpenAIServer(honest) as server:
        await driven(prepare(order(server, tmp_path / "run.maker", requests_per_minute=1, limit_samples=5)), clock)
        assert len(server.requests) == 5
    assert sum(clock.slept) >= 3 * 60


async def test_it_can_be_stopped_and_nothing_is_lost(tmp_path):
    """Stopped during its second call, the run ends as stopped, what was paid is on record, and it goes on later."""
    inbox, path = Inbox(), tmp_path / "run.maker"

    def answer(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
        if number == 1:
            inbox.send(Stop("enough"))
            return Reply("late", delay_s=30.0)
        return honest(messages, body, number)

    places: list[tuple[int, int] | None] = []
    with OpenAIServer(answer) as server:
        view = await driven(prepare(order(server, path)), None, inbox, lambda view: places.append(view.checking))
        server.wait_until(lambda one: one.hung_up == 1)
        assert (view.snapshot.outcome, view.snapshot.reason) == (Outcome.STOPPED, "enough")
        assert view.snapshot.check is not None
        assert (view.snapshot.check.calls, view.snapshot.check.complete) == (1, False)
        assert view.snapshot.totals.tokens_in == 11
        assert places[-1] is None
        assert {(1, 3), (2, 3)} >= set(places) - {None}
        resumed = prepare_resume(path, {})
        assert resumed.plan.preflight is not None
        view = await driven(resumed)
    assert view.snapshot.outcome is Outcome.SOLVED
    assert (view.snapshot.totals.checks, view.snapshot.totals.samples) == (1 + 3, 14)


@pytest.mark.parametrize(
    ("changes", "checked"),
    [
        ({}, False),
        ({"limit_samples": 999, "undecided": "ask", "max_samples": 50}, False),
        ({"model": "openai/other"}, True),
        ({"voters": ("openai/any", "openai/other")}, True),
        ({"api_base": "http://127.0.0.1:9/v1"}, True),
        ({"reasoning": "low"}, True),
        ({"temperature": 0.7}, True),
        ({"max_tokens": 99}, True),
        ({"model": "openai/other", "preflight": False}, False),
        ({"model": "sim", "api_base": None}, False),
    ],
)
async def test_a_resume_is_checked_where_something_else_is_sent(tmp_path, changes, checked):
    """Model, voters, address and sampling decide; another limit or policy does not."""
    path = tmp_path / "run.maker"
    with OpenAIServer(honest) as server:
        await driven(prepare(order(server, path, limit_samples=6)))
        assert (prepare_resume(path, {"limit_samples": 99, **changes}).plan.preflight is not None) is checked


async def test_a_fork_is_checked_where_it_differs_and_then_no_more(tmp_path):
    """A fork by another k is what was checked already; one by another model is not, until it has been."""
    path = tmp_path / "run.maker"
    with OpenAIServer(honest) as server:
        await driven(prepare(order(server, path)))
        again = fork(path, 3, {"k": 3})
        assert prepare_resume(path, {}, branch=again).plan.preflight is None
        other = fork(path, 3, {"model": "openai/other"}, branch=0)
        resumed = prepare_resume(path, {"limit_samples": 16}, branch=other)
        assert resumed.plan.preflight is not None
        view = await driven(resumed)
        assert view.snapshot.check is not None
        assert (view.snapshot.check.step, view.snapshot.check.answered_by) == (3, ("other",))
        assert view.snapshot.totals.checks == 3 + 3  # the run's own, which it shares, and the fork's
        assert prepare_resume(path, {}, branch=other).plan.preflight is None
        assert fork(path, 4, {"k": 4}, branch=other) == 3
        assert prepare_resume(path, {}, branch=3).plan.preflight is None


async def test_a_run_without_a_check_is_gone_on_with_without_one(tmp_path):
    """What was never checked is checked only where something else is sent than before."""
    path = tmp_path / "run.maker"
    with OpenAIServer(honest) as server:
        await driven(prepare(order(server, path, preflight=False, limit_samples=6)))
        assert prepare_resume(path, {"preflight": True}).plan.preflight is None
        assert prepare_resume(path, {"preflight": True, "temperature": 0.3}).plan.preflight is not None


async def test_what_stopped_a_run_is_looked_at_again(tmp_path):
    """After the mend, a resume begins with the check anew, and goes on where it is passed."""
    path = tmp_path / "run.maker"
    with OpenAIServer(lambda *_: Reply.error(401, "no")) as server:
        view = await driven(prepare(order(server, path)))
        assert (view.snapshot.outcome, len(server.requests)) == (Outcome.FAILED, 1)
    with OpenAIServer(honest) as server:
        resumed = prepare_resume(path, {"api_base": server.base_url})
        assert resumed.plan.preflight is not None
        assert (await driven(resumed)).snapshot.outcome is Outcome.SOLVED


async def test_the_check_is_on_record_and_travels(tmp_path):
    """Looked at again, at any moment, exported and imported: findings, totals and adjustments are what they were."""
    path, copy = tmp_path / "run.maker", tmp_path / "copy.maker"
    with OpenAIServer(honest) as server:
        view = await driven(prepare(order(server, path, model="openai/gpt-5-mini", temperature="auto")))
    check, saved = view.snapshot.check, open_saved(path)
    assert check is not None
    assert [line.partition(":")[0] for line in check.adjustments] == ["no temperature is sent"]
    assert (saved.snapshot.check, saved.adjustments, saved.snapshot.totals) == (
        check, view.adjustments, view.snapshot.totals,
    )  # fmt: skip
    with Reader(path) as reader:
        early = moment(reader, saved.task, 2).snapshot()
    assert (early.check, early.totals.checks, early.totals.tokens_in) == (check, 3, 11 * (3 + 4))
    exported = [json.loads(line) for line in lines(path, saved.task)]
    assert exported[1]["model_check"] == check.to_json()
    assert exported[1]["adjustments"] == [*view.adjustments]
    import_lines(map(json.dumps, exported), copy)
    again = open_saved(copy)
    assert (again.snapshot.check, again.adjustments, again.run.totals) == (check, view.adjustments, saved.run.totals)
    assert summary(view)["model_check"] == check.to_json()


async def test_what_is_learnt_in_the_middle_of_a_run_is_on_record(tmp_path):
    """A refusal after the check is in view, summary and session, and stays there when the run is gone on with."""
    path = tmp_path / "run.maker"

    def moody(messages: Messages, body: dict[str, Any], number: int) -> str | Reply:
        if number >= 6 and "temperature" in body:
            return Reply.error(400, "'temperature' is not supported with this model", "unsupported_value")
        return honest(messages, body, number)

    with OpenAIServer(moody) as server:
        view = await driven(prepare(order(server, path, limit_samples=12)))
        assert view.snapshot.check is not None
        assert view.snapshot.check.adjustments == ()
        learnt = view.adjustments
        assert learnt[0].startswith("no temperature is sent: HTTP 400: 'temperature' is not supported with this model")
        assert (summary(view)["adjustments"], open_saved(path).adjustments) == ([*learnt], learnt)
    with OpenAIServer(honest) as server:
        view = await driven(prepare_resume(path, {"limit_samples": None, "api_base": server.base_url}))
    assert (view.snapshot.outcome, view.adjustments[: len(learnt)]) == (Outcome.SOLVED, learnt)
