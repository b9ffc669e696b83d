"""A filter asked for in a prompt line, which shows what may come next; home asks for none, and does not load this."""

from __future__ import annotations

from maker_engine.core.filters.language import completions, word_start
from maker_tui.widgets.prompt_line import Hear, PromptLine

MOST_OFFERED = 6


class FilterWords:
    """What can be written in the language of `maker_engine.core.filters.language`."""

    def complete(self, text: str, caret: int) -> tuple[str, int] | None:
        """Return what completes the word that ends at the caret, and how much of it is there; None for nothing."""
        offered = completions(text, caret)
        return (offered[0], caret - word_start(text, caret)) if offered else None

    def hint(self, text: str, caret: int) -> str:
        """Return what may come next."""
        offered = completions(text, caret)
        more = " …" if len(offered) > MOST_OFFERED else ""
        return f"tab: {'  '.join(offered[:MOST_OFFERED])}{more}" if offered else "enter"


def ask_filter(prompt: PromptLine, words: str, text: str, hear: Hear) -> None:
    """Ask for a filter.

    Args:
        prompt: Where.
        words: What for.
        text: What is offered.
        hear: Called with what is entered, as for `PromptLine.request`.
    """
    filters = FilterWords()
    prompt.request(words, text, filters.hint(text, len(text)), hear, completer=filters)
