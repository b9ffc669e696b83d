"""A review by one person: what is asked next, what was answered, and one step back; every answer is kept at once."""

from __future__ import annotations

from collections.abc import Sequence

from maker_engine.labelling.units import Unit, Units, passage_of
from maker_engine.labelling.wording import offered
from maker_engine.records.decided import Decision, written
from maker_engine.records.people import REVIEW, Answer, Answers


class Review:
    """What one person is asked, in the order of the table; what they have answered before is not asked again.

    Args:
        units: What is asked of the rows.
        asked: The steps (0-based) that people are asked about, with what the votes said.
        people: Where answers are kept.
        reviewer: Who answers.
        seed: Of the order of labels.

    Attributes:
        place: How many of them are behind.
        revealed: What the votes said of the last one that was answered; empty before.
    """

    def __init__(
        self, units: Units, asked: Sequence[tuple[int, Decision]], people: Answers, reviewer: str, seed: int
    ) -> None:
        self._units, self._people, self._seed = units, people, seed
        self.reviewer = reviewer
        self._open = [one for one in asked if reviewer not in self._given(units[one[0]])]
        self._done: list[int] = []
        self.place = 0
        self.revealed = ""

    def _given(self, unit: Unit) -> dict[str, str]:
        return self._people.of(REVIEW, unit.id, unit.field.name)

    def __len__(self) -> int:
        """How many were to be answered when it began."""
        return len(self._open)

    @property
    def answered(self) -> int:
        """How many are answered."""
        return len(self._done)

    @property
    def unit(self) -> Unit | None:
        """What is asked now, None at the end."""
        return self._units[self._open[self.place][0]] if self.place < len(self._open) else None

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns that are shown."""
        return self._units.shown

    def labels(self) -> tuple[str, ...]:
        """Return the labels in the order in which they are offered; none where the answer is typed."""
        unit = self.unit
        return () if unit is None else offered(unit.field, unit.id, self._seed) or ()

    def demand(self) -> str:
        """Say what may be typed."""
        unit = self.unit
        return "" if unit is None else unit.field.answer_form(passage=self._passage(unit)).demand

    def answer(self, text: str) -> bool:
        """Take an answer, or the number of a label, and go on; False where it is none."""
        unit, labels = self.unit, self.labels()
        if unit is None:
            return False
        text = text.strip()
        if text.isdecimal() and 1 <= int(text) <= len(labels):
            text = labels[int(text) - 1]
        value = unit.field.read(text, self._passage(unit))
        if value is None:
            return False
        said = written(unit.field, value, self._passage(unit))
        self._people.add([Answer(REVIEW, unit.id, unit.field.name, said, self.reviewer)])
        self.revealed = self._said(unit, self._open[self.place][1], said)
        self._done.append(self.place)
        self.place += 1
        return True

    def skip(self) -> None:
        """Leave what is asked now for later."""
        self.place = min(self.place + 1, len(self._open))

    def undo(self) -> bool:
        """Take the last answer back and ask again; False where there is none."""
        if not self._done:
            return False
        self.place, self.revealed = self._done.pop(), ""
        unit = self._units[self._open[self.place][0]]
        self._people.add([Answer(REVIEW, unit.id, unit.field.name, "", self.reviewer)])
        return True

    def _passage(self, unit: Unit) -> str:
        return passage_of(unit.row, unit.field, self._units.shown) or " "

    def _said(self, unit: Unit, decision: Decision, said: str) -> str:
        leader = written(unit.field, decision.leader, self._passage(unit)) or "nothing"
        lead = f"{leader} {decision.margin:,} ahead, of {decision.votes:,} votes"
        how = "the votes said" if decision.value is not None else "the votes did not decide:"
        return f"{unit.id}: you said {said}; {how} {lead}"
