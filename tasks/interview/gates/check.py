"""The gates run: on one line, on lines that belong together, on a document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from ..document import Document, GateResult, Kind, Status
from . import criterion, form
from .agreement import contradictions, near_non_goals, repetitions
from .lexicon import GATES, Lexicon, standard
from .single import second_need
from .words import found, masked

GATES_OF: dict[Kind, tuple[str, ...]] = {
    Kind.PURPOSE: (),
    Kind.NON_GOAL: ("clear", "consistent"),
    Kind.STORY: ("clear", "consistent", "form"),
    Kind.FEATURE: GATES,
    Kind.CONSTRAINT: ("clear", "testable", "minimal", "consistent"),
    Kind.DATA: ("clear", "testable", "minimal", "consistent"),
    Kind.INTERFACE: ("clear", "testable", "minimal", "consistent"),
    Kind.ACCEPTANCE: ("clear", "testable"),
    Kind.QUESTION: (),
}
"""Which gates a line of each kind has to pass. A purpose may dream, and a question may doubt."""

LONGEST = 2_000
"""Characters of a line that are read; what is longer is reported as a failure of its own."""

# "FR-001 The …", "R2: The …", but neither "UTF-8 shall …" nor "A 3 m cable shall …".
_LABEL = re.compile(
    r"^\s*(?:\*\*|__)?(?:[A-Z]{1,12}[-_]?\d[\d.]*(?:\*\*|__)?\s*[:)–—]|[A-Z]{1,12}-\d{3,5}(?:\*\*|__)?(?=\s))\s*"
)


def check_line(kind: Kind, text: str, lexicon: Lexicon | None = None) -> tuple[GateResult, ...]:
    """Return what the gates of its kind say of a line by itself, in the order of the gates.

    Args:
        kind: What the line is.
        text: The line, with or without its id in front.
        lexicon: The words to look for, the standard ones if None.

    Returns:
        One result for each gate that it passes, and one for each rule that it fails. "consistent" takes other lines:
        see `check_lines`.
    """
    return _by_standard(kind, text) if lexicon is None else _by(kind, text, lexicon)


@lru_cache(maxsize=4_096)  # an interview runs the gates on the same lines whenever one is added to them
def _by_standard(kind: Kind, text: str) -> tuple[GateResult, ...]:
    return _by(kind, text, standard())


def _by(kind: Kind, text: str, lexicon: Lexicon) -> tuple[GateResult, ...]:
    failures = [
        result
        for result in _failures(kind, text, lexicon)
        if result.gate in GATES_OF[kind] and _watched(result, lexicon)
    ]
    return _reported(kind, failures, lexicon)


def check_lines(lines: Sequence[tuple[str, Kind, str]], lexicon: Lexicon | None = None) -> list[tuple[GateResult, ...]]:
    """Return what the gates say of lines that belong together, in their order.

    Args:
        lines: One (name, kind, text) for each; the names are what failures call the other line by.
        lexicon: The words to look for, the standard ones if None.
    """
    alone = [check_line(kind, text, lexicon) for _, kind, text in lines]
    lexicon = standard() if lexicon is None else lexicon
    together: list[list[GateResult]] = [[] for _ in lines]
    judged = [(number, name, kind, text) for number, (name, kind, text) in enumerate(lines)]
    for number, result in (*contradictions(judged, lexicon), *repetitions(judged, lexicon)):
        if _watched(result, lexicon):
            together[number].append(result)
    return [
        _reported(kind, [*(result for result in results if not result.passed), *more], lexicon)
        for (_, kind, _), results, more in zip(lines, alone, together, strict=True)
    ]


def check_document(document: Document, lexicon: Lexicon | None = None) -> Document:
    """Return the document with the gates run on all its lines; rejected lines contradict nothing.

    An accepted feature that no acceptance line traces to fails "testable" as well.
    """
    there = [line for line in document.lines if line.status not in (Status.REJECTED, Status.NOT_NOW)]
    results = dict(
        zip(
            (line.id for line in there),
            check_lines([(line.id, line.kind, line.text) for line in there], lexicon),
            strict=True,
        )
    )
    lexicon = standard() if lexicon is None else lexicon
    judged = [(place, line.id, line.kind, line.text) for place, line in enumerate(there) if line.status.is_accepted]
    near = {there[place].id: result for place, result in near_non_goals(judged, lexicon) if _watched(result, lexicon)}
    untested = {line.id for line in document.untested()} if lexicon.watches("testable", _UNTESTED.rule) else set()
    lines = []
    for line in document.lines:
        said = results.get(line.id) or check_line(line.kind, line.text, lexicon)
        if line.id in untested:
            said = _reported(line.kind, [*(result for result in said if not result.passed), _UNTESTED], lexicon)
        if line.id in near and "consistent" in GATES_OF[line.kind]:
            said = _reported(line.kind, [*(result for result in said if not result.passed), near[line.id]], lexicon)
        lines.append(replace(line, gates=said))
    return replace(document, lines=tuple(lines))


_UNTESTED = GateResult("testable", "no-acceptance", "", "No acceptance line tests it: write one that traces to it.")


def _watched(result: GateResult, lexicon: Lexicon) -> bool:
    return lexicon.watches(result.gate, result.rule)


def _reported(kind: Kind, failures: list[GateResult], lexicon: Lexicon) -> tuple[GateResult, ...]:
    reported: list[GateResult] = []
    for gate in GATES_OF[kind]:
        if gate not in lexicon.off:
            reported += [result for result in failures if result.gate == gate] or [GateResult(gate)]
    return tuple(reported)


def _failures(kind: Kind, text: str, lexicon: Lexicon) -> Iterator[GateResult]:
    line = " ".join(_LABEL.sub("", text[:LONGEST], count=1).split())
    sentence = masked(line)
    if len(text) > LONGEST:
        yield GateResult("clear", "too-long", "", f"Has over {LONGEST:,} characters: cut it into single needs.")
    if not re.search(r"\w", line):
        yield GateResult("clear", "empty", "", "Says nothing: write it, or leave it out.")
        return
    for group in lexicon.groups:
        for words in found(sentence, group):
            yield GateResult(group.gate, group.name, words, group.why)
    yield from criterion.unit(sentence)
    if kind is Kind.FEATURE:
        yield from form.behaviour(sentence)
        yield from second_need(sentence, lexicon)
    elif kind is Kind.STORY:
        yield from form.story(sentence)
    elif kind is Kind.ACCEPTANCE:
        yield from criterion.acceptance(sentence)
