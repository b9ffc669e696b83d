"""What a task writes down as it goes: a document that grows on the screen, and the papers it comes to."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Ballots: TypeAlias = Mapping[int, tuple[tuple[Hashable, int], ...]]
"""For each decided step (0-based) that is known of: its (answer, votes) pairs."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a growing document.

    Attributes:
        text: The line; a heading where there is no id.
        id: What a person calls it by; "" for a heading.
        mark: One cell that says how it stands.
        role: The mark's style, one of `decomposition.ROLES`.
        notes: What else is to be said of it: votes, a failed check; "" for nothing.
        step: The step that was decided on it (0-based), None for none.
    """

    text: str
    id: str = ""
    mark: str = ""
    role: str = "plain"
    notes: str = ""
    step: int | None = None
