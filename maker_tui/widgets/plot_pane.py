"""The plots of a run, one at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Resize

from maker_engine.sessions.queries.inspection import inspect_step
from maker_engine.sessions.store.reader import Reader
from maker_tui.runs.surveying import Surveying
from maker_tui.text import charts
from maker_tui.widgets.line_pane import LinePane

if TYPE_CHECKING:
    from maker_tui.runs.viewed import ViewedRun


class Plot(StrEnum):
    """Which one."""

    RACE = "vote race"
    CONVERGENCE = "convergence"
    LENGTH = "length"
    VOTES = "votes a step"


class PlotPane(LinePane, inherit_bindings=False):
    """Draws the race of one step, or the figures of the whole run as they are read.

    Args:
        run: The run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,tab", "turn(1)", "next plot", show=False, tooltip="to the next plot"),
        Binding("left,h,shift+tab", "turn(-1)", "plot before", show=False, tooltip="to the plot before"),
    ]

    def __init__(self, run: ViewedRun, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__("plots", id=id)
        self.plot = Plot.RACE
        self._run = run
        self._at = 0
        self._surveying = Surveying(run.records, self._draw)

    def show_step(self, step: int) -> None:
        """Draw the race of `step`, 0-based, where that is the plot in view."""
        self._at = step
        self.more()

    def more(self) -> None:
        """Draw the run as it is now."""
        if self.plot is not Plot.RACE:
            self._surveying.go_on()
        self._draw()

    def rest(self) -> None:
        """Read no further while no one looks."""
        self._surveying.stop()

    def take_focus(self) -> None:
        """Handle the keys."""
        self.focus()

    def action_turn(self, by: int) -> None:
        """Turn to another plot."""
        plots = list(Plot)
        self.plot = plots[(plots.index(self.plot) + by) % len(plots)]
        self.more()

    def on_resize(self, event: Resize) -> None:
        """Draw in the new size."""
        super().on_resize(event)
        self._draw()

    def _draw(self) -> None:
        """Draw in the reader's thread, where no one waits for the first import of the plotting library."""
        names = " ".join(f"▸{one.value}" if one is self.plot else one.value for one in Plot)
        self.entitle(f"plots · {names}", "← → turn")
        if self.size.width:
            self._run.records.look(self._drawn, self.show, "plot")

    def _drawn(self, reader: Reader) -> list[Text]:
        run, started, size = self._run, self._run.started, (self.size.width, self.size.height)
        survey, status = self._surveying.survey, self._surveying.status
        if started is None:
            return []
        if self.plot is Plot.RACE:
            step = inspect_step(reader, run.task, min(self._at, reader.steps_done()))
            return charts.race(step, run.describe, size)
        if self.plot is Plot.VOTES:
            return charts.votes_a_step(survey, status, size)
        return (charts.convergence if self.plot is Plot.CONVERGENCE else charts.lengths)(survey, started, status, size)
