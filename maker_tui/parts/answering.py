"""What a person says to a run: answers by figure or in words, and changes to its document by keys of the task."""

from __future__ import annotations

import getpass
from functools import partial
from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.events import Key

from maker_engine.core.record.commands import Amend, Answer, Command
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.widgets.document_pane import DocumentPane
from maker_tui.widgets.question_pane import QuestionPane

if TYPE_CHECKING:
    from maker_engine.core.task.papers import DocumentKey
    from maker_tui.parts.maker_screen import MakerScreen
    from maker_tui.runs.bridge import RunSource
    from maker_tui.widgets.prompt_line import PromptLine

LONGEST_ANSWER = 1_000
"""Characters of an answer or a line."""


class Answering:
    """Takes a person's words and sends them in their name.

    Args:
        screen: Shows what cannot be done.
        source: The run that is spoken to.
        prompt: The line that words are typed in.

    Attributes:
        over: The run has ended, or is not driven by anyone.
        question: The open question.
        document: What the run writes.
    """

    def __init__(self, screen: MakerScreen, source: RunSource, prompt: PromptLine) -> None:
        self._screen = screen
        self._source = source
        self._prompt = prompt
        self.over = False
        self._voter = getpass.getuser()
        self.question = QuestionPane(id="question")
        self._amends = {one.key: one for one in source.task.document_keys}
        keys = "  ".join(f"{one.key} {one.words}" for one in self._amends.values())
        self.document = DocumentPane(keys, id="document")

    @property
    def bindings(self) -> list[Binding]:
        """The keys of the task that change its document."""
        return [
            Binding(one.key, f"amend('{one.key}')", one.words, tooltip=one.help_text) for one in self._amends.values()
        ]

    def send(self, command: Command) -> None:
        """Send a command, or say why the run cannot take it."""
        if self._source.writer is not None:
            words = f"process {self._source.writer} drives this run: only it can be answered"
        elif self.over:
            view = self._source.view()
            ended = view is None or view.snapshot.outcome in AT_ITS_END
            words = "the run has ended" if ended else "this run is not going: c resumes it"
        else:
            self._source.send(command)
            return
        self._screen.notify(words, title="nothing was said", markup=False, timeout=3)

    def typed(self, event: Key) -> bool:
        """Take a figure, which marks an option, or a key of the task; False for any other."""
        if event.key in self._amends:
            self.action_amend(event.key)
            return True
        return event.key.isdigit() and event.key != "0" and self.question.mark(int(event.key) - 1)

    def action_send(self) -> None:
        """Answer with the marked options."""
        if self.question.question is None:
            self._screen.notify("no question is open", title="nothing to answer", markup=False, timeout=3)
        elif not self.question.answer:
            words = "mark an option by its figure" + ", or press a" * self.question.question.free
            self._screen.notify(words, title="no answer yet", markup=False, timeout=3)
        else:
            self.send(Answer(self.question.answer, self._voter))

    def action_say(self) -> None:
        """Answer in words."""
        question = self.question.question
        if question is None or not question.free:
            words = "no question is open" if question is None else "this question has only the answers that are shown"
            self._screen.notify(words, title="nothing to answer", markup=False, timeout=3)
            return
        hint = "enter answers · esc takes it back"
        self._prompt.request(f"{self._voter}:", "", hint, self._said, longest=LONGEST_ANSWER)

    def _said(self, text: str) -> None:
        self.send(Answer("\n".join(filter(None, (self.question.answer, text))), self._voter))

    def action_amend(self, key: str) -> None:
        """Change the document by a key."""
        request, line = self._amends[key], self.document.pointed
        if "{id}" in request.template and line is None:
            self._screen.notify("there is no line yet", title=f"nothing to {request.words}", markup=False, timeout=3)
            return
        line_id, text = ("", "") if line is None else (line.id, line.text)
        if not request.prompt:
            self._amend(request, line_id, "")
            return
        prompt = f"{line_id} {request.prompt}:" if "{id}" in request.template else f"{request.prompt}:"
        on_entered = partial(self._amend, request, line_id)
        offered = text if request.keep else ""
        self._prompt.request(prompt, offered, "enter · esc takes it back", on_entered, longest=LONGEST_ANSWER)

    def _amend(self, request: DocumentKey, line_id: str, text: str) -> None:
        said = request.template.replace("{id}", line_id).replace("{text}", text).strip()
        self.send(Amend(said, self._voter))

    def action_name(self) -> None:
        """Say who is there."""
        self._prompt.request("who are you?", self._voter, "enter · esc takes it back", self._named)

    def _named(self, text: str) -> None:
        self._voter = text.strip() or self._voter
