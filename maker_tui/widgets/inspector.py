"""The inspector: the ballot of a step vote by vote, and below it what is under the cursor: the prompt, a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize

from maker_engine.core.responses import Sample
from maker_engine.sessions.queries.inspection import Inspection, inspect_step
from maker_engine.sessions.store.reader import Reader
from maker_tui.settings.keymap import NamedKeys
from maker_tui.text.figures import count_of, ordinal
from maker_tui.text.inspector_lines import (
    Describe,
    counted_row,
    entry_lines,
    name_of,
    next_folded,
    pair_lines,
    prompt_lines,
    prompt_row,
)
from maker_tui.text.mistake_words import advice_words, verdict_words
from maker_tui.text.roles import line
from maker_tui.text.wrapping import wrapped
from maker_tui.widgets.cursor_pane import CursorPane
from maker_tui.widgets.key_bar import key_now
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_engine.core.record.entries import Entry
    from maker_engine.sessions.queries.text_search import Terms
    from maker_tui.runs.viewed import ViewedRun


class BallotRows(CursorPane):
    """The prompt, and every entry of the ballot in the order of counting.

    Args:
        describe: Describes an answer in words; never raises.
    """

    def __init__(self, describe: Describe) -> None:
        super().__init__("step", id="ballot")
        self._describe = describe
        self._step: Inspection | None = None
        self.chosen: int | None = None

    @property
    def line_total(self) -> int:
        """A row for the prompt and one an entry."""
        return 0 if self._step is None else 1 + len(self._step.counted)

    def show_step(self, step: Inspection) -> None:
        """Show another step, or more of the same."""
        if self._step is None or step.step != self._step.step:
            self._cursor = self._top = 0
            self.chosen = None
        self._step = step
        self.reveal()
        self.refresh()

    def row_at(self, index: int) -> Text:
        """Lay out the prompt's row, or that of an entry."""
        step = self._step
        if step is None:
            return line()
        if index == 0:
            return prompt_row(step)
        mark = "▸" if index == self.chosen else ""
        return counted_row(step, index - 1, self._describe, self.size.width, marked_as=mark)


class Page(LinePane, inherit_bindings=False):
    """What is under the cursor, in full."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_rows(-1)", "up", show=False, tooltip="a row up"),
        Binding("down,j", "scroll_rows(1)", "down", show=False, tooltip="a row down"),
        Binding("pageup,ctrl+u", "scroll_pages(-1)", "page up", show=False, tooltip="a page up"),
        Binding("pagedown,ctrl+d", "scroll_pages(1)", "page down", show=False, tooltip="a page down"),
        Binding("home", "scroll_first", "first", show=False, tooltip="to the first row"),
        Binding("end,G", "scroll_last", "bottom", show=False, tooltip="to the bottom"),
    ]

    def on_resize(self, event: Resize) -> None:
        """Lay out for the new width."""
        super().on_resize(event)
        if isinstance(self.parent, Inspector):
            self.parent.lay_out()


class Inspector(NamedKeys, Vertical):
    """Shows one step.

    Args:
        run: The run whose steps it shows.
    """

    DEFAULT_CSS = """
    Inspector { height: 1fr; }
    Inspector BallotRows { height: 2fr; min-height: 4; }
    Inspector Page { height: 3fr; min-height: 5; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space",
            "mark",
            "mark",
            show=False,
            tooltip="mark a sample: the others are set beside it",
        ),
        Binding("V", "compare", "versus", show=False, tooltip="the prompt versus that of the step before"),
        Binding("H", "fold", "fold", show=False, tooltip="fold the system prompt, neither part, or the user prompt"),
        Binding("tab,shift+tab", "other", "other pane", show=False, tooltip="to the other pane, to scroll it"),
    ]

    def __init__(self, run: ViewedRun, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._run = run
        self._describe = run.describe
        self._at = 0
        self._step: Inspection | None = None
        self._folded = frozenset({"system"})
        self._compare = False
        self._terms: Terms | None = None
        self._rows = BallotRows(run.describe)
        self._page = Page("prompt", id="page")

    def compose(self) -> ComposeResult:
        """Ballot above, page below."""
        yield self._rows
        yield self._page

    def show_step(self, step: int) -> None:
        """Read a step, 0-based, and show it."""
        self._at = step
        self.more()

    def more(self) -> None:
        """Show the step as it is now."""
        at, run = self._at, self._run

        def look(reader: Reader) -> Inspection:
            step = min(at, reader.steps_done())  # a run under way may be ahead of its record by a moment
            run.look_into(reader, step)
            return inspect_step(reader, run.task, step)

        run.records.look(look, self._take, "inspect")

    def _take(self, step: Inspection) -> None:
        if step == self._step:
            return
        other = self._step is None or step.step != self._step.step
        self._step = step
        self._rows.show_step(step)
        self._rows.entitle(" · ".join(_facts(step, self._describe)), "space marks a sample")
        if other:
            self._point_at_terms()
        self.lay_out()

    def show_terms(self, terms: Terms | None) -> None:
        """Mark words in responses, and bring the cursor to the first response of a step that has them."""
        self._terms = terms
        self._point_at_terms()
        self.lay_out()

    def _point_at_terms(self) -> None:
        if self._step is not None and self._terms is not None:
            rows = [place for place, one in enumerate(self._step.counted, 1) if self._has_terms(one.entry)]
            if rows and self._rows.cursor not in rows:
                self._rows.point(rows[0])

    def _has_terms(self, entry: Entry) -> bool:
        return isinstance(entry, Sample) and self._terms is not None and self._terms.within(entry.response.text)

    def take_focus(self) -> None:
        """Let the ballot hear the keys."""
        self._rows.focus()

    def lay_out(self) -> None:
        """Lay out what is under the cursor."""
        step, width = self._step, self._page.size.width
        if step is None or not width:
            return
        row, marked = self._rows.cursor, self._rows.chosen
        if row == 0:
            key = key_now(self.app, "inspector.versus", "V")
            self._page.entitle("prompt", f"{key} shows {'it whole' if self._compare else 'the differences'}")
            fold = key_now(self.app, "inspector.fold", "H")
            lines = prompt_lines(step, width, folded=self._folded, compare=self._compare, fold_key=fold)
            lines = [*self._advice(step, width), *lines]
        elif marked is not None and marked != row:
            self._page.entitle("two responses", "space ends it")
            lines = pair_lines(step, marked - 1, row - 1, self._describe, width)
        else:
            self._page.entitle("response")
            lines = entry_lines(step, row - 1, self._describe, width, self._terms)
        self._page.show(lines)

    def _advice(self, step: Inspection, width: int) -> list[Text]:
        """Say above the prompt of a wrong step what went wrong there."""
        wrong = self._run.wrong_steps.get(step.step)
        if wrong is None:
            return []
        rows = wrapped(f"{verdict_words(wrong, self._describe)} · {advice_words(wrong)}", width)
        return [*(line((row, "bad")) for row in rows), line()]

    def on_cursor_pane_pointed(self, message: CursorPane.Pointed) -> None:
        """Show what is under the cursor now."""
        message.stop()
        self._page.scroll_lines_to(0)
        self.lay_out()

    def on_cursor_pane_chosen(self, message: CursorPane.Chosen) -> None:
        """Go to the page, to read it."""
        message.stop()
        self._page.focus()

    def action_mark(self) -> None:
        """Mark the sample under the cursor, or take the mark off."""
        rows = self._rows
        rows.chosen = rows.cursor if rows.chosen is None and rows.cursor else None
        rows.refresh()
        self.lay_out()

    def action_compare(self) -> None:
        """Show the prompt against the one before, or whole."""
        self._compare = not self._compare
        self._rows.point(0)
        self.lay_out()

    def action_fold(self) -> None:
        """Fold another part of the prompt."""
        self._folded = next_folded(self._folded)
        self._rows.point(0)
        self.lay_out()

    def action_other(self) -> None:
        """Go to the other pane."""
        (self._rows if self._page.has_focus else self._page).focus()


def _facts(step: Inspection, describe: Describe) -> list[str]:
    """Say in a few words what the step is and how it came out, and what the oracle has where that is something else."""
    last = step.counted[-1] if step.counted else None
    votes = sum(number for _, number in last.votes) if last is not None else 0
    parts = [f"step {ordinal(step.step)}"]
    if step.answer is None:
        parts.append("open")
    else:
        answer = f"{name_of(step, step.answer)} {describe(step.answer)}"
        parts.append(f"✖ wrong: {answer}" if step.wrong else f"decided {answer}")
    if step.wrong and step.right is not None:
        name = f"{name_of(step, step.right)} " if step.right in step.candidates else ""
        parts.append(f"right: {name}{describe(step.right)} (oracle)")
    parts.append(count_of(votes, "vote"))
    if last is not None:
        parts.append(f"margin {last.margin}, k {step.k}")
    return parts
