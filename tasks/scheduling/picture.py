"""Draws the schedule: a day's times down, people and rooms across; the interview that is asked about is ghosted."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from .problem import Problem, moment_of
from .ruling import Question, Ruling
from .state import Place, State

_TIME = 6  # columns of the time, with a blank
_LEAST, _MOST = 4, 12
"""Columns of a person."""
_BUSY, _FREE, _GHOST = "░", "·", "?"


def draw(ruling: Ruling, state: State, question: Question | None, columns: int, rows: int) -> Text:
    """Draw a state within `columns` × `rows` cells.

    The day shown is that of the best open slot, or of what was placed last.
    """
    problem = ruling.board.problem
    day = _day(problem, state, question)
    names = [*_people(problem, question), *(room.id for room in problem.rooms)]
    across = max(1, min(len(names), (columns - _TIME) // _LEAST))
    width = max(_LEAST, min(_MOST, (columns - _TIME) // across))
    names = names[:across]
    lines = [_head(problem, state, day, columns, question), _names(names, width, columns)]
    starts = [start for start in ruling.board.starts if _shown(problem, start, day)]
    room = max(1, rows - len(lines))
    fitting = _fitting(starts, room, _focus(state, question))
    lines += [_row(ruling, state, question, start, names, width) for start in fitting]
    return Text("\n").join(line if line.cell_len <= columns else _cut(line, columns) for line in lines[:rows])


def _cut(line: Text, columns: int) -> Text:
    shorter = line.copy()
    shorter.truncate(columns)
    return shorter


def _day(problem: Problem, state: State, question: Question | None) -> str:
    focus = _focus(state, question)
    return problem.days[0].isoformat() if focus is None else moment_of(focus, problem.zone).date().isoformat()


def _focus(state: State, question: Question | None) -> int | None:
    """Return the time that the picture is about."""
    if question is not None and question.offers:
        return min(question.offers, key=lambda offer: offer.order).place.start
    return state.placed[-1].start if state.placed else None


def _people(problem: Problem, question: Question | None) -> list[str]:
    """Return the people, those of the interview in question first, where not all can be shown."""
    asked = next((one.people for one in problem.interviews if question and one.id == question.interview), ())
    return [*asked, *(person.id for person in problem.people if person.id not in asked)]


def _shown(problem: Problem, start: int, day: str) -> bool:
    moment = moment_of(start, problem.zone)
    minutes = moment.hour * 60 + moment.minute
    first = min(person.hours[0] for person in problem.people)
    last = max(person.hours[1] for person in problem.people)
    return moment.date().isoformat() == day and first <= minutes < last


def _fitting(starts: list[int], room: int, focus: int | None) -> list[int]:
    """Return the times around the one in question that fit."""
    if len(starts) <= room:
        return starts
    at = next((number for number, start in enumerate(starts) if focus is not None and start >= focus), 0)
    first = max(0, min(at - room // 2, len(starts) - room))
    return starts[first : first + room]


def _head(problem: Problem, state: State, day: str, columns: int, question: Question | None) -> Text:
    done = f"{len(state.placed)}/{len(problem.interviews)} placed"
    asked = f" · {question.interview}" if question else f" · {state.ended}" if state.ended else ""
    weekday = (
        next(f"{one:%a}" for one in problem.days if one.isoformat() == day) if day in map(str, problem.days) else ""
    )
    head = f"{weekday} {day} · {done}{asked}".strip()
    legend = f"  {_FREE} free {_BUSY} busy {_GHOST} offered"
    return Text((head + legend if len(head + legend) <= columns else head)[:columns], "label")


def _names(names: list[str], width: int, columns: int) -> Text:
    cells = "".join(set_cell_size(name, width - 1) + " " for name in names)
    return Text((" " * _TIME + cells)[:columns].rstrip(), "label")


def _row(ruling: Ruling, state: State, question: Question | None, start: int, names: list[str], width: int) -> Text:
    problem = ruling.board.problem
    line = Text(f"{moment_of(start, problem.zone):%H:%M} ", "label")
    for name in names:
        text, role = _cell(ruling, state, question, start, name)
        filled = text * (width - 1) if text in (_BUSY, _FREE) else set_cell_size(_short(text, width - 1), width - 1)
        line.append(filled, role)
        line.append(" ")
    line.rstrip()
    return line


def _short(text: str, width: int) -> str:
    """Return a name in so many cells: its beginning and its last character, which separates rounds of one person."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + text[-1]


def _cell(ruling: Ruling, state: State, question: Question | None, start: int, name: str) -> tuple[str, str]:
    """Return what someone does at a time: an interview's id, the one in question, busy, or free."""
    problem = ruling.board.problem
    by_id = {one.id: one for one in problem.interviews}
    for place in state.placed:
        interview = by_id[place.interview]
        if place.start <= start < place.start + interview.minutes and (name in interview.people or name == place.room):
            latest = place is state.placed[-1]
            return (place.interview if place.start == start else "│"), "moved" if latest else "given"
    if question is not None:
        asked = by_id[question.interview]
        ghosts = [
            (offer.place.start != start, str(number))
            for number, offer in enumerate(question.offers, 1)
            if offer.place.start <= start < offer.place.start + asked.minutes
            and (name in asked.people or name == offer.place.room)
        ]
        if ghosts:
            later, number = min(ghosts)
            return (_GHOST if later else f"?{number}"), "target"
    if ruling.board.is_open(name, start):
        return _FREE, "rail"
    return _BUSY, "plain"


def brief(place: Place, zone: str) -> str:
    """Write a placement in at most 24 cells."""
    when = f"{moment_of(place.start, zone):%m-%d %H:%M}"
    return (
        set_cell_size(f"{when} {place.room}".strip(), 24).rstrip()
        if len(place.room) > 12
        else f"{when} {place.room}".strip()
    )
