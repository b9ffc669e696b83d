"""The row in which a person votes on the open step: the candidates with their letters, waiting for one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from textual.events import Key
from textual.message import Message

from maker_engine.printable import one_line
from maker_tui.text.figures import fit, letter
from maker_tui.text.roles import line
from maker_tui.widgets.line_view import LineView


class PersonBar(LineView, can_focus=True):
    """Asks for a candidate by its letter; there only while it asks. Escape takes the question back."""

    DEFAULT_CSS = """
    PersonBar { height: 1; display: none; background: $panel; &.-up { display: block; } }
    """

    class Chosen(Message):
        """A candidate was named; `verb` is what is to be done with it."""

        def __init__(self, verb: str, answer: Hashable) -> None:
            super().__init__()
            self.verb = verb
            self.answer = answer

    class Closed(Message):
        """The question is gone."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._verb = ""
        self._answers: tuple[Hashable, ...] = ()

    def ask(self, verb: str, answers: Sequence[Hashable], describe: Callable[[Hashable], str]) -> None:
        """Ask which candidate to do `verb` with. The letters stay those of this moment, whoever votes meanwhile."""
        self._verb, self._answers = verb, tuple(answers)
        choices = "   ".join(
            f"{letter(place)} {one_line(describe(answer), 24)}" for place, answer in enumerate(answers)
        )
        words = f" {verb} which?   {choices}   · esc takes it back"
        self.add_class("-up")
        self.show([line((fit(words, self.app.size.width), "key"))])
        self.focus()

    def on_key(self, event: Key) -> None:
        """Take a letter, or escape."""
        event.stop()
        event.prevent_default()
        letters = [letter(place).lower() for place in range(len(self._answers))]
        if event.key in letters:
            self.post_message(self.Chosen(self._verb, self._answers[letters.index(event.key)]))
        if event.key in [*letters, "escape"]:
            self.remove_class("-up")
            self.post_message(self.Closed())
