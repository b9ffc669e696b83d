"""One step of a session as lines: what each of its entries did to the vote, and what the responses said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from maker_engine.core.record import decisions
from maker_engine.core.record.entries import Act, Carried, Change, Doubted, Probe
from maker_engine.core.record.events import Event
from maker_engine.core.record.registry import words_of
from maker_engine.core.responses import Flag, Sample
from maker_engine.printable import one_line, printable
from maker_tui.text.intervention_lines import carried_words, change_words, doubt_words, probe_words

if TYPE_CHECKING:
    from maker_engine.core.decomposition import AnyTask
    from maker_engine.core.record.events import Event
from maker_engine.core.record.entries import Entry

ALIKE = 4
"""From so many samples in a row on that were judged alike, they share a line."""
MOST_TEXTS, MOST_LINES, MOST_CHARACTERS = 20, 12, 160
"""Different texts that are shown, lines of each, and characters of a line."""
_INDENT = "    "


def entry_lines(entries: Sequence[Entry], task: AnyTask) -> Iterator[str]:
    """Say a line an entry, in order; many samples in a row that were judged alike share one."""
    judged_entries = [(entry, *_judgement(entry, task)) for entry in entries]
    for (counted, judged), group in groupby(judged_entries, lambda one: (isinstance(one[0], Sample), one[2])):
        alike = list(group)
        if counted and len(alike) >= ALIKE:
            first, last = alike[0][0], alike[-1][0]
            numbers = f"samples {_number(first)}–{_number(last)}"
            yield f"{numbers:<12} {one_line(judged, 100)}"
        else:
            yield from (f"{one_line(who, 40):<12} {one_line(judged, 100)}" for _, who, judged in alike)


def text_lines(entries: Sequence[Entry]) -> Iterator[str]:
    """Say each different text of the samples once, with how many said it; printable, and cut where it is long."""
    said: dict[str, list[int]] = {}
    for entry in entries:
        if isinstance(entry, Sample):
            said.setdefault(entry.response.text, []).append(entry.sample + 1)
    for text, numbers in list(said.items())[:MOST_TEXTS]:
        samples = f"sample {numbers[0]:,}" if len(numbers) == 1 else f"{len(numbers):,} samples, first {numbers[0]:,}"
        yield f"{samples} said:"
        yield from _shown(text)
    if len(said) > MOST_TEXTS:
        yield f"and {len(said) - MOST_TEXTS:,} other texts; --json has all of them"


def _shown(text: str) -> Iterator[str]:
    lines = printable(text[: MOST_LINES * MOST_CHARACTERS], newlines=True).strip("\n").split("\n")
    if not text.strip():
        lines = ["(no text)"]
    for line in lines[:MOST_LINES]:
        yield _INDENT + (line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…")
    if len(lines) > MOST_LINES or len(text) > MOST_LINES * MOST_CHARACTERS:
        yield f"{_INDENT}… ({len(text):,} characters; --json has all of them)"


def _number(entry: Entry) -> str:
    return f"{entry.sample + 1:,}" if isinstance(entry, Sample) else ""


def _judgement(entry: Entry, task: AnyTask) -> tuple[str, str]:
    """Say who did something, and what."""
    if isinstance(entry, Doubted):
        return "hopeless", doubt_words(entry)
    if isinstance(entry, Change):
        return entry.who, f"changed {change_words(entry)}"
    if isinstance(entry, Probe):
        judged_entries = probe_words(entry, partial(decisions.describe, task))
        return f"probe {entry.probe + 1}", f"{judged_entries} (for {entry.who}, not counted)"
    if isinstance(entry, Act):
        return f"{entry.who} {entry.kind}", "" if entry.answer is None else decisions.describe(task, entry.answer)
    if isinstance(entry, Carried | Event):
        describe = partial(decisions.describe, task)
        return ("carried", carried_words(entry, describe)) if isinstance(entry, Carried) else words_of(entry)
    return f"sample {entry.sample + 1}", _verdict(entry, task)


def _verdict(sample: Sample, task: AnyTask) -> str:
    if isinstance(sample.verdict, Flag):
        return f"flagged, {sample.verdict.rule}: {sample.verdict.reason}"
    return f"votes for {decisions.describe(task, sample.verdict)}"
