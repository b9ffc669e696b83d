"""What an agent reads. Nothing of a calendar is in it but times: no titles, no descriptions, no names of files."""

from __future__ import annotations

from maker_engine.core.responses import Prompt

from .problem import Problem, moment_of
from .ruling import Offer, Question, Ruling
from .slots import KEPT
from .state import Reading, State

SYSTEM = (
    "You place one interview at a time into a schedule. Apply the rule you are given to the facts you are given, and"
    " end with the answer in exactly the form that is asked for."
)
READ = "Read these words of"
WINDOWS = (
    "morning (over by 12:00), afternoon (not before 12:00), monday, tuesday, wednesday, thursday, friday, saturday,"
    " sunday, before HH:MM (over by then), after HH:MM (not before then), or a date as YYYY-MM-DD"
)


def slot_prompt(ruling: Ruling, state: State, question: Question) -> Prompt:
    """Ask for the slot of an interview."""
    problem = ruling.board.problem
    rows = "\n".join(_row(number, offer, problem) for number, offer in enumerate(question.offers, 1))
    rooms = ", ".join(room.id for room in problem.rooms)
    last = f"; of several, the room that comes first in: {rooms}" if problem.rooms else ""
    kept = " An interview that stays where it was counts more than all preferences." if problem.earlier else ""
    room = "room = NAME\n" if problem.rooms else ""
    user = f"""{_head(problem, state, question)}
These slots are open:
{rows}
"reach" is the most preference that the whole schedule can still come to with that slot.{kept} "takes" is how many \
open slots it takes from the interviews that are not placed yet.
Rule: choose the largest reach; of several, the one that takes fewest; of several, the earliest{last}.
End with these lines and nothing after them, copied from the row you choose:
slot = NUMBER
time = YYYY-MM-DD HH:MM
{room}reach = NUMBER"""
    return Prompt(SYSTEM, user)


def dead_end_prompt(ruling: Ruling, state: State, question: Question) -> Prompt:
    """Ask what is to be undone where an interview cannot be placed any more."""
    problem = ruling.board.problem
    people = {one.id: ", ".join(one.people) for one in problem.interviews}
    rows = "\n".join(
        f"{number}. {one.interview}: {people[one.interview]}" for number, one in enumerate(state.placed, 1)
    )
    user = f"""{_head(problem, state, question)}
None of its slots leaves a complete schedule. Placed, in this order:
{rows or "nothing"}
Rule: undo the last placed interview that shares a person with {question.interview}; if none does, the last placed \
one. If nothing is placed, there is no schedule at all.
End with one of these lines and nothing after it:
undo = INTERVIEW
no schedule"""
    return Prompt(SYSTEM, user)


def words_prompt(person: str, words: str) -> Prompt:
    """Ask for what a person's words say of times."""
    user = f"""{READ} {person} about when they want their interviews:
"{words}"
A window is one of: {WINDOWS}.
Rule: one line for each window that is named, `prefer WINDOW` where it is wanted and `avoid WINDOW` where it is not; \
nothing that the words do not say; `none` where they name no window.
End with these lines and nothing after them."""
    return Prompt(SYSTEM, user)


def confirmation(person: str, reading: Reading) -> str:
    """Ask a person whether words were read rightly."""
    return f"{person}'s words mean: {reading_words(reading)}. Is that right?"


def reading_words(reading: Reading) -> str:
    """Write what words were read as, on one line."""
    return ", ".join(f"{'prefer' if wanted else 'avoid'} {window}" for wanted, window in reading.rules) or "nothing"


def time_words(minute: int, problem: Problem) -> str:
    """Write a time as prompts and answers have it."""
    return f"{moment_of(minute, problem.zone):%Y-%m-%d %H:%M}"


def reach_words(reach: int | None, problem: Problem) -> str:
    """Write what can be reached; in a repair a kept place counts more than any preference."""
    if reach is None:
        return "none"
    return str(reach) if not problem.earlier else f"{reach // KEPT}/{reach % KEPT}"


def _row(number: int, offer: Offer, problem: Problem) -> str:
    room = f", {offer.place.room}" if offer.place.room else ""
    when = f"{moment_of(offer.place.start, problem.zone):%A} {time_words(offer.place.start, problem)}"
    return f"{number}. {when}{room}: reach {reach_words(offer.reach, problem)}, takes {offer.takes}"


def _head(problem: Problem, state: State, question: Question) -> str:
    interview = next(one for one in problem.interviews if one.id == question.interview)
    placed = f"{len(state.placed)} of {len(problem.interviews)} interviews are placed"
    return f"{placed}. Next: {interview.id}, {', '.join(interview.people)}, {interview.minutes} minutes."
