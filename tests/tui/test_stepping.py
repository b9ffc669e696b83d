"""Steering a run by hand: stepping with counts, breakpoints, probes, other settings, and forks, each by its keys."""

from __future__ import annotations

import getpass
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from maker_engine.core.filters.language import parse_filter
from maker_engine.core.record.commands import (
    ChangeSettings,
    DecideStep,
    DrawSample,
    DrawVote,
    Probe,
    RunUntil,
    SetBreak,
)
from maker_engine.core.record.events import Outcome
from maker_engine.core.responses import Prompt
from maker_engine.runtime.order import RunOrder, prepare
from maker_engine.sessions.integrity.verify import verify
from maker_engine.sessions.store.reader import Reader
from maker_tui.app import MakerApp
from maker_tui.runs.bridge import LiveRun
from tests.tui.looking import gone, screen_text, shown, typed, until
from tests.tui.sources import Scripted, contested, hanoi, run_events

SMALL, WIDE = (80, 24), (160, 45)
ME = getpass.getuser()
MODEL = "sim:p=0.8,v=0.8"


@pytest.fixture
def source() -> Scripted:
    return Scripted(hanoi(), run_events(hanoi())).play_until(contested)


@asynccontextmanager
async def live(path: Path, *breaks: str, size: tuple[int, int] = WIDE, **chosen: Any) -> AsyncIterator[Pilot[None]]:
    """A live run of a small tower in the app."""
    order = {"model": MODEL, "k": 3, "seed": 3, **chosen}
    run = LiveRun(prepare(RunOrder("hanoi", {"disks": 4}, session=path, breaks=breaks, **order)))
    run.start()
    async with MakerApp(run, stay=True).run_test(size=size, notifications=True) as pilot:
        yield pilot
        pilot.app.close_source()


WISHES = {
    "5n": DecideStep(5), "n": DecideStep(1), "12s": DrawSample(12), "S": DrawVote(1), "3S": DrawVote(3),
    "U": RunUntil(parse_filter("dissent")), "e": Probe(1, ME), "4e": Probe(4, ME),
    "5K": ChangeSettings(ME, k=5), "K7\n": ChangeSettings(ME, k=7),
    "bflags>2\n": SetBreak(parse_filter("flags>2")), "uwrong\n": RunUntil(parse_filter("wrong")),
    "Osim + sim:p=0.9\n": ChangeSettings(ME, voters=("sim", "sim:p=0.9")),
}  # fmt: skip
REFUSALS = {
    "bvotes>>5": "there is '>' at character 7",
    "K0": "k is a whole number of at least 1", "F junk": "a fork has no 'junk'",
}  # fmt: skip
NAMES = {"\n": "enter", " ": "space"}


async def test_keys_with_counts_are_wishes(source: Scripted) -> None:
    """A count before a key is its number, and what is typed in a line becomes one command."""
    async with MakerApp(source).run_test(size=SMALL, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        for typed in WISHES:
            await pilot.press(*(NAMES.get(key, key) for key in typed))
        await until(pilot, lambda: len(source.sent) >= len(WISHES))
    assert source.sent == list(WISHES.values())


async def test_what_cannot_be_read_is_told_and_stays_to_be_mended(source: Scripted) -> None:
    """Nothing is sent, the reason is shown, and the line is still there with what was typed."""
    async with MakerApp(source).run_test(size=WIDE, notifications=True) as pilot:
        await shown(pilot, "▶ running")
        for typed, told in REFUSALS.items():
            await pilot.press(*(NAMES.get(key, key) for key in typed), "enter")
            await shown(pilot, told, typed[1:])
            await pilot.press("escape")
    assert source.sent == []


async def test_a_breakpoint_is_typed_with_completion_listed_and_turned(tmp_path: Path) -> None:
    """Tab completes; the list shows filter and hits; space turns it off, x takes it away, a click turns it too."""
    async with live(tmp_path / "run.maker", "step:1") as pilot:
        await shown(pilot, "held", "breakpoint 1: step:1")
        await pilot.press("b", "d", "i", "tab", "enter", "c")
        await shown(pilot, "breakpoint 2: dissent", "voting")
        await pilot.press("B")
        text = await shown(pilot, "2 ● on   dissent", "1 hit")
        row = next(number for number, line in enumerate(text.split("\n")) if "dissent" in line and "●" in line)
        await pilot.press("j", "space")
        await shown(pilot, "2 ○ off  dissent")
        await pilot.click(offset=(10, row))
        await shown(pilot, "2 ● on   dissent")
        await pilot.press("x")
        await gone(pilot, "2 ● on   dissent")
        await pilot.press("escape")
        await gone(pilot, "space turns it on or off")


async def test_a_breakpoint_too_many_is_told(tmp_path: Path) -> None:
    """The hundred-and-first breakpoint is refused with what to do, and asked for again once there is room."""
    async with live(tmp_path / "run.maker", "step:1", *("step:900",) * 99) as pilot:
        await shown(pilot, "held")
        await pilot.press("b")
        await shown(pilot, "no further breakpoint", "100 are the most")
        await pilot.press("B")
        await shown(pilot, "● on   step:1 ")
        await pilot.press("x")
        await gone(pilot, "● on   step:1 ")
        await pilot.press("escape", "b")
        await shown(pilot, "break at")


async def test_a_hopeless_step_holds_and_can_be_decided_by_hand(tmp_path: Path) -> None:
    """The banner says so; what is typed after d is read as a response is, and decides the step once the run goes on."""
    path = tmp_path / "run.maker"
    async with live(path, model="sim:v=1e-9", attended=True, size=SMALL) as pilot:
        await shown(pilot, "‖ held — step 1 · hopeless: 24 flagged in a row", "24 in a row flagged")
        await pilot.press("d")
        await shown(pilot, "decide as")
        await typed(pilot, "peg 3")
        await pilot.press("enter")
        await shown(pilot, "'peg 3' is not an answer here")
        await pilot.press("escape", "d")
        pilot.app.screen.on_paste(Paste("move = [1, 0, 1]\\nnext_state = [[4, 3, 2], [1], []]"))
        await pilot.press("enter")
        await shown(pilot, "decided, not committed")
        await pilot.press("c")
        await shown(pilot, "‖ held — step 2 · hopeless")
    assert verify(path, hanoi(4)).findings == ()


async def test_a_held_vote_is_probed_and_the_probes_stand_beside_the_tally(tmp_path: Path) -> None:
    """Probes are told apart, with an edited prompt too, and votes, margin and samples stay as they were."""
    path = tmp_path / "run.maker"
    async with live(path, "dissent") as pilot:
        before = re.findall("needs a margin of k .*?, has .", await shown(pilot, "breakpoint 1: dissent"))
        await pilot.press("3", "e")
        await shown(pilot, "probes, not counted")
        await pilot.press("2", "E")
        await shown(pilot, "user prompt ▔", "^d takes it")
        await pilot.press("tab")
        await shown(pilot, "system prompt ▔", "^d takes it")
        await pilot.press("tab")
        await typed(pilot, "hello")
        await pilot.press("ctrl+d")
        text = await shown(pilot, "edited prompt × 2")
        assert re.findall("needs a margin of k .*?, has .", text) == before != []
        await pilot.press("c")
        await gone(pilot, "probes, not counted")
    assert verify(path, hanoi(4)).findings == ()
    with Reader(path) as reader:
        assert reader.meta()["totals"]["probes"] == 5


async def test_another_k_is_shown_at_once(tmp_path: Path) -> None:
    """The tally asks for the new margin as soon as it is changed."""
    async with live(tmp_path / "run.maker", "dissent") as pilot:
        await shown(pilot, "needs a margin of k 3")
        await pilot.press("6", "K")
        await shown(pilot, "needs a margin of k 6")


async def test_a_refused_change_is_told(tmp_path: Path) -> None:
    """A pool that cannot be opened is told in one line, and the run is as it was."""
    async with live(tmp_path / "run.maker", "step:1") as pilot:
        await shown(pilot, "held")
        await pilot.press("O")
        await typed(pilot, "sim:x=1")
        await pilot.press("enter")
        await shown(pilot, "not changed", "'x'")


async def test_a_held_run_is_forked_and_goes_on_there(tmp_path: Path) -> None:
    """F stops the run cleanly, forks it at the open step with k + 1 and its breakpoints, and shows the fork."""
    path = tmp_path / "run.maker"
    async with live(path, "dissent and step:2-") as pilot:
        text = await shown(pilot, "breakpoint 1: dissent", "needs a margin of k 3")
        step = int(text.split("held — step ")[1].split(" ")[0])
        await pilot.press("F", "enter")
        await shown(pilot, "needs a margin of k 4")
        await pilot.press("c")
        await until(pilot, lambda: "held" in screen_text(pilot.app) or "solved" in screen_text(pilot.app))
    with Reader(path, 0) as reader:
        assert reader.meta()["ended"] == {"outcome": "stopped", "reason": f"forked at step {step}"}
    with Reader(path) as reader:
        assert (reader.branch.id, reader.branch.fork_step, reader.meta()["started"]["k"]) == (1, step - 1, 4)
    assert verify(path, hanoi(4)).findings == ()


async def test_a_fork_can_take_the_edited_prompt_along(tmp_path: Path) -> None:
    """What was edited is what the fork's agents read at that step; the word for it is offered."""
    path = tmp_path / "run.maker"
    async with live(path, "step:3") as pilot:
        await shown(pilot, "held")
        await pilot.press("1", "E")
        await shown(pilot, "user prompt ▔", "^d takes it")
        await typed(pilot, "hello")
        await pilot.press("ctrl+d")
        await shown(pilot, "edited prompt × 1")
        await pilot.press("F")
        await shown(pilot, "fork at step 3", "k=4 prompt")
        await pilot.press("enter")
        await shown(pilot, "needs a margin of k 4")
        await pilot.press("E")
        await shown(pilot, "user prompt ▔", "hello")
    with Reader(path) as reader:
        prompts = [entry.prompt for entry in reader.open_entries(hanoi(4)) if hasattr(entry, "k")]
    assert [type(prompt) for prompt in prompts] == [Prompt]
    assert prompts[0].user.endswith("hello")


async def test_a_fork_that_cannot_be_made_leaves_the_run_to_be_looked_at(tmp_path: Path) -> None:
    """A model that there is not is told; the run was stopped and saved, and is shown as such."""
    path = tmp_path / "run.maker"
    async with live(path, "step:3") as pilot:
        await shown(pilot, "held")
        await pilot.press("F", "ctrl+u")
        await typed(pilot, "model=sim:x=1")
        await pilot.press("enter")
        await shown(pilot, "it cannot be forked", "■ stopped")
    with Reader(path) as reader:
        assert len(reader.branches) == 1


async def test_the_run_ends_solved_after_all_of_it(tmp_path: Path) -> None:
    """A run that was held, probed and stepped through is solved like any other when it goes on."""
    async with live(tmp_path / "run.maker", "dissent", k=5, size=SMALL) as pilot:
        for _ in range(4):
            await shown(pilot, "‖ paused")  # by the breakpoint, or after two steps without dissent
            await pilot.press("2", "e", "2", "n")
        await pilot.press("B", "space", "escape", "c")
        await shown(pilot, Outcome.SOLVED.value)
