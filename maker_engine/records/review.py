"""What one person is asked: what comes next, what was answered, and one step back; every answer is kept at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from maker_engine.labelling.units import Unit, Units, passage_of
from maker_engine.labelling.wording import offered
from maker_engine.records.decided import Decision, written
from maker_engine.records.people import REVIEW, Answer, Answers
from maker_engine.records.quality import Agreement, agreement_of


class Asked(NamedTuple):
    """One thing that people are asked about.

    Attributes:
        step: Its step, 0-based.
        id: The row's id.
        field: The field's name.
        decision: What the votes made of it, None where that is never shown.
    """

    step: int
    id: str
    field: str
    decision: Decision | None = None


def asked_of(units: Units, found: Iterable[tuple[int, Decision | None]]) -> list[Asked]:
    """Return what is asked at steps, 0-based; reads each row of the table."""
    return [Asked(step, (unit := units[step]).id, unit.field.name, decision) for step, decision in found]


class Review:
    """What one person is asked, in the order given; what they, or enough others, have answered is not asked again.

    How the votes went is shown in a review alone, and there only of what has been answered. An answer that is given
    anew after that is kept as one that was not blind.

    Args:
        units: What is asked of the rows.
        people: Where answers are kept.
        kind: `people.REVIEW`, `people.AUDIT` or `people.GOLD`.
        reviewer: Who answers.
        seed: Of the order of labels.
        needs: How many people are to answer each.

    Attributes:
        answered: How many this person has answered since it began.
        revealed: What the votes said of the last one that was answered; empty before, and where it is not shown.
    """

    def __init__(
        self, units: Units, people: Answers, kind: str = REVIEW, reviewer: str = "you", *, seed: int = 0, needs: int = 1
    ) -> None:
        self._units, self._people, self._seed = units, people, seed
        self.kind, self.reviewer, self.needs = kind, reviewer, needs
        self._asked: list[Asked] = []
        self._waiting: deque[int] = deque()
        self._done: list[int] = []
        self._seen: set[int] = set()
        self._unit: tuple[int, Unit] | None = None
        self._open: int | None = 0
        self.answered = 0
        self.revealed = ""

    def extend(self, asked: Iterable[Asked]) -> None:
        """Ask about more, behind what is asked already."""
        for one in asked:
            self._asked.append(one)
            if self._wants(one):
                self._waiting.append(len(self._asked) - 1)
            if self._open is not None:
                self._open += self._is_open(one)

    def _wants(self, one: Asked) -> bool:
        return self._is_open(one) and self.reviewer not in self._people.of(self.kind, one.id, one.field)

    def _is_open(self, one: Asked) -> bool:
        return self._people.count(self.kind, one.id, one.field) < self.needs

    def catch_up(self) -> bool:
        """Leave out what others have answered since; return whether anything has changed."""
        if not self._people.catch_up():
            return False
        self._waiting = deque(place for place in self._waiting if self._wants(self._asked[place]))
        self._open = None
        return True

    def rename(self, reviewer: str) -> None:
        """Let another person answer from now on, who is asked what they have not answered."""
        self.reviewer, self.revealed, self.answered = reviewer, "", 0
        self._done, self._seen, self._open = [], set(), None
        self._waiting = deque(place for place, one in enumerate(self._asked) if self._wants(one))

    def __len__(self) -> int:
        """How many things people are asked about in all."""
        return len(self._asked)

    @property
    def left(self) -> int:
        """How many this person is yet to answer."""
        return len(self._waiting)

    @property
    def open(self) -> int:
        """How many have not been answered by as many people as are to."""
        if self._open is None:  # counted anew only after an answer: it is asked for with every picture of a run
            self._open = sum(map(self._is_open, self._asked))
        return self._open

    @property
    def unit(self) -> Unit | None:
        """What is asked now, None where nothing is."""
        if not self._waiting:
            return None
        step = self._asked[self._waiting[0]].step
        if self._unit is None or self._unit[0] != step:
            self._unit = step, self._units[step]
        return self._unit[1]

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that are shown."""
        return self._units.shown

    @property
    def agreement(self) -> Agreement:
        """How far people agree on what several of them have answered blind."""
        return agreement_of(self._people.by_thing(self.kind, blind=True).values())

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer to be taken back."""
        return bool(self._done)

    @property
    def waiting(self) -> list[int]:
        """The steps (0-based) that this person is yet to answer, in order."""
        return [self._asked[place].step for place in self._waiting]

    def labels(self) -> tuple[str, ...]:
        """Return the labels in the order in which they are offered; none where the answer is typed."""
        unit = self.unit
        return () if unit is None else offered(unit.field, unit.id, self._seed) or ()

    def demand(self) -> str:
        """Say what may be typed."""
        unit = self.unit
        return "" if unit is None else unit.field.answer_form(passage=self._passage(unit)).demand

    def answer(self, text: str) -> bool:
        """Take an answer, or the number of a label, and move to the next thing; False where it is no answer."""
        unit, labels = self.unit, self.labels()
        if unit is None:
            return False
        text = text.strip()
        if text.isdecimal() and text not in labels and 1 <= int(text) <= len(labels):
            text = labels[int(text) - 1]
        value = unit.field.read(text, self._passage(unit))
        if value is None:
            return False
        said = written(unit.field, value, self._passage(unit))
        place = self._waiting[0]
        blind = place not in self._seen and (self.kind == REVIEW or not self._reviewed(unit))
        self._people.add([Answer(self.kind, unit.id, unit.field.name, said, self.reviewer, blind)])
        self._waiting.popleft()
        self._open = None
        self._done.append(place)
        self.answered += 1
        decision = self._asked[place].decision
        self.revealed = "" if decision is None else self._said(unit, decision, said)
        if self.revealed:
            self._seen.add(place)
        return True

    def skip(self) -> None:
        """Leave what is asked now for later, behind all others."""
        self._waiting.rotate(-1)

    def undo(self) -> bool:
        """Take the last answer back and ask again; False where there is none."""
        if not self._done:
            return False
        place = self._done.pop()
        self.revealed = ""
        self.answered -= 1
        one = self._asked[place]
        self._people.add([Answer(self.kind, one.id, one.field, "", self.reviewer)])
        self._waiting.appendleft(place)
        self._open = None
        return True

    def seal(self) -> None:
        """Let no answer so far be taken back, since something is about to be shown that depends on them."""
        self._done.clear()

    def _passage(self, unit: Unit) -> str:
        return passage_of(unit.row, unit.field, self._units.shown) or " "

    def _reviewed(self, unit: Unit) -> bool:
        """Return whether this person has seen how the votes on it went, in a review."""
        return self.reviewer in self._people.of(REVIEW, unit.id, unit.field.name)

    def _said(self, unit: Unit, decision: Decision, said: str) -> str:
        leader = written(unit.field, decision.leader, self._passage(unit)) or "nothing"
        lead = f"{leader} {decision.margin:,} ahead, of {decision.votes:,} votes"
        how = "the votes said" if decision.value is not None else "the votes did not decide:"
        return f"{unit.id}: you said {said}; {how} {lead}"
