"""Keeping the library on the home screen: deleting, undoing, renaming and copying real session files, key by key."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from textual.events import Key, Paste

from maker_engine.sessions.library.library import Library, summarise
from maker_engine.sessions.store.lock import WriterLock
from tests.tui.looking import gone, screen_text, shown, typed, until
from tests.tui.screens.test_home import saved
from tests.tui.test_hostile_text import HOSTILE, strips_are_clean
from tests.tui.test_shelf_keys import app, files, library, under_cursor

__all__ = ["library"]


def rows(pilot) -> list[str]:
    """The list's rows, its heading left out."""
    return [row for row in screen_text(pilot.app).split("\n")[3:] if row.startswith("│ ") and row[2] != " "]


async def test_deletions_are_undone_newest_first(library):
    """Rule: d asks nothing and says how to undo it; u brings back one after the other, the cursor on what came."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("down", "x")
        await shown(pilot, "deleted run-2, u undoes", "sessions · 2")
        assert under_cursor(pilot) == "run-1"
        await pilot.press("x")
        await shown(pilot, "deleted run-1, u undoes", "sessions · 1")
        assert (files(library), under_cursor(pilot)) == (["run-3"], "run-3")
        await pilot.press("x")
        await shown(pilot, "deleted run-3", "No saved runs yet.")
        await pilot.press("u")
        await shown(pilot, "restored run-3, u undoes 2 more")
        await pilot.press("u", "u")
        await shown(pilot, "restored run-2", "sessions · 3")
        assert (files(library), under_cursor(pilot)) == (["run-1", "run-2", "run-3"], "run-2")
        await pilot.press("u")
        await shown(pilot, "nothing was deleted since maker started")
        await pilot.press("j")
        await shown(pilot, "sim · 2 samples · ")


async def test_keys_typed_fast_delete_one_session_each(library):
    """Rule: three presses that arrive at once delete three sessions, and each is undone."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        for key in "xxxuu":
            pilot.app.post_message(Key(key, key))
        await shown(pilot, "restored run-2, u undoes 1 more", "sessions · 2")
        assert files(library) == ["run-1", "run-2"]


@pytest.mark.usefixtures("library")
async def test_a_reading_from_before_a_deletion_is_not_shown():
    """Rule: sessions that were read before something was deleted are read again, and do not bring it back."""
    reading, go_on = threading.Event(), threading.Event()
    first = Library().list()
    calls = []

    def listing():
        calls.append(1)
        if len(calls) == 2:
            reading.set()
            go_on.wait()
            return first
        return Library().list()

    async with app(listing=listing) as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("ctrl+r")
        await until(pilot, reading.is_set)
        await pilot.press("x")
        await shown(pilot, "deleted run-3")
        go_on.set()
        await until(pilot, lambda: len(calls) >= 3)
        await shown(pilot, "sessions · 2")


async def test_a_session_that_is_written_is_not_deleted(library):
    """Rule: deleting it is refused with the reason, whether the list knows it is written or finds out."""
    path = library / "run-3.maker"
    with WriterLock(path):
        async with app() as pilot:
            await shown(pilot, "sessions · 3")
            await pilot.press("x")
            await shown(pilot, "cannot be done", "written", "sessions · 3")
            assert under_cursor(pilot) == "run-3"
            await pilot.press("j")
            await gone(pilot, "cannot be done")
    busy = [replace(summarise(path), busy=True, outcome=None)]
    async with app(listing=lambda: busy) as pilot:
        await shown(pilot, "● running")
        await pilot.press("x")
        await shown(pilot, "cannot be done", "written", "sessions · 1")
    assert len(files(library)) == 3


async def test_a_session_is_renamed_in_its_row(library):
    """Rule: e edits the present name, enter saves it, esc does not; the name stands for the problem."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("j", "r")
        await typed(pilot, "first")
        await shown(pilot, " name first ", "enter saves it")
        await pilot.press("enter")
        await shown(pilot, "renamed to first")
        assert " first " in rows(pilot)[1]
        await pilot.press("r", *" try", "enter")
        await shown(pilot, "renamed to first try")
        await pilot.press("r", *"x", "escape", "r", "enter")
        assert summarise(library / "run-2.maker").name == "first try"
        await pilot.press("r", "ctrl+u", "enter")
        await shown(pilot, "run-2 has no name any more", "2 disks")
        assert under_cursor(pilot) == "run-2"


async def test_a_duplicate_comes_under_the_cursor(library):
    """Rule: y copies the session; the copy is named as one, and is its own session from then on."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("j", "y")
        await shown(pilot, "duplicated as copy of 2 disks", "sessions · 4")
        assert under_cursor(pilot) == "run-2-copy"
        await pilot.press("x")
        await shown(pilot, "sessions · 3")
        assert files(library) == ["run-1", "run-2", "run-3"]


@pytest.mark.usefixtures("library")
async def test_what_comes_hidden_is_said():
    """Rule: a session that search or filter hides is told of when it comes back."""
    async with app() as pilot:
        await shown(pilot, "sessions · 3")
        await pilot.press("x", "slash")
        await typed(pilot, "run-1")
        await pilot.press("enter", "u")
        await shown(pilot, "restored run-3, hidden by search or filter")


async def test_a_damaged_session_is_deleted_but_not_renamed(library):
    """Rule: what cannot be read can go and come back; renaming and copying say why not."""
    library.joinpath("broken.maker").write_text("no database")
    async with app() as pilot:
        await shown(pilot, "sessions · 4")
        await pilot.press("slash")
        await typed(pilot, "broken")
        await pilot.press("enter", "r")
        await shown(pilot, "cannot be done", "renamed:")
        await pilot.press("y")
        await shown(pilot, "duplicated:")
        await pilot.press("x")
        await shown(pilot, "deleted broken, u undoes", "No session matches")
        await pilot.press("u")
        await shown(pilot, "restored broken", "sessions · 1 of 4")


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_names_stay_text(library, text):
    """Rule: a name is shown as text in row, detail, title, filter and line, and when it is deleted."""
    path = library / "run-3.maker"
    listed = [replace(summarise(path), name=text, model=text, task=text), saved(model="other", created=0)]
    async with app((120, 24), lambda: listed) as pilot:
        await shown(pilot, "sessions · 2")
        for key in ("r", "escape", "f", "a", "x", "u", "f", "escape", "slash"):
            await pilot.press(key)
            assert strips_are_clean(pilot.app)
        pilot.app.post_message(Paste(text))
        await pilot.press("x", "enter")
        assert strips_are_clean(pilot.app)
