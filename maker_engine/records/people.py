"""What people have answered, in a file of its own beside the session, to which lines are only ever added.

The session stays as the votes made it. An answer that is taken back is a line too.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from maker_engine.core.errors import InputError
from maker_engine.records.quality import leader_of

ENDING = ".people.jsonl"
REVIEW, AUDIT, GOLD = "review", "audit", "gold"
_KEYS = ("kind", "id", "field", "answer", "reviewer")

_BEGIN = b'{"kind"'
MOST_PEOPLE = 20
"""People who may be asked about one row."""


class Answer(NamedTuple):
    """What a person has answered.

    Attributes:
        kind: `REVIEW` of what was not decided clearly, `AUDIT` of what was accepted, or `GOLD` of what was drawn from
            all rows.
        id: The row's id.
        field: The field's name.
        answer: The answer as text; empty where it was taken back.
        reviewer: Who it is.
        blind: It was given without having seen how the votes went.
    """

    kind: str
    id: str
    field: str
    answer: str
    reviewer: str
    blind: bool = True


def beside(session: Path) -> Path:
    """Return where people's answers to a session are kept."""
    return session.with_name(session.stem + ENDING)


class Answers:
    """All answers of people to one session; the last one of a person on a thing counts.

    Args:
        session: The session's file.

    Attributes:
        path: The file of the answers.

    Raises:
        InputError: What is beside it cannot be read.
    """

    def __init__(self, session: Path) -> None:
        self.path = beside(session)
        self._found: dict[tuple[str, str, str], dict[str, Answer]] = {}
        self._at = self._lines = 0
        self.catch_up()

    def catch_up(self) -> bool:
        """Take in what others have added to the file since; return whether there was anything.

        Raises:
            InputError: What is there cannot be read.
        """
        try:
            if self.path.stat().st_size == self._at:
                return False
            with self.path.open("rb") as file:
                file.seek(self._at)
                added = file.read()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise InputError(f"people's answers in {self.path} cannot be read: {error.strerror}") from None
        whole = added[: added.rfind(b"\n") + 1]  # what comes behind is being written
        for line in whole.splitlines():
            self._lines += 1
            if line and (line.endswith(b"}") or not line.startswith(_BEGIN)):
                self._take(self._read(line))  # else a crash cut it off, and nobody relied on it
        self._at += len(whole)
        return bool(whole)

    def _read(self, line: bytes) -> Answer:
        try:
            value = json.loads(line)
            kind, row, field, answer, reviewer = (str(value[key]) for key in _KEYS)
            return Answer(kind, row, field, answer, reviewer, value.get("blind", True) is not False)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(f"line {self._lines:,} of {self.path} is no answer of a person") from None

    def _take(self, one: Answer) -> None:
        by_person = self._found.setdefault((one.kind, one.id, one.field), {})
        by_person.pop(one.reviewer, None)
        if one.answer:
            by_person[one.reviewer] = one

    def add(self, answers: list[Answer]) -> None:
        """Keep answers; they are on the disk when this returns.

        Raises:
            InputError: They cannot be written.
        """
        self.catch_up()
        lines = "".join(json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in answers)
        try:
            with self.path.open("ab") as file:
                torn = b"\n" if file.tell() > self._at else b""
                file.write(torn + lines.encode("utf-8", "surrogatepass"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"people's answers cannot be kept in {self.path}: {error.strerror}") from None
        self.catch_up()

    def every(self) -> list[Answer]:
        """Return the answers that count, by what they are about."""
        return [answer for by_person in self._found.values() for answer in by_person.values()]

    def of(self, kind: str, row_id: str, field: str) -> dict[str, str]:
        """Return what each person has answered."""
        return {who: one.answer for who, one in self._found.get((kind, row_id, field), {}).items()}

    def count(self, kind: str, row_id: str, field: str) -> int:
        """Return how many have answered."""
        return len(self._found.get((kind, row_id, field), ()))

    def settled(self, row_id: str, field: str) -> str | None:
        """Return what most people have answered, in a review or an audit; None where two are level."""
        return leader_of(Counter({**self.of(AUDIT, row_id, field), **self.of(REVIEW, row_id, field)}.values()))

    def gold(self) -> dict[str, dict[str, str]]:
        """Return what most people have labelled as gold, by field, by the row's id; nothing where two are level."""
        found: dict[str, dict[str, str]] = {}
        for (row, field), answers in self.by_thing(GOLD).items():
            if (label := leader_of(Counter(answers.values()))) is not None:
                found.setdefault(row, {})[field] = label
        return found

    def by_thing(self, kind: str, *, blind: bool = False) -> dict[tuple[str, str], dict[str, str]]:
        """Return what people have answered, by row and field; only what they answered blind, if that is asked for."""
        found = {
            (row, field): {who: one.answer for who, one in answers.items() if one.blind or not blind}
            for (each, row, field), answers in self._found.items()
            if each == kind
        }
        return {thing: answers for thing, answers in found.items() if answers}
