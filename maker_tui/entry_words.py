"""The entries of one step in plain lines, for `maker sessions show --step`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from maker_engine.core import decisions
from maker_engine.core.decomposition import AnyTask
from maker_engine.core.responses import Flag
from maker_engine.printable import one_line
from maker_engine.sessions.asides import Change, Doubted, Probe
from maker_engine.sessions.packing import Act, Entry
from maker_tui.aside_words import change_words, doubt_words, probe_words

NAME_CELLS = 12
LONGEST_WORDS, LONGEST_TEXT = 100, 160  # characters


def entry_lines(entries: Iterable[Entry], task: AnyTask) -> Iterator[str]:
    """Tell each entry in a line; below a response that was discarded, what it said, each text once."""
    seen: dict[str, str] = {}
    for entry in entries:
        name, words = _told(entry, task)
        text = _said(entry)
        again = f"; the text of {seen[text]}" if text in seen else ""
        yield f"{one_line(name, 40):<{NAME_CELLS}} {one_line(words, LONGEST_WORDS)}{again}"
        if text.strip() and not again:
            yield f"{'':<{NAME_CELLS}} “{one_line(text, LONGEST_TEXT)}”"
            seen[text] = name


def _said(entry: Entry) -> str:
    """Return the text that nobody would see otherwise."""
    if isinstance(entry, Doubted):
        return entry.text
    if isinstance(entry, Change | Act) or not isinstance(entry.verdict, Flag):
        return ""
    return entry.response.text


def _told(entry: Entry, task: AnyTask) -> tuple[str, str]:
    """Name an entry, and say what became of it."""
    if isinstance(entry, Doubted):
        return "hopeless", doubt_words(entry)
    if isinstance(entry, Change):
        return entry.who, f"changed {change_words(entry)}"
    if isinstance(entry, Probe):
        words = probe_words(entry, partial(decisions.describe, task))
        return f"probe {entry.probe + 1}", f"{words} (for {entry.who}, not counted)"
    if isinstance(entry, Act):
        answer = "" if entry.answer is None else decisions.describe(task, entry.answer)
        return f"{entry.who} {entry.kind}", answer
    name = f"sample {entry.sample + 1}"
    if isinstance(entry.verdict, Flag):
        return name, f"flagged, {entry.verdict.rule}: {entry.verdict.reason}"
    return name, f"votes for {decisions.describe(task, entry.verdict)}"
