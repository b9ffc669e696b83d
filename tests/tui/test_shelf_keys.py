"""Looking at the library on the home screen: search, order and filters, key by key."""

from __future__ import annotations

from pathlib import Path
from threading import Event as Gate

import pytest
from textual.events import Key, Paste

from maker_tui.app import MakerApp
from tests.support.shelves import solved
from tests.tui.looking import gone, screen_text, shown, typed
from tests.tui.screens.test_home import NOON, saved
from tests.tui.test_hostile_text import strips_are_clean

SIZE = (80, 24)

SHELF = [
    saved("run-1", created=NOON, name="Turm", samples=5, size=5_000),
    saved("run-2", created=NOON - 1, task="sort", problem="9 cards", outcome="undecided", steps_done=900, steps=None),
    saved("run-3", created=NOON - 2, model="openai/x", simulated=False, outcome=None, busy=True, forks=2, cost_usd=12),
    saved("run-4", created=NOON - 3, model="openai/x", simulated=False, samples=9_999),
]


@pytest.fixture
def library(home: Path) -> Path:
    """Real sessions run-1, run-2 and run-3, the last the newest."""
    for number in (1, 2, 3):
        solved(home / "sessions" / f"run-{number}.maker", disks=number)
    return home / "sessions"


def app(size: tuple[int, int] = SIZE, listing=None):
    """The app on its home screen."""
    return MakerApp(listing=listing).run_test(size=size, notifications=True)


def under_cursor(pilot) -> str:
    """File name of the session under the cursor."""
    return pilot.app.screen._list.chosen.path.stem


def files(library: Path) -> list[str]:
    """File names of the sessions there are."""
    return sorted(path.stem for path in library.glob("*.maker"))


async def test_a_search_narrows_as_it_is_typed():
    """Rule: every key of a search narrows the list, enter keeps it, and esc shows all again, the cursor staying."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4 · newest first")
        await pilot.press("slash", "r", "e", "a")
        await shown(pilot, "sessions · 2 of 4", "/rea", "enter keeps it")
        await pilot.press("l", "space", "9", "enter")
        await shown(pilot, "sessions · 0 of 4", "No session matches.", "Press  esc  shows all 4")
        await pilot.press("slash", "backspace", "backspace", "down", "enter")
        await shown(pilot, "sessions · 2 of 4", "/real")
        assert under_cursor(pilot) == "run-4"
        await pilot.press("escape")
        await gone(pilot, "of 4")
        assert under_cursor(pilot) == "run-4"


async def test_esc_in_the_search_line_ends_the_search():
    """Rule: esc takes the search back while it is typed, and nothing else."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("o", "slash", *"turm")
        await shown(pilot, "1 of 4 · oldest first · /turm")
        await pilot.press("escape")
        await shown(pilot, "sessions · 4 · oldest first ─", "· 5 samples")


async def test_what_is_typed_fast_is_never_a_command(library):
    """Rule: keys that arrive all at once behind a slash are searched for, and delete and order nothing."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        for character in "/dun-3":
            pilot.app.post_message(Key("slash" if character == "/" else character, character))
        await shown(pilot, "/dun-3", "0 of 3")
        assert files(library) == ["run-1", "run-2", "run-3"]


async def test_the_line_is_edited_like_any_line():
    """Rule: arrows, home, end, deleting by letter and word, and pasting work; what is pasted is one printable line."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("slash", *"abc", "left", "left", "X", "end", "Y", "home", "Z", "delete", "right", "backspace")
        await shown(pilot, " / ZbcY ")
        await pilot.press("ctrl+u", "ctrl+k")
        await typed(pilot, "one two")
        await pilot.press("ctrl+w", "ctrl+k")
        pilot.app.post_message(Paste("a\x1b[31m\nb"))
        await shown(pilot, " / one a␛[31m b ")
        await pilot.press("home", "ctrl+k")
        pilot.app.post_message(Paste("wide" * 60))
        await shown(pilot, "widewide")
        assert strips_are_clean(pilot.app)


@pytest.mark.parametrize(
    ("presses", "told", "first"),
    [
        (0, ("newest first", "when ▼"), "run-1"),
        (1, ("oldest first", "when ▲"), "run-4"),
        (2, ("by name", "name or problem ▲"), "run-2"),
        (5, ("by outcome", "outcome ▲"), "run-3"),
        (6, ("most steps", "steps ▼"), "run-2"),
        (7, ("most samples", "samples ▼", "10.0k"), "run-4"),
        (8, ("costliest first", "cost ▼", "$12.00"), "run-3"),
        (9, ("largest first", "size ▼", "5.0kB"), "run-1"),
        (10, ("newest first", "when ▼"), "run-1"),
    ],
)
async def test_o_goes_through_the_orders(presses, told, first):
    """Rule: title and heading tell the order; the cursor stays on its session; O goes the other way round."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("down", *(["o"] * presses if presses < 6 else ["O"] * (10 - presses)))
        await shown(pilot, *told)
        assert under_cursor(pilot) == "run-2"
        await pilot.press("home")
        assert under_cursor(pilot) == first


async def test_f_offers_what_occurs_and_filters_by_a_letter():
    """Rule: two keys filter; filters add up, count what they would show, are told in the title, and esc ends them."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("f")
        text = await shown(pilot, "task     a hanoi 3  b sort 1", "c openai/x 2", "h real 2  i simulated 2")
        assert "failed" not in text
        await pilot.press("h")
        await shown(pilot, "sessions · 2 of 4 · newest first · real")
        await pilot.press("f")
        text = await shown(pilot, "a running 1  b solved 1", "✔real 2")
        assert "sort" not in text
        await pilot.press("z", "b")
        await shown(pilot, "1 of 4 · newest first · real · solved")
        assert under_cursor(pilot) == "run-4"
        await pilot.press("f", "c")
        await shown(pilot, "2 of 4 · newest first · solved")
        await pilot.press("f", "escape", "escape")
        await shown(pilot, "sessions · 4 · newest first ─")


async def test_a_choice_can_be_clicked():
    """Rule: a filter is a click away too."""
    async with app(listing=lambda: SHELF) as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("f")
        text = (await shown(pilot, "b sort 1")).split("\n")
        row = next(number for number, words in enumerate(text) if "b sort 1" in words)
        await pilot.click(offset=(text[row].index("b sort") + 2, row))
        await shown(pilot, "1 of 4 · newest first · sort")


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 45)])
async def test_many_values_are_offered_as_far_as_there_is_room(size):
    """Rule: whatever is not offered is counted, and the list keeps its room."""
    many = [saved(f"run-{n}", model=f"provider/model-number-{n}", task=f"task-{n % 7}", created=n) for n in range(200)]
    async with app(size, lambda: many) as pilot:
        await shown(pilot, "sessions · 200")
        await pilot.press("f")
        text = await shown(pilot, "a task-0", "and ")
        assert sum(row.startswith("│") for row in text.split("\n")) >= size[1] // 5
        await pilot.press("f", "a", "f", "a", "escape")
        await shown(pilot, "sessions · 200")


async def test_nothing_to_filter_by_is_said():
    """Rule: where all sessions are alike, f says so."""
    async with app(listing=lambda: [saved()]) as pilot:
        await shown(pilot, "sessions · 1")
        await pilot.press("f")
        await shown(pilot, "nothing to filter by")


async def test_a_wide_window_shows_the_name_beside_the_problem():
    """Rule: name, problem, forks and who is being written are told in one row."""
    async with app((130, 24), lambda: SHELF) as pilot:
        await shown(pilot, "Turm · 7 disks, peg 0 → 2", "7 disks, peg 0 → 2 ⋔2", "● running")


@pytest.mark.parametrize("key", ["x", "r", "y", "u", "o", "f", "enter", "escape", "slash"])
async def test_every_key_is_harmless_in_an_empty_library(key):
    """Rule: where there is no session, no key does harm."""
    async with app(listing=list) as pilot:
        await shown(pilot, "No saved runs yet.")
        await pilot.press(key)
        await shown(pilot, "No saved runs yet.")


async def test_the_keys_are_in_help_footer_and_palette():
    """Rule: what fits stands in the footer, every key in the help screen and, by name, in the palette."""
    async with app((160, 45), lambda: SHELF) as pilot:
        text = await shown(pilot, "sessions · 4")
        for entry in ("/ search", "f filter", "o order", "x delete", "u undo", "r rename", "y duplicate", "^r refresh"):
            assert entry in text.split("\n")[-1]
        await pilot.press("question_mark")
        await shown(
            pilot, "find sessions by any words", "end search and filters", "bring back the session deleted last"
        )
        await pilot.press("escape", "colon")
        await typed(pilot, "duplicate")
        await shown(pilot, "copy the session under the cursor")


async def test_five_thousand_sessions_are_searched_between_two_frames():
    """Rule: with 5,000 sessions every key of a search is answered; the end is that of the last key."""
    many = [saved(f"run-{number}", created=number, steps_done=number, steps=None) for number in range(5_000)]
    async with app(listing=lambda: many) as pilot:
        await shown(pilot, "sessions · 5,000")
        await pilot.press("slash")
        await typed(pilot, "run-4999")
        await pilot.press("enter", "o", "o", "o", "end")
        await shown(pilot, "1 of 5,000 · by task · /run-4999")
        await pilot.press("escape", "end")
        await shown(pilot, "run-4999" if under_cursor(pilot) == "run-4999" else "run-0")


@pytest.mark.parametrize("key", ["slash", "z", "o", "f", "x", "r", "y", "u", "i", "enter", "escape", "down", "G", "t"])
async def test_no_key_claims_anything_while_the_sessions_are_read(key):
    """Rule: until the library has been read nothing says that it is empty, or the same throughout; then it is shown."""
    release = Gate()

    def slow():
        release.wait(60)
        return SHELF

    async with app(listing=slow) as pilot:
        await shown(pilot, "reading the sessions …")
        await pilot.press(key)
        await pilot.pause()
        text = screen_text(pilot.app)
        release.set()
        assert "No saved runs" not in text
        assert "No session" not in text
        assert "nothing to filter" not in text
        assert "reading the sessions …" in text
        await pilot.press("escape")
        await shown(pilot, "sessions · 4")


async def test_what_is_typed_while_the_sessions_are_read_is_searched_for():
    """Rule: a search that was typed before the list came narrows it when it comes."""
    release = Gate()

    def slow():
        release.wait(60)
        return SHELF

    async with app(listing=slow) as pilot:
        await shown(pilot, "reading the sessions …")
        await pilot.press("slash", *"turm", "enter")
        release.set()
        await shown(pilot, "sessions · 1 of 4", "/turm")


async def test_the_reading_of_a_large_library_shows_how_far_it_has_come(library):
    """Rule: while the sessions are first read it is said how many of how many have been looked at."""
    release = Gate()
    test_app = MakerApp()
    read = test_app._library

    def halting():
        read.progress = 1_200, 8_000
        release.wait(60)
        return read()

    test_app._listing = halting
    async with test_app.run_test(size=SIZE, notifications=True) as pilot:
        await shown(pilot, "reading the sessions … 1,200 of 8,000")
        release.set()
        await shown(pilot, "sessions · 3")
        assert read.progress == (0, 3)
    assert files(library) == ["run-1", "run-2", "run-3"]
