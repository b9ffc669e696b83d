"""The gate of consistency: lines that differ only in a number, a "not" or an opposite contradict each other.

Only lines that say the same otherwise are held against each other, so what it reports is nearly always one; what
is contradictory in other words is for the agents' vote to find. No pair of lines is compared that shares no words.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from ..document import GateResult, Kind
from ..wording import NEGATIONS, tokens
from .lexicon import Lexicon
from .words import masked

Judged: TypeAlias = tuple[int, str, Kind, str]
"""A line's place, its name, its kind, its text."""

_MAY = r"\s+(?:can|may|shall|must|will)\s+(?P<what>\S.*)$"
_ONLY = re.compile(rf"^\W*only\s+(?P<who>\S.*?){_MAY}", re.IGNORECASE | re.DOTALL)
_ANYBODY = re.compile(rf"^\W*(?P<who>\w.*?){_MAY}", re.IGNORECASE | re.DOTALL)
_DUTIES = frozenset({Kind.FEATURE, Kind.CONSTRAINT, Kind.DATA, Kind.INTERFACE})
_SHOWN, _READ = 80, 500
_MOST_NEAR = 50
"""Non-goals with the same word that a line is held against."""


def contradictions(lines: Sequence[Judged], lexicon: Lexicon) -> Iterator[tuple[int, GateResult]]:
    """Yield (place, failure) for each line that contradicts another."""
    duties = [line for line in lines if line[2] in _DUTIES]
    said = {line[0]: tokens(line[3], lexicon.glossary) for line in duties}
    yield from _by_frame(duties, said, lexicon)
    yield from _by_opposite(duties, said, lexicon)
    index = _Index(duties, lexicon.fillers)
    yield from _by_non_goal([line for line in lines if line[2] is Kind.NON_GOAL], index)
    yield from _by_only(duties, index)


def near_non_goals(lines: Sequence[Judged], lexicon: Lexicon) -> Iterator[tuple[int, GateResult]]:
    """Yield (place, failure) for each line that is about half of what a non-goal is about, or more.

    That may be the same thing in other words, so a person has to say: too unsure for documents of other hands.
    """
    left_out = lexicon.fillers | NEGATIONS
    words = {line[0]: frozenset(tokens(masked(line[3]), lexicon.glossary)) - left_out for line in lines}
    out: dict[str, list[Judged]] = defaultdict(list)
    for line in lines:
        if line[2] is Kind.NON_GOAL and len(words[line[0]]) > 1:
            for word in words[line[0]]:
                out[word].append(line)
    for line in lines:
        if line[2] in _DUTIES or line[2] is Kind.STORY:
            shared = Counter(each for word in words[line[0]] for each in out[word][:_MOST_NEAR])
            near = [each for each, count in shared.items() if count > 1 and 2 * count >= len(words[each[0]])]
            if near and not all(words[each[0]] <= words[line[0]] for each in near):
                yield line[0], _against("near-non-goal", near[0], "rules out what is nearly the same")


def repetitions(lines: Sequence[Judged], lexicon: Lexicon) -> Iterator[tuple[int, GateResult]]:
    """Yield (place, failure) for each line that says what an earlier line of its kind says, synonyms considered."""
    first: dict[tuple[Kind, tuple[str, ...]], int] = {}
    for number, (place, _, kind, text) in enumerate(lines):
        words = tokens(text, lexicon.glossary)
        earlier = first.setdefault((kind, words), number)
        if words and earlier != number:
            why = f"Says what {lines[earlier][1]} says already: leave one out."
            yield place, GateResult("minimal", "repeated", "", why)


def _by_frame(
    lines: Sequence[Judged], said: dict[int, tuple[str, ...]], lexicon: Lexicon
) -> Iterator[tuple[int, GateResult]]:
    """Find lines that are the same but for their numbers, or but for a "not"."""
    frames: dict[frozenset[str], list[Judged]] = defaultdict(list)
    left_out = lexicon.fillers | lexicon.units | NEGATIONS
    for line in lines:
        frame = frozenset(word for word in said[line[0]] if not word[0].isdigit()) - left_out
        if frame:
            frames[frame].append(line)
    for alike in frames.values():
        numbers = [_numbers(said[line[0]], lexicon.units) for line in alike]
        negated = [("not",) if NEGATIONS.intersection(said[line[0]]) else ("so",) for line in alike]
        yield from _differing(alike, numbers, "other-number", "gives another number for the same")
        yield from _differing(alike, negated, "negated", "says the opposite")


def _numbers(words: Sequence[str], units: frozenset[str]) -> tuple[str, ...]:
    """Return the numbers, each with its unit."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return tuple(f"{word} {after if after in units else ''}" for word, after in pairs if word[0].isdigit())


def _differing(
    alike: Sequence[Judged], values: Sequence[tuple[str, ...]], rule: str, why: str
) -> Iterator[tuple[int, GateResult]]:
    """Hold each line against the first that has another value of the same length: (2 s) against (5 s), not ()."""
    firsts: dict[int, dict[tuple[str, ...], Judged]] = defaultdict(dict)
    for line, value in zip(alike, values, strict=True):
        firsts[len(value)].setdefault(value, line)
    for line, value in zip(alike, values, strict=True):
        other = next((first for its, first in firsts[len(value)].items() if its != value), None)
        if other is not None:
            yield line[0], _against(rule, other, why)


def _by_opposite(
    lines: Sequence[Judged], said: dict[int, tuple[str, ...]], lexicon: Lexicon
) -> Iterator[tuple[int, GateResult]]:
    pairs = [[frozenset(tokens(word, lexicon.glossary)) for word in pair] for pair in lexicon.opposites]
    sides: dict[tuple[int, frozenset[str], bool], tuple[list[Judged], list[Judged]]] = defaultdict(lambda: ([], []))
    for line in lines:
        words = frozenset(said[line[0]])
        for number, pair in enumerate(pairs):
            for side in (0, 1):
                if pair[side] <= words and not pair[1 - side] <= words:
                    frame = words - pair[side] - lexicon.fillers
                    sides[number, frame, bool(words & NEGATIONS)][side].append(line)
    for (_, frame, _), (ones, others) in sides.items():
        if ones and others and frame:
            yield from ((line[0], _against("opposite", others[0], "says the opposite")) for line in ones)
            yield from ((line[0], _against("opposite", ones[0], "says the opposite")) for line in others)


def _by_non_goal(non_goals: Sequence[Judged], index: _Index) -> Iterator[tuple[int, GateResult]]:
    asking: dict[frozenset[str], Judged | None] = {}  # the same words need not be searched for again
    for line in non_goals:
        words = index.content(line[3])
        if words not in asking:
            asking[words] = next(index.having(words), None)
        other = asking[words]
        if other is not None:
            yield line[0], _against("non-goal", other, "asks for it")
            yield other[0], _against("non-goal", line, "rules it out")


def _by_only(lines: Sequence[Judged], index: _Index) -> Iterator[tuple[int, GateResult]]:
    subjects: dict[frozenset[str], dict[frozenset[str], list[Judged]]] = {}
    for line in lines:
        only = _ONLY.match(line[3][:_READ])
        if only is None:
            continue
        who, what = index.content(only["who"]), index.content(only["what"])
        if what not in subjects:
            subjects[what] = _by_subject(index.having(what), index)
        those = (first for subject, first in subjects[what].items() if not subject <= who)
        others = (other for first in those for other in first if other[0] != line[0])
        other = min(islice(others, 2), default=None)  # the line itself may have come before the first of them
        if other is not None:
            yield line[0], _against("only", other, "lets others")
            yield other[0], _against("only", line, "lets nobody else")


def _by_subject(lines: Iterable[Judged], index: _Index) -> dict[frozenset[str], list[Judged]]:
    """Return the first two lines of each subject: one of them is not the line that they are held against."""
    first: dict[frozenset[str], list[Judged]] = defaultdict(list)
    for line in lines:
        anybody = _ANYBODY.match(line[3][:_READ])
        if anybody is not None and len(known := first[index.content(anybody["who"])]) < 2:
            known.append(line)
    return first


class _Index:
    """Lines by the words in them; lines with a negation are left out, fillers do not count."""

    def __init__(self, lines: Iterable[Judged], fillers: frozenset[str]) -> None:
        self._left_out = fillers | NEGATIONS
        self._words: dict[int, frozenset[str]] = {}
        self._having: dict[str, list[Judged]] = defaultdict(list)
        for line in lines:
            words = frozenset(tokens(masked(line[3])))
            if not words & NEGATIONS:
                self._words[line[0]] = words
                for word in words - fillers:
                    self._having[word].append(line)

    def content(self, text: str) -> frozenset[str]:
        """Return the words of a text that count."""
        return frozenset(tokens(text)) - self._left_out

    def having(self, words: frozenset[str]) -> Iterator[Judged]:
        """Yield the lines that have all of these words, none for no words."""
        if words:
            rarest = min(words, key=lambda word: (len(self._having.get(word, ())), word))
            yield from (line for line in self._having.get(rarest, ()) if words <= self._words[line[0]])


def _against(rule: str, other: Judged, why: str) -> GateResult:
    shown = " ".join(other[3].split()).rstrip(".")
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return GateResult("consistent", rule, "", f'{other[1]} {why}: "{shown}". Settle which one holds.')
