"""Whole runs over real HTTP through a server's bad moments: what is asked of it, what it costs, what is said.

Only the waiting between calls is on a manual clock. Figures are the server's own: the requests that it got.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maker_engine import catalogue
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Prompt
from maker_engine.runtime.clock import ManualClock
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.retry_policy import REFUSED_S
from maker_engine.runtime.step_control import Inbox
from maker_engine.runtime.view import RunView
from tests.support.openai_server import OpenAIServer, Reply

Bad = Callable[[int], Reply | None]
"""What is said to a request, by its number from 0; None for an honest answer."""
SAMPLES = 2 * 3
"""Of two disks at k = 2."""


def honest(messages: list[dict[str, Any]]) -> str:
    """Answer from the prompt alone."""
    said = {message["role"]: message["content"] for message in messages}
    return "\n".join(catalogue.find("hanoi").load({}).imitate(Prompt(said["system"], said["user"]), None, 0))


class Driven:
    """A run of two disks against a server."""

    def __init__(self, directory: Path, bad: Bad, *, up: bool = True, **order: Any) -> None:
        self.clock = ManualClock()
        self.views: list[RunView] = []
        answer = lambda messages, _, number: bad(number) or honest(messages)  # noqa: E731 - bad or good, one line
        with OpenAIServer(answer, up=up) as self.server:
            fields = {"task": "hanoi", "options": {"disks": 2}, "model": "openai/any", "k": 2, "window": 1, **order}
            prepared = prepare(
                RunOrder(preflight=False, api_base=self.server.base_url, session=directory / "run.maker", **fields)
            )
            self.last = asyncio.run(drive(prepared, Inbox(), self._see, self.clock))

    def _see(self, view: RunView) -> None:
        self.views.append(view)
        failure = view.snapshot.failure
        if failure is not None and failure.kind == "connection" and not self.server.requests:
            self.server.come_up()

    @property
    def outcome(self) -> Outcome | None:
        """How it ended."""
        return self.last.snapshot.outcome


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Local servers ask for none."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def test_a_server_that_is_started_after_the_run_is_waited_for(tmp_path: Path) -> None:
    """Connections are refused at first; the line says that it may not be up yet, and the run is solved."""
    run = Driven(tmp_path, lambda _: None, up=False)
    assert (run.outcome, len(run.server.requests)) == (Outcome.SOLVED, SAMPLES)
    troubles = [view.trouble for view in run.views if view.trouble]
    assert "not up yet, or loading its model; waited for up to 2 min" in troubles[0]


def test_a_server_that_is_loading_its_model_is_waited_for(tmp_path: Path) -> None:
    """503 for a minute at the start is not a reason to fail: the run begins when the model is there."""
    loading = Reply.error(503, "Loading model", "unavailable_error")
    run = Driven(tmp_path, lambda number: loading if number < 16 else None)
    assert run.outcome is Outcome.SOLVED
    assert len(run.server.requests) == SAMPLES + 16
    assert 40 < run.clock.now() < 120


@pytest.mark.parametrize("stated", ["0", "-5", "Sat, 01 Jan 1994 00:00:00 GMT", None])
@pytest.mark.parametrize("first", [0, 3])
def test_a_refusal_that_states_no_time_is_backed_off_from(tmp_path: Path, first: int, stated: str | None) -> None:
    """Eight refusals in a row, at the start or in the middle, are over in a minute or two, and in no moment."""
    headers = {} if stated is None else {"retry-after": stated}
    refusal = Reply.error(429, "Too many requests", headers=headers)
    run = Driven(tmp_path, lambda number: refusal if first <= number < first + 8 else None, concurrency=1)
    assert run.outcome is Outcome.SOLVED
    assert len(run.server.requests) == SAMPLES + 8
    assert 0.25 <= run.clock.slept[0] <= 0.5
    assert 20 < run.clock.now() < 120


def test_a_quota_that_resets_in_an_hour_is_waited_for(tmp_path: Path) -> None:
    """One call is refused, and nothing is asked before the hour is over."""
    refusal = Reply.error(429, "Usage limit reached", headers={"retry-after": "3600"})
    run = Driven(tmp_path, lambda number: refusal if number == 2 else None, concurrency=1)
    assert run.outcome is Outcome.SOLVED
    assert (len(run.server.requests), run.clock.slept) == (SAMPLES + 1, [3600])


@pytest.mark.parametrize(
    "refusal",
    [
        Reply.error(400, "Provider returned error"),
        Reply.error(400, "The prompt holds a forbidden token."),
        Reply.error(403, "This request is not allowed."),
        Reply.error(401, "Incorrect API key provided"),
        Reply.error(404, "The model does not exist"),
        Reply.error(402, "Insufficient credits"),
    ],
    ids=lambda reply: str(reply.status),
)
def test_a_refusal_in_final_words_in_the_middle_of_a_run_is_asked_about_again(tmp_path: Path, refusal: Reply) -> None:
    """A model that has answered before is asked again for two minutes: three such refusals cost nothing else."""
    run = Driven(tmp_path, lambda number: refusal if 3 <= number < 6 else None)
    totals = run.last.snapshot.totals
    assert (run.outcome, totals.samples, totals.flagged, totals.failures) == (Outcome.SOLVED, SAMPLES, 0, 3)
    assert len(run.server.requests) == SAMPLES + 3


def test_a_refusal_in_final_words_that_lasts_stops_the_run(tmp_path: Path) -> None:
    """It is stopped, not failed, after a dozen calls that nobody pays for; what was decided is kept."""
    refusal = Reply.error(400, "The prompt holds a forbidden token.")
    run = Driven(tmp_path, lambda number: refusal if number >= 3 else None)
    assert (run.outcome, run.last.snapshot.totals.steps) == (Outcome.STOPPED, 1)
    assert "the provider refuses sample " in run.last.snapshot.reason
    assert "The prompt holds a forbidden token." in run.last.snapshot.reason
    assert run.clock.now() >= REFUSED_S
    assert len(run.server.requests) < 3 + 20


def test_a_prompt_that_is_refused_by_policy_is_flagged(tmp_path: Path) -> None:
    """One sample is flagged, nothing is billed for it, and the step is decided by the next ones."""
    refusal = Reply.error(400, "Your request was rejected by our safety system: content_policy_violation")
    run = Driven(tmp_path, lambda number: refusal if number == 2 else None)
    totals = run.last.snapshot.totals
    assert (run.outcome, totals.flagged, totals.samples) == (Outcome.SOLVED, 1, SAMPLES + 1)
    assert (len(run.server.requests), totals.tokens_out) == (SAMPLES + 1, 3 * SAMPLES)
    assert run.last.snapshot.flags[0].flag.rule == "finish"
