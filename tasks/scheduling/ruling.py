"""What is asked next, and which answer the rule makes right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .conflicts import Conflicts, Open, numbers
from .search import NODES, PROOF_NODES, Chosen, Reach, bound_of, reach
from .slots import Board, Slot
from .state import Answer, Infeasible, Place, State, Undo

MENU = 8
"""Slots that are offered: those that can keep most."""
OFFER_NODES = 400
"""Nodes of the search for what one offered slot leaves to be reached."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot that is offered.

    Attributes:
        place: The answer that takes it.
        reach: The most value that was found for the whole schedule with it; None where no whole schedule was found.
        takes: How many open slots of other interviews it takes.
        room: Index of the room.
    """

    place: Place
    reach: int | None
    takes: int
    room: int

    @property
    def order(self) -> tuple[float, int, int, int]:
        """The rule: what is smaller goes first."""
        worth = float("inf") if self.reach is None else -float(self.reach)
        return worth, self.takes, self.place.start, self.room


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about an interview.

    Attributes:
        interview: Its id.
        offers: Slots to choose from, by start and room; empty at a dead end.
        right: What the rule makes right.
    """

    interview: str
    offers: tuple[Offer, ...]
    right: Answer


class Ruling:
    """Asks by the rule, on one board.

    Args:
        board: All slots.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.conflicts = Conflicts(board)
        self._numbers = {one.id: number for number, one in enumerate(board.problem.interviews)}
        self._questions: dict[State, Question | None] = {}

    @cached_property
    def whole(self) -> Reach:
        """What can be reached from the empty schedule; where nothing is found, a proof is tried for much longer."""
        everything = self.conflicts.everything
        found = reach(self.conflicts, everything, nodes=2 * NODES)
        if found.value is not None or found.exact:
            return found
        return reach(self.conflicts, everything, nodes=PROOF_NODES)

    @cached_property
    def _chosen(self) -> dict[Place, Chosen]:
        """The interview and the slot of every placement."""
        names = self.board.problem.interview_ids
        return {
            Place(names[one], slot.start, self.board.name_of(slot.room)): (one, number)
            for one, slots in enumerate(self.board.slots)
            for number, slot in enumerate(slots)
        }

    def _placed(self, state: State) -> list[Chosen]:
        return [self._chosen[place] for place in state.placed if place in self._chosen]

    def value(self, state: State) -> int:
        """Return the value of what is placed."""
        return sum(self.board.slots[one][number].value for one, number in self._placed(state))

    def question(self, state: State) -> Question | None:
        """Return what is asked at a state, None where nothing is."""
        if state not in self._questions:
            if len(self._questions) > 5_000:
                self._questions.clear()
            self._questions[state] = self._ask(state)
        return self._questions[state]

    def open_slots(self, state: State, interview: str) -> list[Slot]:
        """Return the slots of an interview that can be taken beside what is placed."""
        one = self._numbers[interview]
        left = self.conflicts.after(self._placed(state)).get(one, 0)
        return [self.board.slots[one][number] for number in numbers(left)]

    def sharing(self, state: State, interview: str) -> list[str]:
        """Return the ids of placed interviews that share a person with one, in the order they were placed."""
        people = {one.id: {*one.people} for one in self.board.problem.interviews}
        return [place.interview for place in state.placed if people[place.interview] & people[interview]]

    def _ask(self, state: State) -> Question | None:
        placed = {place.interview for place in state.placed}
        unplaced = [number for name, number in self._numbers.items() if name not in placed]
        if not unplaced or state.ended:
            return None
        left = self.conflicts.after(self._placed(state))
        names = self.board.problem.interview_ids
        following = min(unplaced, key=lambda number: (left[number].bit_count(), names[number]))
        offers = self._offers(state, following, left)
        right: Answer
        if any(offer.reach is not None for offer in offers):
            right = min(offers, key=lambda offer: offer.order).place
            return Question(names[following], offers, right)
        if state.placed:
            sharing = self.sharing(state, names[following])
            right = Undo(sharing[-1] if sharing else state.placed[-1].interview)
            return Question(names[following], (), right)
        proven = self.whole.value is None and self.whole.exact
        return Question(names[following], (), Infeasible()) if proven else None

    def _offers(self, state: State, one: int, left: Open) -> tuple[Offer, ...]:
        """Choose the slots to be offered, and find what each leaves to be reached."""
        name = self.board.problem.interview_ids[one]
        here = frozenset(state.placed)
        struck = {self._chosen.get(away.place) for away in state.struck if away.beside <= here}
        before, placed = self.value(state), self._placed(state)
        slots = self.board.slots[one]
        ranked: list[tuple[int, int, int, int, int]] = []
        for number in numbers(left[one]):
            bound, takes = self._prospect(left, one, number)
            if (one, number) not in struck and bound is not None:
                ranked.append((-bound, takes, slots[number].start, slots[number].room, number))
        ranked.sort()
        found = self._found(state, left)
        chosen = [*ranked[:MENU]]
        best = next((row for row in ranked if found and row[-1] == found[one]), None)
        if best is not None and best not in chosen:
            chosen[-1] = best
        offers = []
        for _, takes, _, _, number in chosen:
            slot = slots[number]
            if found and number == found[one]:
                worth: int | None = sum(self.board.slots[other][held].value for other, held in found.items())
            else:
                worth = self._worth(left, (one, number), placed)
            reached = None if worth is None else before + worth
            offers.append(Offer(Place(name, slot.start, self.board.name_of(slot.room)), reached, takes, slot.room))
        return tuple(sorted(offers, key=lambda offer: (offer.place.start, offer.room)))

    def _worth(self, left: Open, chosen: Chosen, placed: list[Chosen]) -> int | None:
        """Return the most value that is found of what is left, with a slot taken; None where nothing is found."""
        remaining = self.conflicts.left(left, *chosen)
        if remaining is None:
            return None
        further = reach(self.conflicts, remaining, [*placed, chosen], OFFER_NODES).value
        return None if further is None else self.board.slots[chosen[0]][chosen[1]].value + further

    def _found(self, state: State, left: Open) -> dict[int, int]:
        """Return the best whole schedule that is found from a state, empty where none is, or where it is struck."""
        found = self.whole if not state.placed else reach(self.conflicts, left, self._placed(state))
        return dict(found.slots)

    def _prospect(self, left: Open, one: int, number: int) -> tuple[int | None, int]:
        """Return a bound on the value of a slot and all after it (None: one has no slot left), and what it takes."""
        taken = self.conflicts.taken_by(one, number)
        takes = sum((left[other] & lost).bit_count() for other, lost in taken.items() if other in left)
        remaining = self.conflicts.left(left, one, number)
        if remaining is None:
            return None, takes
        return self.conflicts.values[one][number] + bound_of(self.conflicts, remaining), takes
