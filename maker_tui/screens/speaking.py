"""What a person says to a run: answers by figure or in words, and changes to its document by keys of the task."""

from __future__ import annotations

import getpass
from functools import partial
from typing import TYPE_CHECKING

from textual.events import Key

from maker_engine.core.commands import Amend, Answer, Command
from maker_tui.runs.resuming import AT_ITS_END
from maker_tui.screens.typing_in import TypingIn
from maker_tui.widgets.document_pane import DocumentPane
from maker_tui.widgets.question_pane import QuestionPane

if TYPE_CHECKING:
    from maker_engine.core.papers import DocumentKey
    from maker_tui.runs.bridge import RunSource

LONGEST_ANSWER = 1_000
"""Characters of an answer or a line."""


class Speaking(TypingIn):
    """Takes a person's words and sends them in their name.

    Args:
        source: The run that is spoken to.
    """

    def __init__(self, source: RunSource) -> None:
        super().__init__()
        self._source = source
        self._over = False
        self._voter = getpass.getuser()
        self._question = QuestionPane(id="question")
        self._wishes = {one.key: one for one in source.task.document_keys}
        keys = "  ".join(f"{one.key} {one.words}" for one in self._wishes.values())
        self._document = DocumentPane(keys, id="document")

    def _send(self, command: Command) -> bool:
        if self._source.writer is not None:
            told = f"process {self._source.writer} drives this run: only it can be answered"
        elif self._over:
            view = self._source.view()
            ended = view is None or view.snapshot.outcome in AT_ITS_END
            told = "the run has ended" if ended else "this run is not going: c goes on with it"
        else:
            self._source.send(command)
            return True
        self.notify(told, title="nothing was said", markup=False, timeout=3)
        return False

    async def on_key(self, event: Key) -> None:
        """Do what a key says before the next one is looked at: what is typed fast must not become a command."""
        if self.typed(event) or self._figure(event):
            event.stop()
            event.prevent_default()
            return
        await self.act_on(event, self)

    def _figure(self, event: Key) -> bool:
        if event.key in self._wishes:
            self.action_wish(event.key)
            return True
        return event.key.isdigit() and event.key != "0" and self._question.mark(int(event.key) - 1)

    def on_question_pane_marked(self, message: QuestionPane.Marked) -> None:
        """A click marks as a figure does."""
        self._question.mark(message.place)

    def action_send(self) -> None:
        """Answer with the marked options."""
        if self._question.question is None:
            self.notify("no question is open", title="nothing to answer", markup=False, timeout=3)
        elif not self._question.answer:
            self.notify("mark an option by its figure, or press a", title="no answer yet", markup=False, timeout=3)
        else:
            self._send(Answer(self._question.answer, self._voter))

    def action_say(self) -> None:
        """Answer in words."""
        question = self._question.question
        if question is None or not question.free:
            told = "no question is open" if question is None else "this question has only the answers that are shown"
            self.notify(told, title="nothing to answer", markup=False, timeout=3)
            return
        self.type_in(f"{self._voter}:", "", "enter answers · esc takes it back", self._said, LONGEST_ANSWER)

    def _said(self, text: str) -> None:
        self._send(Answer("\n".join(filter(None, (self._question.answer, text))), self._voter))

    def action_wish(self, key: str) -> None:
        """Change the document by a key."""
        wish, line = self._wishes[key], self._document.pointed
        if "{id}" in wish.template and line is None:
            self.notify("there is no line yet", title=f"nothing to {wish.words}", markup=False, timeout=3)
            return
        line_id, text = ("", "") if line is None else (line.id, line.text)
        if not wish.prompt:
            self._wish(wish, line_id, "")
            return
        prompt = f"{line_id} {wish.prompt}:" if "{id}" in wish.template else f"{wish.prompt}:"
        heard = partial(self._wish, wish, line_id)
        self.type_in(prompt, text if wish.keep else "", "enter · esc takes it back", heard, LONGEST_ANSWER)

    def _wish(self, wish: DocumentKey, line_id: str, text: str) -> None:
        said = wish.template.replace("{id}", line_id).replace("{text}", text).strip()
        self._send(Amend(said, self._voter))

    def action_name(self) -> None:
        """Say who is there."""
        self.type_in("who are you?", self._voter, "enter · esc takes it back", self._named)

    def _named(self, text: str) -> None:
        self._voter = text.strip() or self._voter
