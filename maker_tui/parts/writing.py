"""What a run writes: its document with the votes that are known of, and its papers put into a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from maker_engine.core.errors import InputError, MakerError
from maker_engine.core.record.decisions import decided_first
from maker_engine.input_files import path_of
from maker_engine.sessions.exchange.papers import ballots, papers, warning, write_papers
from maker_engine.sessions.store.reader import Reader
from maker_tui.text.figures import count_of

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from maker_engine.core.task.papers import Ballots
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.view import RunView
    from maker_tui.widgets.document_pane import DocumentPane
    from maker_tui.widgets.prompt_line import PromptLine


class Writing:
    """Shows the document of a run. Votes that went by unseen are read from its session, whenever the run waits.

    Args:
        screen: Shows what was written; reads and writes in its workers.
        source: The run.
        document: The pane.
        prompt: The line to ask in for a folder.

    Attributes:
        ballots: What is known of the votes, by step, 0-based: answers and their votes, the decided one first.
    """

    def __init__(self, screen: MakerScreen, source: RunSource, document: DocumentPane, prompt: PromptLine) -> None:
        self._screen = screen
        self._source = source
        self._document = document
        self._prompt = prompt
        self.ballots: Ballots = {}
        self._read_steps = 0
        self._written: RunView | None = None

    def show_document(self, view: RunView) -> None:
        """Show the document as it is now."""
        self._written, snapshot = view, view.snapshot
        if snapshot.decided is not None:
            rows = decided_first(snapshot.decided.rows, snapshot.decided.winner)
            self.ballots = {**self.ballots, snapshot.decided.step: rows}
        self._document.show_document(self._source.task.document(snapshot.state, self.ballots))
        waits = snapshot.question is not None or snapshot.outcome is not None or not self._source.live
        if waits and self._read_steps < snapshot.totals.steps:
            self._read_steps = snapshot.totals.steps
            self._screen.run_worker(partial(self._read, view.session), thread=True, exclusive=True, group="ballots")

    def _read(self, session: Path) -> None:

        try:
            with Reader(session, self._source.branch, steady=True) as reader:
                known = ballots(reader, self._source.task)
        except MakerError:
            return  # a session that cannot be read is reported by whoever writes it
        self._screen.app.call_from_thread(self._take, known)

    def _take(self, known: Ballots) -> None:
        self.ballots = {**known, **self.ballots}
        if self._written is not None:
            state = self._written.snapshot.state
            self._document.show_document(self._source.task.document(state, self.ballots))

    def action_export(self) -> None:
        """Write the papers."""
        self._prompt.request("papers into folder:", "requirements", "enter writes · esc takes it back", self._export)

    def _export(self, text: str) -> None:
        if self._written is not None and text.strip():
            try:
                folder = path_of(text.strip())
            except InputError as error:
                self._refused(str(error))
                return
            self._screen.run_worker(partial(self._write, self._written.session, folder), thread=True, group="papers")

    def _write(self, session: Path, folder: Path) -> None:

        task = self._source.task
        try:
            written = write_papers(task, papers(session, task, self._source.branch), folder)
            words = warning(session, task, self._source.branch)
        except MakerError as error:
            self._screen.app.call_from_thread(self._refused, str(error))
            return
        self._screen.app.call_from_thread(self._report, f"{count_of(len(written), 'file')} in {folder}", words)

    def _refused(self, reason: str) -> None:
        self._screen.notify(reason, title="not written", severity="error", markup=False)

    def _report(self, words: str, warning: str) -> None:
        severity: SeverityLevel = "warning" if warning else "information"
        self._screen.notify(
            f"{words}; {warning}" if warning else words, title="papers written", severity=severity, markup=False
        )
