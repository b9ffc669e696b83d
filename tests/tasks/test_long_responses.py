"""Responses of any length are read in time that grows with their length, however they are made to look."""

from __future__ import annotations

from functools import partial

import pytest

from maker_engine import catalogue
from maker_engine.core.decomposition import Gather, Vote
from maker_engine.core.red_flags import FlagRules, inspect
from maker_engine.core.responses import Response
from maker_engine.printable import one_line, printable
from maker_engine.task_contract.guarded import Guarded
from maker_engine.task_contract.random_states import Place, Reach, search
from tests.support.growth import Work, grows_with_length

CHARACTERS = 12_000
STATES = 12
PROBLEMS = [
    ("arithmetic", {}), ("arithmetic", {"method": "recursive", "digits": 3}), ("cube", {"method": "phases"}),
    ("cube", {"method": "layers"}), ("hanoi", {}), ("interview", {}), ("products", {}), ("sudoku", {}),
]  # fmt: skip
OPENINGS = ["", "move = [1, 0, 2]\nnext_state = [[", "strike = [r1c1:1", "value = 1\ndigit", "proposals:\n", "p1 = 1*1"]
REPEATED = [
    " ", "\n", "a", "1", "1,", "[", "- a\n", "\u00a0", "İ", "move", "move = [", "next_state = [[", "place = r1c1:1 ",
    "strike = [r1c1:1, ", "value = 1 ", "p1 = 1*1 p2 = 1*1 ", "choice = 1 ", "proposals:\n", "\nanswer = 1",
    "case = 1\n", "I'm ", "product = 1 ",
]  # fmt: skip


def kinds_of_question(name: str, options: dict[str, int | str]) -> list[Place]:
    """A place for each kind of question that a task asks: their prompts begin alike."""
    found = Reach()
    search(found, [Guarded(catalogue.find(name).load(options))], seed=1, most=STATES, imitates=True)
    places = {}
    for place in found.places:
        if isinstance(place.step, Vote | Gather):
            words = "".join(letter for letter in place.step.prompt.user if letter.isalpha())
            places.setdefault((type(place.step), words[:20]), place)
    return [*places.values()]


def reading(place: Place, opening: str, unit: str) -> Work:
    """Read a response that opens so, and goes on with one and the same."""
    task = place.problem.task
    parse, objection = partial(task.parse, place.state), partial(task.objection, place.state)

    def of_size(characters: int) -> partial[object]:
        response = Response(opening + unit * (characters // len(unit)) + "x")
        return partial(inspect, response, FlagRules(), parse, objection)

    return of_size


@pytest.mark.parametrize(("name", "options"), PROBLEMS, ids=lambda value: "" if value == {} else str(value))
def test_a_response_is_read_in_linear_time(name: str, options: dict[str, int | str]) -> None:
    """What looks like many answers, or like the beginning of many, is read or flagged at one go."""
    forms = [(opening, unit) for opening in OPENINGS for unit in REPEATED]
    places = kinds_of_question(name, options)[:2]
    assert places
    slow = [form for place in places for form in forms if not grows_with_length(reading(place, *form), CHARACTERS)]
    assert slow == []


@pytest.mark.parametrize("unit", ["a", " ", "\n", "\t", "\x1b", "\u202e", "\ud800", "é "])
def test_hostile_text_is_made_printable_in_linear_time(unit: str) -> None:
    """Whatever is to be replaced in it, and however often."""
    for show in (printable, one_line, partial(printable, newlines=True)):
        assert grows_with_length(lambda size, show=show: partial(show, unit * (size // len(unit))), CHARACTERS)
