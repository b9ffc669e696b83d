"""What people do about the rows of a table, as a screen shows it: a review, gold, an audit, each a list of its own.

A list is read in the thread of the record, a piece at a time, while the run decides the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maker_engine.core.decomposition import AnyTask
from maker_engine.core.errors import InputError, MakerError
from maker_engine.records import audit, sheets
from maker_engine.records.guarantee import needed
from maker_engine.records.people import AUDIT, GOLD, REVIEW, Answers
from maker_engine.records.queue import Queue
from maker_engine.records.review import Asked, Review, asked_of
from maker_engine.tables.writing import csv_lines
from maker_engine.wording import count_of

if TYPE_CHECKING:
    from maker_engine.labelling.units import Units
    from maker_engine.sessions.store.reader import Reader
    from maker_tui.runs.bridge import RunSource
    from maker_tui.runs.records import Records

CLAIM = 0.01, 0.05
"""The greatest share of errors that an audit is to show, and how often it may be false, unless others are ordered."""
MORE_ROWS = 50
"""Rows by which an audit is longer once all that were drawn are answered and the claim is not shown."""
GOLD_ENDING = ".gold.csv"


def _ignore() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class LabellingSettings:
    """How people are asked.

    Attributes:
        reviewer: Who answers.
        needs: How many people are to answer each row.
        below: In a review: what was accepted with less agreement than this is asked about too.
        rows: Of gold: how many are drawn, None for as many as usual; of an audit, None for as many as its claim needs.
        seed: Of what is drawn.
        claim: Of an audit: the greatest share of errors, and how often the claim may be false.
    """

    reviewer: str
    needs: int = 1
    below: float = 0.0
    rows: int | None = None
    seed: int = 0
    claim: tuple[float, float] = CLAIM


@dataclass(frozen=True)
class Table:
    """The rows, and where answers to them are kept.

    Attributes:
        task: What decides them.
        units: What is asked of them.
        people: The answers.
        records: The record of the run, None before there is one.
    """

    task: AnyTask
    units: Units
    people: Answers
    records: Records | None

    @property
    def seed(self) -> int:
        """Of the order of labels: that in which agents are offered them."""
        return int(getattr(getattr(self.task, "problem", None), "seed", 0))


class RowList:
    """A list of things that people are asked about.

    Args:
        table: The rows.
        settings: How people are asked.

    Attributes:
        review: What one person is asked of it.
        note: Why there is nothing yet; empty otherwise.
        statement: What may be said by the answers so far, as it was last asked for; empty before.
        shows_claim: It is what was to be shown.
        changed: Called when there is more, or something else to show.
    """

    kind = ""

    def __init__(self, table: Table, settings: LabellingSettings) -> None:
        self._table, self._settings = table, settings
        self.review = Review(
            table.units, table.people, self.kind, settings.reviewer, seed=table.seed, needs=settings.needs
        )  # fmt: skip
        self.note = self.statement = ""
        self.shows_claim = False
        self.changed: Callable[[], None] = _ignore
        self._reading = False

    def more(self) -> None:
        """Look for what others have answered since, and for what there is more to ask, in the record's thread."""
        if self.review.catch_up():
            self.changed()
        if self._table.records is not None and not self._reading and self._wants_more():
            self._reading = True
            self._table.records.look(self._attempt, self._arrived, quiet=True)

    def fill(self, reader: Reader) -> None:
        """Read all that there is to ask, here and now."""
        while self._wants_more() and (found := self._read(reader)):
            self._take(found)

    def claim(self) -> None:
        """Ask what may be said by the answers so far, none of which can be taken back after that."""

    def _wants_more(self) -> bool:
        return True

    def _attempt(self, reader: Reader) -> Any:
        """Read more, or nothing where it cannot be read now; it is tried again."""
        try:
            return self._read(reader)
        except MakerError:
            return None

    def _read(self, reader: Reader) -> Any:
        """Read more of the list; nothing for no more."""
        raise NotImplementedError

    def _take(self, found: Any) -> None:
        self.review.extend(found)

    def _arrived(self, found: Any) -> None:
        self._reading = False
        if found:
            self._take(found)
            self.changed()


class ReviewList(RowList):
    """What the votes did not decide, or not clearly, as soon as they have not."""

    kind = REVIEW

    def __init__(self, table: Table, settings: LabellingSettings) -> None:
        super().__init__(table, settings)
        self._queue = Queue(table.task, settings.below)

    def _read(self, reader: Reader) -> list[Asked]:
        found: list[Asked] = []
        while not found and self._queue.examined < reader.steps_done():
            found = asked_of(self._table.units, self._queue.more(reader))
        return found


class GoldList(RowList):
    """Rows drawn at random from all."""

    kind = GOLD

    def more(self) -> None:
        """Draw them at once where there is no record, and so no thread of it."""
        if self._table.records is None and self._wants_more():
            self._take(self._drawn())
            self.changed()
        super().more()

    def _wants_more(self) -> bool:
        return not len(self.review)

    def _read(self, reader: Reader) -> list[Asked]:  # noqa: ARG002 - what is drawn depends on no vote
        return self._drawn()

    def _drawn(self) -> list[Asked]:
        steps = sheets.drawn_rows(self._table.units, self._settings.rows or sheets.GOLD_ROWS, self._settings.seed)
        return asked_of(self._table.units, ((step, None) for step in steps))


class AuditList(RowList):
    """What votes accepted, in a random order: as much as shows the claim, and more where that does not.

    Args:
        table: The rows.
        settings: How people are asked.
        over: Says whether the run has ended: before, what is accepted is not known.
    """

    kind = AUDIT

    def __init__(self, table: Table, settings: LabellingSettings, over: Callable[[], bool]) -> None:
        super().__init__(table, settings)
        self._over = over
        self._drawn: sheets.Drawn | None = None

    def _wants_more(self) -> bool:
        self.note = "" if self._over() else "what votes accept is drawn from when the run has ended"
        return self._drawn is None and not self.note

    def _read(self, reader: Reader) -> tuple[sheets.Drawn, list[Asked]]:
        drawn = sheets.accepted(reader, self._table.task, self._settings.seed)
        most = self._settings.rows or needed(len(drawn.steps), *self._settings.claim)
        return drawn, self._asked(drawn, 0, most)

    def _take(self, found: tuple[sheets.Drawn, list[Asked]]) -> None:
        self._drawn, asked = found
        self.review.extend(asked)
        self.note = "" if asked else "votes accepted nothing: there is nothing to audit"

    def _asked(self, drawn: sheets.Drawn, first: int, last: int) -> list[Asked]:
        return asked_of(self._table.units, ((step, None) for step in drawn.steps[first:last]))

    def claim(self) -> None:
        """Say what may be said, and ask more where all is answered and the claim is not shown."""
        drawn, records, table = self._drawn, self._table.records, self._table
        if drawn is None or records is None or self._reading:
            return
        self.review.seal()
        self._reading = True
        first = len(self.review)
        ended = not self.review.left

        def look(reader: Reader) -> tuple[str, bool, list[Asked]]:
            try:
                found = audit.audit(reader, table.task, table.units, drawn, table.people, self._settings.claim)
            except MakerError as error:
                return str(error), False, []
            more = self._asked(drawn, first, first + MORE_ROWS) if ended and not found.certified else []
            return audit.sentence(found, self._settings.claim), found.certified, more

        records.look(look, self._said, quiet=True)

    def _said(self, found: tuple[str, bool, list[Asked]]) -> None:
        self._reading = False
        self.statement, self.shows_claim, more = found
        self.review.extend(more)
        self.changed()


class Labelling:
    """All that people do about one table.

    Args:
        table: The rows.
        lists: What they are asked.
        source: The run that decides the rows, None where this app shows none.
        gold: Where gold is written, None for nowhere.

    Attributes:
        front: The list that is shown.
        source: Likewise.
        simulated: The votes are of simulated agents, where no `source` says so.
    """

    def __init__(
        self, table: Table, lists: Sequence[RowList], source: RunSource | None = None, gold: Path | None = None
    ) -> None:
        self._table, self.lists, self.source, self._gold = table, lists, source, gold
        self.front = lists[0]
        self.simulated = False

    @property
    def task(self) -> AnyTask:
        """What decides the rows."""
        return self._table.task

    def bring(self, kind: str) -> None:
        """Bring a list to the front; the first one where there is none of the kind."""
        self.front = next((one for one in self.lists if one.kind == kind), self.lists[0])

    def turn(self) -> None:
        """Bring the next list to the front."""
        self.front = self.lists[(self.lists.index(self.front) + 1) % len(self.lists)]

    def rename(self, reviewer: str) -> None:
        """Let another person answer."""
        for one in self.lists:
            one.review.rename(reviewer)

    def share(self, needs: int) -> None:
        """Let so many people answer each row."""
        for one in self.lists:
            one.review.needs = needs
            one.review.rename(one.review.reviewer)

    def save_gold(self) -> str:
        """Write what is labelled as gold, and say so in a line; nothing is done, and nothing said, where none is.

        Raises:
            InputError: It cannot be written.
        """
        rows = [*sheets.gold_rows(self._table.units, self._table.people)]
        if self._gold is None or not rows:
            return ""
        beside = self._gold.with_name(f"{self._gold.name}.new")
        texts = csv_lines(sheets.gold_columns(self._table.units), rows, exact=True)
        try:
            beside.write_text("".join(texts), encoding="utf-8", errors="surrogateescape", newline="")
            beside.replace(self._gold)
        except OSError as error:
            raise InputError(f"gold cannot be written to {self._gold}: {error.strerror}") from None
        return f"{self._gold}: {count_of(len(rows), 'row')} of gold; --gold {self._gold.name} takes it"


def labelling_of(
    table: Table, settings: LabellingSettings, session: Path, front: str = REVIEW, source: RunSource | None = None,
    gold: Path | None = None,
) -> Labelling:  # fmt: skip
    """Make all lists of a session.

    Args:
        table: The rows.
        settings: How people are asked in the list in front; the others are as long as usual.
        session: The session's file.
        front: The kind of the list in front.
        source: The run, where this app shows it.
        gold: Where gold is written, None for beside the session.
    """

    def over() -> bool:
        return source is None or (source.writer is None and (source.ended or not source.live))

    usual = replace(settings, below=0.0, rows=None)
    of = {kind: settings if kind == front else usual for kind in (REVIEW, GOLD, AUDIT)}
    lists = [ReviewList(table, of[REVIEW]), GoldList(table, of[GOLD]), AuditList(table, of[AUDIT], over)]
    labelling = Labelling(table, lists, source, gold or session.with_name(session.stem + GOLD_ENDING))
    labelling.bring(front)
    return labelling
