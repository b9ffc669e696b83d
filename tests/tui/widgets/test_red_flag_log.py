"""The red-flag pane: follows the tail, stays where one reads, narrows to a rule, and lays out only what is seen."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import App, ComposeResult

from maker_engine.core.record.events import ResponseFlagged, SampleAsked, StepOpened
from maker_engine.core.record.snapshot import FLAG_TAIL, FlagRecord
from maker_engine.core.record.state import RunState
from maker_engine.core.responses import Flag, Response
from maker_tui.widgets.red_flag_log import RedFlagLog, record_lines
from tests.tui.looking import screen_text

RULES = ("length", "malformed", "refusal")


class Alone(App[None]):
    """Nothing but the pane."""

    def compose(self) -> ComposeResult:
        yield RedFlagLog(id="log")

    @property
    def log_pane(self) -> RedFlagLog:
        return self.query_one(RedFlagLog)


def flagged(run: RunState, steps: Iterable[int]) -> RunState:
    """One flagged sample in each of `steps`."""
    for step in steps:
        run.record(StepOpened(step, step))
        run.record(SampleAsked(step, 0))
        rule = RULES[step % len(RULES)]
        run.record(ResponseFlagged(step, 0, Flag(rule, f"reason {step}", f"bit {step}"), Response("x")))
    return run


async def test_the_newest_flag_is_in_view():
    """Rule: the log follows its tail."""
    app = Alone()
    async with app.run_test(size=(80, 12)) as pilot:
        run = flagged(RunState(), range(20))
        app.log_pane.show_flags(run.snapshot())
        await pilot.pause()
        assert "step 20 · sample 1 · malformed" in screen_text(app)
        app.log_pane.show_flags(flagged(run, range(20, 30)).snapshot())
        await pilot.pause()
        assert "step 30 · sample 1 · refusal" in screen_text(app)
        assert "red flags · 30" in screen_text(app)


async def test_what_is_being_read_stays():
    """Rule: scrolled up, the log does not move when flags come in; it says how many are below; the end follows."""
    app = Alone()
    async with app.run_test(size=(80, 12)) as pilot:
        run = flagged(RunState(), range(20))
        app.log_pane.show_flags(run.snapshot())
        app.log_pane.focus()
        await pilot.press("g")
        app.log_pane.show_flags(flagged(run, range(20, 30)).snapshot())
        await pilot.pause()
        text = screen_text(app)
        assert "step 1 · sample 1" in text
        assert "25 more below" in text
        await pilot.press("G")
        app.log_pane.show_flags(flagged(run, range(30, 31)).snapshot())
        await pilot.pause()
        assert "step 31" in screen_text(app)
        assert "more below" not in screen_text(app)


async def test_old_flags_leave_above_without_moving_the_reader():
    """Rule: when the tail drops its oldest flags, the lines in view stay the same."""
    app = Alone()
    async with app.run_test(size=(80, 12)) as pilot:
        run = flagged(RunState(), range(FLAG_TAIL))
        app.log_pane.show_flags(run.snapshot())
        app.log_pane.focus()
        await pilot.press("pageup", "pageup")
        before = screen_text(app).split("\n")[1:-1]
        app.log_pane.show_flags(flagged(run, range(FLAG_TAIL, FLAG_TAIL + 50)).snapshot())
        await pilot.pause()
        assert screen_text(app).split("\n")[1:-1] == before
        assert f"red flags · {FLAG_TAIL + 50:,}" in screen_text(app)


async def test_the_filter_goes_round_the_rules_present():
    """Rule: all, then each rule in the log, then all; a filtered log follows its own tail."""
    app = Alone()
    async with app.run_test(size=(80, 12)) as pilot:
        run = flagged(RunState(), range(30))
        app.log_pane.show_flags(run.snapshot())
        seen = [app.log_pane.cycle_rule() for _ in range(4)]
        assert seen == ["length", "malformed", "refusal", None]
        app.log_pane.cycle_rule()
        await pilot.pause()
        assert "step 28 · sample 1 · length" in screen_text(app)
        assert "malformed" not in screen_text(app)
        assert "only length" in screen_text(app)
        app.log_pane.show_flags(flagged(run, [30]).snapshot())
        await pilot.pause()
        assert "step 31 · sample 1 · length" in screen_text(app)


async def test_only_rows_in_view_are_laid_out(monkeypatch):
    """Rule: a full log costs no more than the rows on the screen."""
    laid_out = []
    original = RedFlagLog.line_at

    def counting(self, index):
        laid_out.append(index)
        return original(self, index)

    monkeypatch.setattr(RedFlagLog, "line_at", counting)
    app = Alone()
    async with app.run_test(size=(80, 12)) as pilot:
        app.log_pane.show_flags(flagged(RunState(), range(FLAG_TAIL)).snapshot())
        await pilot.pause()
        assert len(set(laid_out)) <= 3 * 12


def test_a_flag_tells_step_sample_rule_reason_and_excerpt():
    """Rule: wide panes take two rows a flag, narrow ones three, and none leaves anything out."""
    record = FlagRecord(123, 2, Flag("malformed", "no move", "I think that"))
    wide = [row.plain for row in record_lines(record, 90)]
    narrow = [row.plain for row in record_lines(record, 34)]
    assert wide == ["⚑ step 124 · sample 3 · malformed", "  no move  “I think that”"]
    assert [row.strip() for row in narrow] == ["⚑ step 124 · sample 3 · malformed", "no move", "“I think that”"]


def test_long_places_are_shortened_before_they_are_cut():
    """Rule: in a narrow pane the word sample gives way first."""
    record = FlagRecord(1_234, 10, Flag("inconsistent", "r"))
    assert record_lines(record, 34)[0].plain == "⚑ step 1,235 · #11 · inconsistent"
