"""Whole runs on slow servers, and on servers with one slot: every answer is waited for, and what times out is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Response, SampleRequest
from maker_engine.core.solving.settings import Settings
from maker_engine.runtime.retry_policy import SLOW
from maker_engine.runtime.timeouts import LONGEST
from maker_engine.runtime.view import RunView
from tests.support.leaping import LoopClock, Slots, Takes, leaping
from tests.support.running import Bench, right
from tests.support.toy import Count


class Story:
    """A run of the toy task over a server with slots, on a leaping loop."""

    def __init__(
        self, directory: Path, slots: int, takes: Takes, *, k: int = 4, steps: int = 3, answer: Any = right, **plan: Any
    ) -> None:
        self._directory, self._steps = directory, steps
        self.server = Slots(slots, takes, answer)
        self._more: dict[str, Any] = {"settings": Settings(k=k), "timeout_s": 60.0, **plan}
        self.views: list[RunView] = []
        self.last = leaping(self._run())

    async def _run(self) -> RunView:
        bench = Bench(self._directory, task=Count(self._steps), model=self.server, clock=LoopClock(), **self._more)
        self.views = bench.views
        return await bench.run()

    @property
    def outcome(self) -> Outcome | None:
        """How it ended."""
        return self.last.snapshot.outcome

    @property
    def limits(self) -> list[int]:
        """How many calls were allowed in flight, as it changed."""
        seen: list[int] = []
        for view in self.views:
            if [view.concurrency] != seen[-1:]:
                seen.append(view.concurrency)
        return seen


def same(seconds: float) -> Takes:
    """All answers take equally long."""
    return lambda *_: seconds


def test_calls_that_queue_behind_one_slot_do_not_time_out(tmp_path: Path) -> None:
    """Four calls of 50 s each, one slot and a deadline of 60 s: the last comes after 200 s, and nothing is cut."""
    story = Story(tmp_path, 1, same(50))
    totals = story.last.snapshot.totals
    assert (story.outcome, totals.samples, totals.timeouts, totals.failures) == (Outcome.SOLVED, 12, 0, 0)
    assert len(story.server.asked) == 12
    assert (story.limits, story.server.most) == ([8], 4)


def test_a_slot_that_is_slower_than_the_deadline_is_no_livelock(tmp_path: Path) -> None:
    """Four calls of 80 s each and a deadline of 60 s: cut once, asked for again with more time, and never cut again."""
    story = Story(tmp_path, 1, same(80), steps=5)
    totals = story.last.snapshot.totals
    assert (story.outcome, totals.samples, totals.timeouts) == (Outcome.SOLVED, 20, 4)
    assert len(story.server.asked) == 20 + 4
    assert round(story.server.busy) == 20 * 80 + 60  # seconds of work, of which one deadline was in vain
    assert story.last.deadline_s == 120


def test_what_timed_out_is_named(tmp_path: Path) -> None:
    """While it is waited for the line says so, with the longer deadline; the count stays, with the one ordered."""
    story = Story(tmp_path, 1, same(80))
    told = [view.trouble for view in story.views]
    assert any("no complete answer within 60 s; asked for again with 2 min" in line for line in told)
    assert story.last.timeouts == "4 calls timed out (60 s)"
    assert story.last.trouble == ""


def test_the_age_of_the_oldest_call_is_shown_while_it_grows(tmp_path: Path) -> None:
    """A screen is told every second how long the oldest call has been under way."""
    story = Story(tmp_path, 1, same(50), steps=1)
    ages = [view.oldest_call_s for view in story.views if view.oldest_call_s is not None]
    assert max(ages) >= 149  # the fourth call, sent with the others and answered last
    assert {round(age) for age in ages} >= set(range(1, 50))
    assert story.last.oldest_call_s is None


def test_a_server_that_shares_its_power_gets_fewer_calls_and_then_more_again(tmp_path: Path) -> None:
    """Answers take the longer the more are computed at a time: halved until they fit, then one more now and then."""
    story = Story(tmp_path, 8, lambda _, here: 2.5 * here, k=8, steps=30, timeout_s=6.0)
    totals = story.last.snapshot.totals
    assert (story.outcome, totals.samples) == (Outcome.SOLVED, 30 * 8)
    assert story.limits[:7] == [8, 4, 5, 2, 3, 4, 5]
    assert len(story.server.asked) == 30 * 8 + totals.timeouts
    assert totals.timeouts < 0.15 * 30 * 8  # five at a time are too many, and are tried less and less often


def test_the_limit_rises_again_to_what_was_ordered(tmp_path: Path) -> None:
    """One bad minute does not leave a run at half its speed for ever."""
    slow_once = iter([90.0] * 4)
    story = Story(tmp_path, 8, lambda *_: next(slow_once, 1.0), steps=20)
    assert story.last.snapshot.totals.timeouts == 4
    assert (story.limits[0], min(story.limits), story.limits[-1]) == (8, 2, 8)


def test_a_long_answer_is_not_lost_to_short_ones(tmp_path: Path) -> None:
    """The sample whose answer takes seven deadlines votes all the same: what it says does not depend on its length."""
    texts: list[str] = []

    def takes(request: SampleRequest, _: int) -> float:
        return 42.0 if request.sample == 1 else 0.5

    def answer(request: SampleRequest) -> Response:
        response = right(request)
        texts.append(f"{request.step}.{request.sample}")
        return response

    story = Story(tmp_path, 8, takes, k=3, answer=answer, timeout_s=6.0)
    totals = story.last.snapshot.totals
    assert (story.outcome, totals.samples) == (Outcome.SOLVED, 9)
    assert sorted(texts) == [f"{step}.{sample}" for step in range(3) for sample in range(3)]
    # At 6, 12 and 24 s; from then on all calls are allowed what the first of them took.
    assert totals.timeouts == 3


def test_an_answer_that_never_comes_stops_the_run_by_name(tmp_path: Path) -> None:
    """Asked for until the longest deadline was missed three times, and not until a short answer comes by chance."""
    endless: Takes = lambda request, _: 10_000.0 if (request.step, request.sample) == (1, 2) else 0.5  # noqa: E731
    story = Story(tmp_path, 8, endless, timeout_s=6.0)
    asked = [request for request in story.server.asked if (request.step, request.sample) == (1, 2)]
    assert (story.outcome, story.last.snapshot.totals.steps) == (Outcome.STOPPED, 1)
    assert story.last.snapshot.reason == (
        f"sample 3 of step 2 was not complete within 48 s, {SLOW} times over: it needs a longer --timeout "
        "(nothing is lost; to resume: maker sessions resume)"
    )
    assert len(asked) == 3 + SLOW == story.last.snapshot.totals.timeouts
    assert LONGEST * 6 == 48


def test_a_server_that_never_answers_at_all_fails_the_run(tmp_path: Path) -> None:
    """Before the first answer the longest deadline is waited for once, since it may be the address that is wrong."""
    story = Story(tmp_path, 8, same(10**6), k=1)
    assert (story.outcome, len(story.server.asked), story.last.snapshot.totals.timeouts) == (Outcome.FAILED, 4, 4)
    assert story.last.snapshot.reason == "the provider failed (timeout): no complete answer within 480 s"


@pytest.mark.parametrize("slots", [1, 2, 8, 100])
def test_decisions_do_not_depend_on_what_timed_out(tmp_path: Path, slots: int) -> None:
    """On any number of slots, with answers of any length, the same samples are counted."""
    takes: Takes = lambda request, _: 0.7 + 3.7 * ((request.step * 5 + request.sample * 3) % 7)  # noqa: E731 - a formula
    story = Story(tmp_path, slots, takes, k=3, steps=4, timeout_s=6.0)
    totals = story.last.snapshot.totals
    assert (story.outcome, totals.samples, totals.wrong, totals.flagged) == (Outcome.SOLVED, 12, 0, 0)
    assert len(story.server.asked) == 12 + totals.timeouts
