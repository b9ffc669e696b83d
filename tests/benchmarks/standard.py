"""A workbench as anybody would write it first, of Textual's own widgets: what ours is held against.

`python -m tests.benchmarks.standard` runs it over the same run as `maker run hanoi --disks 20 --model sim:p=0.99`.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, RichLog, Static

from maker_engine.runtime.order import RunOrder, prepare
from maker_tui.runs.bridge import LiveRun

FRAMES = 20


class Standard(App[None]):
    """Pegs, votes, red flags and progress, told twenty times a second."""

    CSS = "Vertical, Horizontal { height: 1fr } Static { height: 1fr } #name { height: 1 }"
    BINDINGS: ClassVar[list[BindingType]] = [("f", "filter", "filter"), ("q", "quit", "quit")]

    def __init__(self, run: LiveRun) -> None:
        super().__init__()
        self._engine = run
        self._shown = 0
        self._pressed = 0

    def compose(self) -> ComposeResult:
        """Four panes in two columns, and a line of keys."""
        yield Static("filter 0", id="name", markup=False)
        with Horizontal():
            with Vertical():
                yield Static(id="pegs", markup=False)
                yield Static(id="progress", markup=False)
            with Vertical():
                yield DataTable()
                yield RichLog()
        yield Footer()

    def on_mount(self) -> None:
        """Begin to look."""
        self.query_one(DataTable).add_columns("answer", "votes", "margin")
        self._engine.start()
        self.set_interval(1 / FRAMES, self._look)

    def _look(self) -> None:
        view = self._engine.view()
        if view is None or view.snapshot.state is None:
            return
        snapshot, task = view.snapshot, self._engine.task
        self.query_one("#pegs", Static).update(task.picture(snapshot.state, 36, 9).plain)
        totals = snapshot.totals
        lines = (f"steps {totals.steps:,}", f"votes {totals.votes:,}", f"flagged {totals.flagged:,}",
                 f"elapsed {view.elapsed_s:.1f} s", f"{view.steps_per_s:,.0f} steps/s")  # fmt: skip
        self.query_one("#progress", Static).update("\n".join(lines))
        table = self.query_one(DataTable)
        table.clear()
        for tally in (snapshot.open, snapshot.decided):
            for answer, votes in () if tally is None else tally.rows:
                table.add_row(task.describe(answer), votes, tally.margin)
        log = self.query_one(RichLog)
        fresh = min(len(snapshot.flags), totals.flagged - self._shown)
        self._shown = totals.flagged
        for one in snapshot.flags[-fresh:] if fresh else ():
            log.write(f"step {one.step} sample {one.sample} {one.flag.rule}: {one.flag.reason}")

    def action_filter(self) -> None:
        """Show that the key was heard."""
        self._pressed += 1
        self.query_one("#name", Static).update(f"filter {self._pressed}")


if __name__ == "__main__":
    Standard(LiveRun(prepare(RunOrder("hanoi", {"disks": 20}, model="sim:p=0.99")))).run()
