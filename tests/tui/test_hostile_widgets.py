"""Thousands of hostile texts in every widget that shows what a model, a task or a file says; all rows of it.

`MAKER_HOSTILE=10000 pytest tests/tui/test_hostile_widgets.py` takes five times as many as the suite does.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.text import Text

from maker_engine.core.record.events import SampleFailed, StepHopeless
from maker_engine.core.record.snapshot import FlagRecord, Snapshot
from maker_engine.core.responses import Flag
from maker_engine.planning.forecast import Forecast
from maker_engine.printable import printable
from maker_engine.sessions.library.listing import Choice, Facet, View
from maker_engine.sessions.queries.forks import ForkNode
from maker_tui.app import MakerApp
from maker_tui.settings.themes import DARK
from maker_tui.terminal.sequences import title_sequence
from maker_tui.text.fork_lines import fork_lines
from maker_tui.text.roles import line, strip_of, styles_of
from maker_tui.text.session_rows import detail_line, summary_line
from maker_tui.text.words import Word
from maker_tui.widgets.entry_line import EntryLine
from maker_tui.widgets.filter_lines import choice_rows
from maker_tui.widgets.forecast_pane import forecast_lines
from maker_tui.widgets.line_pane import LinePane
from maker_tui.widgets.option_rows import Entry
from maker_tui.widgets.person_bar import PersonBar
from maker_tui.widgets.progress_pane import meter_line, progress_lines
from maker_tui.widgets.red_flag_log import record_lines
from maker_tui.widgets.session_list import title_of
from maker_tui.widgets.strips import Banner, HeadLine
from maker_tui.widgets.task_board import picture_lines
from maker_tui.widgets.vote_tally import tally_lines
from tests.support.hostile import UNSAFE, hostile
from tests.tui.looking import shown
from tests.tui.screens.test_home import saved
from tests.tui.sources import Scripted, contested, hanoi, run_events
from tests.tui.test_hostile_text import strips_are_clean

NUMBER = int(os.environ.get("MAKER_HOSTILE", "2000"))
WIDTH = 240
TOGETHER = 4
"""So many texts are shown at once; together they stay below what any widget cuts a text to."""
TEXTS = ["  ".join(batch) for batch in zip(*[iter(hostile(NUMBER))] * TOGETHER, strict=True)]
STYLES = styles_of(DARK, {**DARK.to_color_system().generate(), **DARK.variables})

Lines = Iterable[Text]


@pytest.fixture(scope="module")
def run() -> Scripted:
    task = hanoi(3)
    return Scripted(task, run_events(task)).play_until(lambda state: contested(state, 1))


class Told(type(hanoi(3))):
    """A task that draws and tells what it is given."""

    words = ""
    parts: Iterator[str] = iter(())

    def picture(self, *_: object) -> Text:
        return Text(self.words)

    def describe(self, _: object) -> str:
        return next(self.parts)  # an answer is cut early: a part of the text for each


class Speechless(Told):
    """A task that raises it."""

    def picture(self, *_: object) -> Text:
        raise ValueError(self.words)


def told(family: type[Told], text: str, run: Scripted) -> Told:
    task = family(run.task._problem)
    task.words, task.parts = text, itertools.cycle(text.split("  "))
    return task


def named(snapshot: Snapshot, text: str) -> Snapshot:
    """A run of which everything that has a name is called so."""
    failure = SampleFailed(1, 1, text, text, 1.0)
    return replace(snapshot, started=replace(snapshot.started, title=text, problem=text, model=text), failure=failure)


def session(text: str):
    path = Path(text.replace("\x00", "").replace("/", ""))
    return saved(task=text, problem=text, model=text, outcome=text, name=text, path=path)


PAINTERS: dict[str, Callable[[str, Scripted], Lines]] = {
    "any line": lambda text, _: [line(text, (text, "bad"))],
    "any text": lambda text, _: [Text(text, style="good")],
    "task state": lambda text, run: picture_lines(told(Told, text, run), run.view().snapshot.state, WIDTH, 4),
    "no task state": lambda text, run: picture_lines(told(Speechless, text, run), run.view().snapshot.state, WIDTH, 4),
    "votes": lambda text, run: tally_lines(run.view().snapshot, told(Told, text, run).describe, WIDTH),
    "hopeless": lambda text, run: tally_lines(
        replace(run.view().snapshot, hopeless=StepHopeless(1, 12, text, text, text)), str, WIDTH, copies=text
    ),
    "red flags": lambda text, _: record_lines(FlagRecord(1, 1, Flag(text, text, text)), WIDTH),
    "red flags, narrow": lambda text, _: record_lines(FlagRecord(1, 1, Flag(text, text, text)), 40),
    "progress": lambda text, run: progress_lines(
        replace(run.view(), snapshot=named(run.view().snapshot, text), notice=text),
        Word("▶", text, "accent"),
        WIDTH,
        20,
    ),
    "meter": lambda text, run: [meter_line(replace(run.view(), snapshot=named(run.view().snapshot, text)), WIDTH)],
    "sessions": lambda text, _: [summary_line(session(text), WIDTH), summary_line(saved(damaged=text), 80)],
    "detail": lambda text, _: [detail_line(session(text)), detail_line(saved(damaged=text))],
    "forks": lambda text, _: map(Text, fork_lines([ForkNode(0, None, 0, 0, 1, 2, 3, text, True, text, text, 0)])),
    "filters": lambda text, _: choice_rows([Choice(Facet.MODEL, text, 3)], {Facet.MODEL: text}, WIDTH, 4)[0],
    "forecast": lambda text, _: forecast_lines(
        Forecast(3, True, 7, None, None, None, None, None, (text,)), 0.95, WIDTH
    ),
}


def rows(painter: str, run: Scripted) -> Iterator[str]:
    """Everything a painter makes of all texts, as it would go to the terminal."""
    for text in TEXTS:
        yield "".join(segment.text for one in PAINTERS[painter](text, run) for segment in strip_of(one, STYLES))


@pytest.mark.parametrize("painter", PAINTERS)
def test_no_widget_lets_an_order_through(painter, run):
    """Rule: whatever is in a text, each cell a widget makes of it is a printable one; and the text is there."""
    seen = 0
    for place, row in enumerate(rows(painter, run)):
        assert not UNSAFE.search(row), row
        seen += f"{TOGETHER * place}" in row
    assert seen > len(TEXTS) / 2  # what is left of them after a widget's cut


async def test_no_row_of_its_own_lets_an_order_through(run):
    """Rule: the same for what is laid out by a widget itself: head line, banner, a person's choice, a typed line."""
    app = MakerApp(run)
    async with app.run_test(size=(WIDTH * 2, 30)) as pilot:
        await shown(pilot, "▶ running")
        head, banner, person = (app.screen.query_one(kind) for kind in (HeadLine, Banner, PersonBar))
        entry, field = EntryLine(), Entry(compact=True)
        await app.screen.mount(entry, field)
        for row in (banner, person, entry):
            row.add_class("-up")
        await pilot.pause()
        for text in TEXTS:
            head.tell(text, facts=(text,), badge=text, word=Word("■", text, "bad"))
            banner.tell(Word("■", "failed", "bad"), text)
            person.ask("vote for", [text], str)
            entry.ask("name", text, text)
            entry.paste(text)
            field.value = text
            for widget in (head, banner, person, entry, field):
                told = "".join(segment.text for segment in widget.render_line(0))
                assert len(told.strip()) > TOGETHER
                assert not UNSAFE.search(told), told


async def test_no_title_of_a_pane_and_no_notification_is_markup(run):
    """Rule: what is told in a border, in the list's title or beside the screen is text, in any of its forms."""
    pane = LinePane("pane")
    for text in TEXTS:
        pane.entitle(text, text)
        titles = (pane._border_title.plain, pane._border_subtitle.plain, title_of(View(search=text), 1, 2))
        assert not any(UNSAFE.search(title) for title in (*titles, title_sequence(text)[1:-1]))
        assert pane._border_title.plain == printable(text)
    app = MakerApp(run)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        await shown(pilot, "▶ running")
        for text in TEXTS[:40]:
            app.navigation.refuse(text)
        await shown(pilot, "cannot be opened")
        assert strips_are_clean(app)
