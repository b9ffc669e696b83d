"""Looks for words in what models answered, a stretch of steps at a time; nothing is decoded that need not be."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from maker_engine.core.decomposition import AnyTask, Gather, Vote
from maker_engine.core.errors import InputError
from maker_engine.core.record.sample_kinds import FOUND, NUMBER, TEXT, is_sample
from maker_engine.sessions.queries.marks import Marks
from maker_engine.sessions.queries.search import Matches
from maker_engine.sessions.store.compression import decompress
from maker_engine.sessions.store.packing import Packed, open_packed
from maker_engine.sessions.store.reader import Reader
from maker_engine.sessions.store.schema import open_rows, step_of

STRETCH = 2_048
"""Steps that are searched in one go."""
AROUND = 40
"""Characters of an excerpt before what was found, and after it."""
_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')


class Terms(NamedTuple):
    """What is searched for: every term has to be in one text. Upper and lower case are the same.

    Attributes:
        folded: The terms, in lower case.
        packed: The same as they are in a packed step, as far as they are ASCII.
    """

    folded: tuple[str, ...]
    packed: tuple[bytes, ...]

    def within(self, text: str) -> bool:
        """Return whether a text has every term."""
        low = text.lower()
        return all(term in low for term in self.folded)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where terms occur in a text: first character and the one after the last, in order, none in another."""
        low = text.lower()
        if len(low) != len(text):  # a letter whose small form is longer: then nothing is where it was
            return []
        found = sorted(
            (match.start(), match.end()) for term in self.folded for match in re.finditer(re.escape(term), low)
        )
        kept: list[tuple[int, int]] = []
        for begin, end in found:
            if not kept or begin >= kept[-1][1]:
                kept.append((begin, end))
        return kept


class Hit(NamedTuple):
    """A text in which the terms were found.

    Attributes:
        step: Its step, 0-based.
        sample: Number of the sample, 0-based; None for a prompt.
        flagged: The response was discarded.
        excerpt: What surrounds the first term.
    """

    step: int
    sample: int | None
    flagged: bool
    excerpt: str


def terms_of(text: str) -> Terms:
    """Read what is to be searched for: words, and phrases in double quotes.

    Raises:
        InputError: There is none.
    """
    folded = tuple(dict.fromkeys((phrase or word).lower() for phrase, word in _TERM.findall(text)))
    if not folded:
        raise InputError('name words to look for, a phrase in double quotes: "no disk moves"')
    return Terms(folded, tuple(term.encode() for term in folded if term.isascii()))


class TextSearch(Matches):
    """Looks for the steps of one branch with a response that has all terms.

    Args:
        terms: What is searched for.
        marks: Flags of the steps, caught up with the record by the caller.
    """

    def __init__(self, terms: Terms, marks: Marks) -> None:
        super().__init__(marks)
        self.terms = terms

    def go_on(self, reader: Reader) -> None:
        """Look through the next stretch, and after the last one through the open step.

        Raises:
            SessionError: The file is damaged.
        """
        last = min(len(self._marks), self.searched + STRETCH)
        for step, _, _ in _packed(reader, self.terms, self.searched, last):
            self._add(step)
        if last == reader.steps_done() and any(_open(reader, self.terms)):
            self._add(last)
        self.searched = last

    def _add(self, step: int) -> None:
        """Take a step in, once: an open one is searched again when it is decided."""
        place = bisect_left(self.found, step)
        if place == len(self.found) or self.found[place] != step:
            self.found.insert(place, step)


def hits(reader: Reader, terms: Terms, first: int = 0) -> Iterator[Hit]:
    """Give the responses with all terms from step `first` (0-based) on, those to the open step included.

    Raises:
        SessionError: The file is damaged.
    """
    found = [*_open(reader, terms)]
    for step, packed, places in _packed(reader, terms, first, reader.steps_done()):
        yield from _samples(step, packed, places, terms)
    for packed, places in found:
        yield from _samples(reader.steps_done(), packed, places, terms)


def prompt_hits(reader: Reader, task: AnyTask, terms: Terms) -> Iterator[Hit]:
    """Give the prompts with all terms, which the task writes again.

    Raises:
        SessionError: The file is damaged.
        TaskError: The task fails.
    """
    state = task.start()
    for step, answer in enumerate(reader.answers(task)):
        asked = task.step(state)
        if isinstance(asked, Vote | Gather):
            text = f"{asked.prompt.system}\n{asked.prompt.user}"
            if terms.within(text):
                yield Hit(step, None, flagged=False, excerpt=_excerpt(text, terms))
        state = task.apply(state, answer)


def _packed(reader: Reader, terms: Terms, first: int, last: int) -> Iterator[tuple[int, Packed, Sequence[int]]]:
    """Give the decided steps with a text that has all terms: step, what it has packed, and the places of the texts."""
    dictionary = reader.dictionary()
    for row in reader.rows(first, last):
        body = decompress(row.votes, dictionary)
        low = body.lower()
        if all(term in low for term in terms.packed) and (found := _places(packed := open_packed(body), terms)):
            yield step_of(row.id), packed, found


def _open(reader: Reader, terms: Terms) -> Iterator[tuple[Packed, Sequence[int]]]:
    """Give the entries of the open step with a text that has all terms."""
    for (body,) in reader.query(
        "SELECT body FROM vote WHERE id >= ? AND id < ? ORDER BY id", *open_rows(reader.branch.id)
    ):
        if found := _places(packed := open_packed(body), terms):
            yield packed, found


def _places(packed: Packed, terms: Terms) -> list[int]:
    texts: list[object] = [*packed.texts]  # a file may be anyone's
    return [place for place, text in enumerate(texts) if isinstance(text, str) and terms.within(text)]


def _samples(step: int, packed: Packed, places: Sequence[int], terms: Terms) -> Iterator[Hit]:
    for row in packed.rows:
        if is_sample(row) and row[TEXT] in places and type(row[NUMBER]) is int:
            yield Hit(step, row[NUMBER], not isinstance(row[FOUND], int), _excerpt(packed.texts[row[TEXT]], terms))


def _excerpt(text: str, terms: Terms) -> str:
    spans = terms.spans(text)
    begin, end = spans[0] if spans else (0, 0)
    before, after = max(0, begin - AROUND), min(len(text), end + AROUND)
    return f"{'…' if before else ''}{' '.join(text[before:after].split())}{'…' if after < len(text) else ''}"
