"""Listens to a run as it is recorded: gathers its steps, hands its events on, and keeps a file only if there is one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path

from maker_engine.api.results import RunStep
from maker_engine.core.decomposition import AnyTask, Gathered
from maker_engine.core.record.decisions import decided_first
from maker_engine.core.record.entries import Entry
from maker_engine.core.record.events import (
    CandidateStruck,
    Event,
    PersonVoted,
    ResponseFlagged,
    SamplesDrawn,
    StepDecided,
    StepEscalated,
    VoteCast,
)
from maker_engine.core.record.registry import kept_as
from maker_engine.core.record.snapshot import Totals
from maker_engine.core.responses import Flag, Prompt, Response
from maker_engine.core.voting import Ballot
from maker_engine.sessions.store.run_journal import RunJournal

MOST_CHARACTERS = 50_000_000
"""Of response texts that a run keeps in memory; it keeps as many again of steps with dissent or a flag."""


class Gathering:
    """The decided steps of a run, and what is known of the open one.

    The texts of all responses of a million steps would take gigabytes: once `MOST_CHARACTERS` of them are kept, only
    those of steps with dissent or a flag are, and of these as many again.

    Args:
        most: Characters of texts that are kept.
    """

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most = most
        self.steps: list[RunStep] = []
        self._open = _Open()
        self._characters = 0

    @property
    def open(self) -> RunStep | None:
        """The open step, None where nothing has happened in it."""
        return self._open.step(len(self.steps), None) if self._open.texts else None

    def take(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, StepDecided):
            self.decide(event.step, event.answer)
        else:
            self._open.take(event)

    def decide(self, step: int, answer: Hashable) -> None:
        """Note that the open step (0-based) is decided."""
        done, self._open = self._open.step(step, answer), _Open()
        most = self._most if len(done.votes) == 1 and not done.flags else 2 * self._most
        if self._characters < most:
            self._characters += sum(map(len, done.texts))
        else:
            done = replace(done, texts=())
        self.steps.append(done)


class _Open:
    """What is known of the open step."""

    def __init__(self) -> None:
        self.ballot = Ballot()
        self.flags: list[Flag] = []
        self.texts: list[str] = []

    def count(self, verdict: Hashable, response: Response) -> None:
        self.texts.append(response.text)
        if isinstance(verdict, Flag):
            self.flags.append(verdict)
        else:
            self.ballot.add(verdict)

    def take(self, event: Event) -> None:
        match event:
            case SamplesDrawn():
                for _, verdict, response in event.samples:
                    self.count(verdict, response)
            case VoteCast():
                self.count(event.answer, event.response)
            case ResponseFlagged():
                self.count(event.flag, event.response)
            case PersonVoted():
                self.ballot.add(event.answer)
            case CandidateStruck():
                self.ballot.strike(event.answer)
            case StepEscalated():
                self.ballot = Ballot()

    def step(self, number: int, answer: Hashable) -> RunStep:
        rows = self.ballot.rows()
        if answer is not None:
            rows = decided_first(rows, answer)
        gathered = isinstance(answer, Gathered) or not rows
        margin = 0 if gathered else self.ballot.margin(answer if answer in dict(rows) else None)
        return RunStep(number, answer, rows, tuple(self.flags), margin, tuple(self.texts))


class Listening:
    """A journal that gathers the steps of a run in memory.

    Args:
        file: The journal of its file, None for a run that is not kept.
        on_event: Called with every event, in order; samples that were drawn at once are events of their own.
    """

    def __init__(self, file: RunJournal | None = None, on_event: Callable[[Event], None] | None = None) -> None:
        self._file = file
        self._on_event = on_event
        self._gathered = Gathering()
        self._entries: list[Entry] = []
        self._adjustments: Callable[[], tuple[str, ...]] = tuple
        self.path = Path() if file is None else file.path
        self.notice = "" if file is None else file.notice

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What was sent to the model otherwise than ordered."""
        return self._adjustments() if self._file is None else self._file.adjustments

    @property
    def steps(self) -> list[RunStep]:
        """The steps that were decided while it listened."""
        return self._gathered.steps

    @property
    def position(self) -> tuple[int, int]:
        """Number of the open step, 0-based, and how many entries it has so far."""
        return (len(self.steps), len(self._entries)) if self._file is None else self._file.position

    @property
    def open_entries(self) -> tuple[Entry, ...]:
        """What has been recorded of the open step so far."""
        return tuple(self._entries) if self._file is None else self._file.open_entries

    @property
    def open(self) -> RunStep | None:
        """The open step, None where nothing has happened in it."""
        return self._gathered.open

    def follow(
        self,
        totals: Totals,
        elapsed: Callable[[], float],
        more: Callable[[], Mapping[str, object]] = dict,
        adjustments: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """Keep these with the run, where it is kept."""
        self._adjustments = adjustments
        if self._file is not None:
            self._file.follow(totals, elapsed, more, adjustments)

    def note_prompt(self, step: int, prompt: Prompt) -> None:
        """Note the first prompt that the task writes, where it is kept."""
        if self._file is not None:
            self._file.note_prompt(step, prompt)

    def record(self, event: Event) -> None:
        """Take one event in."""
        if self._file is not None:
            self._file.record(event)
        self._gather(event)
        if self._on_event is not None:
            for one in _apart(event):
                self._on_event(one)

    def _gather(self, event: Event) -> None:
        self._gathered.take(event)
        if isinstance(event, StepDecided):
            self._entries = []
            return
        if self._file is None and isinstance(event, SamplesDrawn):
            self._entries += event.samples
        elif self._file is None and (entry := kept_as(event)) is not None:
            self._entries.append(entry)

    def flush(self) -> None:
        """Make everything recorded so far durable, where it is kept."""
        if self._file is not None:
            self._file.flush()

    def verify(self, task: AnyTask) -> list[str]:
        """Let the task check the solution; return its findings."""
        if self._file is not None:
            return self._file.verify(task)
        return task.verify(step.answer for step in self.steps)

    def close(self) -> None:
        """Write what is left and close, where it is kept."""
        if self._file is not None:
            self._file.close()


def _apart(event: Event) -> list[Event]:
    if not isinstance(event, SamplesDrawn):
        return [event]
    return [
        ResponseFlagged(event.step, number, verdict, response)
        if isinstance(verdict, Flag)
        else VoteCast(event.step, number, verdict, response)
        for number, verdict, response in event.samples
    ]
