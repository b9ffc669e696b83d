"""The progress pane: how far, how fast, at what cost; simulated or not; what the provider is waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maker_engine.core.events import CircuitOpened, Outcome, SampleFailed
from maker_engine.core.snapshot import Totals
from maker_engine.core.state import RunState
from maker_engine.runtime.view import RunView
from maker_tui.widgets.progress_pane import meter_line, progress_lines
from maker_tui.words import RUNNING, run_word
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


def test_a_real_model_is_not_called_simulated():
    """Rule: the badge is for the simulated model only."""
    run = RunState(started=opening(hanoi(), model="openai/gpt-4.1-mini", simulated=False))
    text = told(RunView(run.snapshot(), 0, 0, SESSION, 750))
    assert "openai/gpt-4.1-mini" in text
    assert "SIMULATED" not in text


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
    text = "waiting for the provider: rate, again in 4.0 s (429 Too Many Requests)"
    assert text in told(view(failure=failure), 90)
    assert text in meter_line(view(failure=failure), 100).plain
    assert text not in told(view(failure=failure, outcome=Outcome.FAILED), 90)


def test_a_resting_provider_is_told_with_the_time_to_go():
    """Rule: while nobody calls the provider, the pane says why and how long still."""
    resting = replace(view(resting=CircuitOpened(30.0, "the endpoint refuses connections")), rest_s=12.0)
    assert "waiting for the provider: tried again in 12 s (the endpoint refuses connections)" in told(resting, 90)


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
