"""The rows in which a filter is chosen: every value that occurs, each with a letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from string import ascii_letters
from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click, Key, Resize
from textual.message import Message

from maker_engine.printable import one_line
from maker_tui.text.figures import count, fit
from maker_tui.text.roles import line
from maker_tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from maker_engine.sessions.library.listing import Choice, Facet

LABEL_CELLS = 8
LONGEST_VALUE = 28
REST_CELLS = 14
"""Room for the number of those that have no place."""
Spot = tuple[int, int, int, "Choice"]
"""Row, first cell, cell after the last, and what is there."""


class FilterLines(LineView):
    """Offers choices by letter; there only while it does. It never has the focus, like `EntryLine`."""

    DEFAULT_CSS = """
    FilterLines { height: auto; display: none; background: $panel; &.-up { display: block; } }
    """

    class Chosen(Message):
        """A choice was clicked."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._choices: Sequence[Choice] = ()
        self._picks: Mapping[Facet, str] = {}
        self._spots: list[Spot] = []

    @property
    def up(self) -> bool:
        """True while it is there."""
        return self.has_class("-up")

    def offer(self, choices: Sequence[Choice], picks: Mapping[Facet, str]) -> None:
        """Begin to offer `choices`, of which `picks` are in force."""
        self._choices, self._picks = choices, picks
        self.add_class("-up")
        self._lay_out()

    def take_down(self) -> None:
        """Stop offering."""
        self.remove_class("-up")

    def choice_at(self, key: Key) -> Choice | None:
        """Return the choice that a key is the letter of."""
        letters = ascii_letters[: len(self._spots)]
        place = letters.find(key.character) if key.character else -1
        return self._spots[place][3] if place >= 0 else None

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        if self.up:
            self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.screen.size
        lines, self._spots = choice_rows(self._choices, self._picks, columns, max(4, rows * 2 // 5))
        self.styles.height = len(lines)
        self.show(lines)

    def on_click(self, event: Click) -> None:
        """Take the clicked choice."""
        for row, start, end, choice in self._spots:
            if event.y == row and start <= event.x < end:
                event.stop()
                self.post_message(self.Chosen(choice))


def choice_rows(
    choices: Sequence[Choice], picks: Mapping[Facet, str], width: int, most: int
) -> tuple[list[Text], list[Spot]]:
    """Lay choices out under a heading, each facet on a row of its own or more, at most `most` rows in all.

    Returns:
        The rows, and where each choice is; the first has the letter a, the next b, and so on.
    """
    lines = [line((" filter by a letter; the same one again takes it off · esc leaves", "quiet"))]
    spots: list[Spot] = []
    facets = [(facet, list(group)) for facet, group in groupby(choices, key=lambda choice: choice.facet)]
    for facet, group in facets:
        labels = [_words(choice, picks, min(LONGEST_VALUE, width // 4)) for choice in group][
            : len(ascii_letters) - len(spots)
        ]
        places = _flow([len(words) + 2 for words in labels], width - LABEL_CELLS - 2, max(1, (most - 1) // len(facets)))
        first = len(lines)
        lines += [line((f" {fit(facet.value if row == 0 else '', LABEL_CELLS)}", "key"))
                  for row in range(places[-1][0] + 1 if places else 1)]  # fmt: skip
        for (row, _), words, choice in zip(places, labels, group, strict=False):
            text, start = lines[first + row], lines[first + row].cell_len
            role = "accent" if picks.get(facet) == choice.value else "plain"
            text.append_text(line((f" {ascii_letters[len(spots)]}", "key"), (words, role)))
            spots.append((first + row, start, text.cell_len, choice))
        if len(places) < len(group):
            lines[-1].append_text(line((f" and {len(group) - len(places):,} more", "quiet")))
    return lines, spots


def _words(choice: Choice, picks: Mapping[Facet, str], limit: int) -> str:
    mark = "✔" if picks.get(choice.facet) == choice.value else " "
    return f"{mark}{one_line(choice.value, limit)} {count(choice.total)} "


def _flow(widths: Sequence[int], room: int, rows: int) -> list[tuple[int, int]]:
    """Place pieces one after the other on at most `rows` rows; those that find no place are the last ones.

    Returns:
        Row and first cell of each piece that has a place.
    """
    places: list[tuple[int, int]] = []
    row = at = 0
    for width in widths:
        if at and at + width > room:
            row, at = row + 1, 0
        if row == rows:
            break
        places.append((row, at))
        at += width
    while 1 < len(places) < len(widths) and places[-1][1] + widths[len(places) - 1] + REST_CELLS > room:
        if places[-1][0] < rows - 1 or places[-1][1] == 0:
            break
        places.pop()
    return places
