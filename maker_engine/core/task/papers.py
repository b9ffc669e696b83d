"""What a task writes down as it goes: a document that grows on the screen, and the papers it ends as."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeAlias, TypeVar

S = TypeVar("S", bound=Hashable)

Ballots: TypeAlias = Mapping[int, tuple[tuple[Hashable, int], ...]]
"""For each decided step (0-based) that is known of: its (answer, votes) pairs, of a vote the decided answer first."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line of a growing document.

    Attributes:
        text: The line; a heading where there is no id.
        id: What a person calls it by; "" for a heading.
        mark: One cell that shows its status.
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


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A key that amends the document.

    Attributes:
        key: As Textual names it: one letter, mostly.
        words: What it does, in one or two words.
        template: The amendment's text: `{id}` is replaced by the line under the cursor, `{text}` by what is typed.
        help_text: What it does, for the help.
        prompt: What is asked for where something is typed.
        keep: Begin with the line's own text.
    """

    key: str
    words: str
    template: str
    help_text: str
    prompt: str = ""
    keep: bool = False


class Papers(Generic[S]):
    """What a task may offer beside its steps: questions on the way, a document, papers. The defaults offer nothing.

    Class attributes:
        converses: Persons are asked along the way: such a task is shown with its question and its document.
        document_keys: The amendments that have a key of their own beside the document.
        simulation: Where simulated agents take their answers from, where that is not the prompt alone, in a few words.
    """

    converses: ClassVar[bool] = False
    document_keys: ClassVar[tuple[DocumentKey, ...]] = ()
    simulation: ClassVar[str] = ""

    def document(self, state: S, ballots: Ballots) -> Sequence[DocumentLine]:  # noqa: ARG002 - the default has none
        """Return the document as it is now at `state`; `ballots` are the votes that are known of."""
        return ()

    def papers(self, state: S, ballots: Ballots) -> Mapping[str, str]:  # noqa: ARG002 - the default writes none
        """Return the files of `state`, as {relative path with slashes: text}; `ballots` as above."""
        return {}

    def rehearsed(self, state: S) -> S:
        """Return `state` so that its papers say that it comes from simulated agents; the default has no such mark."""
        return state

    def joined(self, name: str, text: str, there: str) -> str | None:  # noqa: ARG002 - the default joins nothing
        """Return what the paper `name` becomes where the file holds `there` already; None where it must not exist."""
        return None
