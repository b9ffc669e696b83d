"""Large windows: the run as a strip, the steps decided last, the newest response, and how the figures went so far."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from maker_engine.core.filters.facts import StepFacts
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Flag, Prompt, Response, Sample
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.queries.marks import Marks
from maker_tui.app import MakerApp
from maker_tui.text.map_cells import Layer, Live, picture, window
from maker_tui.text.pulse import MOST_SPANS, Pulse, sparkline
from maker_tui.text.words import RUNNING
from maker_tui.widgets.forecast_pane import forecast_lines, k_table
from maker_tui.widgets.progress_pane import progress_lines
from maker_tui.widgets.recent import Newest, Recent, decided_lines, response_heading, response_lines, strip_line
from tests.support.hostile import UNSAFE
from tests.tui.looking import screen_text, shown, until
from tests.tui.recorded_run import saved_source
from tests.tui.sources import Scripted, contested, hanoi, run_events
from tests.tui.test_hostile_text import HOSTILE

STEPS = 63


@pytest.mark.parametrize("size", [(160, 45), (120, 40), (150, 28)])
async def test_a_large_window_shows_what_came_in_last(app, size):
    """Rule: without a key pressed the last ten decisions, the newest response and its prompt are on the screen."""
    async with app.run_test(size=size) as pilot:
        text = await shown(pilot, "decided last", f"response · step {STEPS} · sample", "vote for disk")
        rows = text.split("\n")
        assert "░" in rows[2], "no strip under the banner"
        assert "The whole tower goes from peg 0" in text
        listed = [row for row in rows if "disk " in row and ": " in row]
        assert len(listed) >= (10 if size[1] >= 36 else 6)


async def test_a_large_window_shows_what_came_in_last_then(app):
    """Rule: in the past the list and the response are those of that moment."""
    async with app.run_test(size=(160, 45)) as pilot:
        await shown(pilot, f"response · step {STEPS} ·")
        for key in ("2", "0", "left_square_bracket"):
            await pilot.press(key)
        await shown(pilot, "the past — step 43", "response · step 42 · sample")


async def test_tab_goes_round_the_panes_that_a_window_shows(app):
    """Rule: the panes beside the usual ones are reached where they are shown; alone, one is shown anywhere."""
    async with app.run_test(size=(160, 45)) as pilot:
        await shown(pilot, "decided last")
        await pilot.press(*["tab"] * 4)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "response")
        await pilot.press("z")
        await until(pilot, lambda: "task state" not in screen_text(app) and "response · step" in screen_text(app))
    remembered = MakerApp(saved_source())
    async with remembered.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "response · step", "vote for disk")
        await pilot.press("z")
        await shown(pilot, "task state")
    seen, small = set[str](), MakerApp(saved_source())
    async with small.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "task state")
        for _ in range(6):
            await pilot.press("tab")
            await pilot.pause()
            seen.add(small.focused.id)
    assert seen == {"task-board", "votes", "red-flags", "progress"}


async def test_a_small_window_pays_for_none_of_it(app):
    """Rule: at 80×24 the record is not read for panes that are not there."""
    async with app.run_test(size=(80, 24)) as pilot:
        await shown(pilot, "task state")
        strip = app.screen.query_one("#strip")
        assert not strip.display
        assert strip._recent is None
        assert len(app.screen.travel.run.marks) == 0


def recent_of(answer: str, sample: Sample, prompt: Prompt | None) -> Recent:
    strip = picture(Marks(), window(9, 40, 0, 0), Layer.DISSENT, Live())
    return Recent(strip, 8, [StepFacts(7, answer, votes=3, margin=3)], Newest(7, sample, prompt))


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=20), min_size=4, max_size=4), st.integers(1, 120))
@settings(max_examples=60)
def test_nothing_that_came_in_is_an_order(texts, width):
    """Rule: answers, prompts, responses and flags are text on every line, whatever they hold."""
    answer, text, asked, reason = texts
    for verdict in ("right", Flag(reason, reason, text)):
        recent = recent_of(answer, Sample(2, verdict, Response(text, 1, 2)), Prompt(asked, f"{asked}\n{answer}"))
        rows = [strip_line(recent, 40), *decided_lines(recent, width)]
        rows += response_lines(recent.newest, lambda _, said=answer: said, width)
        assert not [row.plain for row in rows if UNSAFE.search(row.plain)]
        assert not UNSAFE.search(response_heading(recent.newest))


def test_the_strip_is_as_wide_as_its_window():
    """Rule: a short run is stretched, each step as wide as the next; a long one has a cell for many steps."""
    for total, width in ((9, 40), (40, 40), (1000, 40)):
        strip = picture(Marks(), window(total, width, 0, 0), Layer.DISSENT, Live(flying=2))
        row = strip_line(Recent(strip, 0, [], None), width).plain
        assert width // 2 < len(row) <= width
        assert row.count("○") == (2 if total <= width else 1)


def test_rates_are_kept_for_the_whole_run():
    """Rule: however long a run goes, its rates fit: the spans grow, and each rate is that of its span."""
    pulse = Pulse()
    for second in range(1_000):
        pulse.take(float(second), Totals(steps=3 * second, votes=9 * second, flagged=second // 2, cost_usd=second / 60))
    for name, rate in (("steps/s", 3), ("$/min", 1)):
        rates = pulse.rates(name)
        assert 8 < len(rates) <= MOST_SPANS
        assert all(one == pytest.approx(rate) for one in rates)
    pulse.take(1_001.0, Totals())
    assert pulse.rates("steps/s") == [], "another run"


@given(st.lists(st.floats(0, 1e9), max_size=200), st.integers(0, 80))
def test_a_sparkline_keeps_to_its_width_and_its_highest_cell_is_full(rates, width):
    """Rule: bars from the least to the full cell, never more than there is room for."""
    drawn = sparkline(rates, width)
    assert len(drawn) <= width
    assert not set(drawn) - set("▁▂▃▄▅▆▇█")
    assert ("█" in drawn) == bool(drawn and max(rates) > 0)


def test_progress_draws_its_rates_where_there_is_room():
    """Rule: a wide and high pane shows how steps, dollars and flags came in; a small one, or one moment, does not."""
    task = hanoi()
    view = Scripted(task, run_events(task)).play_until(contested).view()
    pulse = Pulse()
    for second in (1.0, 2.0, 3.0, 4.0):
        pulse.take(second, replace(view.snapshot.totals, steps=int(9 * second)))
    rows = [row.plain for row in progress_lines(view, RUNNING, 60, 18, pulse)]
    assert any(row.startswith("steps/s") and "█" in row and "max 9.0" in row for row in rows)
    assert sum(row.startswith(("$/min", "flags/s")) for row in rows) == 2
    assert len(rows) == len(progress_lines(view, RUNNING, 60, 18)) + 1
    assert progress_lines(view, RUNNING, 40, 18, pulse) == progress_lines(view, RUNNING, 40, 18)
    assert progress_lines(view, RUNNING, 60, 10, pulse) == progress_lines(view, RUNNING, 60, 10)


def test_the_table_of_k_holds_the_forecast_of_the_run():
    """Rule: a row a k, one of them the run's own with its own figures; which reach the target is told by a glyph."""
    prepared = prepare(RunOrder("hanoi", {"disks": 10}, model="sim:p=0.95,v=0.9,latency=0.5"))
    by_k = prepared.forecasts()
    assert [one.k for one in by_k] == [*range(1, 9)]
    own = next(one for one in by_k if one.k == prepared.forecast.k)
    assert (own.p_solve, own.votes, own.cost_usd) == (
        prepared.forecast.p_solve, prepared.forecast.votes, prepared.forecast.cost_usd,
    )  # fmt: skip
    for width in (30, 60, 100):
        rows = [row.plain for row in k_table(by_k, own.k, 0.95, width)]
        assert max(map(len, rows)) <= width
        assert [row for row in rows if "◀ taken" in row] == [
            row for row in rows if row.strip("✔ ").startswith(f"{own.k} ")
        ]
        assert sum(row.lstrip().startswith("✔") for row in rows[1:-1]) == 9 - own.k
    larger = prepare(RunOrder("hanoi", {"disks": 10}, model="sim:p=0.95", k=12))
    assert [one.k for one in larger.forecasts()] == [*range(5, 13)]


def test_of_independent_rows_the_wrong_ones_are_forecast():
    """The forecast and the table of k of a run of rows say how many are wrong, not whether all of them are right."""
    prepared = prepare(RunOrder("records", model="sim:p=0.8", k=2))
    rows = [row.plain for row in forecast_lines(prepared.forecast, 0.95, 80)]
    assert "right     94.1 %     of the answers: 3.5 wrong expected" in rows
    table = [row.plain for row in k_table(prepared.forecasts(), 2, 0.95, 80)]
    assert table[0].split()[:2] == ["k", "wrong"]
    assert table[2].split()[:2] == ["2", "3.5"]
    assert table[-1] == "✔ none wrong with 95 %"
    assert not any("P(solve)" in row or "target" in row for row in (*rows, *table))


async def test_a_large_form_shows_every_k():
    """Rule: the table stands below the forecast where both have room, and nowhere else."""
    for size, there in (((160, 45), True), ((80, 24), False)):
        form = MakerApp(listing=list)
        async with form.run_test(size=size) as pilot:
            await pilot.press("n")
            await shown(pilot, "P(solve)")
            if there:
                await shown(pilot, "◀ taken", "reaches the target of 95 %")
            else:
                assert "◀ taken" not in screen_text(form)
