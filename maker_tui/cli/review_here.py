"""People's work on rows in the terminal: as a screen, or line by line where there is none."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from maker_engine.labelling.wording import plain_question
from maker_engine.output import ask, say
from maker_engine.printable import one_line
from maker_engine.records.quality import agreement_words
from maker_engine.records.review import Review
from maker_tui.navigation.screen_opener import ScreenOpener
from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.screens.reviewing import Reviewing
from maker_tui.terminal.cell_diff import CellDiff

if TYPE_CHECKING:
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.labelling import Labelling

_SHOWN = 2_000
"""Characters of a cell that are shown."""
UNDO, SKIP, QUIT = "u", "s", "q"


class ReviewApp(ConfiguredApp, CellDiff):
    """People's work on rows alone, in the colours and with the keys of its user.

    Args:
        labelling: What is asked.
    """

    TITLE = "maker"
    CSS_PATH = ["../app.tcss"]

    def __init__(self, labelling: Labelling) -> None:
        super().__init__()
        self.opener = ScreenOpener(self, None)
        self._labelling = labelling

    def on_mount(self) -> None:
        """Show it."""
        self.push_screen(Reviewing(self._labelling, self.exit))
        self.tell_troubles()


def review_here(labelling: Labelling, reader: Reader | None) -> None:
    """Ask a person about one thing after the other; what is answered is kept at once.

    Args:
        labelling: What is asked.
        reader: The session, None before there is one.
    """
    review = labelling.front.review
    if sys.stdin.isatty() and sys.stdout.isatty():
        ReviewApp(labelling).run()
    else:
        if reader is None:
            labelling.front.more()
        else:
            labelling.front.fill(reader)
        _line_by_line(review, " (simulated agents voted)" if labelling.simulated else "")
    for one in (each.review for each in labelling.lists if each.review.answered or each.review is review):
        agreed = agreement_words(one.agreement)
        left = f"{one.answered:,} answered as {one.reviewer}, {one.left:,} left"
        say(f"{one.kind}: {left}{f'; {agreed}' if agreed else ''}")


def _line_by_line(review: Review, who: str) -> None:
    say(f"{review.left:,} to answer as {review.reviewer}{who}; a number or the answer; u undoes, s skips, q leaves")
    while review.unit is not None:
        _show(review)
        ask("> ")
        line = sys.stdin.readline()
        text = line.strip()
        if not line or text == QUIT:
            return
        if text == UNDO:
            review.undo()
        elif text == SKIP:
            review.skip()
        elif text:
            kept = review.answer(text)
            say(f"  {review.revealed if kept else f'{one_line(text, 40)!r} is no answer here'}", "")


def _show(review: Review) -> None:
    unit, labels = review.unit, review.labels()
    if unit is None:
        return
    whole = review.answered + review.left
    say(f"{review.answered + 1:,}/{whole:,}  {one_line(unit.id, 60)}  {plain_question(unit.field)}")
    say(*(f"  {name}: {one_line(unit.row.text(name), _SHOWN)}" for name in review.shown))
    numbered = "   ".join(f"{number} {name}" for number, name in enumerate(labels, 1))
    say(f"  {numbered or review.demand()}")
