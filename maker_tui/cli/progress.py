"""How a run without the app goes, on standard error: a bar in a terminal, or a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError
from maker_engine.output import LONGEST_ERROR, complain
from maker_engine.printable import one_line
from maker_tui.terminal.streams import forgiving
from maker_tui.text.effect_words import effect_words, is_slow
from maker_tui.text.figures import count, duration, speed
from maker_tui.text.words import checking_words

if TYPE_CHECKING:
    import argparse

    from rich.text import Text

    from maker_engine.core.record.events import RunStarted
    from maker_engine.runtime.view import RunView

AUTO, BAR, LINES, NONE = "auto", "bar", "lines", "none"

LINE_S = 30.0
"""A line comes at least so often, …"""
LINE_SHARE = 20
"""… and whenever one part in so many of the steps has been decided."""
QUIET_S = 2.0
"""Unless lines are asked for, a run says nothing before: one that is over by then has said all in its summary."""
TICK_S = 0.25
"""Between two looks whether a line is due, or the bar to be drawn again."""
LEAST_BAR_CELLS = 10

Show = Callable[["RunView"], None]
Tick = Callable[[], None]
Say = Callable[[str], None]


def add_flag(parser: argparse._ActionsContainer) -> None:
    """Add `--progress`."""
    parser.add_argument(
        "--progress",
        choices=(AUTO, BAR, LINES, NONE),
        default=AUTO,
        help="of a headless run, on standard error: a bar, or a line every 30 s or 5%% of the steps, whichever comes "
        "first, or none; auto is a bar in a terminal and lines elsewhere (default auto)",
    )


def form_of(asked: str) -> str:
    """Return how progress is shown: `BAR`, `LINES` or `NONE`.

    Raises:
        InputError: A bar is asked for where there is no terminal.
    """
    terminal = sys.stderr.isatty()
    if asked == BAR and not terminal:
        raise InputError("--progress bar needs a terminal on standard error: take lines")
    return asked if asked != AUTO else (BAR if terminal else LINES)


def figures(view: RunView) -> str:
    """Show in one line how far a run is, what went wrong, how fast it is and how long it will take."""
    if view.checking is not None:
        return checking_words(view.checking, view.trouble)
    totals, started = view.snapshot.totals, view.snapshot.started
    steps = None if started is None else started.steps
    parts = (
        f"{count(totals.steps)}{'' if steps is None else f'/{count(steps)}'} steps",
        f"{count(totals.flagged)} flagged",
        f"{count(totals.timeouts)} timed out" if totals.timeouts else "",
        speed(view.steps_per_s) if view.steps_per_s > 0 else "",
        "" if view.eta_s is None else f"ETA {duration(view.eta_s)}",
        f"effects {effect_words(view)}" if is_slow(view) else "",
        view.trouble,
    )
    return " · ".join(filter(None, parts))


class Lines:
    """Says now and then how a run goes.

    Args:
        write: Takes each line.
        now: Gives the time, in seconds.
        quiet_s: Say nothing for so long.
    """

    def __init__(self, write: Callable[[str], object], now: Callable[[], float], quiet_s: float) -> None:
        self._write, self._now = write, now
        self._begun = self._said = now()
        self._quiet_s = quiet_s
        self._view: RunView | None = None
        self._steps_said = 0
        self._warned = False

    def show(self, view: RunView) -> None:
        """Take the latest view in, and say something where enough has happened."""
        if self._view is None:
            self._steps_said = view.snapshot.totals.steps  # a resumed run has steps already
        self._view = view
        self.tick()

    def tick(self) -> None:
        """Say something where it is due."""
        view, now = self._view, self._now()
        if view is None or view.snapshot.outcome is not None or now - self._begun < self._quiet_s:
            return
        if view.copies and not self._warned:
            self._warned = True
            self._write(f"maker: {view.copies}\n")
        if now - self._said >= LINE_S or self._far(view):
            self._said, self._steps_said = now, view.snapshot.totals.steps
            self._write(f"maker: {duration(now - self._begun)} · {figures(view)}\n")

    def _far(self, view: RunView) -> bool:
        started, more = view.snapshot.started, view.snapshot.totals.steps - self._steps_said
        return started is not None and started.steps is not None and more > 0 and more * LINE_SHARE >= started.steps


def bar_line(view: RunView, width: int) -> Text:
    """Draw a run's progress in at most `width` cells: the figures, and a bar where there is room for one."""
    from rich.text import Text  # noqa: PLC0415 - a run whose output is not a terminal needs none

    words, started = figures(view), view.snapshot.started
    steps = None if started is None else started.steps
    cells = width - len(words) - 1
    if not steps or cells < LEAST_BAR_CELLS:
        return Text(words, no_wrap=True, overflow="ellipsis")
    done = min(cells, cells * view.snapshot.totals.steps // steps)
    return Text.assemble(("━" * done, "green"), ("─" * (cells - done), "dim"), f" {words}", no_wrap=True)


def label(started: RunStarted, seconds: float, width: int) -> str:
    """Name the task, the model and the time gone in at most `width` cells; that it is simulated is never cut off."""
    tail = f"{' (simulated)' if started.simulated else ''} · {duration(seconds)}"
    return one_line(f"{started.title} · {started.model}", max(1, width - len(tail))) + tail


@contextmanager
def progress(asked: str, started: RunStarted) -> Iterator[tuple[Show, Tick, Say]]:
    """Show progress as `asked`; give what takes each view, what is called every `TICK_S`, and what says a line besides.

    Raises:
        InputError: It cannot be shown so.
    """
    form = form_of(asked)
    if form == NONE:
        yield (lambda _: None), (lambda: None), complain
    elif form == LINES:
        lines = Lines(sys.stderr.write, time.monotonic, 0.0 if asked == LINES else QUIET_S)
        yield lines.show, lines.tick, complain
    else:
        with _bar(started) as (show, say):
            yield show, (lambda: None), say


@contextmanager
def _bar(started: RunStarted) -> Iterator[tuple[Show, Say]]:
    from rich.console import Console, Group  # noqa: PLC0415 - start-up, as above
    from rich.live import Live  # noqa: PLC0415 - start-up
    from rich.text import Text  # noqa: PLC0415 - start-up

    console, begun = Console(file=forgiving(sys.stderr)), time.monotonic()
    seen: list[RunView] = []

    def draw() -> Group:
        width = console.width - 3  # an echoed ^C fits behind it: on a row of its own it would be in the way of erasing
        name = Text(label(started, time.monotonic() - begun, width), no_wrap=True, overflow="ellipsis")
        said = [Text(one_line(view.copies, width)) for view in seen if view.copies]
        return Group(name, *(bar_line(view, width) for view in seen), *said)

    def show(view: RunView) -> None:
        seen[:] = [view]

    def say(words: str) -> None:
        """Print a line above the bar, which would be torn by what is written beside it."""
        console.print(Text(f"maker: {one_line(words, LONGEST_ERROR)}"), soft_wrap=True)

    with Live(console=console, get_renderable=draw, transient=True, redirect_stdout=False, redirect_stderr=False):
        yield show, say
