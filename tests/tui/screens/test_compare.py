"""Two runs side by side, and words in responses, key by key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.events import Key

from maker_engine.runtime.continuing import prepare_fork
from maker_engine.runtime.order import RunOrder, drive, prepare
from maker_engine.runtime.step_control import Inbox
from maker_engine.sessions.library.library import summarise
from maker_tui.app import MakerApp
from maker_tui.cli.main import main
from maker_tui.runs.finding import is_filter
from maker_tui.widgets.inspector import Page
from tests.support.shelves import solve, solved
from tests.tui.looking import screen_text, shown, typed, until
from tests.tui.screens.test_home import NOON, saved
from tests.tui.test_hostile_text import HOSTILE, strips_are_clean

SIZE = (80, 24)


@pytest.fixture
async def two(home: Path) -> Path:
    """Two runs of one problem, the newer one wrong, and one of another problem."""
    sessions = home / "sessions"
    await solve(sessions / "other.maker", disks=3)
    for name, ordered in (("right", {}), ("wrong", {"model": "sim:p=0.5", "seed": 3})):
        order = RunOrder("hanoi", {"disks": 5}, k=2, session=sessions / f"{name}.maker", **ordered)
        await drive(prepare(order), Inbox(), lambda _: None)
    return sessions


@pytest.mark.usefixtures("two")
async def test_two_marked_sessions_open_where_they_part() -> None:
    """Space marks, V compares: the step they part at, both answers with their votes; 1 and 2 open them there."""
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("V")
        await shown(pilot, "two sessions are compared", "mark one")
        await pilot.press("space")
        await shown(pilot, "sessions · 3 · newest first · 1 marked", "● ")
        await pilot.press("V")
        text = await shown(pilot, "compare · wrong · right", "They part at step ", "; both decided ")
        step = text.partition("They part at step ")[2].partition(";")[0]
        rows = [row for row in text.split("\n") if row.startswith((f"│ step {step} ", "│ votes"))]
        assert rows[0].count("disk ") == 2
        assert rows[1].count("disk ") == 2
        await pilot.press("1")
        await shown(pilot, f"step {step} · ✖ wrong")
        await pilot.press("q", "q")
        await shown(pilot, "compare · wrong · right")
        await pilot.press("2")
        await shown(pilot, f"step {step} · decided")
        assert "✖ wrong" not in screen_text(pilot.app)
        await pilot.press("q", "q", "q")
        await shown(pilot, "1 marked")
        await pilot.press("down", "V")
        await shown(pilot, "cannot be compared")
        await pilot.press("escape")
        await shown(pilot, "newest first ─")


async def test_a_fork_is_compared_with_its_run(tmp_path: Path) -> None:
    """In the tree of forks V compares a fork with what it was forked from, or the marked run with another."""
    path = tmp_path / "hanoi-1.maker"
    order = RunOrder("hanoi", {"disks": 4}, model="sim:p=0.5", seed=3, k=2, session=path)
    await drive(prepare(order), Inbox(), lambda _: None)
    await drive(prepare_fork(path, 2, {"model": "sim:p=1,v=1"}), Inbox(), lambda _: None)
    async with MakerApp(listing=lambda: [summarise(path)]).run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("T")
        await shown(pilot, "runs and forks · 2")
        await pilot.press("V")
        await shown(pilot, "the first", "fork 1", "the whole runs")
        await pilot.press("q", "up", "V")
        await shown(pilot, "two runs are compared")
        await pilot.press("space", "down", "V")
        await shown(pilot, "the first", "fork 1", "the whole runs")


async def test_marked_sessions_are_deleted_together_and_come_back_one_by_one(two: Path) -> None:
    """X with marks moves all of them to the trash, the cursor staying by its session; u brings back each."""
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("space", "space", "x")
        await shown(pilot, "sessions · 1", "u undoes")
        await until(pilot, lambda: [one.stem for one in two.glob("*.maker")] == ["other"])
        await pilot.press("u", "u")
        await shown(pilot, "sessions · 3")
        await until(pilot, lambda: len([*two.glob("*.maker")]) == 3)


async def test_equal_runs_are_told_apart_and_nothing_is_lost_in_a_small_window() -> None:
    """Rows that would be the same end in what differs of their files; at 60×16 outcome, k and steps are there."""
    twins = [saved(f"hanoi-20261130-0{n}-{n}e2a", created=NOON, k=3, cost_usd=0.5) for n in (1, 2)]
    for size in (SIZE, (60, 16), (160, 45)):
        async with MakerApp(listing=lambda: twins).run_test(size=size, notifications=True) as pilot:
            text = await shown(pilot, "1e2a", "2e2a", " 3 ", "✔ solved", "127/127")
            assert ("$0.50" in text.split("sim · ")[0]) is (size[0] > 100)


async def test_words_are_found_in_responses(home: Path) -> None:
    """A slash finds words in responses: in the inspector with the response under the cursor and the words marked."""
    path = home / "sessions" / "a.maker"
    await solve(path, disks=5)
    async with MakerApp().run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("i")
        await shown(pilot, "step 31 · decided")
        await pilot.press("slash")
        await typed(pilot, 'disk 5 "move = [5"')
        await pilot.press("enter")
        await shown(pilot, "step 5 · decided", "sample 1 ·", "⚑ illegal")
        page = pilot.app.screen.query_one(Page)
        marked = {row.plain[one.start : one.end] for row in page._lines for one in row.spans if one.style == "cursor"}
        assert {"disk", "5"} <= marked  # words that are wrapped are marked piece by piece
        await pilot.press("n")
        await shown(pilot, "step 16 · decided", "vote for A")
        await pilot.press("n")
        await shown(pilot, "no match there", "2 steps say disk 5")
        await pilot.press("t")
        await shown(pilot, '2 steps say disk 5 "move = [5"')
        await pilot.press("slash", "ctrl+u", "home", "ctrl+k")
        await typed(pilot, "dissent")
        await pilot.press("enter")
        await shown(pilot, "1 matches dissent")
        await pilot.press("slash", "home", "ctrl+k")
        await typed(pilot, "nowhere said")
        await pilot.press("enter")
        await shown(pilot, "0 steps say nowhere said")
        await pilot.press("slash", "home", "ctrl+k")
        await typed(pilot, "flags>>2")
        await pilot.press("enter")
        await shown(pilot, "there is '>' at character 7")


async def test_a_slash_on_the_workbench_leads_to_the_response(home: Path) -> None:
    """On the workbench a slash asks for words, the first time and again, and shows the response that has them."""
    await solve(home / "sessions" / "a.maker", disks=5)
    async with MakerApp().run_test(size=(100, 30), notifications=True) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("enter")
        await shown(pilot, "solved and verified")
        for words, step in ('"move = [5"', 5), ('"move = [4, 0, 1]"', 8):
            await pilot.press("slash", "ctrl+u")
            await typed(pilot, words)
            await pilot.press("enter")
            await shown(pilot, f"step {step} · decided", "sample ")
            await pilot.press("q")
            await shown(pilot, "solved and verified")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("flags>2 and not dissent", True),
        ("wrong", True),
        ('"wrong"', False),
        ("disk 3", False),
        ("the wrong move", False),
    ],
)
def test_a_filter_is_told_from_words(text: str, kind: bool) -> None:
    """What reads as a filter is one; anything else, and whatever is in quotes, is words."""
    assert is_filter(text) is kind


@pytest.mark.parametrize("text", HOSTILE[::2])  # all of them go through the same screens in test_hostile_text.py
@pytest.mark.usefixtures("two")
async def test_hostile_names_and_words_stay_text(text: str) -> None:
    """Names of compared sessions and words that are looked for are shown as text."""
    assert main(["sessions", "rename", "wrong", text]) == 0
    async with MakerApp().run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("space", "V")
        await shown(pilot, "They part at step")
        assert strips_are_clean(pilot.app)
        await pilot.press("1")
        await shown(pilot, "decided")
        await pilot.press("slash")
        for character in text[:20]:
            pilot.app.post_message(Key("x", character))
        await pilot.press("enter")
        await pilot.pause()
        assert strips_are_clean(pilot.app)


def test_the_command_line_searches_and_compares(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`sessions search` and `compare` say in lines and in JSON what the app shows; nothing found is status 1."""
    for name, seed in (("a", 0), ("b", 1)):
        solved(home / "sessions" / f"{name}.maker", disks=3, seed=seed)
    assert main(["sessions", "search", '"move = [3"', "--json"]) == 0
    found = [json.loads(row) for row in capsys.readouterr().out.splitlines()]
    places = {(Path(one["session"]).stem, one["step"], one["kind"]) for one in found}
    assert places == {("a", 4, "vote"), ("a", 5, "flagged"), ("b", 4, "vote")}
    assert main(["sessions", "search", "disk", "--in", "@", "--most", "1"]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert rows[0].startswith("b  step 1, sample 1: ")
    assert rows[1].endswith("more; --most 0 shows all")
    assert main(["sessions", "search", '"Current state: [[3, 2, 1], [], []]"', "--prompts", "--in", "a"]) == 0
    assert capsys.readouterr().out.startswith("a  step 1, prompt: ")
    assert main(["sessions", "search", "no-such-word"]) == 1
    assert capsys.readouterr().err == "maker: no response in 2 sessions says no-such-word\n"
    assert main(["sessions", "compare", "@", "@2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [told[name] for name in ("parts_at", "compared_steps", "differing_steps")] == [None, 7, 0]
    assert main(["sessions", "compare", "@", "@2"]) == 0
    assert "They are the same: 7 steps decided alike." in capsys.readouterr().out
    assert main(["sessions", "compare", "@"]) == 2
    assert main(["sessions"]) == main(["sessions", "--paths"]) == 0
    assert capsys.readouterr().out.count(str(home / "sessions")) == 4
