"""How long a fault is waited out: short before the first answer, long after it, and never for ever."""

from __future__ import annotations

import asyncio

import pytest

from maker_engine.core.errors import Fault, ProviderError
from maker_engine.core.red_flags import FINISH, RULES, FlagRules, inspect
from maker_engine.core.responses import Flag, Prompt, Response, SampleRequest
from maker_engine.runtime.breaker import FAILURES
from maker_engine.runtime.retry_policy import LOADING_LOOK_S, LOADING_S, PATIENCE_S, REFUSED_S, RetriesExhaustedError
from tests.support.calling import FINE, REQUEST, Line, failing

FINAL = [kind for kind in Fault if not kind.passing and kind is not Fault.POLICY]
OTHER = SampleRequest(4, 3, Prompt("system", "user"), 0.1, 100)
FOR_EVER = 10_000


async def given_up(line: Line) -> ProviderError:
    """The fault with which a sample ends."""
    with pytest.raises(ProviderError) as caught:
        await line.draw()
    return caught.value


@pytest.mark.parametrize("kind", FINAL)
async def test_a_final_fault_before_any_answer_is_final(kind: Fault) -> None:
    """A refused key stays refused: one request, no wait, nothing told, and no run is held for it."""
    line = Line(failing(9, kind), answered=False)
    fault = await given_up(line)
    assert (str(fault), isinstance(fault, RetriesExhaustedError)) == ("not now", False)
    assert (len(line.asked), line.clock.slept, line.told) == (1, [], [])


@pytest.mark.parametrize("kind", FINAL)
async def test_final_words_from_a_provider_that_has_answered_are_asked_about_again(kind: Fault) -> None:
    """A stumbling proxy or an unloaded model says such things, and answers a minute later."""
    line = Line(failing(5, kind))
    assert await line.draw() == FINE
    assert line.asked == [REQUEST] * 6
    assert line.waits == sorted(line.waits)


@pytest.mark.parametrize("kind", FINAL)
async def test_final_words_that_last_put_an_end_to_patience(kind: Fault) -> None:
    """After two minutes the run is not to fail, but to hold or to stop: the fault says which sample, and why."""
    line = Line(failing(FOR_EVER, kind))
    fault = await given_up(line)
    assert isinstance(fault, RetriesExhaustedError)
    assert str(fault) == f"the provider refuses sample 3 of step 5 ({kind.value}): not now"
    assert REFUSED_S <= line.clock.now() < 2 * REFUSED_S + 60
    assert len(line.asked) < 20


async def test_a_voter_that_has_never_answered_is_a_stranger_among_others_that_have() -> None:
    """A wrong key of the pool's second model is final, whatever the first has answered."""
    line = Line(failing(FOR_EVER, Fault.AUTH))
    with pytest.raises(ProviderError, match="not now") as caught:
        await line.draw(SampleRequest(4, 3, Prompt("", ""), 0.1, 100, voter=1))
    assert not isinstance(caught.value, RetriesExhaustedError)
    assert len(line.asked) == 1


async def test_patience_begins_anew_when_a_person_lets_the_run_go_on() -> None:
    """Drawn once more, the sample has its two minutes again."""
    line = Line(failing(FOR_EVER, Fault.BAD_REQUEST))
    await given_up(line)
    asked, begun = len(line.asked), line.clock.now()
    line.caller.breaker.ask_now()
    await given_up(line)
    assert line.times[asked] == begun
    assert len(line.asked) > asked + 3


@pytest.mark.parametrize("kind", [Fault.CONNECTION, Fault.MALFORMED, Fault.TIMEOUT])
async def test_a_provider_that_never_answered_is_given_up_after_six_attempts(kind: Fault) -> None:
    """Nothing tells a mistyped address from an outage: the sixth failure is raised, and not told."""
    line = Line(failing(99, kind), answered=False)
    fault = await given_up(line)
    assert (len(line.asked), len(line.told), isinstance(fault, RetriesExhaustedError)) == (6, 5, False)


async def test_many_calls_to_a_provider_that_never_answered_are_given_up_together() -> None:
    """Eight calls at once are not tried six times each: behind the open circuit one asks for all of them."""
    line = Line(failing(FOR_EVER, Fault.CONNECTION), answered=False)
    calls = [line.draw(SampleRequest(0, n, Prompt("", ""), 0.1, 100)) for n in range(8)]
    ended = await asyncio.gather(*calls, return_exceptions=True)
    assert any(isinstance(one, ProviderError) for one in ended)
    assert len(line.asked) < 8 * FAILURES


@pytest.mark.parametrize("kind", [Fault.RATE, Fault.OVERLOAD, Fault.LOADING])
async def test_a_provider_that_is_there_is_waited_for_two_minutes_before_its_first_answer(kind: Fault) -> None:
    """One that says that it is busy, or loading its model, is no mistyped address."""
    line = Line(failing(FOR_EVER, kind), answered=False)
    fault = await given_up(line)
    assert not isinstance(fault, RetriesExhaustedError)
    assert LOADING_S <= line.clock.now() < 2 * LOADING_S + 60


async def test_a_server_nearby_that_refuses_connections_may_not_be_up_yet() -> None:
    """It is asked every few seconds for two minutes, and what is told says so."""
    line = Line(failing(20, Fault.CONNECTION), answered=False, near=True)
    assert await line.draw() == FINE
    gaps = [after - before for before, after in zip(line.times, line.times[1:], strict=False)]
    assert max(gaps) <= LOADING_LOOK_S + 1e-9
    assert line.messages[0] == "not up yet, or loading its model; waited for up to 2 min: not now"


async def test_a_server_nearby_that_never_comes_up_is_given_up() -> None:
    """After two minutes, or the deadline of a call where that is longer, the run fails by name."""
    for timeout_s, patience_s in ((60, LOADING_S), (600, 600)):
        line = Line(failing(FOR_EVER, Fault.CONNECTION), answered=False, near=True, timeout_s=timeout_s)
        await given_up(line)
        assert patience_s <= line.clock.now() <= patience_s + LOADING_LOOK_S


async def test_a_stated_time_is_waited_for_before_the_first_answer_too() -> None:
    """A quota that is used up when the run starts is not a reason to fail."""
    line = Line(failing(1, Fault.QUOTA, 7200), answered=False)
    assert await line.draw() == FINE
    assert line.clock.slept == [7200]


async def test_a_stranger_that_states_short_times_for_ever_is_given_up() -> None:
    """A page of maintenance with Retry-After beside it does not keep a run for a day."""
    line = Line(failing(FOR_EVER, Fault.OVERLOAD, 5), answered=False)
    await given_up(line)
    assert LOADING_S <= line.clock.now() < 2 * LOADING_S


@pytest.mark.parametrize("answered", [True, False])
async def test_a_time_beyond_a_day_is_not_waited_for(answered: bool) -> None:
    """A weekly limit is somebody's decision: the fault gives the day and the hour, and the run can go on then."""
    line = Line(failing(1, Fault.RATE, 3 * PATIENCE_S), answered=answered)
    fault = await given_up(line)
    assert isinstance(fault, RetriesExhaustedError)
    assert str(fault).startswith("the provider's limit resets at ")
    assert "in 3 d 0 h; no longer than 24 h 0 min is waited (not now)" in str(fault)
    assert line.clock.slept == []


async def test_a_provider_that_has_answered_is_waited_for_for_a_day() -> None:
    """No number of attempts puts an end to it; a day without any answer does, and nothing is lost by it."""
    line = Line(failing(FOR_EVER))
    fault = await given_up(line)
    assert isinstance(fault, RetriesExhaustedError)
    assert PATIENCE_S < line.clock.now() < PATIENCE_S + 3600
    assert str(fault).startswith("the provider has not answered for 24 h ")


async def test_a_prompt_that_a_policy_refuses_is_a_red_flag() -> None:
    """The refusal stands for the answer, costs nothing, and is discarded by a rule that there is."""
    line = Line(failing(1, Fault.POLICY))
    response = await line.draw()
    assert (response.tokens_in, response.tokens_out, response.cost_usd) == (0, 0, 0)
    flag = inspect(response, FlagRules(), lambda _: 1, lambda _: None)
    assert isinstance(flag, Flag)
    assert (flag.rule, flag.rule in RULES, flag.excerpt) == (FINISH, True, "not now")
    assert (len(line.asked), line.told, await line.draw(OTHER)) == (1, [], FINE)


async def test_a_policy_that_refuses_everything_from_the_start_is_final() -> None:
    """Six prompts refused and none answered: that is no matter of one prompt."""
    line = Line(failing(FOR_EVER, Fault.POLICY), answered=False)
    declined = [await line.draw() for _ in range(FAILURES - 1)]
    assert {one.finish_reason for one in declined} == {"content_filter"}
    assert not isinstance(await given_up(line), RetriesExhaustedError)


async def test_a_refused_prompt_shows_that_the_provider_is_there() -> None:
    """It closes the circuit: whoever waits may go."""
    line = Line([*failing(FAILURES), *failing(1, Fault.POLICY)])
    assert isinstance(await line.draw(), Response)
    assert line.caller.breaker.rest_s is None
