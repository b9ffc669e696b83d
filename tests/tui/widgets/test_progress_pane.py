"""The progress pane: how far, how fast, at what cost; simulated or not; what the provider is waited for."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from maker_engine.core.forecasting.outlook import Expected, Voting, outlook
from maker_engine.core.record.events import CircuitOpened, Outcome, SampleFailed
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.record.state import RunState
from maker_engine.runtime.view import RunView
from maker_tui.cli.progress import figures
from maker_tui.text.halt_words import halt_words
from maker_tui.text.outlook_words import outlook_lines
from maker_tui.text.words import RUNNING, run_word
from maker_tui.widgets.progress_pane import meter_line, progress_lines
from tests.tui.sources import SESSION, hanoi, opening

SPENT = Totals(
    steps=40, asked=200, votes=150, flagged=50, dissent=7, wrong=0, tokens_in=123_456, tokens_out=7_890, cost_usd=0.0123
)


def view(totals: Totals = SPENT, *, speed: float = 2.0, **changed: object) -> RunView:
    """A run that has spent so much."""
    snapshot = replace(RunState(started=opening(hanoi())).snapshot(), totals=totals, **changed)
    return RunView(snapshot, 20.0, speed, SESSION, 750)


def told(shown: RunView, width: int = 60, height: int = 20, *, live: bool = True) -> str:
    """The pane's text."""
    return "\n".join(row.plain for row in progress_lines(shown, run_word(shown.snapshot, live=live), width, height))


def test_every_figure_of_the_run_is_there():
    """Rule: step, share, speed, time left, votes a step, flagged, dissent, wrong, tokens, cost, model."""
    text = told(view())
    for figure in ("40 of 127", "31.5 %", "2.0 steps/s", "44 s", "3.75 a step", "25.0 % · 50 of 200", "7 steps"):
        assert figure in text
    for figure in (
        "0 of 40",
        "123k in",
        "7.9k out",
        "$0.012",
        "sim:p=0.8,v=0.8",
        "SIMULATED",
        "first-to-ahead-by-k, k 3",
    ):
        assert figure in text


def test_a_run_that_is_done_took_the_steps_there_are():
    """Rule: where nobody knew how many steps a run takes, its end tells."""
    snapshot = replace(RunState(started=replace(opening(hanoi()), steps=None)).snapshot(), totals=SPENT)
    for outcome, place in ((None, "step 40 "), (Outcome.FINISHED, "step 40 of 40")):
        assert place in told(RunView(replace(snapshot, outcome=outcome), 20.0, 2.0, SESSION, 750))


def test_a_real_model_is_not_called_simulated():
    """Rule: the badge is for the simulated model only."""
    run = RunState(started=opening(hanoi(), model="openai/gpt-4.1-mini", simulated=False))
    text = told(RunView(run.snapshot(), 0, 0, SESSION, 750))
    assert "openai/gpt-4.1-mini" in text
    assert "SIMULATED" not in text


def test_a_check_of_the_model_says_what_it_waits_for():
    """Rule: while the provider fails during the check, the line says why, and when it is asked again."""
    failure = SampleFailed(0, 0, "connection", "no connection to 127.0.0.1:9", 4.0)
    shown = replace(view(failure=failure), checking=(1, 3))
    waits = "waiting for the provider: connection, again in 4 s (no connection to 127.0.0.1:9)"
    assert figures(shown) == f"checking the model: call 1 of 3 · {waits}"


def test_odds_are_shown_only_where_the_number_of_steps_is_known():
    """Rule: of a run of unknown length no odds are shown, and no reason for there being none is made up."""
    voting = Voting("ahead", 3, None, has_oracle=True)
    unknown = outlook({(3, 0): 9}, Totals(steps=9, votes=27), voting, Expected(), None)
    known = outlook({(3, 0): 9}, Totals(steps=9, votes=27), replace(voting, steps=20), Expected(), None)
    assert [name for name, _ in outlook_lines(unknown)] == ["p"]
    assert [name for name, _ in outlook_lines(known)] == ["p", "odds", "hard"]


def test_an_unknown_price_is_said_to_be_unknown():
    """Rule: a cost that is not known is never shown as a number."""
    assert "cost    unknown" in told(view(replace(SPENT, cost_known=False)))


def test_wrong_decisions_need_an_oracle():
    """Rule: without an oracle nothing is claimed about wrong decisions."""
    shown = view()
    blind = replace(shown.snapshot, started=replace(shown.snapshot.started, has_oracle=False))
    assert "no oracle" in told(replace(shown, snapshot=blind))


def test_the_provider_s_trouble_is_told_while_it_lasts():
    """Rule: a failing call shows what it is and when it is made again, until the run ends."""
    failure = SampleFailed(39, 2, "rate", "429 Too Many Requests", 4.0)
    text = "waiting for the provider: rate, again in 4 s (429 Too Many Requests)"
    assert text in told(view(failure=failure), 90)
    assert text in meter_line(view(failure=failure), 100).plain
    assert "provider: rate, again in 4 s (429 Too M…" in told(view(failure=failure), 40)
    assert text not in told(view(failure=failure, outcome=Outcome.FAILED), 90)


def test_a_resting_provider_is_told_with_the_time_to_go():
    """Rule: while nobody calls the provider, the pane says why and how long still."""
    resting = replace(view(resting=CircuitOpened(30.0, "the endpoint refuses connections")), rest_s=12.0)
    assert "waiting for the provider: tried again in 12 s (the endpoint refuses connections)" in told(resting, 90)


def test_a_limit_that_resets_is_told_with_its_hour():
    """Rule: where the provider states when it can be asked again, the pane gives that hour and the time to go."""
    at = 1_795_000_000.0
    resting = replace(view(resting=CircuitOpened(7080.0, "usage limit reached")), rest_s=7080.0, resets_at=at)
    hour = time.strftime("%H:%M", time.localtime(at))
    assert f"the provider's limit resets at {hour}; waiting 1 h 58 min (usage limit reached)" in told(resting, 100)


def test_what_a_person_has_to_settle_with_the_provider_is_told():
    """Rule: a run that holds since the provider refuses says so, whatever else is the matter."""
    held = replace(view(paused=True, resting=CircuitOpened(30.0, "down")), obstacle="the provider refuses sample 1")
    assert "held: the provider refuses sample 1" in told(held, 90)
    assert halt_words(held) == "the provider refuses sample 1 · c asks again"


REAL = opening(hanoi(), model="openai/slow", simulated=False)
SLOW = {"in_flight": 4, "oldest_call_s": 94.0, "concurrency": 2, "concurrency_ordered": 8, "timeout_s": 60.0}


def slow(*, real: bool = True, timeouts: int = 20, **changed: object) -> RunView:
    """A run on a slow server."""
    shown = view(replace(SPENT, timeouts=timeouts), **({"started": REAL} if real else {}))
    return replace(shown, **{**SLOW, "deadline_s": 120.0, **changed})


def test_timeouts_and_the_age_of_the_oldest_call_are_told():
    """Rule: how many calls timed out, after how long, what is allowed now, and how old the oldest call is."""
    text = told(slow(), 90)
    assert "calls   4 in flight, the oldest for 1:34, 2 of 8 allowed, 0 steps ahead" in text
    assert "timeouts 20 calls timed out (60 s), 120 s are allowed now" in text
    assert "timeouts" not in told(slow(timeouts=0), 90)
    assert "1 call timed out (60 s)" in told(slow(timeouts=1), 90)


def test_a_low_pane_tells_of_the_calls_where_they_matter():
    """Rule: in eight rows old calls and timeouts take the place of dissent, with the most telling word first."""
    trouble = SampleFailed(0, 0, "timeout", "no complete answer within 60 s; asked for again with 2 min", 0.4)
    for shown, row in ((slow(), 4), (replace(slow(), snapshot=replace(slow().snapshot, failure=trouble)), 5)):
        rows = told(shown, 70, 8).splitlines()
        assert rows[row].rstrip() == "calls   20 timed out · oldest 1:34 · 2 of 8 allowed"
        assert len(told(shown, 36, 8).splitlines()[row]) == 36
    assert "timed out: no complete answer within 60 s; asked for again with 2 min" in rows[2]
    assert "dissent" in told(slow(timeouts=0, oldest_call_s=3.0), 70, 8)
    assert "oldest 1:34" in told(slow(timeouts=0), 70, 8)
    assert "dissent" in told(slow(real=False), 70, 8)


@pytest.mark.parametrize(
    ("speed", "text"),
    [(2.0, "2.0 steps/s"), (0.96, "1.0 steps/s"), (0.5, "2.0 s a step"), (1 / 8.2, "8.2 s a step"), (0, "–")],
)
def test_a_slow_run_is_told_by_the_step(speed, text):
    """Rule: below one step a second it is the time of a step that says something; where none is known, a dash."""
    shown = view(speed=speed)
    assert f"speed   {text} " in told(shown)
    assert f" {text} " in meter_line(shown, 80).plain


def test_a_real_model_s_cost_is_unknown_until_a_response_shows_it():
    """Rule: nothing counted of a real model is no $0.00: whether it has a price is not known yet."""
    nothing = Totals()
    assert "cost    unknown" in told(view(nothing, started=REAL))
    assert "cost    $0.00" in told(view(nothing))
    assert "cost    $0.50" in told(view(replace(nothing, votes=1, cost_usd=0.5), started=REAL))


def test_waste_is_counted():
    """Rule: samples drawn for nothing are shown as such."""
    assert "wasted  12" in told(view(replace(SPENT, wasted=12)), 40, 8)


@pytest.mark.parametrize(
    ("changed", "live", "word"),
    [
        ({}, True, "▶ running"),
        ({"paused": True}, True, "‖ paused"),
        ({"outcome": Outcome.SOLVED}, True, "✔ solved"),
        ({"outcome": Outcome.UNDECIDED, "paused": True}, True, "✖ undecided"),
        ({"outcome": Outcome.OUT_OF_BUDGET}, False, "■ out of budget"),
        ({}, False, "■ interrupted"),
    ],
)
def test_the_state_is_a_word(changed, live, word):
    """Rule: what the run is doing stands in words at the right of the first row."""
    assert told(view(**changed), live=live).split("\n")[0].endswith(word)


def test_a_run_without_known_steps_counts_what_is_done():
    """Rule: where the number of steps is not known, there is no share and no time left."""
    shown = view()
    endless = replace(shown.snapshot, started=replace(shown.snapshot.started, steps=None))
    text = told(replace(shown, snapshot=endless))
    assert "step 40 " in text
    assert "%" not in text.split("\n")[1]
    assert "ETA     –" in text


@pytest.mark.parametrize("width", [36, 40, 42, 62, 94])
@pytest.mark.parametrize("height", [7, 8, 18])
def test_no_row_is_wider_than_the_pane(width, height):
    """Rule: at a million steps and a month, rows still fit, and a low pane shows eight of them."""
    huge = Totals(
        1_048_574, 9_999_999, 9_999_999, 999_999, 999_999, 999, 0, 999_999, 0, 9 * 10**12, 9 * 10**12, 12_345.6
    )
    snapshot = replace(RunState(started=opening(hanoi(20))).snapshot(), totals=huge)
    rows = progress_lines(RunView(snapshot, 3e6, 12_345.6, SESSION, 750), RUNNING, width, height)
    assert [row.plain for row in rows if row.cell_len > width and "session" not in row.plain] == []
    assert len(rows) <= 8 or height >= 15
    assert meter_line(RunView(snapshot, 3e6, 12_345.6, SESSION, 750), 60).cell_len <= 60


COMPARED = replace(SPENT, compared=100, repeated=96, echoes=90)


def test_texts_that_are_alike_have_a_row_where_there_is_room():
    """Rule: the share of alike texts, with counts, and the effective votes a step."""
    text = told(view(COMPARED), width=62)
    assert "alike   96.0 % · 96 of 100" in text
    assert "worth   1.50 votes a step" in text


def test_effective_votes_stand_in_brackets_where_there_is_no_room():
    """Rule: no row is added to a small pane."""
    small, before = told(view(COMPARED), 40, 9), told(view(), 40, 9)
    assert "votes   3.75 (1.50)" in small
    assert small.count("\n") == before.count("\n")
    assert "votes   3.75 a step" in before


def test_what_is_sent_otherwise_is_told_whole_and_a_check_s_calls_are_counted():
    """Rule: every adjustment is there in rows of the pane's width, also where there is no room to spare."""
    run = RunState(started=opening(hanoi(), model="openai/m", simulated=False))
    run.totals.checks = 3
    line = "no temperature is sent: this model takes none while it reasons"
    shown = RunView(run.snapshot(), 0, 0, SESSION, 750, adjustments=(line,))
    narrow = told(shown, width=40, height=9)
    assert "sent    no temperature is sent: this" in narrow
    assert "takes none while it reasons" in " ".join(narrow.split())
    assert "checks  3 calls, never counted" in told(shown)


def test_an_effect_in_flight_is_named_once_it_is_slow():
    """Rule: a slow effect has a row at any height; a quick one changes none, so that nothing flickers."""
    slow = replace(view(), acting=2, oldest_effect="pay: POST /pay", oldest_effect_s=4.2)
    quick = replace(slow, oldest_effect_s=1.9)
    for height in (8, 20):
        assert "2 in flight · 4.2 s · pay: POST /pay" in told(slow, height=height)
        assert len(told(slow, height=height).split("\n")) == len(told(quick, height=height).split("\n"))
    assert told(quick, height=8) == told(view(), height=8)
    assert "effects" not in told(view())
    assert "effects 2 in flight · 4.2 s · pay: POST /pay" in figures(slow)
    assert figures(quick) == figures(view())
