"""What people have answered, in a file of its own beside the session, to which lines are only ever added.

The session stays as the votes made it. An answer that is taken back is a line too.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from maker_engine.core.errors import InputError

ENDING = ".people.jsonl"
REVIEW, AUDIT = "review", "audit"
_KEYS = ("kind", "id", "field", "answer", "reviewer")


class Answer(NamedTuple):
    """What a person has answered.

    Attributes:
        kind: `REVIEW` of what was not decided clearly, or `AUDIT` of what was accepted.
        id: The row's id.
        field: The field's name.
        answer: The answer as text; empty where it was taken back.
        reviewer: Who it is.
    """

    kind: str
    id: str
    field: str
    answer: str
    reviewer: str


def beside(session: Path) -> Path:
    """Return where people's answers to a session are kept."""
    return session.with_name(session.stem + ENDING)


class Answers:
    """All answers of people to one session; the last one of a person on a thing counts.

    Args:
        session: The session's file.

    Raises:
        InputError: What is beside it cannot be read.
    """

    def __init__(self, session: Path) -> None:
        self.path = beside(session)
        self._found: dict[tuple[str, str, str], dict[str, str]] = {}
        for answer in self._read():
            self._take(answer)

    def _read(self) -> Iterator[Answer]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"people's answers in {self.path} cannot be read: {error}") from None
        for number, line in enumerate(text.splitlines(), 1):
            try:
                value = json.loads(line)
                yield Answer(*(str(value[key]) for key in _KEYS))
            except (ValueError, TypeError, KeyError):
                raise InputError(f"line {number:,} of {self.path} is no answer of a person") from None

    def _take(self, one: Answer) -> None:
        by_person = self._found.setdefault((one.kind, one.id, one.field), {})
        by_person.pop(one.reviewer, None)
        if one.answer:
            by_person[one.reviewer] = one.answer

    def add(self, answers: list[Answer]) -> None:
        """Keep answers; they are on the disk when this returns.

        Raises:
            InputError: They cannot be written.
        """
        lines = "".join(json.dumps(one._asdict(), ensure_ascii=False) + "\n" for one in answers)
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"people's answers cannot be kept in {self.path}: {error.strerror}") from None
        for one in answers:
            self._take(one)

    def every(self) -> Iterator[Answer]:
        """Give the answers that count, by what they are about."""
        for (kind, row, field), by_person in self._found.items():
            for reviewer, text in by_person.items():
                yield Answer(kind, row, field, text, reviewer)

    def of(self, kind: str, row_id: str, field: str) -> dict[str, str]:
        """Return what each person has answered."""
        return self._found.get((kind, row_id, field), {})

    def settled(self, row_id: str, field: str) -> str | None:
        """Return what most people have answered, in a review or an audit; None where two are level."""
        counts = Counter({**self.of(AUDIT, row_id, field), **self.of(REVIEW, row_id, field)}.values())
        first = counts.most_common(2)
        return None if not first or (len(first) > 1 and first[0][1] == first[1][1]) else first[0][0]

    def by_thing(self, kind: str) -> dict[tuple[str, str], dict[str, str]]:
        """Return what people have answered, by row and field."""
        return {(row, field): found for (one, row, field), found in self._found.items() if one == kind and found}
