"""The question pane: what a person is asked, why, and what may be answered; between questions, what is being done."""

from __future__ import annotations

from collections.abc import Hashable

from rich.text import Text
from textual.events import Click, Resize
from textual.message import Message

from maker_engine.core.decomposition import AnyTask, Ask
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.task_board import picture_lines

MOST_BY_KEY = 9
"""Options that have a figure key."""


class QuestionPane(LinePane):
    """Shows one question and which of its options are marked."""

    class Marked(Message):
        """An option was clicked; `place` is 0-based."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("question", id=id)
        self._question: Ask | None = None
        self._marked: tuple[int, ...] = ()
        self._refused = ""
        self._doing: tuple[AnyTask, Hashable] | None = None
        self._places: dict[int, int] = {}

    @property
    def question(self) -> Ask | None:
        """The question that is open."""
        return self._question

    @property
    def answer(self) -> str:
        """The marked options, one a line."""
        options = () if self._question is None else self._question.options
        return "\n".join(options[place] for place in self._marked)

    def show_question(self, question: Ask | None, refused: str, family: AnyTask, state: Hashable) -> None:
        """Show `question`, why the last answer was `refused`; without a question, the picture of `state`."""
        if question != self._question:
            self._marked = ()
            self.scroll_lines_to(0)
        self._question, self._refused, self._doing = question, refused, (family, state)
        self._lay_out()

    def mark(self, place: int) -> bool:
        """Mark an option (0-based), or take the mark off; False where there is none at that place."""
        question = self._question
        if question is None or place >= len(question.options):
            return False
        if place in self._marked:
            self._marked = tuple(one for one in self._marked if one != place)
        else:
            self._marked = (*self._marked, place) if question.several else (place,)
        self._lay_out()
        return True

    def on_resize(self, _event: Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def on_click(self, event: Click) -> None:
        """Mark the option that is clicked."""
        place = self._places.get(event.y - 1 + self.top)  # the border is a row
        if place is not None:
            self.post_message(self.Marked(place))

    def _lay_out(self) -> None:
        width = self.size.width
        self._places = {}
        if self._question is None:
            self.entitle("being settled")
            lines = [] if self._doing is None else picture_lines(*self._doing, width, self.size.height)
            self.show(lines)
            return
        self.entitle("question", "figures choose · enter answers")
        self.show(self._laid(self._question, width))

    def _laid(self, question: Ask, width: int) -> list[Text]:
        rows = [line((row, "strong")) for row in wrapped(question.question, width)]
        if question.why:
            rows += [line((row, "quiet")) for row in wrapped(f"why: {question.why}", width)]
        rows.append(line())
        for place, option in enumerate(question.options):
            rows += self._option(place, option, width, len(rows))
        if question.free:
            rows += [line(), line(("a", "key"), " something else, in your own words")]
        rows += [line((row, "warn")) for row in wrapped(self._refused, width) if self._refused]
        return rows

    def _option(self, place: int, option: str, width: int, at: int) -> list[Text]:
        marked = place in self._marked
        key = str(place + 1) if place < MOST_BY_KEY else " "
        mark, role = ("●", "key") if marked else ("○", "quiet")
        first, *others = wrapped(option, width - 4)
        lines = [line((key, "key"), " ", (mark, role), " ", (first, "strong" if marked else "plain"))]
        lines += [line("    ", (row, "strong" if marked else "plain")) for row in others]
        self._places |= dict.fromkeys(range(at, at + len(lines)), place)
        return lines
