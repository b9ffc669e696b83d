"""What is asked next, and which answer the rule makes right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .search import NODES, PROOF_NODES, Reach, reach
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
        self._numbers = {one.id: number for number, one in enumerate(board.problem.interviews)}
        self._questions: dict[State, Question | None] = {}

    @cached_property
    def whole(self) -> Reach:
        """What can be reached from the empty schedule; where nothing is found, a proof is looked for much longer."""
        everything = range(len(self.board.slots))
        found = reach(self.board, everything, 0, 2 * NODES)
        return found if found.value is not None or found.exact else reach(self.board, everything, 0, PROOF_NODES)

    def slot_of(self, place: Place) -> Slot | None:
        """Return the slot of a placement, None where it has none."""
        for slot in self.board.slots[self._numbers[place.interview]]:
            if slot.start == place.start and self.board.name_of(slot.room) == place.room:
                return slot
        return None

    def value(self, state: State) -> int:
        """Return the value of what is placed."""
        found = (self.slot_of(place) for place in state.placed)
        return sum(slot.value for slot in found if slot is not None)

    def question(self, state: State) -> Question | None:
        """Return what is asked at a state, None where nothing is."""
        if state not in self._questions:
            if len(self._questions) > 5_000:
                self._questions.clear()
            self._questions[state] = self._ask(state)
        return self._questions[state]

    def open_slots(self, state: State, interview: str) -> list[Slot]:
        """Return the slots of an interview that share nothing with what is placed."""
        taken = self._taken(state)
        return [slot for slot in self.board.slots[self._numbers[interview]] if not slot.bits & taken]

    def sharing(self, state: State, interview: str) -> list[str]:
        """Return the ids of placed interviews that share a person with one, in the order they were placed."""
        people = {one.id: {*one.people} for one in self.board.problem.interviews}
        return [place.interview for place in state.placed if people[place.interview] & people[interview]]

    def _taken(self, state: State) -> int:
        taken = 0
        for place in state.placed:
            slot = self.slot_of(place)
            taken |= 0 if slot is None else slot.bits
        return taken

    def _ask(self, state: State) -> Question | None:
        placed = {place.interview for place in state.placed}
        unplaced = [number for name, number in self._numbers.items() if name not in placed]
        if not unplaced or state.ended:
            return None
        taken = self._taken(state)
        left = {number: [slot for slot in self.board.slots[number] if not slot.bits & taken] for number in unplaced}
        names = self.board.problem.interview_ids
        following = min(unplaced, key=lambda number: (len(left[number]), names[number]))
        offers = self._offers(state, following, left, taken)
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

    def _offers(self, state: State, number: int, left: dict[int, list[Slot]], taken: int) -> tuple[Offer, ...]:
        """Choose the slots to be offered, and find what each leaves to be reached."""
        name = self.board.problem.interview_ids[number]
        here = frozenset(state.placed)
        struck = {one.place for one in state.struck if one.beside <= here}
        before = self.value(state)
        ranked: list[tuple[int, int, Slot]] = []
        for slot in left[number]:
            if Place(name, slot.start, self.board.name_of(slot.room)) in struck:
                continue
            bound, takes = _prospect(slot, [left[one] for one in left if one != number])
            if bound is not None:
                ranked.append((-bound, takes, slot))
        ranked.sort(key=lambda one: (one[0], one[1], one[2].start, one[2].room))
        found = self._found(state, left, taken)
        chosen = [*ranked[:MENU]]
        best = next((one for one in ranked if found and one[2] == found[number]), None)
        if best is not None and best not in chosen:
            chosen[-1] = best
        rest = [one for one in left if one != number]
        offers = []
        for _, takes, slot in chosen:
            if found and slot == found[number]:
                worth: int | None = sum(one.value for one in found.values())
            else:
                further = reach(self.board, rest, taken | slot.bits, OFFER_NODES).value
                worth = None if further is None else slot.value + further
            reached = None if worth is None else before + worth
            offers.append(Offer(Place(name, slot.start, self.board.name_of(slot.room)), reached, takes, slot.room))
        return tuple(sorted(offers, key=lambda offer: (offer.place.start, offer.room)))

    def _found(self, state: State, left: dict[int, list[Slot]], taken: int) -> dict[int, Slot]:
        """Return the best whole schedule that is found from a state, empty where none is, or where it is struck."""
        found = self.whole.slots if not state.placed else reach(self.board, [*left], taken).slots
        return dict(found)


def _prospect(slot: Slot, others: Sequence[Sequence[Slot]]) -> tuple[int | None, int]:
    """Return a bound on the value of a slot and all after it (None: one has no slot left), and how many it takes."""
    bound: int | None = slot.value
    takes = 0
    for slots in others:
        left = [one.value for one in slots if not one.bits & slot.bits]
        takes += len(slots) - len(left)
        bound = None if bound is None or not left else bound + max(left)
    return bound, takes
