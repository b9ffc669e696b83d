"""A review in the terminal: as a screen, or line by line where there is none."""

from __future__ import annotations

import sys

from maker_engine.labelling.wording import plain_question
from maker_engine.output import ask, say
from maker_engine.printable import one_line
from maker_engine.records.review import Review
from maker_tui.parts.configured_app import ConfiguredApp
from maker_tui.screens.reviewing import Reviewing

_SHOWN = 2_000
"""Characters of a cell that are shown."""
UNDO, SKIP, QUIT = "u", "s", "q"


class ReviewApp(ConfiguredApp):
    """The review alone, in the colours and with the keys of its user.

    Args:
        review: What is asked.
    """

    def __init__(self, review: Review) -> None:
        super().__init__()
        self._review = review

    def on_mount(self) -> None:
        """Show it."""
        self.push_screen(Reviewing(self._review))


def review_here(review: Review) -> int:
    """Ask a person about one thing after the other; what was answered is kept at once. Returns the exit status."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        ReviewApp(review).run()
    else:
        _line_by_line(review)
    say(f"{review.answered:,} answered as {review.reviewer}, {len(review) - review.answered:,} left")
    return 0


def _line_by_line(review: Review) -> None:
    say(f"{len(review):,} to answer as {review.reviewer}; a number or the answer; u undoes, s skips, q leaves")
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
            say(f"  {review.revealed if review.answer(text) else f'{one_line(text, 40)!r} is no answer here'}", "")


def _show(review: Review) -> None:
    unit, labels = review.unit, review.labels()
    if unit is None:
        return
    say(f"{review.place + 1:,}/{len(review):,}  {one_line(unit.id, 60)}  {plain_question(unit.field)}")
    say(*(f"  {name}: {one_line(unit.row.text(name), _SHOWN)}" for name in review.shown))
    numbered = "   ".join(f"{number} {name}" for number, name in enumerate(labels, 1))
    say(f"  {numbered or review.demand()}")
