"""What is said of a kind of event, once: every other part of the engine asks its record."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from maker_engine.core.decomposition import AnyTask, Done
from maker_engine.core.poll import Poll
from maker_engine.core.record.commands import AnswerCommand, BallotCommand
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import Event, SettingsChanged, StepHopeless
from maker_engine.core.record.interning import Interned, Values
from maker_engine.core.record.run_fold import RunFold
from maker_engine.core.responses import Response

Row: TypeAlias = Sequence[Any]
Line: TypeAlias = dict[str, Any]


class Watching(Protocol):
    """The facts of one step, as an event may change them."""

    def count(self, verdict: Hashable, response: Response) -> None:
        """Take a counted sample in."""

    def vote(self, answer: Hashable) -> None:
        """Count one vote."""

    def strike(self, answer: Hashable) -> None:
        """Take a candidate off."""

    def begin_anew(self) -> None:
        """Go over to a fresh ballot."""

    def fail(self, step: int) -> None:
        """Note a call of `step` that failed."""

    def act(self) -> None:
        """Note that something besides votes had a hand in it."""

    def begin_effect(self) -> None:
        """Note that it acts on the world."""

    def end_effect(self, done: Done) -> None:
        """Take in what has come of an effect."""


class Resuming(Protocol):
    """A solver that is brought back to where a run was cut off."""

    def probed(self, probe: int) -> Any:
        """Take the number of a probe."""

    def change(self, event: SettingsChanged) -> Any:
        """Vote otherwise from here on."""

    def answer_hopeless(self, event: StepHopeless) -> Any:
        """Do what was done about a hopeless step."""

    def escalate(self, model: str) -> Any:
        """Begin a fresh ballot."""

    def obey(self, command: BallotCommand | AnswerCommand) -> Any:
        """Do what a person did."""


def nothing(*_: Any) -> None:
    """Do nothing."""


def wordless(entry: Any) -> tuple[str, str]:
    """Say what an entry is, and nothing of it."""
    return type(entry).__name__, ""


def same(poll: Poll, *_: Any) -> Poll:
    """Leave a ballot as it is."""
    return poll


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form in which events are kept, packed and exported, as an entry of their step.

    Attributes:
        tags: First values that its row may have, from 0; never given to another form.
        word: Its name in an export.
        entry: Class of the entry.
        keep: Makes an entry of an event.
        events: Makes the events again, the asking included, of the step that is open and an entry.
        row: Makes the row of an entry, the tag first.
        read_row: Makes an entry of a row; raises ValueError for one that no maker writes.
        line: Makes the fields of an exported line, "event" first, of an entry and the task.
        read_line: Makes an entry of a line's fields and the task; raises InputError as `fields` does.
        count: What it does to a ballot that is counted again: takes the poll, the entry and the most samples,
            returns the poll to continue with.
        changes_rule: It may change by which rule the ballot is counted.
        marks: What it makes remarkable about its step, as in `StepFlag`.
        may_follow: It may come after the vote that decides, while the step is held.
        resume: What it does to a solver that is brought back to where the run was cut off; not used for samples.
        words: Says who did something, and what, for a person; only of events that are their own entries.
    """

    tags: tuple[int, ...]
    word: str
    entry: type
    keep: Callable[[Any], Entry]
    events: Callable[[int, Any], list[Event]]
    row: Callable[[Any, Interned], Row]
    read_row: Callable[[Row, Values], Entry]
    line: Callable[[Any, AnyTask], Line]
    read_line: Callable[[Mapping[str, Any], AnyTask], Entry]
    count: Callable[[Poll, Any, int], Poll] = same
    changes_rule: bool = False
    marks: int = 0
    may_follow: bool = False
    resume: Callable[[Resuming, int, Any], object] = nothing
    words: Callable[[Any], tuple[str, str]] = wordless


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event.

    Attributes:
        event: Its class.
        fold: What it does to the state of the run.
        form: How it is kept as an entry of its step, None for a kind that leaves no entry.
        watch: What it does to the facts of its step, None where it changes none.
        note: Gives the key and the JSON value by which it is noted in the record of the run, None where it is not.
        leaves_no_trace: The journal has nothing to do about it, and need not be given it.
    """

    event: type[Event]
    fold: Callable[[RunFold, Any], None] = nothing
    form: Form | None = None
    watch: Callable[[Watching, Any], object] | None = None
    note: Callable[[Any], tuple[str, Any]] | None = None
    leaves_no_trace: bool = False
