"""A person can settle a step: by a vote, a decision, or by striking a candidate."""

from __future__ import annotations

import getpass

import pytest

from maker_engine.core.record.commands import CastVote, Decide, Strike
from maker_engine.core.record.events import Outcome
from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import gone, shown, until
from tests.tui.sources import Scripted, contested, hanoi, run_events

SIZE = (80, 24)


@pytest.mark.parametrize(
    ("key", "words", "made"), [("v", "vote for", CastVote), ("d", "decide", Decide), ("x", "strike", Strike)]
)
async def test_a_candidate_is_named_by_its_letter(key, words, made):
    """v, d and x ask for a candidate; its letter sends the wish, in the person's name."""
    source = Scripted(hanoi(), run_events(hanoi())).play_until(contested)
    async with MakerApp(source).run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press(key)
        await shown(pilot, f"{words} which?")
        await pilot.press("b")
        await until(pilot, lambda: source.sent)
        second = source.view().snapshot.open.rows[1][0]
        assert source.sent == [made(second, getpass.getuser())]
        await gone(pilot, "which?")


async def test_escape_takes_the_question_back():
    """Nothing is sent, and the keys of the workbench work again."""
    source = Scripted(hanoi(), run_events(hanoi())).play_until(contested)
    async with MakerApp(source).run_test(size=SIZE) as pilot:
        await shown(pilot, "▶ running")
        await pilot.press("v")
        await shown(pilot, "which?")
        await pilot.press("escape")
        await gone(pilot, "which?")
        await pilot.press("n")
        await until(pilot, lambda: len(source.sent) == 1)


async def test_an_undecided_step_waits_for_a_person_and_goes_on():
    """With the policy 'ask' the run holds, says so, and goes on once a person has decided."""
    order = RunOrder("hanoi", {"disks": 1}, model="sim:p=0.6,v=1", k=9, max_samples=9, undecided="ask")
    run = LiveRun(prepare(order))
    run.start()
    async with MakerApp(run).run_test(size=SIZE) as pilot:
        await shown(pilot, "undecided", "d decides")
        await pilot.press("d")
        await shown(pilot, "decide which?")
        task = run.task
        rows = [answer for answer, _ in run.view().snapshot.open.rows]
        await pilot.press("abcdef"[rows.index(task.oracle(task.start()))])
        await until(pilot, lambda: run.view().snapshot.outcome is not None)
    run.close()
    assert run.view().snapshot.outcome is Outcome.SOLVED
