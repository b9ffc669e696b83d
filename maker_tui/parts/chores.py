"""What is done to the sessions of the library, one thing after the other, in a thread; each can be undone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from maker_engine.core.errors import MakerError
from maker_engine.printable import one_line
from maker_tui.runs.housekeeping import Change, Housekeeper, called
from maker_tui.widgets.key_bar import key_now

if TYPE_CHECKING:
    from maker_engine.sessions.library.library import SessionSummary
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.parts.session_browser import SessionBrowser


class Chores:
    """Does them, and says what was done in the browser's row of detail.

    Args:
        screen: Works in its threads.
        browser: The sessions that are shown.

    Attributes:
        age: How often the library was changed: what was read at another age is old.
    """

    def __init__(self, screen: MakerScreen, browser: SessionBrowser) -> None:
        self._screen = screen
        self._browser = browser
        self._keeper = Housekeeper()
        self._one_chore = asyncio.Lock()
        self.age = 0

    def action_rename(self) -> None:
        """Ask for a name."""
        chosen = self._browser.list.chosen
        if chosen is None:
            return
        if chosen.damaged is not None:
            self.refuse(chosen.damaged if chosen.empty else f"what cannot be read cannot be renamed: {chosen.damaged}")
            return
        hint = "enter saves it · esc leaves it as it was"
        self._browser.ask("name", chosen.name, hint, partial(self._rename, chosen))

    def _rename(self, summary: SessionSummary, text: str) -> None:
        if text.strip() != summary.name:
            self._begin(partial(self._keeper.rename, summary, text))

    def action_duplicate(self) -> None:
        """Copy the session under the cursor."""
        chosen = self._browser.list.chosen
        if chosen is not None:
            self._begin(partial(self._keeper.duplicate, chosen))

    def action_delete(self) -> None:
        """Move the marked sessions to the trash; where none is, the one under the cursor."""
        browser = self._browser
        chosen, marked, beside = browser.list.chosen, browser.list.marked, browser.list.neighbour
        if chosen is None:
            return
        wanted = marked or [chosen]
        going = [one for one in wanted if not one.busy]
        if len(going) < len(wanted):
            busy = next(one for one in wanted if one.busy)
            self.refuse(f"{called(busy)} is being written by another program: stop its run first")
        if not going:
            return
        # Off the list at once, so that the next press is about the next session.
        browser.known = [one for one in browser.known if one not in going]
        stays = chosen if chosen not in going else beside
        browser.show_known(None if stays is None else stays.path)
        for one in going:
            self._begin(partial(self._keeper.delete, one), one)

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        self._begin(self._keeper.undo)

    def _begin(self, chore: Callable[[], Change], otherwise: SessionSummary | None = None) -> None:
        """Have a chore done in a thread, after those before it; `otherwise` is shown again if it fails."""
        self.age += 1
        self._screen.run_worker(self._do(chore, otherwise), group="chores")

    async def _do(self, chore: Callable[[], Change], otherwise: SessionSummary | None) -> None:
        async with self._one_chore:
            try:
                change = await asyncio.to_thread(chore)
            except MakerError as error:
                change = Change("", come=otherwise)
                self.refuse(str(error))
            self.age += 1
            self._apply(change)

    def _apply(self, change: Change) -> None:
        browser = self._browser
        stays = (change.gone, None if change.come is None else change.come.path)
        browser.known = [one for one in browser.known if one.path not in stays]
        if change.come is not None:
            browser.known.append(change.come)
        browser.show_known()
        said = one_line(change.said)
        if change.come is not None and not browser.list.point(change.come.path):
            said += ", hidden by search or filter"
        if change.undoable:
            more = f" {change.undoable} more" if change.gone is None else ""
            browser.say(said, key_now(self._screen.app, "home.undo", "u"), f"undoes{more}")
        elif said:
            browser.say(said)

    def refuse(self, reason: str, heading: str = "cannot be done") -> None:
        """Say why something is not done."""
        self._screen.notify(one_line(reason), title=heading, severity="error", markup=False)
