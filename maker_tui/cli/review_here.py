"""A review in the plain terminal: a row, its options by number, and what the votes said only after the answer."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from maker_engine.labelling.units import Units, passage_of
from maker_engine.labelling.unknown import UNKNOWN
from maker_engine.labelling.wording import offered, plain_question
from maker_engine.output import ask, say
from maker_engine.printable import one_line
from maker_engine.records.decided import Decision, written
from maker_engine.records.people import REVIEW, Answer, Answers

_SHOWN = 2_000
"""Characters of a cell that are shown."""
UNDO, SKIP, QUIT = "u", "s", "q"


def review_here(units: Units, asked: Sequence[tuple[int, Decision]], people: Answers, reviewer: str, seed: int) -> int:
    """Ask a person about one thing after the other; what was answered is kept at once. Returns the exit status."""
    open_ones = [one for one in asked if reviewer not in _answers(units, people, one[0])]
    say(f"{len(open_ones):,} to answer as {reviewer}; a number or the answer; u undoes, s skips, q leaves")
    place, done = 0, list[int]()
    while place < len(open_ones):
        step, decision = open_ones[place]
        names = _show(units, step, place, len(open_ones), seed)
        ask("> ")
        line = sys.stdin.readline()
        text = line.strip()
        if not line or text == QUIT:
            break
        if text == UNDO and done:
            place = done.pop()
            unit = units[open_ones[place][0]]
            people.add([Answer(REVIEW, unit.id, unit.field.name, "", reviewer)])
        elif text == SKIP:
            place += 1
        elif text and text != UNDO and _take(units, step, names, text, people, reviewer):
            say(_said(units, step, decision), "")
            done.append(place)
            place += 1
    say(f"{len(done):,} answered, kept in {people.path}")
    return 0


def _answers(units: Units, people: Answers, step: int) -> dict[str, str]:
    unit = units[step]
    return people.of(REVIEW, unit.id, unit.field.name)


def _show(units: Units, step: int, place: int, whole: int, seed: int) -> tuple[str, ...]:
    unit = units[step]
    names = offered(unit.field, unit.id, seed) or ()
    say(f"{place + 1:,}/{whole:,}  {unit.id}  {plain_question(unit.field)}")
    say(*(f"  {name}: {one_line(unit.row.text(name), _SHOWN)}" for name in units.shown))
    if names:
        say("  " + "   ".join(f"{number} {name}" for number, name in enumerate(names, 1)))
    else:
        say(f"  answer: {unit.field.answer_form(passage=passage_of(unit.row, unit.field, units.shown) or ' ').demand}")
    return names


def _take(units: Units, step: int, names: tuple[str, ...], text: str, people: Answers, reviewer: str) -> bool:
    unit = units[step]
    if names and text.isdecimal() and 1 <= int(text) <= len(names):
        text = names[int(text) - 1]
    passage = passage_of(unit.row, unit.field, units.shown)
    value = unit.field.read(text, passage)
    if value is None:
        say(f"  {one_line(text, 40)!r} is no answer here{f'; {UNKNOWN} is one' if UNKNOWN in names else ''}")
        return False
    people.add([Answer(REVIEW, unit.id, unit.field.name, written(unit.field, value, passage), reviewer)])
    return True


def _said(units: Units, step: int, decision: Decision) -> str:
    field = units[step].field
    lead = f"{written(field, decision.leader, ' ') or 'nothing'} {decision.margin:,} ahead, of {decision.votes:,} votes"
    return f"  the votes said {lead}" if decision.value is not None else f"  the votes did not decide: {lead}"
