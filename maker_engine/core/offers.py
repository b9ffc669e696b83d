"""What a task may offer beside its three methods: each part a small protocol, and what is missing without it."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, runtime_checkable

from maker_engine.core.decomposition import AnyTask, Mistake, Option, Task
from maker_engine.core.responses import Prompt
from maker_engine.core.task.papers import Ballots, DocumentLine

if TYPE_CHECKING:
    from rich.text import Text


class Verifiable(Protocol):
    """It can check a whole solution, so that a run may end as solved and verified."""

    def verify(self, answers: Iterable[Any]) -> list[str]:
        """As `Task.verify`."""


class WithOracle(Protocol):
    """It knows the right answer, which is held against decisions and never used to decide."""

    has_oracle: ClassVar[bool]

    def oracle(self, state: Any) -> Hashable:
        """As `Task.oracle`."""

    def right_answers(self, state: Any) -> Collection[Any]:
        """As `Task.right_answers`."""


class Simulatable(Protocol):
    """It writes responses as a model might; steps with a form of answer can be simulated without."""

    def imitate(self, prompt: Prompt, mistake: Mistake | None, variant: int) -> tuple[str, str]:
        """As `Task.imitate`."""


class Presentable(Protocol):
    """It draws its states and words its answers; without, they are shown as plain text."""

    def picture(self, state: Any, columns: int = ..., rows: int = ...) -> Text:
        """As `Task.picture`."""

    def describe(self, answer: Any) -> str:
        """As `Task.describe`."""


class Loadable(Protocol):
    """It makes problems of files and options; without, they are the constructor's arguments."""

    options: ClassVar[tuple[Option, ...]]

    @classmethod
    def load(cls, options: Mapping[str, int | str], source: str | None = None) -> Self:
        """As `Task.load`."""

    def source(self) -> str:
        """As `Task.source`."""


class WithDocuments(Protocol):
    """It writes a document as it goes, and files in the end."""

    def document(self, state: Any, ballots: Ballots) -> Sequence[DocumentLine]:
        """As `Papers.document`."""

    def papers(self, state: Any, ballots: Ballots) -> Mapping[str, str]:
        """As `Papers.papers`."""


@runtime_checkable
class Questions(Protocol):
    """Says of independent steps whether an earlier run asked the same; a task has it as its attribute `questions`."""

    def own_keys(self) -> Iterator[int]:
        """Give a key for each step, in order: equal ones only where all that agents read and may answer is the same."""

    def keys_of(self, source: str) -> Iterator[int]:
        """Give the keys of the problem that an earlier session keeps as its source."""

    def is_akin(self, source: str) -> bool:
        """Return whether an earlier session's problem is about the same things, and not quite the same."""

    def asked(self, number: int) -> tuple[str, str]:
        """Return the row's id and the field that step `number` (0-based) is about."""


_NEEDED: dict[type, tuple[str, ...]] = {
    Verifiable: ("verify",), WithOracle: ("oracle",), Simulatable: ("imitate",), Presentable: ("picture",),
    Loadable: ("load", "source"), WithDocuments: ("papers",),
}  # fmt: skip
"""The methods without which a part is not offered; the part's others have defaults that go by these."""


def offers(family: type[AnyTask], part: type) -> bool:
    """Return whether a task family has methods of its own for a part, one of the protocols here."""
    if part is WithOracle and not family.has_oracle:
        return False
    return all(_own(family, name) for name in _NEEDED[part])


def _own(family: type[AnyTask], name: str) -> bool:
    mine, default = getattr(family, name), getattr(Task, name)
    return getattr(mine, "__func__", mine) is not getattr(default, "__func__", default)
